"""Colour range: what has one of these colours, in the photo as it was taken.

Distances are those of Oklab (Ottosson 2020), with differences of lightness at a third of their weight.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stillbytes.develop.colour import LMS_TO_OKLAB, REC2020_TO_LMS
from stillbytes.develop.resampling.frame_grid import FrameGrid, combined
from stillbytes.masks import fields
from stillbytes.masks.kind import Floats, Kind, Rasters, smooth

LIGHTNESS = 1 / 3
WIDEST = 0.25
"""The distance that a tolerance of 100 reaches."""


@dataclass(frozen=True)
class Colour(Kind, group="range", label="Colour range", says="What has one of these colours."):
    colours: tuple[tuple[float, float, float], ...] = fields.colours(says="The colours, picked in the photo.")
    tolerance: float = fields.number(30.0, 1, 100, says="How far other colours may be from these.", step=1)

    @property
    def empty(self) -> bool:
        return not self.colours

    def coverage(self, grid: FrameGrid, rasters: Rasters) -> Floats:
        lab = oklab(grid.light())
        reach = np.float32(WIDEST * self.tolerance / 100)
        covered = np.zeros(lab.shape[1:], np.float32)
        for lightness, a, b in self.colours:
            distance = np.square((lab[0] - np.float32(lightness)) * np.float32(LIGHTNESS))
            distance += np.square(lab[1] - np.float32(a)) + np.square(lab[2] - np.float32(b))
            covered = np.maximum(covered, smooth(2 - 2 * np.sqrt(distance) / reach))
        return covered


def oklab(light: Floats) -> Floats:
    """(3, ...) linear Rec.2020 -> lightness, a and b."""
    light = np.maximum(light, 0)
    lms = np.cbrt(np.stack([combined(row, light) for row in REC2020_TO_LMS]))
    return np.stack([combined(row, lms) for row in LMS_TO_OKLAB])
