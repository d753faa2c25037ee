"""The lens of a photo: which it is, and what Lensfun's database knows of it. See `photo.lensfun`."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from stillbytes.core.geometry import Size
from stillbytes.photo.metadata import Metadata
from stillbytes.photo.optics import Bend

FULL_FRAME = 36.0, 24.0
"""Millimetres."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A lens of the database, and its corrections at one focal length and aperture."""

    maker: str
    model: str
    bend: Bend

    @property
    def corrects(self) -> tuple[str, ...]:
        """What it knows of: "distortion", "fringes", "vignetting"."""
        factors = self.bend.factors
        bends = any(abs(v - 1) > 1e-6 for v in (factors[1] if factors else ()))
        apart = len(factors) == 3 and (factors[0] != factors[1] or factors[2] != factors[1])
        there = (("distortion", bends), ("fringes", apart), ("vignetting", bool(self.bend.gains)))
        return tuple(name for name, known in there if known)

    def summary(self) -> str:
        return f"{self.model} ({', '.join(self.corrects) or 'nothing to correct'})"


@dataclass(frozen=True, slots=True)
class Listed:
    """A lens of the database. fits: whether it goes on the photo's camera."""

    maker: str
    model: str
    fits: bool
    min_focal: float
    max_focal: float


def focal_length(facts: Metadata, frame: Size) -> float | None:
    """In long edges of the photo; None where the file does not tell it."""
    if facts.focal_length_35:
        # The equivalent is meant by diagonals (CIPA DCG-001).
        diagonal = math.hypot(frame.width, frame.height) / frame.long_edge
        found = facts.focal_length_35 / math.hypot(*FULL_FRAME) * diagonal
        return found if 0.05 < found < 100 else None
    return None


def profile(facts: Metadata, frame: Size, chosen: str = "") -> Profile | None:
    """Of the lens that the file names, or of the one called `chosen`; None where it is not known.

    Raises StillbytesError when the database cannot be asked.
    """
    return _profile(
        facts.make, facts.model, facts.lens, facts.focal_length, facts.focal_length_35, facts.aperture,
        frame.width, frame.height, chosen,
    )  # fmt: skip


def found(query: str, facts: Metadata | None = None) -> list[Listed]:
    """Lenses in whose name each word of `query` occurs. Raises StillbytesError."""
    make, model = (facts.make, facts.model) if facts else ("", "")
    return [Listed(**one) for one in _ask("lenses", query=query, make=make, model=model)]


@lru_cache(maxsize=256)
def _profile(
    make: str, model: str, lens: str, focal: float | None, focal_35: float | None, aperture: float | None,
    width: int, height: int, chosen: str,
) -> Profile | None:  # fmt: skip
    told = _ask(
        "lens", make=make, model=model, lens=lens, focal=focal, focal_35=focal_35, aperture=aperture, width=width,
        height=height, chosen=chosen,
    )  # fmt: skip
    if told is None:
        return None
    unit = math.hypot(width, height) / 2 / max(width, height)
    bend = Bend(unit=unit, factors=tuple(map(tuple, told["factors"])), gains=tuple(told["gains"]))
    return Profile(told["maker"], told["model"], bend)


def _ask(what: str, **request: Any) -> Any:
    from stillbytes.photo.decode import GLANCE_LIMIT, workers  # noqa: PLC0415 - starts the pool

    return workers.consult(what, limit=GLANCE_LIMIT, **request)
