"""Object: what is under a click, in a box, or called by a name that is known.

With a network that takes prompts (Segment Anything: Kirillov et al. 2023, Ravi et al. 2024) a click is enough. Without,
a box is made from the click if one of the 80 kinds of things is there; in a box, the network for subjects finds the
shape, or a graph cut.
"""

from __future__ import annotations

import numpy as np

from stillbytes.core.errors import NotFound
from stillbytes.masks.detect import grabcut, sam
from stillbytes.masks.detect.detector import CLASSICAL, Ask, Detector, Finding, Picture, pixels_of
from stillbytes.masks.detect.networks import BOXES, COCO, Box, boxes
from stillbytes.masks.detect.person import in_box
from stillbytes.masks.detect.subject import MODELS as SALIENT
from stillbytes.masks.kind import Floats
from stillbytes.masks.kinds.object import Object

EDGE = 480
REACH = 0.12
"""How far, of the long edge, a click without any box reaches."""
TOUCH = 0.006
"""Radius, of the long edge, of what a click says for certain."""


class FindObject(Detector[Object]):
    kind = "object"
    version = 1
    models = (*sam.MODELS, *SALIENT)
    also = (BOXES,)
    without = "A graph cut on the colours in the box, or around the click."

    def find(self, picture: Picture, kind: Object, ask: Ask, model: str | None) -> Finding:
        if not (kind.points or kind.box or kind.words):
            raise NotFound("Nothing tells which object is meant.", "Click it, draw a box around it, or name it.")
        box = _given(picture, kind)
        used: tuple[str, ...] = ()
        if box is None and kind.words:
            box, used = self._named(picture, kind.words, ask), (BOXES,)
        if model in sam.MODELS:
            coarse = sam.mask(picture, kind.points, kind.outside, box, ask, model)
            return Finding(coarse, (*used, model))
        if box is None:
            box = _under(boxes(picture, ask), pixels_of(picture, kind.points[0]))
            used = (BOXES,) if box else ()
        if model is not None and box is not None:
            shape = in_box(picture, box, ask, model)
            if float((shape > 0.5).mean()) * picture.height * picture.width > 0.02 * box.area:
                return Finding(shape, (*used, model))
        coarse = classical(picture, kind, box)
        # No more than the touch itself: nothing stands out there.
        touched = 0.0 if box is not None else 2 * np.pi * TOUCH**2 * max(coarse.shape) / min(coarse.shape)
        if float((coarse > 0.5).mean()) < max(1e-4, touched):
            raise self.nothing("object")
        return Finding(coarse, (*used, CLASSICAL))

    def _named(self, picture: Picture, words: str, ask: Ask) -> Box:
        known = [name for name in COCO if _names(words, name)]
        if not known:
            raise NotFound(
                f"Nothing here knows what “{words[:60]}” is.",
                "Use one of the words for everyday things such as person, car or dog, or draw a box.",
            )
        found = [box for box in boxes(picture, ask) if box.what in known]
        if not found:
            raise self.nothing(" or ".join(known))
        return max(found, key=lambda box: box.sure * box.area**0.25)


def _names(words: str, name: str) -> bool:
    spoken = [word.strip(".,;:!?").lower() for word in words.split()]
    wanted = name.split("_")
    return any(
        all(a in (b, b + "s", b + "es") for a, b in zip(spoken[i : i + len(wanted)], wanted, strict=False))
        for i in range(len(spoken) - len(wanted) + 1)
    )


def _given(picture: Picture, kind: Object) -> Box | None:
    if kind.box is None:
        return None
    left, top = pixels_of(picture, kind.box[:2])
    right, bottom = pixels_of(picture, kind.box[2:])
    box = Box(max(0.0, left), max(0.0, top), min(picture.width, right), min(picture.height, bottom), "", 1.0)
    if box.right - box.left < 2 or box.bottom - box.top < 2:
        raise NotFound("The box lies outside the photo.", "Draw it around the object.")
    return box


def _under(found: list[Box], at: tuple[float, float]) -> Box | None:
    """The smallest box that holds the place."""
    return min((box for box in found if box.holds(*at)), key=lambda box: box.area, default=None)


def classical(picture: Picture, kind: Object, box: Box | None) -> Floats:
    """0 or 1 at a small size."""
    small = picture.within(EDGE)
    scale = small.shape[1] / picture.width
    height, width = small.shape[:2]
    y, x = np.mgrid[0:height, 0:width]
    if box is not None:
        inside = (x >= box.left * scale) & (x < box.right * scale) & (y >= box.top * scale) & (y < box.bottom * scale)
        known = np.where(inside, grabcut.PERHAPS, grabcut.NOT).astype(np.uint8)
        if inside.all():
            known[[0, -1]] = known[:, [0, -1]] = grabcut.NOT
    else:
        known = np.full((height, width), grabcut.NOT, np.uint8)
        for point in kind.points:
            px, py = (v * scale for v in pixels_of(picture, point))
            away = np.hypot(x - px, y - py)
            known[(away < REACH * max(height, width)) & (known == grabcut.NOT)] = grabcut.PERHAPS_NOT
            known[away < 0.4 * REACH * max(height, width)] = grabcut.PERHAPS
    touch = max(2.0, TOUCH * max(height, width))
    for points, what in ((kind.points, grabcut.IS), (kind.outside, grabcut.NOT)):
        for point in points:
            px, py = (v * scale for v in pixels_of(picture, point))
            known[np.hypot(x - px, y - py) < touch] = what
    found = grabcut.cut(small, known)
    if not kind.points:
        return grabcut.largest(found)
    px, py = (v * scale for v in pixels_of(picture, kind.points[0]))
    return grabcut.largest(found, (px, py))
