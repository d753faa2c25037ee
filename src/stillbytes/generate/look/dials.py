"""The develop parameters that make a look, as a vector that an optimiser can turn.

Each dial is one number; 0 leaves the picture alone and 1 is a clearly visible change. White balance turns in mired,
colour grading in Cartesian coordinates of its wheel, and curves point by point, so that equal steps have about equal
effects everywhere.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.develop import parameters
from stillbytes.develop.camera import WhitePoint
from stillbytes.develop.operations.colour_grading import REGIONS
from stillbytes.develop.operations.colour_mixer import BANDS, KINDS
from stillbytes.develop.operations.tone_curve import monotone_cubic
from stillbytes.develop.parameter import STRAIGHT, Point, Value
from stillbytes.develop.settings import Settings

Vector = NDArray[np.float64]

CURVES = {
    "curve": (0, 24, 48, 80, 112, 144, 176, 208, 232, 255),
    "curve_red": (0, 64, 128, 192, 255),
    "curve_green": (0, 64, 128, 192, 255),
    "curve_blue": (0, 64, 128, 192, 255),
}
"""Curve -> where its points stand, in display codes."""


@dataclass(frozen=True, slots=True)
class Dial:
    """name: the parameter, with `@x` for a curve's point and `.x`, `.y` for the two axes of a wheel.

    unit: what 1 is, in the parameter's unit (mired for the temperature, codes for curves). low, high: in units.
    part: dials of one part are left out or kept together.
    """

    name: str
    unit: float
    low: float
    high: float
    part: str

    def narrowed(self, most: float) -> Dial:
        """With a range of at most `most` of the parameter's unit to either side."""
        return Dial(self.name, self.unit, max(self.low, -most / self.unit), min(self.high, most / self.unit), self.part)


def _slider(name: str, unit: float = 20.0) -> Dial:
    p = parameters()[name]
    return Dial(name, unit, p.minimum / unit, p.maximum / unit, name)


def _wheel(region: str) -> list[Dial]:
    saturation, part = f"grade_{region}_saturation", f"grade_{region}"
    return [Dial(f"{saturation}.{axis}", 10.0, -10.0, 10.0, part) for axis in "xy"]


def _curve(name: str, points: Sequence[int] = ()) -> list[Dial]:
    return [Dial(f"{name}@{x}", 12.0, -x / 12.0, (255 - x) / 12.0, name) for x in points or CURVES[name]]


def light() -> list[Dial]:
    return [_slider("exposure", 0.5), _slider("contrast")]


def white() -> list[Dial]:
    return [Dial("temperature", 20.0, -6.0, 15.0, "temperature"), Dial("tint", 15.0, -10.0, 10.0, "tint")]


def regions() -> list[Dial]:
    return [_slider(name) for name in ("highlights", "shadows", "whites", "blacks")]


def colour() -> list[Dial]:
    return [_slider("saturation"), _slider("vibrance")]


def mixer(*kinds: str) -> list[Dial]:
    """Of these of the mixer's kinds, all when none is named."""
    return [_slider(f"{kind}_{band}") for kind in kinds or KINDS for band in BANDS]


def greys() -> list[Dial]:
    return [_slider(f"grey_{band}") for band in BANDS]


def grading(*names: str) -> list[Dial]:
    """The wheels of these regions, all when none is named."""
    return [dial for region in names or REGIONS for dial in _wheel(region)]


def grading_light() -> list[Dial]:
    """Luminance of the three regions, and where these meet."""
    brightness = [_slider(f"grade_{region}_luminance") for region in REGIONS if region != "global"]
    return [*brightness, Dial("grade_blending", 20.0, -2.5, 2.5, "grade_blending"), _slider("grade_balance")]


def curve(points: Sequence[int] = ()) -> list[Dial]:
    """The curve of the whole picture, with points there."""
    return _curve("curve", points)


def channel_curves() -> list[Dial]:
    return [dial for name in ("curve_red", "curve_green", "curve_blue") for dial in _curve(name)]


LOOK: frozenset[str] = frozenset(
    {
        "exposure", "contrast", "highlights", "shadows", "whites", "blacks", "white_balance", "temperature", "tint",
        "vibrance", "saturation", "black_and_white", "grade_blending", "grade_balance", *CURVES,
        *(f"{kind}_{band}" for kind in KINDS for band in BANDS), *(f"grey_{band}" for band in BANDS),
        *(f"grade_{r}_{k}" for r in REGIONS for k in ("hue", "saturation", "luminance")),
    }
)  # fmt: skip
"""The parameters that a look consists of; all others of a photo stay as they are."""


TABLE: frozenset[str] = frozenset({"lut", "lut_amount", "lut_space"})
"""Those of a look-up table, which a look has where it is allowed one."""


def without_look(settings: Settings, table: bool = False) -> Settings:
    """The settings that no look touches: crop, noise, masks and the like. table: whether looks have look-up tables."""
    looks = LOOK | TABLE if table else LOOK
    return Settings({name: value for name, value in settings.items() if name not in looks})


def with_look(settings: Settings, look: Settings, table: bool = False) -> Settings:
    """The settings with the look of others in place of their own."""
    looks = LOOK | TABLE if table else LOOK
    return Settings({**without_look(settings, table), **{name: look[name] for name in look if name in looks}})


class Board:
    """Dials in an order, for a photo taken under the white `as_shot`."""

    def __init__(self, dials: Iterable[Dial], as_shot: WhitePoint, fixed: Mapping[str, Any] | None = None) -> None:
        """fixed: settings that go with every position of the dials."""
        self.dials: Sequence[Dial] = tuple(dials)
        self.low = np.array([dial.low for dial in self.dials])
        self.high = np.array([dial.high for dial in self.dials])
        self._as_shot = as_shot
        self._fixed = dict(fixed or {})

    def with_more(self, dials: Iterable[Dial]) -> Board:
        return Board([*self.dials, *dials], self._as_shot, self._fixed)

    def values(self, at: Vector, step: float = 0.0) -> dict[str, Value]:
        """Parameter -> value where the dials stand at `at`. step: sliders to multiples of so many of their own steps
        (0: as they are)."""
        found: dict[str, Value] = dict(self._fixed)
        curves: dict[str, dict[int, float]] = {}
        wheels: dict[str, dict[str, float]] = {}
        for dial, position in zip(self.dials, at, strict=True):
            amount = float(position) * dial.unit
            name, at_sign, x = dial.name.partition("@")
            wheel, dot, axis = dial.name.partition(".")
            if at_sign:
                curves.setdefault(name, {})[int(x)] = amount
            elif dot:
                wheels.setdefault(wheel, {})[axis] = amount
            elif amount:
                found[name] = self._value(name, amount, step)
        for name, offsets in curves.items():
            found[name] = _points(name, offsets, step)
        for name, wheel_at in wheels.items():
            found |= _polar(name, wheel_at["x"], wheel_at["y"], step)
        return found

    def _value(self, name: str, amount: float, step: float) -> float:
        p = parameters()[name]
        if name == "temperature":
            amount = 1e6 / max(1e6 / self._as_shot.temperature + amount, 1.0)
        elif name == "tint":
            amount += self._as_shot.tint
        elif isinstance(p.default, float):
            amount += p.default
        return p.clamped(_rounded(amount, p.step * (1 if name in ("temperature", "tint") else step) if step else 0.0))


def _points(name: str, offsets: Mapping[int, float], step: float) -> tuple[tuple[float, float], ...]:
    """A curve that never falls; straight when no point moved; without points that lie where the curve is anyway."""
    y = np.array([x + offset for x, offset in offsets.items()])
    y = np.clip(np.maximum.accumulate(y), 0, 255)
    if step:
        y = np.rint(y)
    if np.abs(y - np.array(list(offsets))).max() < 0.5:
        return STRAIGHT
    points = tuple((float(x), float(v)) for x, v in zip(offsets, y, strict=True))
    return _fewer(points) if step else points


def _fewer(points: tuple[Point, ...]) -> tuple[Point, ...]:
    """The curve with as few of its points as keep it within one code."""
    codes = np.arange(256.0)
    whole = monotone_cubic(points, codes)
    while len(points) > 2:
        less = [points[:i] + points[i + 1 :] for i in range(1, len(points) - 1)]
        away = [float(np.abs(monotone_cubic(one, codes) - whole).max()) for one in less]
        if min(away) > 1.0:
            break
        points = less[int(np.argmin(away))]
    return points


def _polar(name: str, x: float, y: float, step: float) -> dict[str, Value]:
    hue, saturation = math.degrees(math.atan2(y, x)) % 360.0, min(math.hypot(x, y), 100.0)
    saturation = _rounded(saturation, step)
    if saturation == 0:
        return {}
    return {name: saturation, name.replace("saturation", "hue"): _rounded(hue, step) % 360.0}


def _rounded(value: float, step: float) -> float:
    return round(round(value / step) * step, 4) if step else value
