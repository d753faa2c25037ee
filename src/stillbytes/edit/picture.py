"""A rendered picture: a NumPy array that knows its colour space and shows itself in notebooks."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from stillbytes.develop.frame import Frame


class Picture(np.ndarray[Any, Any]):
    """(height, width, 3), uint8, uint16 or float32 0..1, encoded in the RGB space `space` (see `photo.spaces`)."""

    space: str

    @classmethod
    def of(cls, frame: Frame) -> Self:
        picture = np.asarray(frame.pixels).view(cls)
        picture.space = frame.space
        return picture

    def __array_finalize__(self, source: NDArray[Any] | None) -> None:
        self.space = getattr(source, "space", "srgb")

    def _repr_jpeg_(self) -> bytes | None:
        """For notebooks, with the colour space's profile in it."""
        if self.ndim != 3 or self.shape[-1] != 3:
            return None
        from stillbytes.photo.output.encode import preview_jpeg  # noqa: PLC0415 - codecs load only when shown

        pixels = np.asarray(self)
        if pixels.dtype == np.uint16:
            pixels = (pixels >> 8).astype(np.uint8)
        elif pixels.dtype != np.uint8:
            pixels = np.rint(np.clip(pixels, 0, 1) * 255).astype(np.uint8)
        return preview_jpeg(np.ascontiguousarray(pixels), quality=90, space=self.space)
