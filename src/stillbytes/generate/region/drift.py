"""Colours that a model's autoencoder shifts, brought back by what it did to pixels that are known.

Everything a model gives back went through its autoencoder, which moves tones and hues by some codes, differently across
the picture. Around the hole the true codes are known: a map of low order from the answer to the truth is solved there
and applied to what is new.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

RING = 0.35
"""Known pixels count as far from the hole as this part of its size."""
LEAST_RING = 12
ENOUGH = 200
"""Pixels of the ring from which on anything is known about the drift."""
MOST_SAMPLES = 40_000
ROUNDS = 6
OUTLIER = 0.02
"""Codes beside the map that halve a pixel's weight: the model may have changed what is there."""
STIFF = (0.02, 0.002, 0.01, 0.01)
"""How reluctantly gain, level and the two slopes across the picture move, in parts of all pixels."""
MOST = 0.12
"""Codes by which the map moves a pixel at most."""


def corrected(answer: Floats, truth: Floats, known: NDArray[np.bool_]) -> Floats:
    """answer, truth: (height, width, 3) codes 0..1. known: (height, width) where the answer should be the truth.

    By channel: code -> gain x code + level + slopes across and down, fitted robustly (iterated reweighting with
    Cauchy's weights; P. J. Huber, "Robust Statistics", 1981). Without enough known pixels the answer stays as it is.
    """
    ring = _ring(known)
    places = np.flatnonzero(ring)
    if len(places) < ENOUGH:
        return answer
    if len(places) > MOST_SAMPLES:
        places = places[:: len(places) // MOST_SAMPLES + 1]
    height, width = known.shape
    # Blurred, so that fine structure that moved by a pixel is not taken for colour.
    smooth_answer, smooth_truth = (cv2.GaussianBlur(one, (0, 0), 2.0) for one in (answer, truth))
    rows, columns = np.divmod(places, width)
    x, y = columns / width - 0.5, rows / height - 0.5
    across = (np.arange(width, dtype=np.float32) / np.float32(width) - np.float32(0.5))[None, :]
    down = (np.arange(height, dtype=np.float32) / np.float32(height) - np.float32(0.5))[:, None]
    out = answer.copy()
    for channel in range(3):
        told = smooth_answer[rows, columns, channel].astype(np.float64)
        wanted = smooth_truth[rows, columns, channel].astype(np.float64) - told
        middle = float(np.median(told))
        gain, level, right, bottom = _fitted(np.stack([told - middle, np.ones_like(told), x, y], 1), wanted)
        shift = gain * (answer[..., channel] - middle) + level + right * across + bottom * down
        out[..., channel] += np.clip(shift, -MOST, MOST).astype(np.float32)
    return out


def _fitted(basis: NDArray[np.float64], wanted: NDArray[np.float64]) -> NDArray[np.float64]:
    weights: NDArray[np.float64] = np.ones(len(wanted))
    found: NDArray[np.float64] = np.zeros(basis.shape[1])
    stiff = np.diag(np.array(STIFF) * np.array([0.02, 1.0, 0.1, 0.1]))
    for _ in range(ROUNDS):
        weighted = basis * weights[:, None]
        normal = basis.T @ weighted / len(wanted) + stiff
        found = np.asarray(np.linalg.solve(normal, weighted.T @ wanted / len(wanted)), np.float64)
        weights = 1 / (1 + ((wanted - basis @ found) / OUTLIER) ** 2)
    return found


def _ring(known: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The known pixels that are near the hole; all where there is none."""
    if known.all() or not known.any():
        return known
    rows, columns = np.flatnonzero((~known).any(axis=1)), np.flatnonzero((~known).any(axis=0))
    reach = max(LEAST_RING, RING * max(rows[-1] - rows[0], columns[-1] - columns[0]))
    distance = cv2.distanceTransform(known.astype(np.uint8), cv2.DIST_L2, 5)
    return np.asarray(known & (distance > 2) & (distance <= reach))
