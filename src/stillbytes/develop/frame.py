"""What comes out of the pipeline, and in which form it is asked for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from stillbytes.develop.resampling import canvas

Dtype = Literal["uint8", "uint16", "float32"]
Pixels = NDArray[np.uint8] | NDArray[np.uint16] | NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Output:
    """space: name in `photo.spaces.SPACES`. dtype: uint8 is dithered; float32 holds encoded values 0..1. headroom:
    stops above display white that the largest value stands for, of a picture without what comes after the view, see
    `develop.headroom`; None for the usual picture."""

    space: str = "srgb"
    dtype: Dtype = "uint8"
    headroom: float | None = None


PREVIEW = Output()


@dataclass(frozen=True, slots=True)
class Frame:
    """pixels: (height, width, 3), contiguous, encoded in the RGB space `space`; uint8 or uint16 full range, or
    float32 0..1. known: which of them show the photo or a patch, see `canvas`; None for all."""

    pixels: Pixels
    space: str
    known: canvas.Known | None = None

    def sample(self, count: int) -> NDArray[Any]:
        """(n, 3) of about `count` pixels in a regular grid, without those of the empty canvas."""
        step = max(1, math.isqrt(self.pixels.shape[0] * self.pixels.shape[1] // count))
        some = self.pixels[::step, ::step]
        if self.known is None:
            return np.ascontiguousarray(some).reshape(-1, 3)
        return np.asarray(some[self.known[::step, ::step] == canvas.FULL])

    def histogram(self) -> NDArray[np.uint32]:
        """(4, 256) uint32: counts of red, green, blue and luma in about 200,000 pixels, see `sample`."""
        some = self.sample(200_000)
        full = {"u1": 1.0, "u2": 1 / 257, "f4": 255.0}[some.dtype.str[1:]]
        codes = some if full == 1 else np.rint(some * full)
        red, green, blue = (np.ascontiguousarray(codes[..., i], np.uint16) for i in range(3))
        luma = (red * 54 + green * 183 + blue * 19) >> 8  # at most 255 * 256, which 16 bits hold
        return np.stack([np.bincount(p.ravel(), minlength=256) for p in (red, green, blue, luma)]).astype(np.uint32)
