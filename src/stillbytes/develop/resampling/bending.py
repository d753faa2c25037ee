"""From the corrected photo to the photo that the lens drew: curves of the distance from a centre.

A place p of the corrected photo, relative to the centre and in units, has its light at

    p f(|p|) + (2 k0 x y + k1 (r^2 + 2 x^2), 2 k1 x y + k0 (r^2 + 2 y^2))

of the photo, with a curve f for each channel: the model of WarpRectilinear (Digital Negative Specification 1.7.1.0,
chapter 7, after D. C. Brown, "Decentering distortion of lenses", 1966), which with k = 0 also holds those of Lensfun.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.geometry import Size
from stillbytes.photo.optics import Bend

Floats = NDArray[np.float64]
Place = tuple[Floats, Floats]
BORDER = 65
"""Places on each edge of the frame that are looked at."""


@dataclass(frozen=True, eq=False)
class Bent:
    """One correction of a frame. Coordinates are pixels of it, whole ones their centres.

    factors: (1 or 3, n).
    """

    centre: tuple[float, float]
    unit: float
    reach: float
    factors: Floats
    tangential: Floats
    gains: Floats

    @classmethod
    def of(cls, bend: Bend, frame: Size, *, bends: float = 1.0, fringes: float = 1.0, lights: float = 1.0) -> Bent:
        """bends, fringes, lights: how much of its distortion, lateral colour and vignetting is taken, 1 for all."""
        factors = np.array(bend.factors or ((1.0, 1.0),), np.float64)
        green = factors[len(factors) // 2]
        own = factors / green
        factors = (1 + bends * (green - 1)) * (1 + fringes * (own - 1))
        tangential = np.array(bend.tangential or ((0.0, 0.0),), np.float64) * bends
        if len(factors) == 3 and np.ptp(factors, axis=0).max() == 0 and len(tangential) == 1:
            factors = factors[:1]
        gains = 1 + lights * (np.array(bend.gains or (1.0,), np.float64) - 1)
        centre = bend.centre[0] * frame.width - 0.5, bend.centre[1] * frame.height - 0.5
        return cls(centre, bend.unit * frame.long_edge, bend.reach, factors, tangential, np.maximum(gains, 0.0))

    @property
    def apart(self) -> bool:
        """Whether the channels differ."""
        return len(self.factors) == 3 or len(self.tangential) == 3

    @property
    def plain(self) -> bool:
        """Whether no place moves."""
        return bool(np.all(self.factors == 1) and not self.tangential.any())

    def to_photo(self, x: Floats, y: Floats, channel: int) -> Place:
        """Where the light of places of the corrected photo lies."""
        across, down = (x - self.centre[0]) / self.unit, (y - self.centre[1]) / self.unit
        distance = np.hypot(across, down)
        factor = self._factor(distance, channel)
        k0, k1 = self.tangential[min(channel, len(self.tangential) - 1)]
        moved_x, moved_y = across * factor, down * factor
        if k0 or k1:
            held = np.minimum(1.0, 1.0 / np.maximum(distance, 1e-9))  # beyond the frame it grows no further
            u, v, r2 = across * held, down * held, np.minimum(distance, 1.0) ** 2
            moved_x = moved_x + 2 * k0 * u * v + k1 * (r2 + 2 * u * u)
            moved_y = moved_y + 2 * k1 * u * v + k0 * (r2 + 2 * v * v)
        return moved_x * self.unit + self.centre[0], moved_y * self.unit + self.centre[1]

    def _factor(self, distance: Floats, channel: int) -> Floats:
        curve = self.factors[min(channel, len(self.factors) - 1)]
        at = np.linspace(0.0, self.reach, len(curve))
        inside = np.minimum(distance, self.reach)
        factor = np.interp(inside, at, curve)
        # Beyond what is known it goes on straight, so that it stays one to one.
        step = at[-1] - at[-2]
        slope = max((curve[-1] * at[-1] - curve[-2] * at[-2]) / step, 0.05)
        beyond = distance > self.reach
        straight = curve[-1] * self.reach + (distance - self.reach) * slope
        return np.asarray(np.where(beyond, straight / np.maximum(distance, 1e-9), factor))

    def gain(self, x: Floats, y: Floats) -> Floats:
        """Of places in the photo."""
        distance = np.hypot(x - self.centre[0], y - self.centre[1]) / self.unit
        return np.asarray(np.interp(distance, np.linspace(0.0, self.reach, len(self.gains)), self.gains))


def filling(bents: Sequence[Bent], frame: Size) -> float:
    """How much the corrected photo has to be enlarged for the photo to just fill it; below 1 where there is room."""
    moving = [bent for bent in bents if not bent.plain]
    if not moving:
        return 1.0
    x, y = border(frame)
    middle = (frame.width - 1) / 2, (frame.height - 1) / 2
    low, high = 0.5, 4.0
    while high - low > 1e-6:
        zoom = (low + high) / 2
        at: list[Place] = []
        for channel in range(3 if any(bent.apart for bent in moving) else 1):
            place = middle[0] + (x - middle[0]) / zoom, middle[1] + (y - middle[1]) / zoom
            for bent in moving:
                place = bent.to_photo(*place, channel)
            at.append(place)
        low, high = (low, zoom) if all(inside(*place, frame).all() for place in at) else (zoom, high)
    return high


def border(frame: Size) -> Place:
    """Places along the frame's edges."""
    right, bottom = frame.width - 0.5, frame.height - 0.5
    along, down = np.linspace(-0.5, right, BORDER), np.linspace(-0.5, bottom, BORDER)
    x = np.concatenate([along, along, np.full(BORDER, -0.5), np.full(BORDER, right)])
    y = np.concatenate([np.full(BORDER, -0.5), np.full(BORDER, bottom), down, down])
    return x, y


def inside(x: Floats, y: Floats, frame: Size, slack: float = 1e-3) -> NDArray[np.bool_]:
    """Whether places lie in the frame."""
    across = (x >= -0.5 - slack) & (x <= frame.width - 0.5 + slack)
    return across & (y >= -0.5 - slack) & (y <= frame.height - 0.5 + slack)


def half_diagonal(frame: Size) -> float:
    """In long edges."""
    return math.hypot(frame.width, frame.height) / 2 / frame.long_edge
