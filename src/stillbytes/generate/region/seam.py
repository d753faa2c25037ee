"""The seam between a patch and the photo: what differs along it is spread smoothly into the patch.

As in gradient-domain compositing (Perez, Gangnet and Blake, "Poisson Image Editing", 2003) the patch keeps its own
detail, and a membrane between the differences along its edge is added. It is added in stops, not in light, so that
dark parts of a patch stay dark, and it fades towards the middle of large patches, whose tones are their own.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from stillbytes.generate.classical.membrane import membrane

Floats = NDArray[np.float32]

LEAST_LIGHT = 0.004
"""Added before ratios are taken: about the noise of a dark place."""
SMOOTH = 4.0
"""Pixels over which differences along the edge are averaged, against texture that ends there."""
BAND = 6
"""Pixels on both sides of the edge in which they are seen."""
MOST_STOPS = 0.7
FADE = 1.0
"""At so many times the hole's half width from its edge the membrane has faded to a third."""
COARSE = 512
"""The membrane is solved at this size at most, for it is smooth."""


def closed(patch: Floats, photo: Floats, covered: NDArray[np.bool_], known: NDArray[np.bool_] | None = None) -> Floats:
    """The patch with its seam closed.

    patch, photo: (height, width, 3) scene-linear over the same rectangle; covered: (height, width), where the patch
    takes the photo's place. The patch has to go on a little outside of it, as a model's answer does. known: where the
    photo has pixels at all. Without an edge between the two the patch stays as it is.
    """
    free = ~covered if known is None else known & ~covered
    inwards = cv2.distanceTransform(covered.astype(np.uint8), cv2.DIST_L2, 5)
    edge = free & (cv2.distanceTransform((~covered).astype(np.uint8), cv2.DIST_L2, 5) <= BAND)
    if not edge.any() or not covered.any():
        return patch
    least = np.float32(LEAST_LIGHT)
    stops = np.log2((np.maximum(photo, 0) + least) / (np.maximum(patch, 0) + least))
    stops = np.clip(stops, -MOST_STOPS, MOST_STOPS)
    weight = edge.astype(np.float32)
    blurred = cv2.GaussianBlur(weight, (0, 0), SMOOTH)
    smooth = cv2.GaussianBlur(stops * weight[..., None], (0, 0), SMOOTH) / np.maximum(blurred, 1e-4)[..., None]
    # Everything that is no edge is spanned by the membrane.
    spread = _spanned(smooth, edge)
    fade = np.exp(-((inwards / (FADE * max(float(inwards.max()), 1.0))) ** 2)).astype(np.float32)
    lifted = (np.maximum(patch, 0) + least) * np.exp2(spread * fade[..., None]) - least
    # Values below zero, which only noise and colours outside of the space have, are left as they are.
    return np.where(patch > 0, np.maximum(lifted, 0), patch).astype(np.float32)


def _spanned(values: Floats, edge: NDArray[np.bool_]) -> Floats:
    height, width = edge.shape
    scale = min(1.0, COARSE / max(height, width))
    if scale == 1:
        return membrane(values, ~edge)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    share = cv2.resize(edge.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    small = cv2.resize(np.where(edge[..., None], values, 0).astype(np.float32), size, interpolation=cv2.INTER_AREA)
    seen = share > 0
    small = np.where(seen[..., None], small / np.maximum(share, 1e-6)[..., None], 0).astype(np.float32)
    spanned = membrane(small, ~seen)
    return np.asarray(cv2.resize(spanned, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
