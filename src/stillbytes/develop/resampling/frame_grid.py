"""The places in the frame at which a mask is evaluated: a regular grid that may be shrunk, shifted and turned.

Frame units: the long edge of the oriented, uncropped photo is 1; x goes right and y down from its top left corner.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.geometry import Rect, Size
from stillbytes.develop.resampling.warp import Warp

Affine = tuple[float, float, float, float, float, float]
Floats = NDArray[np.float32]
Raster = NDArray[np.uint8] | NDArray[np.uint16]


@dataclass(frozen=True, slots=True)
class Light:
    """The photo itself, whatever its edit: scene-linear Rec.2020 under the as-shot white, middle grey 0.18.

    of: grid -> (3, height, width). at: (n, 2) places in frame units -> (n, 3), from a small picture of the whole
    frame, so that it does not depend on any grid. key: equal for equal light of the same photo. kept: what masks work
    out from it once, by whatever they name it.
    """

    of: Callable[[FrameGrid], Floats]
    at: Callable[[NDArray[np.float64]], Floats]
    key: object = None
    kept: dict[object, Any] = field(default_factory=dict, compare=False, repr=False)


def _dark(grid: FrameGrid) -> Floats:
    return np.zeros((3, grid.height, grid.width), np.float32)


NO_LIGHT = Light(_dark, lambda points: np.zeros((len(points), 3), np.float32))


@dataclass(frozen=True)
class FrameGrid:
    """affine: (a, b, tx, c, d, ty), column x and row y -> (a x + b y + tx, c x + d y + ty) in pixels of the frame at
    full resolution, where integers are pixel centres; with a `warp` of the corrected photo, from which it leads to the
    frame. rect: the columns and rows that are meant; they may lie outside
    the frame. Parts of a grid have the same affine, so that their places are the same to the last bit.
    """

    frame: Size
    affine: Affine
    rect: Rect
    source: Light = field(default=NO_LIGHT, repr=False, compare=False)
    warp: Warp | None = None

    @classmethod
    def whole(cls, frame: Size, long_edge: int, light: Light = NO_LIGHT) -> FrameGrid:
        """Over all of the frame, that many pixels along its long edge."""
        size = frame.scaled(long_edge / frame.long_edge)
        across, down = frame.width / size.width, frame.height / size.height
        return cls(frame, (across, 0.0, across / 2 - 0.5, 0.0, down, down / 2 - 0.5), Rect.of(size), light)

    @property
    def width(self) -> int:
        return self.rect.width

    @property
    def height(self) -> int:
        return self.rect.height

    @property
    def pixel(self) -> float:
        """One step of this grid in frame units."""
        a, b, _, c, d, _ = self.affine
        return math.sqrt(abs(a * d - b * c)) / self.frame.long_edge

    @property
    def straight(self) -> bool:
        """Whether columns and rows of the grid are columns and rows of the frame."""
        return self.affine[1] == 0.0 and self.affine[3] == 0.0 and self.warp is None

    def part(self, rect: Rect) -> FrameGrid:
        """Other columns and rows of the same grid."""
        return replace(self, rect=rect)

    def grown(self, pixels: int) -> FrameGrid:
        """With so many more pixels on every side."""
        return self.part(self.rect.grown(pixels))

    def coarser(self, factor: int) -> FrameGrid:
        """At least the same area with pixels `factor` times as large, which lie alike for all parts of a grid."""
        a, b, tx, c, d, ty = self.affine
        middle = (factor - 1) / 2
        affine = (a * factor, b * factor, tx + (a + b) * middle, c * factor, d * factor, ty + (c + d) * middle)
        x, y = self.rect.x // factor, self.rect.y // factor
        right, bottom = -(-self.rect.right // factor), -(-self.rect.bottom // factor)
        return replace(self, affine=affine, rect=Rect(x, y, right - x, bottom - y))

    def points(self) -> tuple[Floats, Floats]:
        """x and y of every pixel's centre in frame units, broadcastable to (height, width): of a straight grid
        (1, width) and (height, 1)."""
        if self.warp is not None:
            across, down = self.warp.places(self.affine, self.rect)
            unit = 1 / self.frame.long_edge
            return ((across + 0.5) * unit).astype(np.float32), ((down + 0.5) * unit).astype(np.float32)
        a, b, tx, c, d, ty = self.affine
        columns = np.arange(self.rect.x, self.rect.right, dtype=np.float64)[None, :]
        rows = np.arange(self.rect.y, self.rect.bottom, dtype=np.float64)[:, None]
        unit = 1 / self.frame.long_edge
        x = (a * columns + (tx + 0.5) + (b * rows if b else 0.0)) * unit
        y = (d * rows + (ty + 0.5) + (c * columns if c else 0.0)) * unit
        return x.astype(np.float32), y.astype(np.float32)

    def to_grid(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, 2) places in frame units as columns and rows of this grid, counted as `rect` counts them."""
        a, b, tx, c, d, ty = self.affine
        forward = np.array([[a, b], [c, d]])
        pixels = np.asarray(points, np.float64) * self.frame.long_edge - 0.5
        if self.warp is not None:
            pixels = np.stack(self.warp.to_corrected(pixels[..., 0], pixels[..., 1]), -1)
        return np.asarray((pixels - (tx, ty)) @ np.linalg.inv(forward).T)

    def light(self) -> Floats:
        """(3, height, width), see Light; the frame's edge pixels are repeated outside of it."""
        return self.source.of(self)

    def light_at(self, points: NDArray[np.float64]) -> Floats:
        """(n, 3) at places in frame units, see Light."""
        return self.source.at(np.asarray(points, np.float64))

    def sampled(self, raster: Raster) -> Floats:
        """A raster over the whole frame at this grid, 0..1: averaged when it shrinks, bilinear when it grows. Its edge
        values are repeated outside the frame."""
        step = self.pixel * max(raster.shape)
        block = 1 << max(0, math.floor(math.log2(max(step, 1e-9)) + 0.5))
        x, y = self.points()
        long_edge, (rows, columns) = self.frame.long_edge, raster.shape
        across = x * np.float32(long_edge / self.frame.width * columns / block) - np.float32(0.5)
        down = y * np.float32(long_edge / self.frame.height * rows / block) - np.float32(0.5)
        across = np.clip(across, 0, -(-columns // block) - 1)
        down = np.clip(down, 0, -(-rows // block) - 1)
        ix, iy = across.astype(np.int32), down.astype(np.int32)
        left, top = int(ix.min()), int(iy.min())
        # Only the part that is read is averaged.
        held = raster[top * block : (int(iy.max()) + 2) * block, left * block : (int(ix.max()) + 2) * block]
        shrunk = averaged(held, block)
        fx, fy = across - ix, down - iy
        ix, iy = ix - left, iy - top
        right, below = np.minimum(ix + 1, shrunk.shape[1] - 1), np.minimum(iy + 1, shrunk.shape[0] - 1)
        if self.straight:
            lines = shrunk[iy[:, 0]] * (1 - fy) + shrunk[below[:, 0]] * fy
            return np.asarray(lines[:, ix[0]] * (1 - fx) + lines[:, right[0]] * fx, np.float32)
        upper = shrunk[iy, ix] * (1 - fx) + shrunk[iy, right] * fx
        lower = shrunk[below, ix] * (1 - fx) + shrunk[below, right] * fx
        return np.asarray(upper * (1 - fy) + lower * fy, np.float32)

    @cached_property
    def key(self) -> tuple[Size, Affine, Rect, object, object]:
        """Equal for equal places of the same light."""
        return self.frame, self.affine, self.rect, self.source.key, self.warp


def averaged(raster: Raster, block: int) -> Floats:
    """A raster as 0..1, averaged over blocks of that many pixels; blocks that are not full repeat their edge."""
    full = np.float32(1 / np.iinfo(raster.dtype).max)
    if block == 1:
        return np.asarray(raster * full, np.float32)
    height, width = -(-raster.shape[0] // block), -(-raster.shape[1] // block)
    rest = ((0, height * block - raster.shape[0]), (0, width * block - raster.shape[1]))
    filled = np.pad(raster, rest, "edge") if rest[0][1] or rest[1][1] else raster
    sums = filled.reshape(height, block, width * block).sum(1, dtype=np.uint32)
    sums = sums.reshape(height, width, block).sum(2, dtype=np.uint32)
    return np.asarray(sums * (full / (block * block)), np.float32)


def combined(weights: NDArray[np.floating], planes: Floats) -> Floats:
    """The weighted sum of planes (n, ...). Unlike a matrix product, a part of it is the same to the last bit."""
    total = planes[0] * np.float32(weights[0])
    for weight, plane in zip(weights[1:], planes[1:], strict=True):
        total += plane * np.float32(weight)
    return np.asarray(total, np.float32)
