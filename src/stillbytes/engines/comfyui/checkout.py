"""One pinned source onto this disk: through git, or as a zip where there is no git. All of it or nothing."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path, PurePosixPath

from stillbytes.core.errors import Cancelled, EngineError
from stillbytes.core.jobs import Control
from stillbytes.core.saying import said
from stillbytes.engines.comfyui.programs import run
from stillbytes.engines.comfyui.sources import Source

GIT_LIMIT = 1800.0
"""Seconds."""
MOST_UNPACKED = 2**30
QUIET = {"GIT_TERMINAL_PROMPT": "0", "GIT_LFS_SKIP_SMUDGE": "1"}
"""Never ask for a password; the pictures of a repository are of no use here."""


def fetch(source: Source, folder: Path, log: Path, control: Control, git: Path | None) -> None:
    """Have the source's files in `folder`, which must not exist yet. git: the program, None for a zip.

    Raises EngineError when they cannot be had or are not what was pinned, Cancelled.
    """
    part = folder.with_name(f".{folder.name}.part")
    remove(part)
    part.mkdir(parents=True)
    try:
        if git is not None:
            _clone(source, part, log, control, git)
        else:
            _unzip(source, part, control)
        part.replace(folder)
    except OSError as error:
        raise EngineError(
            said(
                "{source} could not be written to {folder}: {why}.", source=source.name, folder=folder, why=str(error)
            ),
            "Is there room, and may you write there?",
        ) from error
    finally:
        remove(part)


def remove(folder: Path) -> None:
    """Remove a folder of ours, also git's read-only files on Windows; nothing happens if it is not there."""

    def writable(function: object, path: str, error: object) -> None:
        Path(path).chmod(0o700)
        Path(path).unlink(missing_ok=True)

    if folder.exists():
        shutil.rmtree(folder, onerror=writable)


def _clone(source: Source, folder: Path, log: Path, control: Control, git: Path) -> None:
    def call(*arguments: str) -> None:
        run([git, *arguments], folder, log, control, GIT_LIMIT, environment=QUIET)

    call("init", "--quiet", "--template=")
    call("fetch", "--quiet", "--depth", "1", source.repository, source.commit)
    # By its number: what is checked out is what was pinned, or git fails.
    call("-c", "advice.detachedHead=false", "checkout", "--quiet", source.commit)


def _unzip(source: Source, folder: Path, control: Control) -> None:
    archive = folder / ".archive.zip"
    _download(source, archive, control)
    try:
        with zipfile.ZipFile(archive) as packed:
            # git puts the commit into the comment of the archives that it makes.
            if packed.comment.decode("ascii", "replace").strip() != source.commit:
                raise EngineError(
                    said(
                        "The archive of {source} is not of the commit {commit}.",
                        source=source.name,
                        commit=source.commit[:12],
                    ),
                    "Install git and try again: it fetches exactly that commit.",
                )
            if sum(member.file_size for member in packed.infolist()) > MOST_UNPACKED:
                raise EngineError(
                    said("The archive of {source} is far too large.", source=source.name), "Install git and try again."
                )
            for member in packed.infolist():
                if control.cancelled():
                    raise Cancelled
                _extract(packed, member, folder)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError) as error:
        raise EngineError(
            said("The archive of {source} is damaged: {why}.", source=source.name, why=str(error)), "Try again."
        ) from error
    archive.unlink()


def _extract(packed: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path) -> None:
    """One file, without the archive's outermost folder, and never outside of ours."""
    parts = PurePosixPath(member.filename.replace("\\", "/")).parts[1:]
    if member.is_dir() or not parts:
        return
    if any(part in {"..", ""} or ":" in part or part.startswith("/") for part in parts):
        raise EngineError(
            said("The archive has a file at a forbidden place: {name!r}.", name=member.filename[:100]), "Install git."
        )
    target = folder.joinpath(*parts)
    target.parent.mkdir(parents=True, exist_ok=True)
    with packed.open(member) as content, target.open("wb") as file:
        shutil.copyfileobj(content, file)


def _download(source: Source, archive: Path, control: Control) -> None:
    import httpx  # noqa: PLC0415 - only when something is fetched

    try:
        with (
            httpx.stream("GET", source.archive, follow_redirects=True, timeout=60) as reply,
            archive.open("wb") as file,
        ):
            reply.raise_for_status()
            for part in reply.iter_bytes():
                if control.cancelled():
                    raise Cancelled
                file.write(part)
                if file.tell() > MOST_UNPACKED:
                    raise EngineError(
                        said("The archive of {source} is far too large.", source=source.name),
                        "Install git and try again.",
                    )
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise EngineError(
            said(
                "{source} could not be downloaded from {url}: {why}.",
                source=source.name,
                url=source.archive,
                why=str(error),
            ),
            "Is this machine online?",
        ) from error
