"""How far a photo is tilted, from the straight lines in it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SHORTEST = 0.025
"""Length of a line, of the picture's long edge, from which it counts."""
MOST = 10.0
"""Degrees of tilt that are looked for: more is meant."""
SPREAD = 0.4
"""Degrees within which lines agree."""
UPRIGHT = 4.0
"""How much more an upright line counts: lines that lead away from the camera lie at any angle."""
NEEDED, AGREED, NEXT = 0.8, 0.25, 0.75
"""For an answer: length of the lines that agree (of the long edge), their part of all, and how strong the next best
angle may be beside theirs."""


def tilt(grey: NDArray[np.uint8]) -> float | None:
    """Degrees by which the picture is turned clockwise; None when its lines do not tell.

    grey: (rows, columns). Line segments: R. Grompone von Gioi et al., "LSD: a line segment detector", IPOL 2, 2012.
    """
    import cv2  # noqa: PLC0415 - loads only when a photo is straightened

    found = cv2.createLineSegmentDetector(cv2.LSD_REFINE_STD).detect(np.ascontiguousarray(grey))[0]
    if found is None:
        return None
    x0, y0, x1, y1 = np.asarray(found, np.float64).reshape(-1, 4).T
    across, down = x1 - x0, y1 - y0
    length = np.hypot(across, down) / max(grey.shape)
    angle = (np.degrees(np.arctan2(down, across)) + 45) % 90 - 45  # from the nearer of both axes
    used = (length >= SHORTEST) & (np.abs(angle) <= MOST + 2)
    angle, length = angle[used], length[used]
    if not len(angle):
        return None
    weight = length * np.where(np.abs(down) > np.abs(across), UPRIGHT, 1.0)[used]
    tried = np.arange(-MOST, MOST + 0.01, 0.05)
    votes = np.exp(-0.5 * ((angle - tried[:, None]) / SPREAD) ** 2) @ weight
    best = tried[np.argmax(votes)]
    near = np.abs(angle - best) < 2.5 * SPREAD
    others = votes[np.abs(tried - best) > 5 * SPREAD].max()
    if length[near].sum() < NEEDED or weight[near].sum() < AGREED * weight.sum() or others > NEXT * votes.max():
        return None
    return float(np.average(angle[near], weights=weight[near]))
