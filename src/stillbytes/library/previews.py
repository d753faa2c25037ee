"""Thumbnails: of the camera's own preview for untouched photos, of the edit for the others; kept on disk."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from stillbytes.core import paths, preferences
from stillbytes.core.files import write_atomically
from stillbytes.develop.pipeline import Output, Pipeline
from stillbytes.develop.settings import Settings
from stillbytes.photo.decode import thumbnail as camera_thumbnail
from stillbytes.photo.encode import preview_jpeg

EDGE = 320
"""Long edge of a thumbnail in pixels."""
MOST_BYTES = 512 << 20
VERSION = 2
"""Counts changes of what a thumbnail of the same photo and settings looks like."""


def cached(path: Path, settings: Settings) -> bytes | None:
    """The JPEG if it has been made before for this state of the file and these settings."""
    file = _place(path, settings)
    try:
        content = file.read_bytes()
        os.utime(file)  # the least recently used go first
    except OSError:
        return None
    return content


def of_camera(path: Path) -> bytes:
    """The camera's rendering, small. Raises UnreadablePhoto."""
    jpeg = camera_thumbnail(path, EDGE).jpeg
    keep(path, Settings(), jpeg)
    return jpeg


def of_edit(path: Path, pipeline: Pipeline, settings: Settings) -> bytes:
    """The developed picture, small."""
    scale = min(1.0, EDGE / pipeline.developed_size(settings).long_edge)
    frame = pipeline.render(settings, scale, output=Output())
    jpeg = preview_jpeg(frame.pixels, quality=85, space=frame.space)  # type: ignore[arg-type]
    keep(path, settings, jpeg)
    return jpeg


def keep(path: Path, settings: Settings, jpeg: bytes) -> None:
    """Store a thumbnail; a full disk only means that it is made again next time."""
    try:
        write_atomically(_place(path, settings), jpeg)
    except OSError:
        return


def sweep() -> int:
    """Remove the least recently used thumbnails beyond MOST_BYTES; returns how many."""
    files = [(f, f.stat()) for f in paths.cache("thumbnails").glob("*/*.jpg")]
    total = sum(status.st_size for _, status in files)
    removed = 0
    for file, status in sorted(files, key=lambda pair: pair[1].st_mtime):
        if total <= MOST_BYTES:
            break
        file.unlink(missing_ok=True)
        total -= status.st_size
        removed += 1
    return removed


def _place(path: Path, settings: Settings) -> Path:
    status = path.stat()
    state = f"{VERSION}\0{path.resolve()}\0{status.st_mtime_ns}\0{status.st_size}\0{settings.digest}"
    if "patches" in settings and not preferences.generated():
        state += "\0no generated pixels"
    digest = hashlib.blake2b(os.fsencode(state), digest_size=16).hexdigest()
    return paths.cache("thumbnails") / digest[:2] / f"{digest[2:]}.jpg"
