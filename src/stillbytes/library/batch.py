"""The same export for many photos."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from stillbytes.core.errors import Cancelled, ExportError, StillbytesError
from stillbytes.develop.settings import Settings
from stillbytes.edit.photo import Photo, format_of

LEAST_EMPTY = 0.0005
"""From this part of a picture on its empty canvas is told."""


@dataclass(frozen=True, slots=True)
class Spec:
    """How to export. size: long edge in pixels, None for full resolution. suffix: added to each file's name."""

    format: str = "jpeg"
    size: int | None = None
    quality: int = 92
    space: str = "srgb"
    gps: bool = True
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one photo: where it was written, or why not. empty: the part of it, 0..1, that is empty canvas."""

    path: Path
    target: Path | None = None
    error: StillbytesError | None = None
    empty: float = 0.0

    @property
    def warning(self) -> str:
        """In words; empty when there is none."""
        if self.empty < LEAST_EMPTY:
            return ""
        return f"{self.empty:.1%} of the picture is empty canvas: crop it away or fill it."


def export(
    photos: Sequence[Path],
    target: Path,
    spec: Spec,
    settings_for: Callable[[Photo], Settings] | None = None,
    progress: Callable[[int, int, Path], None] = lambda done, total, path: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> list[Outcome]:
    """Export photos into the folder `target`, or one photo to the file `target` if that has an extension.

    settings_for: the settings of each photo; its sidecar's when None. progress: called with (done, total, path) before
    each photo and once after the last. Into a folder nothing is overwritten: a name that exists gets a number. A photo
    that fails does not stop the others. The next photo is decoded while one is rendered. Raises Cancelled.
    """
    single = len(photos) == 1 and bool(target.suffix) and not target.is_dir()
    outcomes: list[Outcome] = []
    taken: set[Path] = set()
    opened = [Photo(path) for path in photos]
    with ThreadPoolExecutor(1, "decode") as ahead:
        if opened:
            ahead.submit(_prepare, opened[0])
        for i, photo in enumerate(opened):
            if cancelled():
                raise Cancelled()
            progress(i, len(photos), photo.path)
            if i + 1 < len(opened):
                ahead.submit(_prepare, opened[i + 1])
            try:
                place = target if single else free_place(target, photo.path, spec, taken)
                taken.add(place)
                settings = settings_for(photo) if settings_for else photo.settings
                edit = photo.edit(settings)
                written = edit.export(place, spec.format, spec.size, spec.quality, spec.space, spec.gps, cancelled)
                outcomes.append(Outcome(photo.path, written, empty=edit.empty))
            except Cancelled:
                raise
            except StillbytesError as error:
                outcomes.append(Outcome(photo.path, error=error))
            except OSError as error:
                problem = ExportError(f"{photo.path.name} could not be exported: {error}.", "Check the target folder.")
                outcomes.append(Outcome(photo.path, error=problem))
            opened[i] = Photo(photo.path)  # lets go of the decoded samples
    progress(len(photos), len(photos), target)
    return outcomes


def free_place(folder: Path, photo: Path, spec: Spec, taken: set[Path]) -> Path:
    """A path in `folder` that neither exists nor is in `taken`: the photo's name, then NAME-2, NAME-3 ..."""
    from stillbytes.photo.encode import FORMATS  # noqa: PLC0415

    extension = FORMATS[format_of(photo, spec.format)].extension
    stem = photo.stem + spec.suffix
    place, number = folder / f"{stem}{extension}", 1
    while place.exists() or place in taken:
        number += 1
        place = folder / f"{stem}-{number}{extension}"
    return place


def _prepare(photo: Photo) -> None:
    """Decode ahead; an error comes up again, and is reported, when its turn comes."""
    try:
        _ = photo.pipeline
    except StillbytesError:
        return
