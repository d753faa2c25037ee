"""Subject: what the picture is of, by a network for salient objects.

Without one: what stands out among the 80 kinds of things that the network for boxes knows, each by a graph cut in its
box or, of people, by the network for selfies; without any of them, what differs from the picture's borders and the sky.
"""

from __future__ import annotations

import numpy as np

from stillbytes.masks.detect import grabcut
from stillbytes.masks.detect.boxed import SELFIE, in_box
from stillbytes.masks.detect.detector import CLASSICAL, Detector, Finding, Networks, Picture, sureness
from stillbytes.masks.detect.networks import BOXES, Box, boxes
from stillbytes.masks.detect.salient import MODELS, salient, without_specks
from stillbytes.masks.detect.sky import sky_of
from stillbytes.masks.kind import Floats
from stillbytes.masks.kinds.subject import Subject

EDGE = 480
LEAST = 0.001
SURE, LARGE, BESIDE = 0.45, 0.01, 0.4
"""Of a box that the subject is in: the network's word, its part of the picture, and what it counts beside the best."""
MOST = 8


class FindSubject(Detector[Subject]):
    kind = "subject"
    version = 2
    models = MODELS
    without = "Things that are known by name, or what differs in colour from the picture's borders; often wrong."

    def find(self, picture: Picture, kind: Subject, networks: Networks, model: str | None) -> Finding:
        if model:
            coarse = without_specks(salient(picture, networks.ask, model))
            found = Finding(coarse, (model,), sure=sureness(coarse))
        else:
            found = known(picture, networks) or Finding(classical(picture, networks), (CLASSICAL,), sure=0.0)
        if float((found.coarse > 0.5).mean()) < LEAST:
            raise self.nothing("subject")
        return found


def known(picture: Picture, networks: Networks) -> Finding | None:
    """What is large, in the middle and known by name; None where nothing is."""
    import cv2  # noqa: PLC0415 - loads only when a mask is looked for

    if not (networks.here(BOXES) and networks.here(SELFIE)):
        return None
    area = picture.width * picture.height
    seen = [box for box in boxes(picture, networks.ask) if box.sure > SURE and box.area > LARGE * area]
    if not seen:
        return None
    most = max(_worth(box, picture) for box in seen)
    chosen = [box for box in seen if _worth(box, picture) > BESIDE * most][:MOST]
    people = [box for box in chosen if box.what == "person"]
    total, used = _cut(picture, [box for box in chosen if box.what != "person"]), [BOXES]
    for box in people:
        shape = in_box(picture, box, networks.ask, SELFIE)
        total = np.maximum(cv2.resize(total, shape.shape[::-1], interpolation=cv2.INTER_LINEAR), shape)
    used += [SELFIE] if people else []
    if float((total > 0.5).mean()) < LEAST:
        return None
    used += [CLASSICAL] if len(people) < len(chosen) else []
    return Finding(total, tuple(used), sure=min(box.sure for box in chosen))


def _worth(box: Box, picture: Picture) -> float:
    """Larger, surer and nearer to the middle is more of a subject."""
    x = (box.left + box.right) / picture.width - 1
    y = (box.top + box.bottom) / picture.height - 1
    return float(box.sure * (box.area / (picture.width * picture.height)) ** 0.5 * np.exp(-(x * x + y * y)))


def _cut(picture: Picture, chosen: list[Box]) -> Floats:
    """0 or 1 at a small size: each thing by colours in its box and beside it."""
    small = picture.within(EDGE)
    total = np.zeros(small.shape[:2], np.float32)
    scale = small.shape[1] / picture.width
    rows, columns = np.mgrid[0 : small.shape[0], 0 : small.shape[1]]
    for box in chosen:
        left, top, right, bottom = (value * scale for value in (box.left, box.top, box.right, box.bottom))
        inside = (columns >= left) & (columns < right) & (rows >= top) & (rows < bottom)
        given = np.where(inside, grabcut.PERHAPS, grabcut.NOT).astype(np.uint8)
        if inside.all():
            given[[0, -1]] = given[:, [0, -1]] = grabcut.NOT
        total = np.maximum(total, grabcut.largest(grabcut.cut(small, given)))
    return total


def classical(picture: Picture, networks: Networks) -> Floats:
    """0 or 1 at a small size: an ellipse in the middle to begin with, the borders are certainly not it, nor the sky."""
    small = picture.within(EDGE)
    height, width = small.shape[:2]
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    away = np.hypot(x, y)
    known = np.where(away < 0.7, grabcut.PERHAPS, grabcut.PERHAPS_NOT).astype(np.uint8)
    border = max(2, round(0.04 * min(height, width)))
    known[sky_of(picture, networks, small.shape[:2]) > 0.5] = grabcut.NOT
    known[:border] = known[-border:] = known[:, :border] = known[:, -border:] = grabcut.NOT
    return grabcut.largest(grabcut.cut(small, known, 6))
