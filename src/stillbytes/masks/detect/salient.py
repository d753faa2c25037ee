"""Networks for what a picture is of: ISNet and BiRefNet, and what of their answers is no subject."""

from __future__ import annotations

import numpy as np

from stillbytes.masks.detect.detector import Ask, Picture
from stillbytes.masks.detect.networks import first, planes, sigmoid, spread
from stillbytes.masks.kind import Floats

SIDE = 1024
SEEN, SPECK, FAR = 0.03, 0.01, 0.05
"""Less than SPECK of the largest part, and farther than FAR of the long edge from what is larger: not of the subject.
SEEN: from here on something is one part with its neighbours."""
MODELS = ("birefnet-general", "birefnet-lite", "isnet-general", "isnet-medium", "isnet-small")


def salient(picture: Picture, ask: Ask, model: str) -> Floats:
    """(1024, 1024) 0..1. X. Qin et al., "Highly accurate dichotomous image segmentation", ECCV 2022 (ISNet);
    P. Zheng et al., "Bilateral reference for high-resolution dichotomous image segmentation", 2024 (BiRefNet)."""
    small = picture.stretched(SIDE, SIDE)
    if model.startswith("birefnet"):
        return sigmoid(first(ask(model, {"input_image": planes(small)}, "model")))
    found = first(ask(model, {"input": planes(small, (0.5, 0.5, 0.5), (1.0, 1.0, 1.0))}, "model"))
    # Trained to fill its range; a picture without any subject stays low.
    return np.clip(found, 0, 1) if float(found.max()) > 0.3 else spread(found) * np.float32(0.3)


def without_specks(coarse: Floats) -> Floats:
    """Without what is far from everything large and small beside it, as networks see in smooth or busy backdrops."""
    import cv2  # noqa: PLC0415 - loads only when a mask is looked for

    seen = (coarse > SEEN).astype(np.uint8)
    count, labels = cv2.connectedComponents(seen, connectivity=8)
    if count < 3:
        return coarse
    there = np.flatnonzero(seen)
    part = labels.ravel()[there]
    mass = np.bincount(part, coarse.ravel()[there], count)  # what is faint counts less
    small = mass < SPECK * mass.max()
    in_small = small[part]
    if not in_small.any():
        return coarse
    nothing_large = np.ones(coarse.shape, np.uint8)
    nothing_large.flat[there[~in_small]] = 0
    away = cv2.distanceTransform(nothing_large, cv2.DIST_L2, 3)
    nearest = np.full(count, np.inf)
    there, part = there[in_small], part[in_small]
    np.minimum.at(nearest, part, away.ravel()[there])
    found = coarse.copy()
    found.flat[there[nearest[part] > FAR * max(coarse.shape)]] = 0
    return found
