"""What is around clipped highlights: the light that each channel is likely to have where it is clipped.

At a small scale the colours beside clipped places are carried into them, from level to level of a pyramid (push-pull:
Gortler, Grzeszczuk, Szeliski, Cohen, "The Lumigraph", SIGGRAPH 1996). Where a channel still tells how bright a place
is, the colour gets that brightness. Where none does, the brightness beside it is carried on as well, and the colour
fades to white with the distance: what is blown in all channels is white in photographs.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Planes = NDArray[np.float64]
CLEAN = 0.02
"""Part of a cell's samples that may be clipped where its colour counts as known."""
BRIGHT = 0.15
"""Light relative to clipping from which a cell tells about highlights; darker ones count less."""
DEPTH = 6.0
"""Cells from the edge of what is known over which colours fade to white."""
PATIENCE = 64
"""Cells that are counted from that edge."""


def around(fill: Planes, clipped: Planes, clip: NDArray[np.float64]) -> NDArray[np.float32]:
    """(3, rows + 1, columns + 1): light relative to clipping at the corners of cells.

    fill: (3, rows, columns) mean light of cells relative to where each channel clips. clipped: (3, rows, columns) part
    of their samples that are. clip: (3,) light at which each channel clips.
    """
    light = np.maximum(fill, 1e-4)
    known = (clipped < CLEAN).all(axis=0)
    # Ratios are carried on, not light: dark surroundings say as much about a colour as bright ones, but less surely.
    weight = np.where(known, np.minimum(light.max(axis=0) / BRIGHT, 1.0) ** 2, 0.0)
    colour = carried(light / light.max(axis=0), weight)
    sure = np.clip(1.0 - clipped * 2, 0.0, 1.0)
    # As bright as the channels tell that are not clipped.
    told, whole = (sure * light * colour).sum(axis=0), (sure * colour * colour).sum(axis=0)
    guess = np.maximum(colour * (told / np.maximum(whole, 1e-6)), light)
    found = np.where(known, light, guess)
    telling = np.where(known, 1.0, np.clip(sure.max(axis=0), 0.0, 1.0) * (whole > 1e-3))
    depth = _depth(telling > 0.25)
    carried_on = carried(found, telling)
    rest = 1.0 - telling
    found = found + (np.maximum(carried_on, 1.0 * (depth > 0)) - found) * rest
    white = (found * clip[:, None, None]).max(axis=0) / clip[:, None, None]
    fade = 1.0 - np.exp(-depth / DEPTH)
    found = found + (white - found) * fade
    padded = np.pad(found, ((0, 0), (1, 1), (1, 1)), "edge")
    corners = (padded[:, 1:, 1:] + padded[:, :-1, 1:] + padded[:, 1:, :-1] + padded[:, :-1, :-1]) / 4
    return np.ascontiguousarray(corners, np.float32)


def carried(values: Planes, weight: NDArray[np.float64]) -> Planes:
    """(n, rows, columns) values where `weight` is 1, and elsewhere what those around have."""
    rows, columns = weight.shape
    total = values * weight
    if min(rows, columns) <= 1 or rows * columns <= 4:
        whole = weight.sum()
        mean = total.sum(axis=(1, 2)) / whole if whole > 1e-9 else np.ones(len(values))
        coarse = np.broadcast_to(mean[:, None, None], values.shape)
    else:
        small_weight = _halved(weight[None])[0]
        small = _halved(total) / np.maximum(small_weight, 1e-9)
        coarse = _doubled(carried(small, np.minimum(small_weight * 4, 1.0)), rows, columns)
    return np.asarray(total + coarse * (1 - weight))


def _halved(planes: Planes) -> Planes:
    _, rows, columns = planes.shape
    even = np.pad(planes, ((0, 0), (0, rows % 2), (0, columns % 2)), "edge")
    return np.asarray((even[:, ::2, ::2] + even[:, 1::2, ::2] + even[:, ::2, 1::2] + even[:, 1::2, 1::2]) / 4)


def _doubled(planes: Planes, rows: int, columns: int) -> Planes:
    """Bilinear, to that size."""
    for axis, length in ((1, rows), (2, columns)):
        held = planes.shape[axis]
        at = np.clip((np.arange(length) + 0.5) / 2 - 0.5, 0, held - 1)
        first = at.astype(np.int64)
        last = np.minimum(first + 1, held - 1)
        part = (at - first)[:, None] if axis == 1 else at - first
        low, high = np.take(planes, first, axis), np.take(planes, last, axis)
        planes = low + (high - low) * part
    return planes


def _depth(known: NDArray[np.bool_]) -> NDArray[np.float64]:
    """How many cells each is away from what is known."""
    depth = np.zeros(known.shape)
    left = ~known
    for _ in range(PATIENCE):
        if not left.any():
            break
        depth += left
        grown = np.pad(left, 1, "edge")
        left = left & grown[:-2, 1:-1] & grown[2:, 1:-1] & grown[1:-1, :-2] & grown[1:-1, 2:]
    return depth
