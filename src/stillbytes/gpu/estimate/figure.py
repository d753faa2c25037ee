"""A number that says where it comes from and how far it can be off."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

Unit = Literal["MiB", "s", "tokens/s", "GB/s"]
ESTIMATE = "estimate"
MEASURED = "measured here"


def published(source: str) -> str:
    """The basis of a figure that somebody else measured."""
    return f"published ({source})"


@dataclass(frozen=True, slots=True)
class Figure:
    """value in `unit`. basis: "estimate", "published (source)" or "measured here".

    spread: four times in five the truth lies between value x (1 - spread) and value x (1 + spread).
    """

    value: float
    unit: Unit
    basis: str = ESTIMATE
    spread: float = 0.0

    @property
    def mib(self) -> int:
        """Whole MiB, rounded up: what has to be free."""
        return math.ceil(self.value - 1e-9)

    @property
    def seconds(self) -> float:
        return self.value

    @property
    def most(self) -> float:
        """The upper end of its range: what a reservation should go by."""
        return self.value * (1 + self.spread)

    @property
    def least(self) -> float:
        return self.value * max(0.0, 1 - self.spread)

    def times(self, factor: float) -> Figure:
        return replace(self, value=self.value * factor)

    def as_json(self) -> dict[str, float | str]:
        """In JSON's types."""
        digits = 1 if self.unit == "MiB" or self.value >= 10 else 3
        return {
            "value": round(self.value, digits),
            "unit": self.unit,
            "basis": self.basis,
            "spread": round(self.spread, 3),
        }


def total(parts: Iterable[Figure]) -> Figure:
    """The sum, as independent errors add up; an estimate as soon as one part is.

    >>> total([Figure(3, "s", spread=0.1), Figure(4, "s", spread=0.1)]).value
    7.0
    """
    figures = list(parts)
    if not figures:
        raise ValueError("there is nothing to add up")
    value = math.fsum(figure.value for figure in figures)
    error = math.sqrt(math.fsum((figure.value * figure.spread) ** 2 for figure in figures))
    bases = {figure.basis for figure in figures if figure.value}
    return Figure(
        value,
        figures[0].unit,
        bases.pop() if len(bases) == 1 else ESTIMATE,
        error / value if value else 0.0,
    )
