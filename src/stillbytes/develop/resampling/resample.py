"""From the sensor's levels to the cut grid: one Lanczos resampling, or none where pixels fall on pixels."""

from __future__ import annotations

import math

import numpy as np

from stillbytes.core.geometry import Rect, Size
from stillbytes.develop.kernels.load import Library, Placed
from stillbytes.develop.operation import Uniforms
from stillbytes.develop.patched import Source, repeated
from stillbytes.develop.resampling import geometry
from stillbytes.develop.resampling.bent import bent
from stillbytes.develop.resampling.geometry import Geometry
from stillbytes.develop.sensor import DEEPEST, Planes

Affine = tuple[float, float, float, float, float, float]


def halvings(step: float) -> int:
    """How often the sensor image can be halved and still have at least the output's resolution.

    step: full-resolution pixels per output pixel.
    """
    return max(0, min(DEEPEST, math.floor(math.log2(step) + 1e-6)))


def resampled(
    library: Library, sensor: Source, form: Geometry, grid: Size, level: int, need: Rect, noise: Uniforms | None
) -> Planes:
    """White-balanced camera RGB of the region `need` of the cut grid.

    grid: size of the whole cut grid. level: of the sensor to read. noise: uniforms of noise reduction there.
    """
    if form.warp is not None:
        return bent(library, sensor, form.warp, form.affine(grid, 1.0), level, need, noise, lit=True)
    return through(library, sensor, form.affine(grid, 2.0**-level), level, need, noise)


def through(library: Library, sensor: Source, affine: Affine, level: int, need: Rect, noise: Uniforms | None) -> Planes:
    """White-balanced camera RGB at the places that `affine` leads to from the columns and rows of `need`: pixel
    coordinates of that level. What lies beyond the source's extent repeats the nearest edge pixels."""
    source = sensor.extent(level)
    a, b, tx, c, d, ty = affine
    if (a, b, c, d) == (1, 0, 0, 1) and (tx, ty) == (round(tx), round(ty)):
        shift = Rect(need.x + round(tx), need.y + round(ty), need.width, need.height)
        inner = shift.nearest(source)
        planes, x, y = sensor.read(level, inner, noise)
        planes = planes[:, inner.y - y : inner.bottom - y, inner.x - x : inner.right - x]
        return repeated(planes, inner, shift)
    stretch = max(math.hypot(a, c), math.hypot(b, d), 1.0)
    taps = geometry.taps(stretch)
    planes, x, y = sensor.read(level, _read_by(affine, need, taps // 2 + 1, source), noise)
    held = Placed(planes, (x, y, 0))
    out = np.empty((3, need.height, need.width), np.float32)
    target = Placed(out, (need.x, need.y, 0))
    if b or c:
        uniforms = np.array([*affine, stretch], np.float32)
        table = geometry.LANCZOS_TABLE
        edges = source.x, source.y, source.width, source.height
        library.call("resample_turned", held, *edges, uniforms, table, taps // 2, target)
        return out
    axes: list[Placed] = []
    for at, start, count, step, offset in ((x, need.x, need.width, a, tx), (y, need.y, need.height, d, ty)):
        first, weights = geometry.weights(start, count, step, offset)
        first -= at
        padded = np.pad(weights, ((0, 0), (0, taps - weights.shape[1])))
        axes += [Placed(first, (start,)), Placed(padded, (0, start))]
    # The kernel may read all of its source: it gets what was read as an image of its own. Its edges are those of the
    # source or lie beyond the last tap.
    height, width = planes.shape[1:]
    library.call("resample_straight", Placed(planes), width, height, *axes, taps, target)
    return out


def _read_by(affine: Affine, need: Rect, reach: int, source: Rect) -> Rect:
    """The part of the source that the region reads; beyond it the nearest edge pixels are repeated."""
    a, b, tx, c, d, ty = affine
    columns, rows = (need.x, need.right - 1), (need.y, need.bottom - 1)
    across = [a * x + b * y + tx for x in columns for y in rows]
    down = [c * x + d * y + ty for x in columns for y in rows]
    left, top = math.floor(min(across)) - reach, math.floor(min(down)) - reach
    right, bottom = math.ceil(max(across)) + reach + 1, math.ceil(max(down)) + reach + 1
    return Rect(left, top, right - left, bottom - top).nearest(source)
