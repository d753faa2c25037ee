"""How a develop parameter is declared: once, beside the code that uses it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import accumulate, pairwise
from typing import Any, Literal

from stillbytes.core.errors import InvalidSetting
from stillbytes.core.saying import said
from stillbytes.develop import adjustment, patch, point_colour

Kind = Literal["number", "choice", "toggle", "text", "curve", "colours", "lut", "dcp", "adjustments", "patches"]
Scope = Literal["global", "both", "local"]
Point = tuple[float, float]
Value = float | str | bool | tuple[Point, ...] | tuple[Mapping[str, Any], ...] | None

STRAIGHT: tuple[Point, ...] = ((0.0, 0.0), (255.0, 255.0))
MOST_CURVE_POINTS = 64
MOST_LETTERS = 200
"""Of a text."""
NAMED_FILE = re.compile(r"^(|[0-9a-f]{24} [^\x00-\x1f\x7f/\\]{1,200})$")
"""Nothing, or the address of a file's content, a space and the name that it had."""

NAMED_PROFILE = re.compile(r"^(|([0-9A-F]{32} )?[^\x00-\x1f\x7f]{1,120})$")
"""Nothing, or a camera profile's name, which the digest of one of that name may stand before."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One develop parameter. Slider, CLI option, JSON schema, XMP field and reference derive from it.

    default: the value that leaves the picture as it is; None means "as the photo says" (as-shot white balance).
    scale: "log" when equal steps of the slider are equal ratios.
    gradient: two or more CSS colours that the slider's track runs through, when the ends have a colour.
    xmp: qualified name of the sidecar field; Adobe's `crs:` where one exists, else ours (`sb:`).
    choice_labels: what a person reads for each of `choices`, in order, where the words themselves do not do.
    xmp_choices: the file's word for each of `choices`, in order, where it differs; of a toggle for off and on.
    scope: whether it is of the whole picture, of adjustments (then its value is added where their mask is), or both.
    process: whether it chooses between processes (see `process`), which forms show only where an edit has an older one.
    """

    kind: Kind
    default: Value
    minimum: float = 0.0
    maximum: float = 0.0
    step: float = 1.0
    unit: str = ""
    scale: Literal["linear", "log"] = "linear"
    choices: tuple[str, ...] = ()
    choice_labels: tuple[str, ...] = ()
    xmp: str = ""
    xmp_choices: tuple[str, ...] = ()
    says: str = ""
    label: str = ""
    gradient: tuple[str, ...] = ()
    scope: Scope = "global"
    process: bool = False
    name: str = ""
    group: str = ""
    operation: str = ""

    def check(self, value: Any) -> Value:
        """`value` in canonical form. Raises InvalidSetting when it is of the wrong kind or out of range."""
        if value is None:
            return self.default
        return _CHECKS[self.kind](self, value)

    @property
    def neutral(self) -> Value:
        """What an adjustment adds that changes nothing."""
        return 0.0 if self.kind == "number" else self.default

    def times(self, value: Value, amount: float) -> Value:
        """`amount` of what an adjustment adds. A rising curve stays one, and within 0..255."""
        return value if amount == 1 else _TIMES[self.kind](value, amount)

    def clamped(self, value: float) -> float:
        """The nearest value inside the range."""
        return min(max(float(value), self.minimum), self.maximum)

    def refuse(self, value: Any, allowed: str) -> InvalidSetting:
        return InvalidSetting(
            said("{parameter} cannot be {value!r}.", parameter=said(self.label or self.name), value=value),
            said("Use {allowed}.", allowed=allowed),
        )

    @property
    def listed(self) -> bool:
        """Whether the value is a list of things with ids, which has neither a slider nor an option."""
        return self.kind in ("adjustments", "patches")

    @property
    def decimals(self) -> int:
        """Digits after the point that one step needs."""
        return max(0, math.ceil(-math.log10(self.step) - 1e-9)) if self.step > 0 else 0

    def json_schema(self) -> dict[str, Any]:
        """JSON Schema (2020-12) of the parameter's values."""
        schema: dict[str, Any] = {"description": self.says}
        if self.kind == "number":
            schema |= {"type": "number", "minimum": self.minimum, "maximum": self.maximum}
        elif self.kind == "choice":
            schema |= {"type": "string", "enum": list(self.choices)}
        elif self.kind == "toggle":
            schema |= {"type": "boolean"}
        elif self.kind == "text":
            schema |= {"type": "string", "maxLength": MOST_LETTERS}
        elif self.kind == "lut":
            schema |= {"type": "string", "pattern": NAMED_FILE.pattern}
        elif self.kind == "dcp":
            schema |= {"type": "string", "pattern": NAMED_PROFILE.pattern}
        elif self.kind == "colours":
            schema |= {"type": "array", "items": {"type": "object"}, "maxItems": point_colour.MOST}
        elif self.listed:
            most = adjustment.MOST if self.kind == "adjustments" else patch.MOST
            schema |= {"type": "array", "items": {"type": "object"}, "maxItems": most}
        else:
            code = {"type": "number", "minimum": 0, "maximum": 255}
            point = {"type": "array", "items": code, "minItems": 2, "maxItems": 2}
            schema |= {"type": "array", "items": point, "minItems": 2, "maxItems": MOST_CURVE_POINTS}
        return schema


def _check_number(p: Parameter, value: Any) -> float:
    allowed = said("a number from {least:g} to {most:g} {unit}", least=p.minimum, most=p.maximum, unit=p.unit)
    if not p.unit:
        allowed = said("a number from {least:g} to {most:g}", least=p.minimum, most=p.maximum)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise p.refuse(value, allowed)
    if not p.minimum <= value <= p.maximum:  # also refuses what is no number at all
        raise p.refuse(value, allowed)
    return float(value)


def _check_choice(p: Parameter, value: Any) -> str:
    if not isinstance(value, str) or value not in p.choices:
        raise p.refuse(value, said("one of {these}", these=", ".join(p.choices)))
    return value


def _check_toggle(p: Parameter, value: Any) -> bool:
    if not isinstance(value, bool):
        raise p.refuse(value, said("true or false"))
    return value


def _check_text(p: Parameter, value: Any) -> str:
    if not isinstance(value, str) or len(value) > MOST_LETTERS or not (value == "" or value.isprintable()):
        raise p.refuse(value, said("one line of at most {most} letters", most=MOST_LETTERS))
    return value.strip()


def _check_curve(p: Parameter, value: Any) -> tuple[Point, ...]:
    allowed = said("2 to {most} points (x, y) in 0..255 with rising x", most=MOST_CURVE_POINTS)
    if not isinstance(value, list | tuple) or not 2 <= len(value) <= MOST_CURVE_POINTS:
        raise p.refuse(value, allowed)
    points: list[Point] = []
    for point in value:
        if not isinstance(point, list | tuple) or len(point) != 2:
            raise p.refuse(value, allowed)
        if any(isinstance(v, bool) or not isinstance(v, int | float) or not 0 <= v <= 255 for v in point):
            raise p.refuse(value, allowed)
        x, y = float(point[0]), float(point[1])
        if points and x <= points[-1][0]:
            raise p.refuse(value, allowed)
        points.append((x, y))
    return tuple(points)


def _curve_times(value: Any, amount: float) -> tuple[Point, ...]:
    ys = [min(max(x + (y - x) * amount, 0.0), 255.0) for x, y in value]
    if all(y >= before for (_, before), (_, y) in pairwise(value)):
        ys = list(accumulate(ys, max))
    return tuple((x, y) for (x, _), y in zip(value, ys, strict=True))


def _check_lut(p: Parameter, value: Any) -> str:
    if not isinstance(value, str) or not NAMED_FILE.fullmatch(value) or not value.isprintable():
        raise p.refuse(value, said("a look-up table that was added, see `stillbytes luts`"))
    return value


def _check_dcp(p: Parameter, value: Any) -> str:
    if not isinstance(value, str) or not NAMED_PROFILE.fullmatch(value.strip()) or not (value + " ").isprintable():
        raise p.refuse(value, said("the name of a camera profile, see `stillbytes profiles list`"))
    return value.strip()


_TIMES: Mapping[Kind, Callable[[Any, float], Value]] = {
    "number": lambda value, amount: value * amount,
    "curve": _curve_times,
    "colours": point_colour.times,
}
_CHECKS: Mapping[Kind, Callable[[Parameter, Any], Value]] = {
    "number": _check_number,
    "choice": _check_choice,
    "toggle": _check_toggle,
    "text": _check_text,
    "curve": _check_curve,
    "colours": lambda _, value: point_colour.canonical(value),
    "lut": _check_lut,
    "dcp": _check_dcp,
    "adjustments": lambda _, value: adjustment.canonical(value),
    "patches": lambda _, value: patch.canonical(value),
}


def parameter(
    default: float | None,
    minimum: float,
    maximum: float,
    *,
    step: float = 1.0,
    unit: str = "",
    scale: Literal["linear", "log"] = "linear",
    xmp: str,
    says: str,
    label: str = "",
    gradient: tuple[str, ...] = (),
    scope: Scope = "global",
) -> Parameter:
    """A number on a slider."""
    return Parameter(
        "number",
        default,
        minimum,
        maximum,
        step,
        unit,
        scale,
        xmp=xmp,
        says=says,
        label=label,
        gradient=gradient,
        scope=scope,
    )


def choice(
    default: str,
    choices: tuple[str, ...],
    *,
    xmp: str,
    says: str,
    label: str = "",
    xmp_choices: tuple[str, ...] = (),
    labels: tuple[str, ...] = (),
) -> Parameter:
    """One of a few named values."""
    return Parameter(
        "choice",
        default,
        choices=choices,
        choice_labels=labels,
        xmp=xmp,
        xmp_choices=xmp_choices or choices,
        says=says,
        label=label,
    )


def process(*, xmp: str, says: str, newest: int = 2) -> Parameter:
    """Which way something is done: the newest, or as it was before that, down to "1", for edits that were made then."""
    ways = tuple(str(way) for way in range(newest, 0, -1))
    return replace(choice(ways[0], ways, xmp=xmp, says=says), process=True)


def toggle(*, xmp: str, says: str, label: str = "", xmp_choices: tuple[str, ...] = ()) -> Parameter:
    """Something that is off until it is switched on."""
    return Parameter("toggle", False, xmp=xmp, xmp_choices=xmp_choices, says=says, label=label)


def text(*, xmp: str, says: str, label: str = "") -> Parameter:
    """A name; empty until one is given."""
    return Parameter("text", "", xmp=xmp, says=says, label=label)


def point_curve(*, xmp: str, says: str, label: str = "", scope: Scope = "global") -> Parameter:
    """A tone curve through points (x, y) in 0..255."""
    return Parameter("curve", STRAIGHT, xmp=xmp, says=says, label=label, scope=scope)


def point_colours(*, xmp: str, says: str, label: str = "", scope: Scope = "global") -> Parameter:
    """Sampled colours with what each changes."""
    return Parameter("colours", (), xmp=xmp, says=says, label=label, scope=scope)


def lut_file(*, xmp: str, says: str, label: str = "") -> Parameter:
    """A look-up table, by the address of its content and its name; empty for none."""
    return Parameter("lut", "", xmp=xmp, says=says, label=label)


def dcp_file(*, xmp: str, says: str, label: str = "") -> Parameter:
    """A camera profile, by its name; empty for the colour that the file itself describes."""
    return Parameter("dcp", "", xmp=xmp, says=says, label=label)


def adjustments(*, says: str) -> Parameter:
    """Masks with what each adds. In the sidecar they are not a field like others."""
    return Parameter("adjustments", (), says=says)


def patches(*, says: str) -> Parameter:
    """Pixels over parts of the frame. In the sidecar they are not a field like others."""
    return Parameter("patches", (), says=says)


def named(parameter: Parameter, name: str, group: str, operation: str) -> Parameter:
    """The parameter as the operation `operation` holds it under `name`."""
    label = parameter.label or name.replace("_", " ").capitalize()
    return replace(parameter, name=name, label=label, group=group, operation=operation)


@dataclass(frozen=True, slots=True)
class Group:
    """The parameters that one section of the develop panel shows."""

    name: str
    parameters: tuple[Parameter, ...] = field(default=())
