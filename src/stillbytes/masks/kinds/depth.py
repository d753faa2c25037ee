"""Depth range: what is as far away as this, by a model's estimate of depth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stillbytes.develop.resampling.frame_grid import FrameGrid
from stillbytes.masks import fields
from stillbytes.masks.kind import Floats, Found, Rasters, smooth


@dataclass(frozen=True)
class Depth(Found, group="found", label="Depth range", says="What is as far away as this."):
    near: float = fields.number(0.0, 0, 100, says="The nearest that is all in; 0 is the nearest of all.", step=1)
    far: float = fields.number(100.0, 0, 100, says="The farthest that is all in.", step=1)
    soft: float = fields.number(10.0, 0, 100, says="How far beyond it fades.", step=1, label="Fade")

    @property
    def empty(self) -> bool:
        return self.far < self.near

    def coverage(self, grid: FrameGrid, rasters: Rasters) -> Floats:
        distance = np.float32(100) * grid.sampled(rasters[self.raster])
        scale = np.float32(1 / max(self.soft, 0.5))
        rise = (distance - np.float32(self.near)) * scale + 1 if self.near > 0 else np.ones_like(distance)
        fall = (np.float32(self.far) - distance) * scale + 1 if self.far < 100 else np.ones_like(distance)
        return np.asarray(smooth(rise) * smooth(fall), np.float32)
