"""Lasso: what lies inside a closed line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stillbytes.develop.resampling.frame_grid import FrameGrid
from stillbytes.masks import fields
from stillbytes.masks.kind import Floats, Kind, Rasters

FINE = 4
"""Sub-pixels along each axis that an edge is counted in."""


@dataclass(frozen=True)
class Lasso(Kind, group="drawn", label="Lasso", says="What lies inside a line or between straight edges."):
    points: tuple[fields.Point, ...] = fields.points(says="The corners, in their order.")

    @property
    def empty(self) -> bool:
        return len(self.points) < 3

    def coverage(self, grid: FrameGrid, rasters: Rasters) -> Floats:
        if self.empty:
            return np.zeros((grid.height, grid.width), np.float32)
        corners = grid.to_grid(np.array(self.points, np.float64)) - (grid.rect.x - 0.5, grid.rect.y - 0.5)
        inside = np.zeros((grid.height * FINE, grid.width + 1), np.float32)
        rows = (np.arange(grid.height * FINE) + 0.5) / FINE
        # Even-odd rule, line by line of sub-pixels: what is right of a crossing changes sides, exactly as much of a
        # pixel as is right of it.
        for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
            if y0 == y1:
                continue
            low, high = min(y0, y1), max(y0, y1)
            first, last = np.searchsorted(rows, [low, high])
            if first == last:
                continue
            crossing = x0 + (rows[first:last] - y0) * ((x1 - x0) / (y1 - y0))
            inside[first:last] = _toggled(inside[first:last], crossing)
        covered = inside[:, :-1].reshape(grid.height, FINE, grid.width).mean(1, dtype=np.float32)
        return np.asarray(np.clip(covered, 0, 1), np.float32)


def _toggled(inside: Floats, crossing: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Floats:
    """Each row with what is right of its crossing inverted."""
    columns = np.arange(inside.shape[1], dtype=np.float64)[None, :]
    right = np.clip(columns + 1 - crossing[:, None], 0, 1).astype(np.float32)
    return np.asarray(inside + right - 2 * inside * right, np.float32)
