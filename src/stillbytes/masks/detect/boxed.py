"""The shape of what is in a box: by a network for what pictures are of, or for people by the small one for selfies."""

from __future__ import annotations

import numpy as np

from stillbytes.masks.detect.detector import Ask, Picture
from stillbytes.masks.detect.networks import Box, first
from stillbytes.masks.detect.salient import salient
from stillbytes.masks.kind import Floats

SELFIE = "selfie-segmentation"
AROUND = 0.12
"""Of a box's size, what is shown to the network around it."""
EDGE = 1536
"""Long edge of the mask that the boxes' shapes are put into."""


def selfie(picture: Picture, ask: Ask) -> Floats:
    """(256, 256) 0..1."""
    small = picture.stretched(256, 256).astype(np.float32)[None] / 255
    return np.clip(first(ask(SELFIE, {"input_1:0": small}, "model")), 0, 1)


def in_box(picture: Picture, box: Box, ask: Ask, model: str) -> Floats:
    """The shape in a box, over the whole frame."""
    import cv2  # noqa: PLC0415 - loads only when a mask is looked for

    scale = min(1.0, EDGE / picture.long_edge)
    height, width = max(1, round(picture.height * scale)), max(1, round(picture.width * scale))
    total = np.zeros((height, width), np.float32)
    more_x, more_y = AROUND * (box.right - box.left), AROUND * (box.bottom - box.top)
    left, top = int(max(0, box.left - more_x)), int(max(0, box.top - more_y))
    right, bottom = int(min(picture.width, box.right + more_x + 1)), int(min(picture.height, box.bottom + more_y + 1))
    if right - left < 8 or bottom - top < 8:
        return total
    part = picture.cut(left, top, right, bottom)
    shape = selfie(part, ask) if model == SELFIE else salient(part, ask, model)
    x, y = round(left * scale), round(top * scale)
    size = max(1, min(width, round(right * scale)) - x), max(1, min(height, round(bottom * scale)) - y)
    shape = np.asarray(cv2.resize(shape, size, interpolation=cv2.INTER_AREA), np.float32)
    # What was cut off at the crop's edge fades, so that no seam shows.
    fade_x = _fade(size[0], left > 0, right < picture.width)
    fade_y = _fade(size[1], top > 0, bottom < picture.height)
    total[y : y + size[1], x : x + size[0]] = shape * fade_x[None] * fade_y[:, None]
    return total


def _fade(length: int, begins: bool, ends: bool) -> Floats:
    at = (np.arange(length) + 0.5) / length
    rise = np.clip(at / (0.4 * AROUND), 0, 1) if begins else np.ones(length)
    fall = np.clip((1 - at) / (0.4 * AROUND), 0, 1) if ends else np.ones(length)
    return np.asarray(rise * fall, np.float32)
