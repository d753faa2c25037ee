"""The fields of mask kinds: declared once, checked when they come from a file or a request, described for forms."""

from __future__ import annotations

import base64
import binascii
import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.errors import InvalidSetting
from stillbytes.core.saying import said

Point = tuple[float, float]
FAR = 8.0
"""Places farther out than so many long edges of the frame are mistakes."""
MOST_POINTS = 20_000
MOST_TEXT = 1000
Form = Literal["number", "choice", "toggle", "text", "point", "points", "box", "strokes", "colours", "parts", "hidden"]


@dataclass(frozen=True, slots=True)
class Field:
    """One field. check: JSON -> canonical value, raises ValueError with what is allowed. schema: JSON Schema."""

    form: Form
    says: str
    check: Callable[[Any], Any]
    schema: Mapping[str, Any]
    label: str = ""
    minimum: float = 0.0
    maximum: float = 0.0
    step: float = 0.01
    unit: str = ""
    choices: tuple[str, ...] = ()


def fields_of(kind: Any) -> dict[str, Field]:
    """The declared fields of a dataclass by name."""
    return {f.name: f.metadata["field"] for f in dataclasses.fields(kind) if "field" in f.metadata}


def checked(kind: Any, given: Mapping[str, Any], of: str) -> dict[str, Any]:
    """Canonical values of the fields that are given. Raises InvalidSetting naming the one that makes no sense."""
    known = fields_of(kind)
    values: dict[str, Any] = {}
    for name, value in given.items():
        try:
            values[name] = known[name].check(value)
        except (ValueError, TypeError, OverflowError) as error:
            raise InvalidSetting(
                said("{name} of {of} cannot be {value!r}.", name=name, of=of, value=str(value)[:60]),
                said("Use {why}.", why=str(error)),
            ) from error
    return values


def to_json(value: Any) -> Any:
    """A canonical value as JSON."""
    if isinstance(value, tuple):
        return [to_json(one) for one in value]
    return value.to_json() if hasattr(value, "to_json") else value


def number(
    default: float, minimum: float, maximum: float, *, says: str, step: float = 0.01, unit: str = "", label: str = ""
) -> Any:
    """A number on a slider."""

    def check(value: Any) -> float:
        return _number(value, minimum, maximum)

    schema = {"type": "number", "minimum": minimum, "maximum": maximum, "description": says}
    return _declared(
        default, Field("number", says, check, schema, label, minimum=minimum, maximum=maximum, step=step, unit=unit)
    )


def choice(default: str, choices: tuple[str, ...], *, says: str, label: str = "") -> Any:
    def check(value: Any) -> str:
        if value not in choices:
            raise ValueError("one of " + ", ".join(choices))
        return str(value)

    schema = {"type": "string", "enum": list(choices), "description": says}
    return _declared(default, Field("choice", says, check, schema, label, choices=choices))


def toggle(default: bool, *, says: str, label: str = "") -> Any:
    def check(value: Any) -> bool:
        if not isinstance(value, bool):
            raise ValueError("true or false")
        return value

    return _declared(default, Field("toggle", says, check, {"type": "boolean", "description": says}, label))


def text(*, says: str, label: str = "", hidden: bool = False) -> Any:
    def check(value: Any) -> str:
        if not isinstance(value, str) or len(value) > MOST_TEXT:
            raise ValueError(f"a text of at most {MOST_TEXT} characters")
        return value

    schema = {"type": "string", "maxLength": MOST_TEXT, "description": says}
    return _declared("", Field("hidden" if hidden else "text", says, check, schema, label))


def point(default: Point, *, says: str, label: str = "") -> Any:
    """A place in frame units."""
    return _declared(default, Field("point", says, _point, {**_POINT, "description": says}, label))


def points(*, says: str, label: str = "", least: int = 0) -> Any:
    """Places in frame units, in their order."""

    def check(value: Any) -> tuple[Point, ...]:
        if not isinstance(value, list | tuple) or not least <= len(value) <= MOST_POINTS:
            raise ValueError(f"a list of {least} to {MOST_POINTS} places [x, y]")
        return tuple(_point(one) for one in value)

    schema = {"type": "array", "items": _POINT, "maxItems": MOST_POINTS, "description": says}
    return _declared((), Field("points", says, check, schema, label))


def box(*, says: str, label: str = "") -> Any:
    """[left, top, right, bottom] in frame units, or null."""

    def check(value: Any) -> tuple[float, float, float, float] | None:
        if value is None:
            return None
        if not isinstance(value, list | tuple) or len(value) != 4:
            raise ValueError("[left, top, right, bottom]")
        left, top, right, bottom = (_number(v, -FAR, FAR) for v in value)
        if right <= left or bottom <= top:
            raise ValueError("a box whose right is beyond its left and whose bottom is beyond its top")
        return left, top, right, bottom

    schema = {"type": ["array", "null"], "items": {"type": "number"}, "minItems": 4, "maxItems": 4, "description": says}
    return _declared(None, Field("box", says, check, schema, label))


def texts(allowed: tuple[str, ...], *, says: str, label: str = "") -> Any:
    """Some of a few words."""

    def check(value: Any) -> tuple[str, ...]:
        if not isinstance(value, list | tuple) or any(one not in allowed for one in value):
            raise ValueError("some of " + ", ".join(allowed))
        return tuple(one for one in allowed if one in value)

    schema = {"type": "array", "items": {"type": "string", "enum": list(allowed)}, "description": says}
    return _declared((), Field("parts", says, check, schema, label, choices=allowed))


def colours(*, says: str, most: int = 16) -> Any:
    """Oklab colours [lightness, a, b] of the photo's own light."""

    def check(value: Any) -> tuple[tuple[float, float, float], ...]:
        if not isinstance(value, list | tuple) or len(value) > most:
            raise ValueError(f"a list of at most {most} colours")
        found = []
        for one in value:
            if not isinstance(one, list | tuple) or len(one) != 3:
                raise ValueError("colours [lightness, a, b]")
            lightness, a, b = (_number(v, -FAR, FAR) for v in one)
            found.append((lightness, a, b))
        return tuple(found)

    item = {"type": "array", "items": {"type": "number"}, "minItems": 3, "maxItems": 3}
    return _declared((), Field("colours", says, check, {"type": "array", "items": item, "description": says}))


def many(default: tuple[Any, ...], check: Callable[[Any], Any], form: Form, *, says: str, most: int) -> Any:
    """A list of values of another class, which has `to_json`."""

    def check_all(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple) or len(value) > most:
            raise ValueError(f"a list of at most {most}")
        return tuple(check(one) for one in value)

    return _declared(default, Field(form, says, check_all, {"type": "array", "maxItems": most, "description": says}))


def json_object(*, says: str) -> Any:
    """An object that is only kept."""

    def check(value: Any) -> Mapping[str, Any]:
        if not isinstance(value, Mapping):
            raise ValueError("an object")
        return value

    return dataclasses.field(
        default_factory=dict,
        metadata={"field": Field("hidden", says, check, {"type": "object", "description": says})},
        hash=False,
    )


# Long lists of points, as a text

_OFFSET, _SPAN = -0.5, 2.0


def encoded(trail: NDArray[np.float64]) -> str:
    """(n, 3) x and y from -0.5 to 1.5 frame units and pressure 0..1: base64 of little-endian (u16, u16, u16) each.

    Good to a quarter of a pixel of 8,000, and a fifth as long as numbers in JSON.
    """
    scaled = np.stack([(trail[:, 0] - _OFFSET) / _SPAN, (trail[:, 1] - _OFFSET) / _SPAN, trail[:, 2]], 1)
    codes = np.rint(np.clip(scaled, 0, 1) * 65535).astype("<u2")
    return base64.b64encode(codes.tobytes()).decode()


def decoded(trail: str) -> NDArray[np.float64]:
    """Raises ValueError for a text that `encoded` does not make."""
    try:
        raw = base64.b64decode(trail, validate=True)
    except binascii.Error as error:
        raise ValueError("points as base64") from error
    if len(raw) % 6 or len(raw) > 6 * MOST_POINTS:
        raise ValueError(f"at most {MOST_POINTS} points of six bytes")
    codes = np.frombuffer(raw, "<u2").reshape(-1, 3) / 65535.0
    return np.stack([codes[:, 0] * _SPAN + _OFFSET, codes[:, 1] * _SPAN + _OFFSET, codes[:, 2]], 1)


def trail_of(given: Any) -> str:
    """A trail of points in canonical form, from that or a list of [x, y] or [x, y, pressure]. Raises ValueError."""
    if isinstance(given, str):
        return encoded(decoded(given))
    if not isinstance(given, Sequence) or len(given) > MOST_POINTS:
        raise ValueError(f"a list of at most {MOST_POINTS} points [x, y, pressure]")
    rows = []
    for one in given:
        if not isinstance(one, list | tuple) or len(one) not in (2, 3):
            raise ValueError("points [x, y] or [x, y, pressure]")
        x, y = (_number(v, -FAR, FAR) for v in one[:2])
        rows.append((x, y, _number(one[2], 0, 1) if len(one) == 3 else 1.0))
    return encoded(np.array(rows, np.float64).reshape(-1, 3))


_POINT: Mapping[str, Any] = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}


def _declared(default: Any, field: Field) -> Any:
    return dataclasses.field(default=default, metadata={"field": field})


def _number(value: Any, minimum: float, maximum: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"a number from {minimum:g} to {maximum:g}")
    if not (math.isfinite(value) and minimum <= value <= maximum):
        raise ValueError(f"a number from {minimum:g} to {maximum:g}")
    return float(value)


def _point(value: Any) -> Point:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise ValueError("a place [x, y]")
    return _number(value[0], -FAR, FAR), _number(value[1], -FAR, FAR)
