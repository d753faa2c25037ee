"""The edge-aware bases that tone regions and clarity follow: a bilateral grid of log luminance over the whole frame.

J. Chen, S. Paris, F. Durand, "Real-time edge-aware image processing with the bilateral grid", SIGGRAPH 2007. The grid
belongs to the photo, not to the scale of a preview, so every zoom level and the export see the same bases.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.geometry import Rect, Size
from stillbytes.develop.kernels.layout import GRID_CELL, GRID_DEPTH, GRID_FLOOR, GRID_SPAN, GRID_Z0
from stillbytes.develop.resampling.geometry import Geometry

CELLS = 72
"""Grid cells along the frame's long edge."""


@dataclass(frozen=True, slots=True)
class Guide:
    """values: (2, rows, columns, GRID_DEPTH) float32, base and finer base in EV over middle grey.

    first: column and row of the first cell, and frame: columns and rows over the frame, whose cell 0, 0 is its corner.
    """

    values: NDArray[np.float32]
    first: tuple[int, int]
    frame: tuple[int, int]

    @property
    def columns(self) -> int:
        return int(self.values.shape[2])

    @property
    def rows(self) -> int:
        return int(self.values.shape[1])

    def cut(self, form: Geometry) -> Guide:
        """The guide over the cut of that geometry, its first and last cells on the cut's edges."""
        long_edge = max(form.cut.width, form.cut.height)
        columns = max(2, math.ceil(CELLS * form.cut.width / long_edge)) + 1
        rows = max(2, math.ceil(CELLS * form.cut.height / long_edge)) + 1
        u, v = np.meshgrid(np.linspace(-0.5, 0.5, columns), np.linspace(-0.5, 0.5, rows))
        across, down = u * form.cut.width, v * form.cut.height
        cosine, sine = math.cos(form.angle), math.sin(form.angle)
        x, y = form.centre[0] + across * cosine - down * sine, form.centre[1] + across * sine + down * cosine
        if form.warp is not None:
            x, y = (v + 0.5 for v in form.warp.to_photo(x - 0.5, y - 0.5))
        x = x / form.frame.width * (self.frame[0] - 1) - self.first[0]
        y = y / form.frame.height * (self.frame[1] - 1) - self.first[1]
        x, y = np.clip(x, 0, self.columns - 1.001), np.clip(y, 0, self.rows - 1.001)
        ix, iy = x.astype(np.int64), y.astype(np.int64)
        fx, fy = (x - ix)[..., None], (y - iy)[..., None]
        corner = [[self.values[:, iy + j, ix + i] for i in (0, 1)] for j in (0, 1)]
        above, below = (left + (right - left) * fx for left, right in corner)
        return Guide((above + (below - above) * fy).astype(np.float32), (0, 0), (columns, rows))

    def packed(self) -> NDArray[np.uint32]:
        """(rows, columns, GRID_DEPTH): both bases in one word, as the look kernel reads them."""
        codes = np.clip((self.values - GRID_FLOOR) * (65535 / GRID_SPAN) + 0.5, 0, 65535).astype(np.uint32)
        return np.ascontiguousarray(codes[0] | codes[1] << 16)


def guide(luminance: NDArray[np.float32], part: Rect, frame: Size) -> Guide:
    """The grid of a small picture of the frame, or of the frame and what patches show around it.

    luminance: (height, width), scene-linear, middle grey 0.18, of the rectangle `part`. frame: its own size there.
    """
    columns = max(2, round(CELLS * frame.width / frame.long_edge)) + 1
    rows = max(2, round(CELLS * frame.height / frame.long_edge)) + 1
    trust = 1e-3 * frame.height * frame.width / (rows * columns * GRID_DEPTH)
    ev = np.log2(np.maximum(luminance, 1e-6) / 0.18)
    x = np.rint((np.arange(part.x, part.right) + 0.5) / frame.width * (columns - 1)).astype(np.int64)
    y = np.rint((np.arange(part.y, part.bottom) + 0.5) / frame.height * (rows - 1)).astype(np.int64)
    first, over = (min(0, int(x[0])), min(0, int(y[0]))), (columns, rows)
    columns, rows = max(columns, int(x[-1]) + 1) - first[0], max(rows, int(y[-1]) + 1) - first[1]
    x, y = x - first[0], y - first[1]
    z = np.clip((ev - GRID_Z0) / GRID_CELL, 0, GRID_DEPTH - 1.001)
    low = z.astype(np.int64)
    share = (z - low).astype(np.float64)
    cell = (y[:, None] * columns + x[None, :]) * GRID_DEPTH + low
    size = rows * columns * GRID_DEPTH
    count = np.zeros(size)
    total = np.zeros(size)
    for offset, weights in ((0, 1 - share), (1, share)):
        where = (cell + offset).ravel()
        count += np.bincount(where, weights.ravel(), size)
        total += np.bincount(where, (weights * ev).ravel(), size)
    shape = (rows, columns, GRID_DEPTH)
    own = (GRID_Z0 + GRID_CELL * np.arange(GRID_DEPTH))[None, None, :]
    bases = []
    for spatial, tonal in ((1.4, 1.0), (0.6, 0.6)):
        weight = _blurred(count.reshape(shape), spatial, tonal)
        value = _blurred(total.reshape(shape), spatial, tonal)
        bases.append((value + trust * own) / (weight + trust))
    return Guide(np.ascontiguousarray(np.stack(bases), np.float32), first, over)


def _blurred(grid: NDArray[np.float64], spatial: float, tonal: float) -> NDArray[np.float64]:
    for axis, sigma in ((0, spatial), (1, spatial), (2, tonal)):
        reach = int(np.ceil(3 * sigma))
        taps = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
        taps /= taps.sum()
        pad = [(0, 0)] * 3
        pad[axis] = (reach, reach)
        # Space repeats at its border; beyond the tonal range there is nothing.
        padded = np.pad(grid, pad, mode="edge" if axis < 2 else "constant")
        length = grid.shape[axis]
        grid = np.add.reduce([t * np.take(padded, np.arange(i, i + length), axis) for i, t in enumerate(taps)])
    return grid
