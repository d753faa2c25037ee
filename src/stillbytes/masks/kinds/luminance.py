"""Luminance range: what is as bright as this, in the photo as it was taken."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stillbytes.develop.colour import REC2020_LUMINANCE
from stillbytes.develop.resampling.frame_grid import FrameGrid, combined
from stillbytes.masks import fields
from stillbytes.masks.kind import Floats, Kind, Rasters, smooth


@dataclass(frozen=True)
class Luminance(Kind, group="range", label="Luminance range", says="What is as bright as this."):
    low: float = fields.number(0.0, 0, 100, says="The darkest lightness that is all in.", step=1)
    high: float = fields.number(100.0, 0, 100, says="The brightest lightness that is all in.", step=1)
    soft_low: float = fields.number(10.0, 0, 100, says="How far below it fades.", step=1, label="Fade below")
    soft_high: float = fields.number(10.0, 0, 100, says="How far above it fades.", step=1, label="Fade above")

    @property
    def empty(self) -> bool:
        return self.high < self.low

    def coverage(self, grid: FrameGrid, rasters: Rasters) -> Floats:
        lightness = np.float32(100) * lightness_of(grid.light())
        rise = (lightness - np.float32(self.low - self.soft_low)) * np.float32(1 / max(self.soft_low, 0.01))
        fall = (np.float32(self.high + self.soft_high) - lightness) * np.float32(1 / max(self.soft_high, 0.01))
        # At the ends of the scale there is nothing to fade to.
        rise = rise if self.low > 0 else np.ones_like(rise)
        fall = fall if self.high < 100 else np.ones_like(fall)
        return np.asarray(smooth(rise) * smooth(fall), np.float32)


def lightness_of(light: Floats) -> Floats:
    """(3, height, width) linear Rec.2020 -> 0..1, the lightness L* / 100 of CIE 1976, middle grey at 0.5."""
    luminance = np.clip(combined(REC2020_LUMINANCE, light), 0, 1)
    linear = luminance * np.float32(9.033)
    return np.asarray(np.where(luminance > 0.008856, 1.16 * np.cbrt(luminance) - 0.16, linear), np.float32)
