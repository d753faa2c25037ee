"""Rules of size: how large the files become, whatever the photos are."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from stillbytes.core.geometry import Size

SHAPES = "long:2048, short:1080, fit:1920x1080, mp:12, percent:50"
MOST = 4.0
"""Output pixels per pixel of the photo."""
_RULE = re.compile(r"(long|short|fit|mp|percent):(\d+(?:\.\d+)?)(?:x(\d+))?")


@dataclass(frozen=True, slots=True)
class Rule:
    kind: str
    first: float
    second: float = 0.0

    def scale(self, size: Size) -> float:
        """Output pixels per pixel of a picture of that size."""
        return _SCALES[self.kind](self, size)


_SCALES: dict[str, Callable[[Rule, Size], float]] = {
    "long": lambda rule, size: rule.first / size.long_edge,
    "short": lambda rule, size: rule.first / min(size.width, size.height),
    "fit": lambda rule, size: min(rule.first / size.width, rule.second / size.height),
    "mp": lambda rule, size: math.sqrt(rule.first * 1e6 / (size.width * size.height)),
    "percent": lambda rule, size: rule.first / 100,
}


def parsed(text: str) -> Rule | None:
    """The rule that a text writes; None for an empty one. Raises ValueError for what is none.

    >>> parsed("fit:1920x1080")
    Rule(kind='fit', first=1920.0, second=1080.0)
    """
    if not text:
        return None
    found = _RULE.fullmatch(text)
    if found is None or (found[1] == "fit") != (found[3] is not None):
        raise ValueError(f"{text!r} is no rule of size; write {SHAPES}")
    first, second = float(found[2]), float(found[3] or 0)
    low, high = {"percent": (1, 400), "mp": (0.01, 1000)}.get(found[1], (16, 100000))
    if not low <= first <= high or (found[1] == "fit" and not 16 <= second <= 100000):
        raise ValueError(f"{text!r} is not between {low:g} and {high:g}")
    return Rule(found[1], first, second)


def scale(size: Size, long_edge: int | None, rule: str, enlarge: bool) -> float:
    """Of a developed picture of that size: at most 1, or 4 where it may be enlarged."""
    wanted = parsed(rule) or (Rule("long", long_edge) if long_edge is not None else None)
    return 1.0 if wanted is None else min(wanted.scale(size), MOST if enlarge else 1.0)
