"""Radial gradient: all in the middle of an ellipse, nothing outside of it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from stillbytes.develop.resampling.frame_grid import FrameGrid
from stillbytes.masks import fields
from stillbytes.masks.kind import Floats, Kind, Rasters, smooth


@dataclass(frozen=True)
class Radial(Kind, group="drawn", label="Radial gradient", says="An ellipse with a soft edge."):
    centre: fields.Point = fields.point((0.5, 0.33), says="The middle of the ellipse.")
    radius_x: float = fields.number(0.2, 0.0001, 4, says="Half its width, of the photo's long edge.", label="Width")
    radius_y: float = fields.number(0.2, 0.0001, 4, says="Half its height, of the photo's long edge.", label="Height")
    angle: float = fields.number(0.0, -360, 360, says="Turns it clockwise.", unit="°", step=0.1)
    feather: float = fields.number(50.0, 0, 100, says="How much of the way from its edge inwards is soft.", step=1)

    def coverage(self, grid: FrameGrid, rasters: Rasters) -> Floats:
        x, y = grid.points()
        across, down = x - np.float32(self.centre[0]), y - np.float32(self.centre[1])
        cosine, sine = np.float32(math.cos(math.radians(self.angle))), np.float32(math.sin(math.radians(self.angle)))
        u = (across * cosine + down * sine) * np.float32(1 / self.radius_x)
        v = (down * cosine - across * sine) * np.float32(1 / self.radius_y)
        distance = np.sqrt(u * u + v * v)
        # An edge is never harder than a pixel, or it would be jagged.
        pixel = grid.pixel / min(self.radius_x, self.radius_y)
        soft = max(self.feather / 100, pixel, 1e-4)
        outer = 1 + max(0.0, pixel - self.feather / 100) / 2
        return smooth((np.float32(outer) - distance) * np.float32(1 / soft))
