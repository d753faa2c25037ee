"""People: boxes around them, then in each the shape by the network for subjects or that for selfies, or its parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from stillbytes.masks.detect.boxed import SELFIE, in_box
from stillbytes.masks.detect.detector import CLASSICAL, Detector, Finding, Networks, Picture
from stillbytes.masks.detect.networks import BOXES, Box, boxes
from stillbytes.masks.detect.object import classical
from stillbytes.masks.detect.parts.faces import BLAZE, MESH
from stillbytes.masks.detect.parts.find import SOFT, parts_of
from stillbytes.masks.detect.parts.find import models as models_of_parts
from stillbytes.masks.detect.parts.parsing import BODIES, FACES
from stillbytes.masks.detect.salient import MODELS
from stillbytes.masks.kind import Floats
from stillbytes.masks.kinds.object import Object
from stillbytes.masks.kinds.person import Person

MOST = 12
"""People that are looked at one by one when all are asked for."""
LEAST = 0.05
"""Of a person's box: a network that finds less there, as of somebody whom the photo's edge cuts off, does not see them.
Then colours tell."""


class FindPerson(Detector[Person]):
    kind = "person"
    version = 3
    models = (*MODELS, SELFIE)
    further: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "parts": (*FACES, MESH),
        "clothes and body skin": BODIES,
    }
    also = (BOXES, SELFIE, BLAZE, MESH)

    def choices(self, kind: Person) -> tuple[str, ...]:
        return models_of_parts(kind.parts) if kind.parts else self.models

    def find(self, picture: Picture, kind: Person, networks: Networks, model: str | None) -> Finding:
        ask = networks.ask
        found = people(boxes(picture, ask))
        index = round(kind.index)
        if index >= 0:
            if index >= len(found):
                raise self.nothing(f"person number {index + 1}")
            found = found[index : index + 1]
        if not found:  # the network for selfies alone sees people in flowers
            raise self.nothing("person")
        if kind.parts:
            shown, used = parts_of(picture, found[:MOST], kind.parts, networks)
            return Finding(shown, (BOXES, *used), refine=all(part in SOFT for part in kind.parts))
        shapes, guessed = model or SELFIE, False
        total: Floats | None = None
        for box in found[:MOST]:
            shape = in_box(picture, box, ask, shapes)
            if (shape > 0.5).mean() * picture.width * picture.height < LEAST * box.area:
                shape, guessed = _by_colours(picture, box, shape.shape), True
            total = shape if total is None else np.maximum(total, shape)
        assert total is not None
        return Finding(total, (BOXES, shapes, *([CLASSICAL] if guessed else [])))


def _by_colours(picture: Picture, box: Box, shape: tuple[int, ...]) -> Floats:
    import cv2  # noqa: PLC0415 - loads only when a mask is looked for

    found = classical(picture, Object(), box)
    return np.asarray(cv2.resize(found, shape[::-1], interpolation=cv2.INTER_LINEAR), np.float32)


def people(found: list[Box]) -> list[Box]:
    """Those of what was found that are people, the largest first."""
    return sorted((box for box in found if box.what == "person"), key=lambda box: -box.area)
