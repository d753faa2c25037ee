"""The edge-aware bases that tone regions and clarity follow: a bilateral grid of log luminance over the whole frame.

J. Chen, S. Paris, F. Durand, "Real-time edge-aware image processing with the bilateral grid", SIGGRAPH 2007. The grid
belongs to the photo, not to the scale of a preview, so every zoom level and the export see the same bases.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stillbytes.develop.kernels.layout import GRID_CELL, GRID_DEPTH, GRID_Z0

CELLS = 72
"""Grid cells along the frame's long edge."""


@dataclass(frozen=True, slots=True)
class Guide:
    """values: (2, rows, columns, GRID_DEPTH) float32, base and finer base in EV over middle grey."""

    values: NDArray[np.float32]

    @property
    def columns(self) -> int:
        return int(self.values.shape[2])

    @property
    def rows(self) -> int:
        return int(self.values.shape[1])


def guide(luminance: NDArray[np.float32]) -> Guide:
    """The grid of a small picture of the whole frame. luminance: (height, width), scene-linear, middle grey 0.18."""
    height, width = luminance.shape
    long_edge = max(height, width)
    columns = max(2, round(CELLS * width / long_edge)) + 1
    rows = max(2, round(CELLS * height / long_edge)) + 1
    ev = np.log2(np.maximum(luminance, 1e-6) / 0.18)
    x = np.rint((np.arange(width) + 0.5) / width * (columns - 1)).astype(np.int64)
    y = np.rint((np.arange(height) + 0.5) / height * (rows - 1)).astype(np.int64)
    z = np.clip((ev - GRID_Z0) / GRID_CELL, 0, GRID_DEPTH - 1.001)
    low = z.astype(np.int64)
    share = (z - low).astype(np.float64)
    cell = (y[:, None] * columns + x[None, :]) * GRID_DEPTH + low
    size = rows * columns * GRID_DEPTH
    count = np.zeros(size)
    total = np.zeros(size)
    for offset, part in ((0, 1 - share), (1, share)):
        where = (cell + offset).ravel()
        count += np.bincount(where, part.ravel(), size)
        total += np.bincount(where, (part * ev).ravel(), size)
    shape = (rows, columns, GRID_DEPTH)
    own = (GRID_Z0 + GRID_CELL * np.arange(GRID_DEPTH))[None, None, :]
    bases = []
    for spatial, tonal in ((1.4, 1.3), (0.6, 0.8)):
        weight = _blurred(count.reshape(shape), spatial, tonal)
        value = _blurred(total.reshape(shape), spatial, tonal)
        trust = 1e-3 * height * width / size
        bases.append((value + trust * own) / (weight + trust))
    return Guide(np.ascontiguousarray(np.stack(bases), np.float32))


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
        grid = np.add.reduce(
            [t * np.take(padded, np.arange(i, i + length), axis) for i, t in enumerate(taps)]
        )
    return grid
