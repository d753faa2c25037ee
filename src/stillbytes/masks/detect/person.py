"""People: boxes around them, then in each the shape by the network for subjects or that for selfies, or its parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from stillbytes.masks.detect.boxed import SELFIE, in_box
from stillbytes.masks.detect.detector import Detector, Finding, Networks, Picture
from stillbytes.masks.detect.networks import BOXES, Box, boxes
from stillbytes.masks.detect.parts.faces import BLAZE, MESH
from stillbytes.masks.detect.parts.find import SOFT, parts_of
from stillbytes.masks.detect.parts.find import models as models_of_parts
from stillbytes.masks.detect.parts.parsing import BODIES, FACES
from stillbytes.masks.detect.salient import MODELS
from stillbytes.masks.kind import Floats
from stillbytes.masks.kinds.person import Person

MOST = 12
"""People that are looked at one by one when all are asked for."""


class FindPerson(Detector[Person]):
    kind = "person"
    version = 2
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
        shapes = model or SELFIE
        total: Floats | None = None
        for box in found[:MOST]:
            shape = in_box(picture, box, ask, shapes)
            total = shape if total is None else np.maximum(total, shape)
        assert total is not None
        return Finding(total, (BOXES, shapes))


def people(found: list[Box]) -> list[Box]:
    """Those of what was found that are people, the largest first."""
    return sorted((box for box in found if box.what == "person"), key=lambda box: -box.area)
