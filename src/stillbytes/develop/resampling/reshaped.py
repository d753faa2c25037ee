"""Crops to a shape, and turns: as settings."""

from __future__ import annotations

import math
from collections.abc import Mapping

from stillbytes.core.geometry import Size
from stillbytes.develop import parameters
from stillbytes.develop.parameter import Value
from stillbytes.develop.resampling.geometry import Geometry
from stillbytes.develop.settings import Settings


def cropped(settings: Settings, frame: Size, ratio: tuple[float, float], orientation: str = "") -> dict[str, Value]:
    """The largest crop of that shape inside the present one, about its centre.

    ratio: width and height as the developed picture shows them. orientation: "portrait" or "landscape" if either was
    asked for.
    """
    width, height = ratio
    if orientation:
        width, height = (min(ratio), max(ratio)) if orientation == "portrait" else (max(ratio), min(ratio))
    form = Geometry.of(settings, frame)
    if form.turns % 2:
        width, height = height, width
    scale = min(form.cut.width / width, form.cut.height / height)
    return _corners(form.centre, width * scale, height * scale, form.angle, frame)


def straightened(settings: Settings, frame: Size, degrees: float) -> dict[str, Value]:
    """The crop of the present shape and centre at another angle, smaller where it would show what is no photo.

    A crop that reaches beyond the photo already keeps its size.
    """
    form = Geometry.of(settings, frame)
    angle = math.radians(degrees)
    x, y = form.centre
    # Half a pixel less, for the outermost pixels reach beyond their centres.
    across, down = min(x, frame.width - x) - 0.5, min(y, frame.height - y) - 0.5
    cosine, sine = abs(math.cos(angle)), abs(math.sin(angle))
    width, height = form.cut.width, form.cut.height
    reach_x, reach_y = (width * cosine + height * sine) / 2, (width * sine + height * cosine) / 2
    inside = all(0 <= settings.number(name) <= 1 for name in ("crop_left", "crop_top", "crop_right", "crop_bottom"))
    scale = min(1.0, across / reach_x, down / reach_y) if inside else 1.0
    return {"crop_angle": round(degrees, 2), **_corners(form.centre, width * scale, height * scale, angle, frame)}


def turned(settings: Settings, quarters: int) -> str:
    """The value of `rotate` after so many more quarter turns clockwise."""
    return str((int(str(settings.value("rotate"))) + 90 * quarters) % 360)


def flipped(settings: Settings, name: str) -> dict[str, Value]:
    """A mirror image as it is seen: after a quarter turn the other axis of the frame is mirrored."""
    if int(str(settings.value("rotate"))) % 180:
        name = "flip_vertical" if name == "flip_horizontal" else "flip_horizontal"
    return {name: not settings.value(name)}


def _corners(centre: tuple[float, float], width: float, height: float, angle: float, frame: Size) -> dict[str, Value]:
    x = (width * math.cos(angle) - height * math.sin(angle)) / 2
    y = (width * math.sin(angle) + height * math.cos(angle)) / 2
    corners: Mapping[str, float] = {
        "crop_left": (centre[0] - x) / frame.width,
        "crop_top": (centre[1] - y) / frame.height,
        "crop_right": (centre[0] + x) / frame.width,
        "crop_bottom": (centre[1] + y) / frame.height,
    }
    return {name: parameters()[name].clamped(round(value, 6)) for name, value in corners.items()}
