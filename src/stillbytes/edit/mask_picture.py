"""A mask of a photo as a picture of its own: grey, of the photo's size, white where the mask is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.errors import InvalidSetting
from stillbytes.core.saying import said
from stillbytes.develop.resampling.frame_grid import FrameGrid
from stillbytes.edit.photo import Photo
from stillbytes.masks.fields import fields_of
from stillbytes.masks.kind import Found, Kind, kind_of
from stillbytes.masks.kinds import kinds

if TYPE_CHECKING:
    from stillbytes.gpu.access import Access
    from stillbytes.masks.detect.find import Result


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to look for or draw. name: of the kind. fields: more of its fields. points, outside, box: places on it, off
    it and around it, as fractions of the photo's width and height. words: what an object is."""

    name: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    points: Sequence[tuple[float, float]] = ()
    outside: Sequence[tuple[float, float]] = ()
    box: tuple[float, float, float, float] | None = None
    words: str = ""

    def of(self, photo: Photo) -> Kind:
        """In the photo's frame. Raises InvalidSetting, also for what would be black, and UnreadablePhoto."""
        given = dict(self.fields)
        frame = photo.pipeline.frame

        def placed(fractions: Sequence[float]) -> list[float]:
            sizes = (frame.width, frame.height) * (len(fractions) // 2)
            return [value * size / frame.long_edge for value, size in zip(fractions, sizes, strict=True)]

        if self.points:
            given["points"] = [placed(point) for point in self.points]
        if self.outside:
            given["outside"] = [placed(point) for point in self.outside]
        if self.box:
            given["box"] = placed(self.box)
        if self.words:
            given["words"] = self.words
        kind = kind_of({"kind": self.name, **given}, kinds())
        if kind.empty:
            wanted = [field for field, one in fields_of(kind).items() if one.form != "hidden"]
            remedy = (
                said("--set gives it its {these}.", these=", ".join(wanted))
                if wanted
                else "In the editor a file can be chosen."
            )
            raise InvalidSetting(
                said("A mask of the kind {name!r} with nothing in it would be black.", name=self.name), remedy
            )
        return kind


@dataclass(frozen=True, slots=True)
class Drawn:
    """pixels: (height, width) uint8. part: of the photo that it covers, 0..1. result: of what had to be looked for."""

    pixels: NDArray[np.uint8]
    part: float
    result: Result | None = None


def drawn(
    photo: Photo,
    wanted: Wanted,
    networks: Callable[[], Access],
    cancelled: Callable[[], bool] | None = None,
) -> Drawn:
    """The mask of the photo as it was taken, whatever its edit. networks: asked for only where something is looked for.

    Raises InvalidSetting, NotFound when it is not in the photo, Cancelled, UnreadablePhoto, and what engines raise.
    """
    kind, result = wanted.of(photo), None
    if isinstance(kind, Found):
        from stillbytes.edit.finding import look_for  # noqa: PLC0415 - loads OpenCV

        kind, result = look_for(photo, kind, networks(), keep=False, cancelled=cancelled)
    pipeline = photo.pipeline
    grid = FrameGrid.whole(pipeline.frame, pipeline.frame.long_edge, pipeline.light(photo.settings))
    covered = kind.coverage(grid, photo.rasters)
    return Drawn(np.rint(np.clip(covered, 0, 1) * 255).astype(np.uint8), float(covered.mean()), result)
