"""Hot and dead pixels: single sites that are far brighter, or darker, than all of their colour around them.

A star or a glint is as small, but a lens never lights one site alone: a point spreads over its neighbours, and through
those of other colours it tells of itself whatever its own. So what is replaced stands out by far more than noise does,
and nothing of it is in the eight sites that touch it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stillbytes.develop.kernels.layout import SPOT_ROWS
from stillbytes.develop.kernels.load import Library
from stillbytes.photo.decoded import Decoded

Codes = NDArray[np.uint16]
DEVIATIONS = 12.0
"""Of noise that such a site is apart from its neighbours at least,"""
LEAST = 0.005
"""and of saturation,"""
HOTTER, DARKER = 0.25, 0.5
"""and of the neighbours' light."""
SPREAD, UNSURE = 0.04, 3.5
"""Of that, what the eight sites that touch it may have of it together; and deviations of noise in their sum."""
LESS = 1.5
"""Deviations below those farther away that a touching site counts for at most."""
SHADOW = 0.02
"""Signal at which the first look takes noise exactly."""
MANY = 0.1
"""Of all places of the first look: of so many it is the picture that is like that."""
AT_ONCE = 1 << 17
"""Places that are judged together."""
AROUND = tuple((i, k) for i in (-2, 0, 2) for k in (-2, 0, 2) if i or k)
PAIRS = (((-2, 0), (2, 0)), ((0, -2), (0, 2)), ((-2, -2), (2, 2)), ((-2, 2), (2, -2)))


def replaced(decoded: Decoded, noise: tuple[float, float], library: Library) -> Codes:
    """The samples of a Bayer mosaic without its defect sites, each the mean of two neighbours across which its colour
    changes least; those of `decoded` itself where it has none.

    noise: (slope, offset) of the samples' variance, signal 1 at saturation.
    """
    samples = decoded.samples
    places = np.empty((-(-decoded.height // SPOT_ROWS), decoded.width), np.uint8)
    library.call("spots", samples, _limits(decoded, noise), places)
    strip, column = np.nonzero(places)
    if len(strip) == 0 or len(strip) > MANY * places.size:
        return samples
    out = None
    padded = None
    for start in range(0, len(strip), AT_ONCE // SPOT_ROWS):
        some = np.s_[start : start + AT_ONCE // SPOT_ROWS]
        y = (strip[some, None] * SPOT_ROWS + np.arange(SPOT_ROWS)).ravel()
        x = np.repeat(column[some], SPOT_ROWS)[y < decoded.height]
        y = y[y < decoded.height]
        if padded is None:
            padded = _Padded(samples)
        y, x, better = _judged(padded, y, x, decoded, noise)
        if len(y):
            out = samples.copy() if out is None else out
            out[y, x] = better
    return samples if out is None else out


def _limits(decoded: Decoded, noise: tuple[float, float]) -> NDArray[np.float32]:
    """(2,): codes that such a site is apart from its neighbours at least, at code 0 and for each code of theirs."""
    slope, offset = noise
    black = min(decoded.black)
    span = decoded.white - black
    # A tangent to the standard deviation, which is a root of the signal, is nowhere below it: half of it is less where
    # it matters, so that nothing is passed over that the closer look would find.
    there = float(np.sqrt(slope * SHADOW + offset))
    least, more = DEVIATIONS / 2 * (offset / (2 * there) + there / 2), DEVIATIONS / 2 * slope / (2 * there)
    least, more = max(least, LEAST / 2), max(more, HOTTER / 2)
    return np.array([least * span - more * black, more], np.float32)


class _Padded:
    """The samples, mirrored at their edges."""

    def __init__(self, samples: Codes) -> None:
        self._samples = samples
        height, width = samples.shape
        self._rows, self._columns = _mirrored(height), _mirrored(width)

    def at(self, y: NDArray[np.int64], x: NDArray[np.int64]) -> NDArray[np.float32]:
        return self._samples[self._rows[y + 3], self._columns[x + 3]].astype(np.float32)


def _mirrored(length: int) -> NDArray[np.int64]:
    """Places -3 .. length + 2 within 0 .. length - 1, the colour of a site kept."""
    return np.pad(np.arange(length), 3, "reflect") if length > 3 else np.arange(-3, length + 3) % length


def _judged(
    samples: _Padded,
    y: NDArray[np.int64],
    x: NDArray[np.int64],
    decoded: Decoded,
    noise: tuple[float, float],
) -> tuple[NDArray[np.int64], NDArray[np.int64], Codes]:
    """Which of those places are defect, and what they become."""
    slope, offset = noise
    black = np.array(decoded.black, np.float32)[(y & 1) * 2 + (x & 1)]
    span = np.float32(decoded.white) - black
    own = samples.at(y, x)
    around = np.sort(np.stack([samples.at(y + k, x + i) for i, k in AROUND]), axis=0)
    middle = (around[3] + around[4]) / 2
    signal = np.maximum(middle - black, 0) / span
    deviation = np.sqrt(np.float32(slope) * signal + np.float32(offset)) * span
    enough = np.maximum(DEVIATIONS * deviation, LEAST * span)
    # One of the eight may be defect itself.
    hot = own - around[-2] > np.maximum(enough, HOTTER * (around[-2] - black))
    dead = around[1] - own > np.maximum(enough, DARKER * (around[1] - black))
    chosen = np.flatnonzero(hot | dead)
    y, x, own, middle, deviation = y[chosen], x[chosen], own[chosen], middle[chosen], deviation[chosen]
    apart = np.abs(own - middle)
    bright = hot[chosen]
    spread = _spread(samples, y, x, np.where(bright, 1, -1).astype(np.float32), deviation)
    # No light of a lens is dark, so there is nothing to mistake a dead site for but a speck of black.
    alone = spread < SPREAD * apart + np.where(bright, UNSURE, 2 * UNSURE) * deviation
    y, x = y[alone], x[alone]
    ends = np.stack([[samples.at(y + k, x + i) for i, k in pair] for pair in PAIRS])
    calm = np.argmin(np.abs(ends[:, 0] - ends[:, 1]), axis=0)
    better = ends.mean(axis=1)[calm, np.arange(len(y))]
    return y, x, np.rint(better).astype(np.uint16)


def _spread(
    samples: _Padded,
    y: NDArray[np.int64],
    x: NDArray[np.int64],
    sign: NDArray[np.float32],
    deviation: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Codes that the eight sites that touch a place have more (sign 1) or less (-1), together, than those of their
    colour farther away. A structure beside it, which makes these differ the other way, hides nothing: a site counts for
    no less than noise explains."""
    total = np.zeros(len(y), np.float32)
    for i, k in ((i, k) for i in (-1, 0, 1) for k in (-1, 0, 1) if i or k):
        far = {(i + 2 * a, k + 2 * b) for a in (-1, 0, 1) for b in (-1, 0, 1)}
        far = {place for place in far if max(map(abs, place)) > 1 and max(map(abs, place)) <= 3}
        middle = len(far) // 2  # of five or of seven
        here = np.partition(np.stack([samples.at(y + b, x + a) for a, b in sorted(far)]), middle, axis=0)[middle]
        total += np.maximum(sign * (samples.at(y + k, x + i) - here), -LESS * deviation)
    return total
