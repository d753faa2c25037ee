"""Without a network: graph cuts on colour models (Rother, Kolmogorov, Blake, "GrabCut", SIGGRAPH 2004)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stillbytes.masks.detect.detector import Bytes
from stillbytes.masks.kind import Floats

NOT, IS, PERHAPS_NOT, PERHAPS = 0, 1, 2, 3
"""What is known of a pixel, as OpenCV numbers it."""


def cut(pixels: Bytes, known: NDArray[np.uint8], times: int = 4) -> Floats:
    """0 or 1 for each pixel. known: NOT, IS, PERHAPS_NOT or PERHAPS. The same for the same input."""
    import cv2  # noqa: PLC0415 - loads only when a mask is looked for

    labels = known.copy()
    inside = (labels == IS) | (labels == PERHAPS)
    if not inside.any() or inside.all():
        return np.asarray(inside, np.float32)
    cv2.setRNGSeed(1)
    back, fore = np.zeros((1, 65)), np.zeros((1, 65))
    try:
        cv2.grabCut(np.ascontiguousarray(pixels[..., ::-1]), labels, None, back, fore, times, cv2.GC_INIT_WITH_MASK)
    except cv2.error:  # too few pixels of one side for a colour model
        return np.asarray(inside, np.float32)
    return np.asarray((labels == IS) | (labels == PERHAPS), np.float32)


def largest(mask: Floats, near: tuple[float, float] | None = None) -> Floats:
    """The largest connected part, or the one at `near` (column, row)."""
    import cv2  # noqa: PLC0415

    count, labels, statistics, _ = cv2.connectedComponentsWithStats((mask > 0.5).astype(np.uint8), connectivity=8)
    if count < 2:
        return mask
    chosen = 1 + int(np.argmax(statistics[1:, cv2.CC_STAT_AREA]))
    if near is not None:
        row, column = int(np.clip(near[1], 0, mask.shape[0] - 1)), int(np.clip(near[0], 0, mask.shape[1] - 1))
        chosen = int(labels[row, column]) or chosen
    return np.where(labels == chosen, mask, 0).astype(np.float32)
