"""Object: what is under a click, in a box, or called by a name that is known.

With a network that takes prompts (Segment Anything: Kirillov et al. 2023, Ravi et al. 2024) a click is enough. Without,
a box is made from the click if one of the 80 kinds of things is there; in a box, the network for subjects finds the
shape, or a graph cut. Words become a shape by a large model in ComfyUI or a small one here, or a box by a network that
knows them, or by these 80 kinds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from stillbytes.core.errors import NotFound
from stillbytes.core.saying import said
from stillbytes.engines.comfyui.validate import InvalidWorkflow
from stillbytes.masks.detect import grabcut, sam
from stillbytes.masks.detect.boxed import in_box
from stillbytes.masks.detect.detector import CLASSICAL, Detector, Finding, Networks, Picture, best, pixels_of
from stillbytes.masks.detect.networks import BOXES, Box, boxes
from stillbytes.masks.detect.salient import MODELS as SALIENT
from stillbytes.masks.detect.words.graphs import MODELS as LARGE
from stillbytes.masks.detect.words.graphs import seen
from stillbytes.masks.detect.words.networks import CLIPSEG, DINO, boxed, painted
from stillbytes.masks.detect.words.networks import MODELS as SMALLER
from stillbytes.masks.detect.words.spoken import chosen, meant, only
from stillbytes.masks.kind import Floats
from stillbytes.masks.kinds.object import Object

WORDS = (*LARGE, *SMALLER)
EDGE = 480
REACH = 0.12
"""How far, of the long edge, a click without any box reaches."""
TOUCH = 0.006
"""Radius, of the long edge, of what a click says for certain."""


class FindObject(Detector[Object]):
    kind = "object"
    version = 2
    models = (*sam.MODELS, *SALIENT)
    further: ClassVar[Mapping[str, tuple[str, ...]]] = {"words": WORDS}
    also = (BOXES,)
    without = "A graph cut on the colours in the box, or around the click."

    def choices(self, kind: Object) -> tuple[str, ...]:
        return WORDS if kind.words and not kind.box and not kind.points else self.models

    def find(self, picture: Picture, kind: Object, networks: Networks, model: str | None) -> Finding:
        ask = networks.ask
        if not (kind.points or kind.box or kind.words):
            raise NotFound("Nothing tells which object is meant.", "Click it, draw a box around it, or name it.")
        box = _given(picture, kind)
        used: tuple[str, ...] = ()
        model = best(self.models, networks)
        if box is None and kind.words:
            named = self._named(picture, kind.words, networks)
            if isinstance(named, Finding):
                return named
            box, used = named
        if model in sam.MODELS:
            coarse = sam.mask(picture, kind.points, kind.outside, box, ask, model)
            return Finding(coarse, (*used, model))
        if box is None:
            box = _under(boxes(picture, ask), [pixels_of(picture, point) for point in kind.points])
            used = (BOXES,) if box else ()
        if model is not None and box is not None:
            shape = in_box(picture, box, ask, model)
            if float((shape > 0.5).mean()) * picture.height * picture.width > 0.02 * box.area:
                return Finding(shape, (*used, model))
        found = standing_out(picture, kind, box)
        if found is None:
            raise self.nothing("object")
        return Finding(found, (*used, CLASSICAL))

    def _named(self, picture: Picture, words: str, networks: Networks) -> tuple[Box, tuple[str, ...]] | Finding:
        """A box around what is named, with what told it; or its shape at once."""
        if large := self._large(picture, words, networks):
            return large
        network = best(SMALLER, networks)
        known = meant(words)
        if network in DINO:
            around = boxed(picture, words, networks, network)
            if not around:
                raise self.nothing(f"“{words[:60]}”")
            return around[0], (network,)
        found = [box for box in boxes(picture, networks.ask) if box.what in known] if known else []
        if network == CLIPSEG and not (found and only(words)):
            shape = painted(picture, words, networks)
            if shape is None:
                raise self.nothing(f"“{words[:60]}”")
            return Finding(shape, (CLIPSEG,))
        if not known:
            raise NotFound(
                said("Nothing here knows what “{words}” is.", words=words[:60]),
                said(
                    "`stillbytes models pull {smaller}` gets what does; or use a word for an everyday "
                    "thing such as person, car or dog, or draw a box.",
                    smaller=SMALLER[0],
                ),
            )
        if not found:
            raise self.nothing(" or ".join(name.replace("_", " ") for name in known))
        return chosen(found, words, picture), (BOXES,)

    def _large(self, picture: Picture, words: str, networks: Networks) -> Finding | None:
        """By a model in ComfyUI; None where none is here, or ComfyUI lacks its nodes and something smaller does it."""
        fault: InvalidWorkflow | None = None
        for model in LARGE:
            if not networks.here(model):
                continue
            try:
                shape = seen(picture, words, networks, model)
            except InvalidWorkflow as error:
                fault = fault or error
                continue
            if shape is None:
                raise self.nothing(f"“{words[:60]}”")
            return Finding(shape, (model,))
        if fault is not None and best(SMALLER, networks) is None:
            raise fault
        return None


def _given(picture: Picture, kind: Object) -> Box | None:
    if kind.box is None:
        return None
    left, top = pixels_of(picture, kind.box[:2])
    right, bottom = pixels_of(picture, kind.box[2:])
    box = Box(max(0.0, left), max(0.0, top), min(picture.width, right), min(picture.height, bottom), "", 1.0)
    if box.right - box.left < 2 or box.bottom - box.top < 2:
        raise NotFound("The box lies outside the photo.", "Draw it around the object.")
    return box


def _under(found: list[Box], places: list[tuple[float, float]]) -> Box | None:
    """The smallest box that holds all places, or if none does, the first."""
    holding = [box for box in found if all(box.holds(*at) for at in places)]
    holding = holding or [box for box in found if box.holds(*places[0])]
    return min(holding, key=lambda box: box.area, default=None)


def standing_out(picture: Picture, kind: Object, box: Box | None) -> Floats | None:
    """As `classical`; None where nothing stands out, and no more than the touch itself was found."""
    coarse = classical(picture, kind, box)
    touched = 0.0 if box is not None else 2 * np.pi * TOUCH**2 * max(coarse.shape) / min(coarse.shape)
    return coarse if float((coarse > 0.5).mean()) >= max(1e-4, touched) else None


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
