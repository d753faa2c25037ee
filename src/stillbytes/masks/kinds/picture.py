"""Picture: a mask that was made elsewhere and came as a PNG or TIFF over the whole photo."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stillbytes.core.errors import InvalidSetting
from stillbytes.core.geometry import Size
from stillbytes.core.saying import said
from stillbytes.develop.resampling.frame_grid import FrameGrid
from stillbytes.masks import fields
from stillbytes.masks.kind import Floats, Kind, Rasters
from stillbytes.masks.rasters import MOST_PIXELS
from stillbytes.masks.rasters import Rasters as Kept

MOST_BYTES = 64 << 20
"""Of a file that is taken in."""
ASIDE = 0.01
"""Part by which its proportions may differ from the photo's, as when both were made smaller and rounded."""


@dataclass(frozen=True)
class Picture(Kind, group="drawn", label="Picture from a file", says="A PNG or TIFF that was made elsewhere."):
    """raster: where its pixels are, beside the photo."""

    raster: str = fields.text(says="Where the pixels are.", hidden=True)

    @property
    def empty(self) -> bool:
        return not self.raster

    def coverage(self, grid: FrameGrid, rasters: Rasters) -> Floats:
        if self.empty:
            return np.zeros((grid.height, grid.width), np.float32)
        return grid.sampled(rasters[self.raster])


def imported(content: bytes, frame: Size, rasters: Kept, *, keep: bool = True) -> Picture:
    """A PNG or TIFF of 8 or 16 bits as a mask, kept beside the photo; white is all of it. frame: of the photo, upright
    and uncropped, whose proportions it must have, at whatever size. keep: write it there, not only hold it.

    Raises InvalidSetting for what is no picture, too large or of other proportions, SidecarError.
    """
    from stillbytes.photo.grey import read_grey  # noqa: PLC0415 - codecs load when needed

    if len(content) > MOST_BYTES:
        raise InvalidSetting(
            said("The picture is larger than {most} MiB.", most=MOST_BYTES >> 20), "Save it with compression."
        )
    try:
        pixels = read_grey(content, MOST_PIXELS)
    except ValueError as error:
        raise InvalidSetting(
            said("The picture cannot be a mask: {why}.", why=str(error)), "Use a grey PNG or TIFF."
        ) from error
    height, width = pixels.shape
    if not fits(Size(width, height), frame):
        raise InvalidSetting(
            said(
                "The picture has {width} x {height} pixels, the photo {width2} x {height2}: other proportions.",
                width=width,
                height=height,
                width2=frame.width,
                height2=frame.height,
            ),
            said("Turn it by a quarter.")
            if fits(Size(height, width), frame)
            else said("A mask covers the whole photo, without any crop."),
        )
    return Picture(raster=rasters.put(pixels) if keep else rasters.hold(pixels))


def fits(size: Size, frame: Size) -> bool:
    """Whether it has the photo's proportions, to what rounding may change."""
    exact = abs(size.width * frame.height / (size.height * frame.width) - 1)
    return exact <= max(ASIDE, 1 / min(size.width, size.height))
