"""What a pointer on the photo is over, and the outline of what a click there would take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from stillbytes.masks.detect import sam
from stillbytes.masks.detect.boxed import SELFIE, in_box
from stillbytes.masks.detect.detector import Ask, Picture
from stillbytes.masks.detect.networks import Box, boxes
from stillbytes.masks.detect.object import classical, standing_out
from stillbytes.masks.detect.person import FindPerson, people
from stillbytes.masks.detect.salient import MODELS as SALIENT
from stillbytes.masks.kind import Floats
from stillbytes.masks.kinds.object import Object

Lines = tuple[tuple[tuple[float, float], ...], ...]
"""Closed lines through places in frame units."""
MOST = 40
AREA_EDGE = 512
"""Long edge in pixels at which outlines are followed."""
FINE = 0.8
"""Pixels of that by which an outline may be simplified."""
LEAST_LINE = 0.02
"""Of the longest outline: shorter ones are specks."""


@dataclass(frozen=True, slots=True)
class Thing:
    """box: left, top, right, bottom in frame units. what: in words. person: which one, as the kind Person counts them;
    -1 for everything else."""

    what: str
    box: tuple[float, float, float, float]
    person: int


def things(picture: Picture, ask: Ask) -> tuple[Thing, ...]:
    """The people, the largest first, then everything else that is known, the surest first."""
    unit = 1 / picture.long_edge
    seen = boxes(picture, ask)
    found = [(box, i) for i, box in enumerate(people(seen))]
    found += [(box, -1) for box in seen if box.what != "person"]
    return tuple(
        Thing(
            box.what.replace("_", " "), (box.left * unit, box.top * unit, box.right * unit, box.bottom * unit), person
        )
        for box, person in found[:MOST]
    )


def outline_of(picture: Picture, thing: Thing, ask: Ask, here: Callable[[str], bool]) -> Lines:
    """Around a thing, without edges at full resolution. here: whether a model is on this machine."""
    long = picture.long_edge
    left, top, right, bottom = (value * long for value in thing.box)
    box = Box(left, top, right, bottom, thing.what, 1.0)
    known = FindPerson.models if thing.person >= 0 else SALIENT
    model = next((model for model in known if here(model)), None)
    if thing.person >= 0:
        return lines(picture, in_box(picture, box, ask, model or SELFIE))
    shape = in_box(picture, box, ask, model) if model else classical(picture, Object(box=thing.box), box)
    return lines(picture, shape)


def outline_at(picture: Picture, point: tuple[float, float], ask: Ask, model: str) -> Lines:
    """Around what a network of `sam.MODELS` takes for that place in frame units; the encoder's work is remembered."""
    return lines(picture, sam.mask(picture, (point,), (), None, ask, model))


def outline_by_colours(picture: Picture, point: tuple[float, float]) -> Lines:
    """Around what a click at that place in frame units takes without such a network, beside all known things; nothing
    where nothing stands out."""
    shape = standing_out(picture, Object(points=(point,)), None)
    return () if shape is None else lines(picture, shape)


def lines(picture: Picture, coarse: Floats) -> Lines:
    """The border of where a mask over the whole frame is more than half."""
    import cv2  # noqa: PLC0415 - loads only when a mask is looked for

    scale = AREA_EDGE / picture.long_edge
    width, height = max(2, round(picture.width * scale)), max(2, round(picture.height * scale))
    how = cv2.INTER_AREA if coarse.shape[1] > width else cv2.INTER_LINEAR
    small = np.asarray(cv2.resize(coarse, (width, height), interpolation=how))
    inside = np.pad((small > 0.5).astype(np.uint8), 1)
    found, _ = cv2.findContours(inside, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    longest = max((len(line) for line in found), default=0)
    across, down = picture.width / width / picture.long_edge, picture.height / height / picture.long_edge
    followed = []
    for line in found:
        if len(line) < max(8, LEAST_LINE * longest):
            continue
        places = np.asarray(cv2.approxPolyDP(line, FINE, True))[:, 0].astype(float) - 0.5
        followed.append(tuple((round(x * across, 5), round(y * down, 5)) for x, y in places.tolist()))
    return tuple(followed)
