"""People: boxes around them, then the shape in each box by the network for subjects, or the one for selfies."""

from __future__ import annotations

import numpy as np

from stillbytes.core.errors import NotFound
from stillbytes.masks.detect.detector import Ask, Detector, Finding, Picture
from stillbytes.masks.detect.networks import BOXES, Box, boxes, first
from stillbytes.masks.detect.subject import MODELS, salient
from stillbytes.masks.kind import Floats
from stillbytes.masks.kinds.person import Person

SELFIE = "selfie-segmentation"
AROUND = 0.12
"""Of a box's size, what is shown to the network around it."""
EDGE = 1536
"""Long edge of the mask that the boxes' shapes are put into."""
MOST = 12
"""People that are looked at one by one when all are asked for."""


class FindPerson(Detector[Person]):
    kind = "person"
    version = 1
    models = (*MODELS, SELFIE)
    also = (BOXES, SELFIE)

    def find(self, picture: Picture, kind: Person, ask: Ask, model: str | None) -> Finding:
        if kind.parts:
            raise NotFound(
                "Nothing here can tell the parts of a person.",
                "Take the whole person, and paint away what is too much.",
            )
        shapes = model or SELFIE
        found = people(boxes(picture, ask))
        index = round(kind.index)
        if index >= 0:
            if index >= len(found):
                raise self.nothing(f"person number {index + 1}")
            found = found[index : index + 1]
        if not found:  # the network for selfies alone sees people in flowers
            raise self.nothing("person")
        total: Floats | None = None
        for box in found[:MOST]:
            shape = in_box(picture, box, ask, shapes)
            total = shape if total is None else np.maximum(total, shape)
        assert total is not None
        return Finding(total, (BOXES, shapes))


def people(found: list[Box]) -> list[Box]:
    """Those of what was found that are people, the largest first."""
    return sorted((box for box in found if box.what == "person"), key=lambda box: -box.area)


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
