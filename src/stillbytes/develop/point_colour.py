"""Point colours: sampled colours, and how what is near each of them changes."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from stillbytes.core.errors import InvalidSetting
from stillbytes.core.saying import said

MOST = 8
"""As many as Adobe's programs keep."""
FIELDS: Mapping[str, tuple[float, float, float]] = MappingProxyType(
    {
        "hue": (0.0, -100, 100),
        "saturation": (0.0, -100, 100),
        "luminance": (0.0, -100, 100),
        "variance": (0.0, -100, 100),
        "range": (50.0, 0, 100),
    }
)
"""Field -> (usual, least, most). variance: how different from each other the chosen colours are; -100 makes them alike.
range: how far from the sample colours are still chosen."""
CHANGES = ("hue", "saturation", "luminance", "variance")
_HEX = re.compile(r"#[0-9a-fA-F]{6}")


def canonical(value: Any) -> tuple[Mapping[str, Any], ...]:
    """A list of {"colour": [lightness, a, b] in Oklab or "#rrggbb" in sRGB, "hue": ...}, complete. Raises
    InvalidSetting."""
    if not isinstance(value, list | tuple) or len(value) > MOST:
        raise InvalidSetting(
            said("Point colours cannot be {value!r}.", value=str(value)[:80]),
            said("Use a list of at most {most}.", most=MOST),
        )
    return tuple(_one(given) for given in value)


def times(value: Any, amount: float) -> tuple[Mapping[str, Any], ...]:
    """`amount` of what they change."""
    return tuple({**one, **{name: one[name] * amount for name in CHANGES}} for one in value)


def _one(given: Any) -> Mapping[str, Any]:
    if not isinstance(given, Mapping) or not given.keys() <= {"colour", *FIELDS}:
        raise InvalidSetting(
            said("A point colour cannot be {given!r}.", given=str(given)[:80]),
            said("It has colour, {these}.", these=", ".join(FIELDS)),
        )
    found: dict[str, Any] = {"colour": _colour(given.get("colour"))}
    for name, (usual, least, most) in FIELDS.items():
        number = given.get(name, usual)
        if isinstance(number, bool) or not isinstance(number, int | float) or not least <= number <= most:
            raise InvalidSetting(
                said("{name} of a point colour cannot be {number!r}.", name=name.capitalize(), number=str(number)[:40]),
                said("Use a number from {least:g} to {most:g}.", least=least, most=most),
            )
        found[name] = float(number)
    return found


def _colour(given: Any) -> tuple[float, ...]:
    if isinstance(given, str) and _HEX.fullmatch(given):
        from stillbytes.develop.difference import oklab_of  # noqa: PLC0415 - only for colours written so

        codes = np.array([int(given[i : i + 2], 16) / 255 for i in (1, 3, 5)], np.float32)
        return tuple(round(float(v), 5) for v in oklab_of(codes, "srgb"))
    numbers = isinstance(given, list | tuple) and len(given) == 3
    if numbers and all(not isinstance(v, bool) and isinstance(v, int | float) and math.isfinite(v) for v in given):
        lightness, a, b = (float(v) for v in given)
        if 0 <= lightness <= 1 and max(abs(a), abs(b)) <= 0.5:
            return lightness, a, b
    raise InvalidSetting(said("The colour of a point colour cannot be {given!r}.", given=str(given)[:40]),
                         "Use #rrggbb, or lightness 0..1, a and b of Oklab.")  # fmt: skip
