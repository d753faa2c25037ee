"""Linear gradient: nothing on one side, all on the other, a smooth change between two lines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stillbytes.develop.resampling.frame_grid import FrameGrid
from stillbytes.masks import fields
from stillbytes.masks.kind import Floats, Kind, Rasters, smooth


@dataclass(frozen=True)
class Linear(Kind, group="drawn", label="Linear gradient", says="Changes from nothing to all between two lines."):
    zero: fields.Point = fields.point((0.5, 0.5), says="A place on the line where it begins.", label="Begins")
    full: fields.Point = fields.point((0.5, 0.0), says="A place on the line from which on it is all.", label="Full")

    def coverage(self, grid: FrameGrid, rasters: Rasters) -> Floats:
        x, y = grid.points()
        across, down = self.full[0] - self.zero[0], self.full[1] - self.zero[1]
        length = max(across * across + down * down, 1e-12)
        along = (x - np.float32(self.zero[0])) * np.float32(across / length)
        along = along + (y - np.float32(self.zero[1])) * np.float32(down / length)
        return np.broadcast_to(smooth(along), (grid.height, grid.width))
