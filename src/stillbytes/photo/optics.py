"""What is known of a photo's lens, as numbers: from a database, from the file itself, or measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Curve = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Bend:
    """Where a corrected picture's light lies in the photo, and how much of it the lens let through.

    centre: 0..1 across and down the upright photo. unit: the distance from there that counts as 1, in long edges of
    the photo. reach: the largest distance that is known, in units; curves are even steps from 0 to it.
    factors: of red, green and blue, the distance in the photo over that in the corrected picture; one curve stands for
    all three, none for 1. tangential: (k0, k1) of the same, see `develop.resampling.bending`; none for 0.
    gains: what light is multiplied by at a distance in the photo; none for 1.
    fills: whether the corrected picture is enlarged or reduced so that the photo just fills it.
    """

    centre: tuple[float, float] = (0.5, 0.5)
    unit: float = 1.0
    reach: float = 1.0
    factors: tuple[Curve, ...] = ()
    tangential: tuple[tuple[float, float], ...] = ()
    gains: Curve = ()
    fills: bool = True

    @classmethod
    def of(
        cls, curves: tuple[Callable[[float], float], ...], gain: Callable[[float], float] | None = None, *,
        unit: float, reach: float = 1.0, steps: int = 256, centre: tuple[float, float] = (0.5, 0.5),
        tangential: tuple[tuple[float, float], ...] = (), fills: bool = True,
    ) -> Bend:  # fmt: skip
        """From functions of the distance."""
        at = [reach * i / steps for i in range(steps + 1)]
        factors = tuple(tuple(curve(r) for r in at) for curve in curves)
        gains = () if gain is None else tuple(gain(r) for r in at)
        return cls(centre, unit, reach, factors, tangential, gains, fills)


@dataclass(frozen=True, slots=True)
class Optics:
    """focal: the focal length in long edges of the photo, None where nothing tells it. profile: of the lens, None
    where it is not known. embedded: what the file itself says."""

    focal: float | None = None
    profile: Bend | None = None
    embedded: Bend | None = None


UNKNOWN = Optics()
