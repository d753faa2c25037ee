"""Healing a spot: the texture of a place nearby, brought to the brightness and colour around the spot by a membrane.

The source is the place whose surroundings are most like the spot's, once their means agree, and whose inside goes on as
its surroundings do. The seam is closed as in Perez, Gangnet and Blake, "Poisson Image Editing" (SIGGRAPH 2003), on
square roots of light, in which the noise of a sensor is about the same everywhere: what is moved to a brighter place
gets about that place's noise.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from stillbytes.generate.classical.membrane import membrane

Floats = NDArray[np.float32]
"""(height, width, 3), scene-linear light or its tones."""
Point = tuple[int, int]
"""Columns and rows."""

DARK = np.float32(0.004)
"""Light added under the root, about a sensor's noise at black; middle grey is 0.18."""
SOLVED = 32.0
"""Radius in pixels at which the membrane is solved; it is smooth, so that more would show nothing."""
BRIGHTNESS = 0.3
"""How much another brightness of the source's surroundings counts beside another texture: it is taken out anyway."""
INSIDE = 2.0
"""How much a source counts against itself whose inside differs from its surroundings: another spot, an edge."""
NEAR = 0.35
"""How much the farthest source is put off against the nearest."""
WHOLE, PIECES, REACH = 48.0, 12, 12
"""Radius in pixels up to which all that is around a spot is compared to align it; of larger ones, so many pieces of it,
which reach so many pixels from their middle."""
ALIKE, TINY = 1.001, 1e-9
"""What differs by less is as good, and the nearer is taken."""
STRIP = 64
"""Rows that are worked on at once: they stay in the processor's caches."""


def tones(light: Floats) -> Floats:
    """Square roots, continued as a straight line below zero, which noise crosses."""
    root = np.sqrt(np.maximum(light, 0) + DARK)
    return np.asarray(root + np.minimum(light, 0) / (2 * np.sqrt(DARK)), np.float32)


def light(tones: Floats) -> Floats:
    zero = np.sqrt(DARK)
    return np.asarray(np.maximum(tones, zero) ** 2 - DARK + np.minimum(tones - zero, 0) * (2 * zero), np.float32)


def disc(height: int, width: int, centre: tuple[float, float], radius: float) -> NDArray[np.bool_]:
    """(height, width): the pixels whose middle is within `radius` of `centre` (column, row)."""
    rows, columns = np.ogrid[:height, :width]
    return np.asarray((columns - centre[0]) ** 2 + (rows - centre[1]) ** 2 <= radius * radius)


def healed(under: Floats, source: Floats, spot: NDArray[np.bool_], ring: NDArray[np.bool_]) -> Floats:
    """What takes the place of `under` in the spot: `source` (the same size) with the light that is around the spot.

    spot, ring: (height, width), where it is healed and what is around that and known; they do not meet. Outside of the
    spot the result goes on for a while. Without a ring the source is returned.
    """
    if not ring.any():
        return source
    across = max(1.0, float(np.sqrt(spot.sum() / np.pi)))
    height, width = spot.shape
    scale = min(1.0, SOLVED / across)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    share = _shrunk(ring.astype(np.float32), size)
    difference = _shrunk(_difference(under, source, ring), size)
    soft = max(1.0, 0.12 * across * scale)  # the noise of single pixels must not run into the spot
    share_soft, difference = cv2.GaussianBlur(share, (0, 0), soft), cv2.GaussianBlur(difference, (0, 0), soft)
    known = share > 0.25
    if not known.any():
        known = share >= share.max()
    steps = np.where(known[..., None], difference / np.maximum(share_soft, 1e-6)[..., None], 0).astype(np.float32)
    correction = membrane(steps, ~known)
    if scale < 1:
        correction = cv2.resize(correction, (width, height), interpolation=cv2.INTER_CUBIC)
    for rows in strips(height):
        correction[rows] = light(tones(source[rows]) + correction[rows])
    return np.asarray(correction, np.float32)


def _difference(under: Floats, source: Floats, ring: NDArray[np.bool_]) -> Floats:
    """Of the tones, 0 outside of the ring."""
    found = np.zeros_like(under)
    for rows in strips(len(under)):
        columns = np.flatnonzero(ring[rows].any(axis=0))
        if len(columns):
            part = rows, slice(int(columns[0]), int(columns[-1]) + 1)
            np.subtract(tones(under[part]), tones(source[part]), out=found[part], where=ring[part][..., None])
    return found


def strips(height: int) -> Iterator[slice]:
    """Of so many rows, a few at once."""
    return (slice(top, min(top + STRIP, height)) for top in range(0, height, STRIP))


def match(
    own: Floats,
    known: NDArray[np.bool_],
    picture: Floats,
    inside: NDArray[np.bool_],
    radius: float,
    about: tuple[float, float] = (0.0, 0.0),
    least: float = 0.0,
) -> tuple[int, int] | None:
    """(columns, rows) from the middle of the picture to the middle of the best source; None where there is none.

    own: square, the spot of that radius in its middle and what is around it; known: what of it may be compared.
    picture: where a source is looked for; inside: the part of it that a source must lie in. about: how far its middle
    is from the spot, and least: how far a source must be from it. All in the same pixels, of which a radius has few.
    """
    side = own.shape[0]
    reach = side // 2
    covered = disc(side, side, (reach, reach), radius)
    around = disc(side, side, (reach, reach), radius * 1.8 + 1) & ~disc(side, side, (reach, reach), radius + 0.7)
    around &= known
    if around.sum() < 4:
        return None
    cost = _costs(tones(picture), tones(own), around, covered)
    rows, columns = np.ogrid[: cost.shape[0], : cost.shape[1]]
    down, right = rows + reach - picture.shape[0] // 2, columns + reach - picture.shape[1] // 2
    away = np.hypot(down + about[1], right + about[0])
    far = away / max(float(away.max()), 1.0)
    cost = cost * (1 + NEAR * far) + 1e-9 * far  # the nearest where nothing tells them apart
    free = cv2.erode(inside.astype(np.uint8), covered.astype(np.uint8), borderValue=0) > 0
    allowed = (away >= least) & free[reach : reach + cost.shape[0], reach : reach + cost.shape[1]]
    if not allowed.any():
        return None
    row, column = divmod(int(np.argmin(np.where(allowed, cost, np.inf))), cost.shape[1])
    return int(right[0, column]), int(down[row, 0])


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of what is around a spot. own: square; around: (height, width), what of it is compared; picture: what is
    around the source in the same place, larger on every side by as much as the source may be moved."""

    own: Floats
    around: NDArray[np.bool_]
    picture: Floats


def pieces(radius: float) -> tuple[tuple[Point, ...], int]:
    """Where pieces of what is around a spot lie, from its middle, and how far each reaches: all of it where that is
    little, else enough of it all around to tell one source from the next."""
    if radius <= WHOLE:
        return ((0, 0),), math.ceil(radius * 1.5 + 1)
    turns = (2 * math.pi * number / PIECES for number in range(PIECES))
    return tuple(
        (round(1.25 * radius * math.cos(turn)), round(1.25 * radius * math.sin(turn))) for turn in turns
    ), REACH


def aligned(compared: Sequence[Piece], cell: int) -> tuple[int, int]:
    """(columns, rows), multiples of `cell`, by which the source is moved to fit best to what is around the spot: those
    where it differs by most nearly the same everywhere, the nearest where nothing tells them apart."""
    compared = [one for one in compared if one.around.any()]
    if not compared:
        return 0, 0
    count = sum(int(one.around.sum()) for one in compared)
    margin = (compared[0].picture.shape[0] - compared[0].own.shape[0]) // 2 // cell * cell
    total: Any = 0.0
    middle = tones(np.concatenate([one.own[one.around] for one in compared])).mean(axis=0)
    for channel in range(len(middle)):
        sums: Any = 0.0
        squares: Any = 0.0
        for one in compared:
            weight = one.around.astype(np.float32)
            own = weight * (tones(one.own[..., channel]) - middle[channel])
            spare = (one.picture.shape[0] - one.own.shape[0]) // 2 - margin
            inner = one.picture[spare : one.picture.shape[0] - spare, spare : one.picture.shape[1] - spare, channel]
            there = tones(inner) - middle[channel]
            sums = sums + (_sums(there, weight) - own.sum(dtype=np.float64))[::cell, ::cell]
            squares = squares + (_sums(there * there, weight) - 2 * _sums(there, own))[::cell, ::cell]
            squares = squares + np.square(own).sum(dtype=np.float64)
        total = total + squares / count - np.square(sums / count)
    steps = np.arange(-margin, margin + 1, cell)
    away = np.hypot(steps[:, None], steps[None, :])
    row, column = divmod(int(np.argmin(np.where(total <= total.min() * ALIKE + TINY, away, np.inf))), len(steps))
    return int(steps[column]), int(steps[row])


def _costs(values: Floats, template: Floats, around: NDArray[np.bool_], covered: NDArray[np.bool_]) -> Floats:
    """Of a source at each place where the template fits: mean square of what differs, as `match` weighs it."""
    middle = template[around].mean(axis=0)
    values, template = values - middle, np.where(around[..., None], template - middle, 0)
    ring, inner = around.astype(np.float32), covered.astype(np.float32)
    n, m = float(ring.sum()), float(inner.sum())
    total = np.zeros(1, np.float32)
    for channel in range(values.shape[2]):
        plane, wanted = np.ascontiguousarray(values[..., channel]), np.ascontiguousarray(template[..., channel])
        square = plane * plane
        sums, squares = _sums(plane, ring) / n, _sums(square, ring) / n
        like = squares - 2 * _sums(plane, wanted) / n + float((wanted * wanted).sum()) / n
        step = sums - float(wanted.sum()) / n
        texture = np.maximum(like - step * step, 0)
        middle_in = _sums(plane, inner) / m
        spread_in = np.maximum(_sums(square, inner) / m - middle_in * middle_in, 0)
        usual = max(float((wanted * wanted).sum()) / n - (float(wanted.sum()) / n) ** 2, 0.0)
        odd = np.square(middle_in - sums) + np.maximum(spread_in - usual, 0)
        total = total + texture + np.float32(BRIGHTNESS) * step * step + np.float32(INSIDE) * odd
    return np.asarray(total, np.float32)


def _sums(plane: NDArray[np.float32], weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """Of the weights times the plane, at each place where they fit."""
    return np.asarray(cv2.matchTemplate(plane, weights, cv2.TM_CCORR), np.float32)


def _shrunk(values: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    if (values.shape[1], values.shape[0]) == size:
        return values
    return np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_AREA), np.float32)
