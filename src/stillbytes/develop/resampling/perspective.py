"""Perspective: the picture that the camera would have taken, had it looked elsewhere from the same place.

Turning a camera about its lens's centre maps pictures onto each other by K R K^-1 (R. Hartley, A. Zisserman, "Multiple
view geometry in computer vision", 2004, section 8.4.1); the rest of the sliders are affine. Coordinates here are long
edges of the frame from its middle, x right and y down.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.geometry import Size
from stillbytes.develop.settings import Settings

Matrix = NDArray[np.float64]
STRENGTH = 0.8
"""How much nearer, in parts for each long edge, a slider at 100 brings a side."""
FOCAL = 1.0
"""In long edges, where the file does not tell it: 36 mm on a full-frame camera."""
NAMES = (
    "perspective_vertical", "perspective_horizontal", "perspective_rotate", "perspective_aspect", "perspective_scale",
    "perspective_x", "perspective_y",
)  # fmt: skip
TURNS = NAMES[:3]
LEAST = 0.05
"""The least depth that counts: nothing is seen from behind."""


def changed(settings: Settings) -> bool:
    return any(name in settings for name in NAMES)


def looking(vertical: float, horizontal: float, rotate: float, focal: float | None) -> Matrix:
    """(3, 3): a place of the corrected picture -> the photo. The middle stays, and its size.

    The sliders' values; focal in long edges.
    """
    f = focal or FOCAL
    up, aside, roll = turn(vertical, f), turn(horizontal, f), math.radians(rotate)
    pitch = np.array([[1, 0, 0], [0, math.cos(up), -math.sin(up)], [0, math.sin(up), math.cos(up)]])
    yaw = np.array([[math.cos(aside), 0, -math.sin(aside)], [0, 1, 0], [math.sin(aside), 0, math.cos(aside)]])
    rolled = np.array([[math.cos(roll), math.sin(roll), 0], [-math.sin(roll), math.cos(roll), 0], [0, 0, 1]])
    camera = np.diag([f, f, 1.0])
    matrix = camera @ yaw @ pitch @ np.linalg.inv(camera)
    middle = np.linalg.inv(matrix)[:, 2]  # where the lens's axis meets the corrected picture
    matrix = matrix @ np.array([[1, 0, middle[0] / middle[2]], [0, 1, middle[1] / middle[2]], [0, 0, 1]])
    matrix /= matrix[2, 2]
    size = math.sqrt(abs(np.linalg.det(matrix[:2, :2])))
    return np.asarray(rolled @ matrix @ np.diag([1 / size, 1 / size, 1.0]))


def turn(value: float, focal: float) -> float:
    """The angle of the camera in radians that brings a side nearer by the part that the slider says.

    With the middle's size kept, a turn by an angle a brings it nearer by sin a / (f sqrt(cos a)).
    """
    wanted = value / 100 * STRENGTH * focal
    square = wanted * wanted
    return math.copysign(math.acos((math.sqrt(square * square + 4) - square) / 2), value)


def matrix(settings: Settings, frame: Size, focal: float | None) -> Matrix:
    """(3, 3): pixels of the corrected frame -> pixels of the frame, whole ones their centres."""
    number = settings.number
    vertical, horizontal, rotate = (number(name) for name in TURNS)
    look = looking(vertical, horizontal, rotate, focal)
    stretch, scale = 2 ** (number("perspective_aspect") / 200), number("perspective_scale") / 100
    across = number("perspective_x") / 100 * frame.width / frame.long_edge
    down = -number("perspective_y") / 100 * frame.height / frame.long_edge
    back = np.array([[stretch, 0, 0], [0, 1 / stretch, 0], [0, 0, scale]])
    back = back @ np.array([[1, 0, -across], [0, 1, -down], [0, 0, 1]])
    unit, x, y = frame.long_edge, (frame.width - 1) / 2, (frame.height - 1) / 2
    to_pixels = np.array([[unit, 0, x], [0, unit, y], [0, 0, 1]])
    return np.asarray(to_pixels @ look @ back @ np.linalg.inv(to_pixels))


def moved(matrix: Matrix, x: NDArray[Any], y: NDArray[Any]) -> tuple[Matrix, Matrix]:
    """Places through a matrix."""
    depth = np.maximum(matrix[2, 0] * x + matrix[2, 1] * y + matrix[2, 2], LEAST)
    across = matrix[0, 0] * x + matrix[0, 1] * y + matrix[0, 2]
    down = matrix[1, 0] * x + matrix[1, 1] * y + matrix[1, 2]
    return across / depth, down / depth
