"""The picture that a model sees has no grain: it would be drawn on, and grain is added again when a patch is shown."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]

LEAST = 1.0
"""Codes of noise, beside the dither's, from which on it is taken out."""
DITHER = 0.7
"""Standard deviation in codes of what rounding with triangular noise adds."""
STRENGTH = 1.1
MOST = 25.0
WINDOW, SEARCH = 5, 13


def noise_of(picture: Bytes) -> float:
    """Standard deviation of the noise in codes, of (height, width, 3) uint8.

    J. Immerkaer, "Fast Noise Variance Estimation", CVIU 64, 1996: what a mask that is blind to slopes leaves; here its
    median over blocks, so that texture does not count where anything is smooth.
    """
    grey = picture.astype(np.float32).mean(axis=2)
    mask = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    left = np.abs(cv2.filter2D(grey, -1, mask))
    blocks = cv2.resize(left, (max(1, grey.shape[1] // 16), max(1, grey.shape[0] // 16)), interpolation=cv2.INTER_AREA)
    smooth = np.quantile(blocks, 0.2)
    # The mean of three channels has less noise than each; the mask's gain for white noise is 6.
    return float(smooth * np.sqrt(np.pi / 2) / 6 * np.sqrt(3))


def cleaned(picture: Bytes) -> Bytes:
    """Without its noise (A. Buades, B. Coll and J.-M. Morel, "Non-local means", CVPR 2005); as it is where there is
    next to none."""
    noise = noise_of(picture)
    beside = np.sqrt(max(0.0, noise * noise - DITHER * DITHER))
    if beside < LEAST:
        return picture
    strength = min(MOST, STRENGTH * noise)
    return np.asarray(cv2.fastNlMeansDenoisingColored(picture, None, strength, strength, WINDOW, SEARCH), np.uint8)
