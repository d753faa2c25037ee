"""Linear and radial gradients.

The corners of Lightroom's radial gradient are those of its box after the turn, as those of a turned crop are.
"""

from __future__ import annotations

import math

from stillbytes.edit.corrections.forms.form import Form
from stillbytes.edit.corrections.places import DECIMALS, Frame
from stillbytes.edit.corrections.structure import Fields, Structure, Unmapped, truth, written
from stillbytes.edit.orientation import CropBox
from stillbytes.masks.kinds.linear import Linear
from stillbytes.masks.kinds.radial import Radial

SMALLEST = 0.0001
"""Radius in frame units."""


def _write_linear(kind: Linear, frame: Frame, inverted: bool) -> Structure:
    (zero_x, zero_y), (full_x, full_y) = frame.to_theirs(*kind.zero), frame.to_theirs(*kind.full)
    return {
        "What": "Mask/Gradient",
        "ZeroX": written(zero_x),
        "ZeroY": written(zero_y),
        "FullX": written(full_x),
        "FullY": written(full_y),
    }


def _read_linear(given: Fields, frame: Frame) -> tuple[Linear, bool]:
    zero = frame.to_ours(given.number("ZeroX"), given.number("ZeroY"))
    return Linear(zero, frame.to_ours(given.number("FullX"), given.number("FullY"))), False


def _write_radial(kind: Radial, frame: Frame, inverted: bool) -> Structure:
    # Lightroom's angles lie within an eighth of a turn; beyond that, width and height change places.
    quarters = math.floor((kind.angle + 45) / 90)
    across, down = (kind.radius_x, kind.radius_y) if quarters % 2 == 0 else (kind.radius_y, kind.radius_x)
    angle = kind.angle - 90 * quarters
    cosine, sine = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    width, height = frame.units
    u, v = kind.centre[0] / width, kind.centre[1] / height
    right, bottom = (across * cosine - down * sine) / width, (across * sine + down * cosine) / height
    box = frame.box_to_theirs(CropBox(u - right, v - bottom, u + right, v + bottom, angle))
    return {
        "What": "Mask/CircularGradient",
        "Top": written(box.top),
        "Left": written(box.left),
        "Bottom": written(box.bottom),
        "Right": written(box.right),
        "Angle": written(box.angle),
        "Midpoint": "50",
        "Roundness": "0",
        "Feather": written(kind.feather),
        "Flipped": truth(not inverted),
        "Version": "2",
    }


def _read_radial(given: Fields, frame: Frame) -> tuple[Radial, bool]:
    if given.number("Roundness", 0.0):
        raise Unmapped("it is no ellipse")
    left, top, right, bottom = (given.number(name) for name in ("Left", "Top", "Right", "Bottom"))
    box = frame.box_to_ours(CropBox(left, top, right, bottom, given.number("Angle", 0.0)))
    width, height = frame.units
    cosine, sine = math.cos(math.radians(box.angle)), math.sin(math.radians(box.angle))
    across, down = (box.right - box.left) * width / 2, (box.bottom - box.top) * height / 2
    radius_x, radius_y = abs(across * cosine + down * sine), abs(down * cosine - across * sine)
    if min(radius_x, radius_y) < SMALLEST:
        raise Unmapped("it has no extent")
    centre = (box.left + box.right) / 2 * width, (box.top + box.bottom) / 2 * height
    kind = Radial(
        (round(centre[0], DECIMALS), round(centre[1], DECIMALS)),
        round(radius_x, DECIMALS),
        round(radius_y, DECIMALS),
        round(box.angle, 6),
        given.number("Feather", 50.0),
    )
    return kind, not given.flag("Flipped", True) and "MaskInverted" not in given.of


LINEAR = Form((Linear,), ("Mask/Gradient",), _write_linear, _read_linear)
RADIAL = Form((Radial,), ("Mask/CircularGradient",), _write_radial, _read_radial)
