"""Faces in a picture, and how far their eyes are open, by the small networks that come with Stillbytes.

T. Soukupová, J. Čech, "Real-time eye blink detection using facial landmarks", CVWW 2016: the eye's height over its
width, by six places of its rim.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stillbytes.masks.detect.detector import Ask, Picture
from stillbytes.masks.detect.networks import boxes
from stillbytes.masks.detect.parts.faces import EYES, Face, face_of
from stillbytes.masks.detect.person import people

MOST = 8
"""People whose faces are looked for, the largest first."""
RIMS = ((33, 160, 158, 133, 153, 144), (362, 385, 387, 263, 373, 380))
"""Of each eye: a corner, two places above, the other corner, two places below."""
SMALLEST = 64
"""Pixels of a face from which on the eyes are told: its network looks at 192."""
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Seen:
    """A face. box, eyes: left, top, right, bottom in pixels of the picture that was looked at. opened: height of the
    wider eye over its width; None where the face is too small to tell."""

    box: Box
    eyes: tuple[Box, Box]
    opened: float | None


def faces(picture: Picture, ask: Ask) -> tuple[Seen, ...]:
    """Those that are seen, the largest person first. Raises what `ask` raises."""
    found: list[tuple[Face, Seen]] = []
    for person in people(boxes(picture, ask))[:MOST]:
        face = face_of(picture, person, ask)
        if face is not None and all(_apart(face, other) for other, _ in found):
            found.append((face, seen(face)))
    return tuple(one for _, one in found)


def seen(face: Face) -> Seen:
    side = float(np.ptp(face.places, 0).max())
    opened = max(opening(face.places, rim) for rim in RIMS) if side >= SMALLEST else None
    first, second = (_around(face.places[list(eye)], 0.5) for eye in EYES)
    return Seen(_around(face.places, 0.0), (first, second), opened)


def opening(places: NDArray[np.float64], rim: tuple[int, ...]) -> float:
    """Of one eye, 0 for a line; about 0.3 for one that looks at you."""
    one, a, b, other, c, d = places[list(rim)]
    wide = float(np.hypot(*(other - one)))
    return float((np.hypot(*(a - d)) + np.hypot(*(b - c))) / (2 * wide)) if wide > 0 else 0.0


def _around(places: NDArray[np.float64], more: float) -> Box:
    (left, top), (right, bottom) = places.min(0), places.max(0)
    wide, high = more * (right - left), more * (right - left)
    return float(left - wide), float(top - high), float(right + wide), float(bottom + high)


def _apart(face: Face, other: Face) -> bool:
    """Two people that overlap may show the same face."""
    between = np.hypot(*(face.places.mean(0) - other.places.mean(0)))
    return bool(between > 0.5 * max(np.ptp(face.places, 0).max(), np.ptp(other.places, 0).max()))
