"""The crop and the turns as Adobe's XMP has them, relative to the sensor's image, and as we have them, relative to the
upright one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.geometry import Size

MIRRORED = (2, 4, 5, 7)
INVERSE = {6: 8, 8: 6}

Number = TypeVar("Number", float, NDArray[np.float64])
Turn = tuple[int, int, int, int]
"""Where one step to the right (x, y) and one step down (x, y) of a picture lead after it was turned or mirrored."""

TURNS: dict[int, Turn] = {
    1: (1, 0, 0, 1),
    2: (-1, 0, 0, 1),
    3: (-1, 0, 0, -1),
    4: (1, 0, 0, -1),
    5: (0, 1, 1, 0),
    6: (0, 1, -1, 0),
    7: (0, -1, -1, 0),
    8: (0, -1, 1, 0),
}
"""EXIF orientation -> what makes the stored picture upright (EXIF 3.0, 4.6.5.1.6)."""
_NUMBERS = {turn: number for number, turn in TURNS.items()}


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


def point_to_upright(u: Number, v: Number, orientation: int) -> tuple[Number, Number]:
    """u, v: 0..1 of the sensor's image -> 0..1 of the upright picture.

    >>> point_to_upright(0.25, 0.0, 6)
    (1.0, 0.25)
    """
    return {
        1: (u, v), 2: (1 - u, v), 3: (1 - u, 1 - v), 4: (u, 1 - v),
        5: (v, u), 6: (1 - v, u), 7: (1 - v, 1 - u), 8: (v, 1 - u),
    }[orientation]  # fmt: skip


def point_to_sensor(u: Number, v: Number, orientation: int) -> tuple[Number, Number]:
    """The inverse of `point_to_upright`."""
    return point_to_upright(u, v, INVERSE.get(orientation, orientation))


def then(first: int, second: int) -> int:
    """The orientation that does the same as two, one after the other.

    >>> then(6, 6), then(6, 8), then(2, 6)
    (3, 1, 7)
    """
    right_x, right_y, down_x, down_y = TURNS[second]
    a, b, c, d = TURNS[first]
    return _NUMBERS[
        a * right_x + b * down_x, a * right_y + b * down_y, c * right_x + d * down_x, c * right_y + d * down_y
    ]


def between(first: int, both: int) -> int:
    """What has to follow `first` so that the two do the same as `both`."""
    return next(number for number in TURNS if then(first, number) == both)


def of_turns(flip_horizontal: bool, flip_vertical: bool, quarters: int) -> int:
    """The orientation that mirrors first and then turns clockwise, as the crop's parameters do."""
    number = 1
    for step in (2,) * flip_horizontal + (4,) * flip_vertical + (6,) * (quarters % 4):
        number = then(number, step)
    return number


def to_turns(orientation: int) -> tuple[bool, int]:
    """(mirrored left to right, clockwise quarter turns after that): the inverse of `of_turns`."""
    return next((flip, n) for flip in (False, True) for n in range(4) if of_turns(flip, False, n) == orientation)


def _moved(box: CropBox, orientation: int, size: Size) -> CropBox:
    """The same part of the picture after EXIF's transformation of it. size: before."""
    if orientation == 1:
        return box
    theta = math.radians(box.angle)
    across, down = (box.right - box.left) * size.width, (box.bottom - box.top) * size.height
    width = across * math.cos(theta) + down * math.sin(theta)
    height = down * math.cos(theta) - across * math.sin(theta)
    u, v = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    u, v = point_to_upright(u, v, orientation)
    if orientation >= 5:
        width, height = height, width
        size = Size(size.height, size.width)
    if orientation in MIRRORED:
        theta = -theta
    across = (width * math.cos(theta) - height * math.sin(theta)) / size.width / 2
    down = (width * math.sin(theta) + height * math.cos(theta)) / size.height / 2
    return CropBox(u - across, v - down, u + across, v + down, math.degrees(theta))
