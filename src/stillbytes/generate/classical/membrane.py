"""The smoothest surface over a hole: Laplace's equation with the values around it, from coarse to fine."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

ROUNDS, FINE, FEW = 12, 256, 4
"""Relaxations at each level; coarse levels bring what is far away. Where a hole has more pixels along a side than FINE,
the level before has left little to do."""
SMALLEST = 4


def membrane(values: Floats, hole: NDArray[np.bool_]) -> Floats:
    """values (height, width, channels) with the hole (height, width) filled smoothly; the rest stays as it is.

    A hole without anything around it becomes 0.
    """
    known = (~hole).astype(np.float32)
    guess = _guess(np.where(hole[..., None], 0, values).astype(np.float32), known)
    return np.where(hole[..., None], _relaxed(values, hole, guess), values).astype(np.float32)


def _guess(values: Floats, known: NDArray[np.float32]) -> Floats:
    """Every hole filled from the next coarser level, whose pixels average what is known."""
    height, width = known.shape
    if known.min() > 0 or max(height, width) <= SMALLEST or known.max() == 0:
        mean = values.sum(axis=(0, 1)) / max(float(known.sum()), 1e-6)
        return np.where(known[..., None] > 0, values / np.maximum(known, 1e-6)[..., None], mean).astype(np.float32)
    size = ((width + 1) // 2, (height + 1) // 2)
    share = cv2.resize(known, size, interpolation=cv2.INTER_AREA)
    small = cv2.resize(values, size, interpolation=cv2.INTER_AREA).reshape(*share.shape, -1)
    coarse = _guess(small, share)
    coarse = _relaxed(coarse, share == 0, coarse)
    large = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR).reshape(height, width, -1)
    return np.where(known[..., None] > 0, values / np.maximum(known, 1e-6)[..., None], large).astype(np.float32)


def _relaxed(values: Floats, hole: NDArray[np.bool_], guess: Floats) -> Floats:
    """Some rounds of Jacobi's method in the hole."""
    if not hole.any():
        return guess
    rows, columns = np.flatnonzero(hole.any(axis=1)), np.flatnonzero(hole.any(axis=0))
    part = np.s_[max(rows[0] - 1, 0) : rows[-1] + 2, max(columns[0] - 1, 0) : columns[-1] + 2]
    fixed = np.ascontiguousarray(values[part], np.float32)
    known = np.ascontiguousarray(np.broadcast_to(~hole[part][..., None], fixed.shape))
    current = np.where(known, fixed, guess[part]).astype(np.float32)
    mean = np.empty_like(current)
    kernel = np.array([[0, 0.25, 0], [0.25, 0, 0.25], [0, 0.25, 0]], np.float32)
    for _ in range(ROUNDS if max(fixed.shape) <= FINE else FEW):
        cv2.filter2D(current, -1, kernel, dst=mean, borderType=cv2.BORDER_REPLICATE)
        np.copyto(mean, fixed, where=known)
        current, mean = mean, current
    out = guess.copy()
    out[part] = current
    return out
