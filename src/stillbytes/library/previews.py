"""Previews in three tiers, kept on disk: of the camera's picture for untouched photos, of the edit for the others."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from stillbytes.core import paths, preferences
from stillbytes.develop.frame import Output
from stillbytes.develop.pipeline import Pipeline
from stillbytes.develop.settings import Settings
from stillbytes.photo.decode import embedded_preview
from stillbytes.photo.decode import thumbnail as camera_thumbnail
from stillbytes.photo.output.encode import preview_jpeg
from stillbytes.photo.workers import Workers

VERSION = 3
"""Counts changes of what a preview of the same photo and settings looks like."""
_END = b"\xff\xd9"
"""Of every whole JPEG: the cache is written without waiting for the disk, so that a power cut may leave half of one."""


@dataclass(frozen=True, slots=True)
class Tier:
    """edge: long edge in pixels, None for all there are. quality: of JPEG, 1..100. most_bytes: kept on disk."""

    name: str
    folder: str
    edge: int | None
    quality: int
    most_bytes: int


GRID = Tier("grid", "thumbnails", 320, 85, 2 << 30)
SCREEN = Tier("screen", "previews-screen", 2048, 88, 4 << 30)
FULL = Tier("full", "previews-full", None, 90, 2 << 30)
"""Every pixel, to look at sharpness: made when asked for only."""
TIERS = {tier.name: tier for tier in (GRID, SCREEN, FULL)}


def cached(path: Path, settings: Settings, tier: Tier = GRID) -> bytes | None:
    """The JPEG if it has been made before for this state of the file and these settings."""
    try:
        file = _place(path, settings, tier)
        with open(file, "rb", buffering=0) as opened:  # noqa: PTH123 - for every thumbnail in sight, again and again
            content = opened.read()
        if not content.endswith(_END):
            return None
        os.utime(file)  # the least recently used go first
    except OSError:
        return None
    return content


def of_camera(path: Path, tier: Tier = GRID, pool: Workers | None = None) -> bytes:
    """The camera's rendering. pool: decoding processes of the caller's own. Raises UnreadablePhoto."""
    made = embedded_preview(path, pool) if tier.edge is None else camera_thumbnail(path, tier.edge, pool)
    keep(path, Settings(), made.jpeg, tier)
    return made.jpeg


def of_edit(path: Path, pipeline: Pipeline, settings: Settings, tier: Tier = GRID) -> bytes:
    """The developed picture."""
    edge = tier.edge or pipeline.developed_size(settings).long_edge
    scale = min(1.0, edge / pipeline.developed_size(settings).long_edge)
    frame = pipeline.render(settings, scale, output=Output())
    jpeg = preview_jpeg(frame.pixels, quality=tier.quality, space=frame.space)  # type: ignore[arg-type]
    keep(path, settings, jpeg, tier)
    return jpeg


def keep(path: Path, settings: Settings, jpeg: bytes, tier: Tier = GRID) -> None:
    """Store a preview; a full disk only means that it is made again next time."""
    with contextlib.suppress(OSError):
        place = Path(_place(path, settings, tier))
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=place.parent, suffix=".part")
        part = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(jpeg)
            part.replace(place)
        except OSError:
            part.unlink(missing_ok=True)


def sweep(tier: Tier = GRID) -> int:
    """Remove the least recently used previews beyond what the tier may keep; returns how many."""
    files = []
    for folder in os.scandir(paths.cache(tier.folder)):
        if folder.is_dir():
            with os.scandir(folder.path) as entries:
                for entry in entries:
                    with contextlib.suppress(OSError):  # gone meanwhile: another process sweeps too
                        files.append((entry.stat().st_mtime, entry.stat().st_size, entry.path))
    total = sum(size for _, size, _ in files)
    removed = 0
    for _, size, file in sorted(files):
        if total <= tier.most_bytes:
            break
        Path(file).unlink(missing_ok=True)
        total -= size
        removed += 1
    return removed


def _place(path: Path, settings: Settings, tier: Tier) -> str:
    """Where the preview is kept; texts, since paths as objects take longer than all the rest."""
    folder, name = os.path.split(path)
    status = os.stat(path)  # noqa: PTH116
    state = f"{VERSION}\0{_real(folder)}{os.sep}{name}\0{status.st_mtime_ns}\0{status.st_size}\0{settings.digest}"
    if "patches" in settings and not preferences.generated():
        state += "\0no generated pixels"
    digest = hashlib.blake2b(os.fsencode(state), digest_size=16).hexdigest()
    return f"{paths.home()}/cache/{tier.folder}/{digest[:2]}/{digest[2:]}.jpg"


@lru_cache(4096)
def _real(folder: str) -> str:
    """Without links. Should one come to lead elsewhere, previews are made anew at most."""
    return os.path.realpath(folder)
