"""The crop as Adobe's XMP has it, relative to the sensor's image, and as we have it, relative to the upright one."""

from __future__ import annotations

import math
from dataclasses import dataclass

from stillbytes.core.geometry import Size

MIRRORED = (2, 4, 5, 7)
INVERSE = {6: 8, 8: 6}


@dataclass(frozen=True, slots=True)
class CropBox:
    """Opposite corners, 0..1, of a rectangle turned clockwise by `angle` degrees about its centre."""

    left: float
    top: float
    right: float
    bottom: float
    angle: float = 0.0


def to_upright(box: CropBox, orientation: int, upright: Size) -> CropBox:
    """box: relative to the sensor's image. orientation: EXIF, 1..8. upright: size of the upright photo."""
    return _moved(box, orientation, upright if orientation < 5 else Size(upright.height, upright.width))


def to_sensor(box: CropBox, orientation: int, upright: Size) -> CropBox:
    """The inverse of `to_upright`."""
    return _moved(box, INVERSE.get(orientation, orientation), upright)


def _moved(box: CropBox, orientation: int, size: Size) -> CropBox:
    """The same part of the picture after EXIF's transformation of it. size: before."""
    if orientation == 1:
        return box
    theta = math.radians(box.angle)
    across, down = (box.right - box.left) * size.width, (box.bottom - box.top) * size.height
    width = across * math.cos(theta) + down * math.sin(theta)
    height = down * math.cos(theta) - across * math.sin(theta)
    u, v = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    u, v = {
        2: (1 - u, v), 3: (1 - u, 1 - v), 4: (u, 1 - v), 5: (v, u), 6: (1 - v, u), 7: (1 - v, 1 - u), 8: (v, 1 - u),
    }[orientation]  # fmt: skip
    if orientation >= 5:
        width, height = height, width
        size = Size(size.height, size.width)
    if orientation in MIRRORED:
        theta = -theta
    across = (width * math.cos(theta) - height * math.sin(theta)) / size.width / 2
    down = (width * math.sin(theta) + height * math.cos(theta)) / size.height / 2
    return CropBox(u - across, v - down, u + across, v + down, math.degrees(theta))
