"""Places in the photo as Adobe's programs have them and as we do.

Theirs are 0..1 of the width and height of the sensor's image before any crop, ours frame units of the upright picture,
whose long edge is 1. What a lens profile moves in their picture is not in these numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.geometry import Size
from stillbytes.edit.orientation import CropBox, point_to_sensor, point_to_upright, to_sensor, to_upright

DECIMALS = 9
"""Of numbers that are read, so that those with fewer decimals come out as they are."""


@dataclass(frozen=True, slots=True)
class Frame:
    """orientation: EXIF, 1..8. upright: size of the upright picture."""

    orientation: int
    upright: Size

    @property
    def units(self) -> tuple[float, float]:
        """Width and height of the upright picture in frame units."""
        return self.upright.width / self.upright.long_edge, self.upright.height / self.upright.long_edge

    @property
    def sensor_width(self) -> float:
        """In frame units: what they count the radii of brushes in."""
        return self.units[0 if self.orientation < 5 else 1]

    def to_theirs(self, x: float, y: float) -> tuple[float, float]:
        width, height = self.units
        return point_to_sensor(x / width, y / height, self.orientation)

    def to_ours(self, x: float, y: float) -> tuple[float, float]:
        width, height = self.units
        u, v = point_to_upright(x, y, self.orientation)
        return round(u * width, DECIMALS), round(v * height, DECIMALS)

    def rows_to_theirs(self, places: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, 2) places as `to_theirs` gives them."""
        u, v = (places / self.units).T
        return np.column_stack(point_to_sensor(u, v, self.orientation))

    def rows_to_ours(self, places: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, 2) places as `to_ours` gives them."""
        u, v = places.T
        return np.round(np.column_stack(point_to_upright(u, v, self.orientation)) * self.units, DECIMALS)

    def box_to_theirs(self, box: CropBox) -> CropBox:
        """box: opposite corners of a turned rectangle, 0..1 of the upright picture."""
        return to_sensor(box, self.orientation, self.upright)

    def box_to_ours(self, box: CropBox) -> CropBox:
        return to_upright(box, self.orientation, self.upright)
