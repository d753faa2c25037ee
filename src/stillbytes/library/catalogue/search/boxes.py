"""Parts of the earth between two parallels and two meridians."""

from __future__ import annotations

from typing import NamedTuple

from stillbytes.core.saying import said
from stillbytes.library.catalogue.errors import InvalidQuery


class Box(NamedTuple):
    """In degrees, its borders being part of it. From west eastwards: over the date line where west > east."""

    south: float
    west: float
    north: float
    east: float

    def condition(self) -> tuple[str, tuple[float, ...]]:
        """SQL on a row of `photos`, and its values."""
        way = "OR" if self.west > self.east else "AND"
        return (
            f"latitude BETWEEN ? AND ? AND (longitude >= ? {way} longitude <= ?)",
            (self.south, self.north, self.west, self.east),
        )


def box(value: str) -> Box:
    """Written `south,west,north,east`. Raises InvalidQuery."""
    try:
        south, west, north, east = (float(part) for part in value.split(","))
    except ValueError:
        south = west = north = east = 360.0
    if not (-90 <= south <= north <= 90 and abs(west) <= 180 and abs(east) <= 180):
        raise InvalidQuery(
            said("box:{value} is not understood.", value=value[:60]),
            "Write box:46.9,7.4,47,7.5: south, west, north and east in degrees.",
        )
    return Box(south, west, north, east)
