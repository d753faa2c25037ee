"""The same export for many photos."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from stillbytes.core.errors import Cancelled, ExportError, StillbytesError
from stillbytes.core.files import free
from stillbytes.core.saying import said
from stillbytes.develop.settings import Settings
from stillbytes.edit.exporting import Spec, names
from stillbytes.edit.exporting.formats import format_of
from stillbytes.edit.exporting.write import write
from stillbytes.edit.photo import Photo
from stillbytes.photo.metadata import Metadata

if TYPE_CHECKING:
    from stillbytes.generate.larger import Larger
    from stillbytes.generate.painters.painter import Tell
    from stillbytes.gpu.access import Access

LEAST_EMPTY = 0.0005
"""From this part of a picture on its empty canvas is told."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one photo: where it was written, or why not. empty: the part of it, 0..1, that is empty canvas.
    version: the name of a further version, empty for the photo's own. remark: what its picture lacks, in words."""

    path: Path
    target: Path | None = None
    error: StillbytesError | None = None
    empty: float = 0.0
    version: str = ""
    remark: str = ""

    @property
    def warning(self) -> str:
        """In words; empty when there is none."""
        if self.empty < LEAST_EMPTY:
            return self.remark
        return f"{self.empty:.1%} of the picture is empty canvas: crop it away or fill it. {self.remark}".strip()


def export(
    photos: Sequence[Path | Photo],
    target: Path,
    spec: Spec,
    settings_for: Callable[[Photo], Settings] | None = None,
    progress: Callable[[int, int, Path], None] = lambda done, total, path: None,
    cancelled: Callable[[], bool] = lambda: False,
    access: Access | None = None,
    tell: Tell | None = None,
    through: Larger | None = None,
) -> list[Outcome]:
    """Export photos into the folder `target`, or one photo to the file `target` if that has an extension.

    photos: a path stands for the photo's own version. settings_for: the settings of each; its sidecar's when None.
    progress: called with (done, total, path) before each photo and once after the last. Into a folder nothing is
    overwritten: a name that exists gets a number. A photo that fails does not stop the others. The next photo is
    decoded while one is rendered. through: a network that draws the developed pictures larger or clearer; access: the
    engines that it runs in, by default this process' own; tell: hears how far it is with a photo. Raises Cancelled.
    """
    single = len(photos) == 1 and bool(target.suffix) and not target.is_dir()
    outcomes: list[Outcome] = []
    taken: set[Path] = set()
    opened = [photo if isinstance(photo, Photo) else Photo(photo) for photo in photos]
    with ThreadPoolExecutor(1, "decode") as ahead:
        if opened:
            ahead.submit(_prepare, opened[0])
        for i, photo in enumerate(opened):
            if cancelled():
                raise Cancelled()
            progress(i, len(photos), photo.path)
            version = photo.version_name
            if i + 1 < len(opened):
                ahead.submit(_prepare, opened[i + 1])
            try:
                place = target if single else free_place(target, photo, spec, taken, i + 1)
                taken.add(place)
                settings = settings_for(photo) if settings_for else photo.settings
                edit = photo.edit(settings)
                written = write(edit, place, spec, cancelled, through, access, tell)
                left_out = lacks(photo, settings)
                outcomes.append(Outcome(photo.path, written, empty=edit.empty, version=version, remark=left_out))
            except Cancelled:
                raise
            except StillbytesError as error:
                outcomes.append(Outcome(photo.path, error=error, version=version))
            except OSError as error:
                problem = ExportError(
                    said("{path} could not be exported: {why}.", path=photo.path.name, why=str(error)),
                    "Check the target folder.",
                )
                outcomes.append(Outcome(photo.path, error=problem, version=version))
            photo.let_go()
    progress(len(photos), len(photos), target)
    return outcomes


def lacks(photo: Photo, settings: Settings) -> str:
    """What an export of these settings is without, in words."""
    if "ai_denoise" not in settings:
        return ""
    from stillbytes.edit.denoising import remark  # noqa: PLC0415 - only for photos that are cleaned

    return remark(photo, settings)


def free_place(folder: Path, photo: Photo, spec: Spec, taken: set[Path], number: int = 1) -> Path:
    """A path in `folder` that neither exists nor is in `taken`: as the export names it, then NAME-2, NAME-3 ...

    number: of the photo in the export.
    """
    from stillbytes.photo.output.encode import FORMATS  # noqa: PLC0415

    extension = FORMATS[format_of(photo.path, spec.format)].extension
    facts = photo.metadata if names.needs_facts(spec.name) else Metadata()
    stem = names.filled(spec.name, photo.path, facts, number, photo.version_name) + spec.suffix
    return free(folder, stem, extension, taken)


def _prepare(photo: Photo) -> None:
    """Decode ahead; an error comes up again, and is reported, when its turn comes."""
    try:
        _ = photo.pipeline
    except StillbytesError:
        return
