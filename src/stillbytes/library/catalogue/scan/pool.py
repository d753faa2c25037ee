"""The processes that read for a scan."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from stillbytes.core.errors import UnreadablePhoto
from stillbytes.library.catalogue.scan import reader
from stillbytes.photo.decode import GLANCE_LIMIT
from stillbytes.photo.whereabouts import content_of
from stillbytes.photo.workers import Workers

COMMAND = (sys.executable, "-P", "-m", "stillbytes.library.catalogue.scan.reader")
SLOWEST = 0.2
"""Seconds for each photo of a request beyond that: of a busy disk somewhere in the network."""
DIGEST_LIMIT = 600.0
"""Seconds for every byte of the largest file on the slowest disk."""


class Readers:
    """count: processes, one per core unless said otherwise; they start when asked and end with `close`."""

    def __init__(self, count: int | None = None, command: Sequence[str] = COMMAND) -> None:
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 2
        self.count = count or min(cores, 8)
        self._workers = Workers(command, decoders=self.count)

    def look(self, photos: Sequence[tuple[str, str | None]]) -> list[dict[str, Any] | None]:
        """`reader.look` of each (path, sidecar); None for one that is gone. Raises UnreadablePhoto."""
        found: list[dict[str, Any] | None]
        limit = GLANCE_LIMIT + len(photos) * SLOWEST
        found, _ = self._workers.ask("look", Path(photos[0][0]), limit=limit, long=True, photos=photos)
        return found

    def digest(self, path: Path) -> bytes:
        """Thirty-two bytes of every byte of the file. Raises UnreadablePhoto."""
        text, _ = self._workers.ask("digest", path, limit=DIGEST_LIMIT, long=True)
        return bytes.fromhex(text)

    def close(self) -> None:
        self._workers.close()


def look_at(readers: Readers, photos: Sequence[tuple[str, str | None]]) -> list[dict[str, Any] | None]:
    """The same, where one photo that crashes its reader costs that one only: of it there is what can be told without
    opening it, or {"error": why there is nothing}."""
    try:
        return readers.look(photos)
    except UnreadablePhoto:
        return [_alone(readers, *photo) for photo in photos]


def _alone(readers: Readers, path: str, sidecar: str | None) -> dict[str, Any] | None:
    try:
        return readers.look([(path, sidecar)])[0]
    except UnreadablePhoto as error:
        try:
            return reader.nothing(content_of(Path(path)), [(error.message, error.remedy)])
        except FileNotFoundError:
            return None
        except OSError as failed:
            return {"error": f"{Path(path).name} cannot be read: {failed.strerror or failed}."}
