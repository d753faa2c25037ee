"""What stands before a new sky or background, without the light of the old one at its edges.

A pixel at an edge has the light of both sides, C = a B + (1 - a) F. With another background N in the place of B it is
C + a (N - B); B is the old one close by. A coverage that is told too large would leave a dark line, so that
nothing gets darker than both the new light and what stands before it close by.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

NEAR, FAR = 4.0, 16.0
"""Pixels over which the old background is averaged: what is close by counts most."""
FAR_WEIGHT = 1e-3
PURE = 0.85
"""Coverage from which on less and less of the edge's own light counts: there the new background is nearly alone."""


def parted(new: Floats, photo: Floats, alpha: Floats) -> tuple[Floats, Floats]:
    """The new light where it meets what stands before it, and how much of each pixel it covers then.

    new, photo: (height, width, 3) scene-linear; alpha: (height, width) 0..1, how much of each pixel the background is.
    Where that is 0 or 1 nothing changes.
    """
    edge = (alpha > 0) & (alpha < 1)
    pure = (alpha >= 1).astype(np.float32)
    if not edge.any() or not pure.any():
        return new, alpha
    behind, there = _close_by(photo, pure)
    known = edge & there
    old = behind[known]
    before, _ = _close_by(photo, (alpha <= 0).astype(np.float32))
    share = np.clip((1 - alpha[known]) / np.float32(1 - PURE), 0, 1)[:, None]
    under, covers = photo[known], alpha[known][:, None]
    seen = np.maximum(
        under + covers * (new[known] + share * (under - old) - under), np.minimum(new[known], before[known])
    )
    more = np.max(1 - seen / np.maximum(under, np.float32(1e-6)), axis=1, keepdims=True)
    covers = np.clip(more, covers, 1)
    light, share_of_pixel = new.copy(), alpha.copy()
    light[known] = np.maximum((seen - (1 - covers) * under) / covers, 0)
    share_of_pixel[known] = covers[:, 0]
    return light, share_of_pixel


def _close_by(photo: Floats, counted: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """(height, width, 3) the mean light of the pixels that count close by, 0 where there are none, and where there are
    any. counted: (height, width) 0 or 1."""
    total, weight = np.zeros_like(photo), np.zeros_like(counted)
    for reach, counts in ((NEAR, 1.0), (FAR, FAR_WEIGHT)):
        total += np.float32(counts) * cv2.GaussianBlur(photo * counted[..., None], (0, 0), reach)
        weight += np.float32(counts) * cv2.GaussianBlur(counted, (0, 0), reach)
    there = weight > 1e-6
    return np.where(there[..., None], total / np.maximum(weight, np.float32(1e-6))[..., None], 0), there
