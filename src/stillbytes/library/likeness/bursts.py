"""Bursts: photos that one camera took within moments of one another, and that look alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from stillbytes.library.likeness.descriptor import LENGTH, unlike

SECONDS = 2.0
"""Between one photo of a burst and the next. Many cameras tell whole seconds only."""
ALIKE = 20.0
"""How unlike the descriptors of neighbours may be, in codes a byte."""


@dataclass(frozen=True, slots=True)
class Shot:
    """number: of the photo. camera: its number. taken: as the catalogue keeps it. softness: the less the sharper; None
    where that is not known."""

    number: int
    camera: int | None
    taken: str
    descriptor: bytes
    softness: float | None = None


def bursts(shots: Iterable[Shot]) -> list[list[Shot]]:
    """Those of one folder, each of at least two photos, by time."""
    rows = [(shot.camera or 0, datetime.fromisoformat(shot.taken), shot) for shot in shots if _usable(shot)]
    rows.sort(key=lambda row: (row[0], row[1], row[2].number))
    found: list[list[Shot]] = []
    for one, other in pairwise(rows):
        near = one[0] == other[0] and (other[1] - one[1]).total_seconds() <= SECONDS
        if not (near and unlike(one[2].descriptor, other[2].descriptor) <= ALIKE):
            continue
        if found and found[-1][-1] is one[2]:
            found[-1].append(other[2])
        else:
            found.append([one[2], other[2]])
    return found


def sharpest(burst: Sequence[Shot]) -> Shot | None:
    """None where one of them cannot be compared."""
    known = [(shot.softness, shot.number, shot) for shot in burst if shot.softness is not None]
    return min(known)[2] if len(known) == len(burst) else None


def _usable(shot: Shot) -> bool:
    return bool(shot.taken) and len(shot.descriptor) == LENGTH
