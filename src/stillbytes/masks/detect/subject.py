"""Subject: what the picture is of, by a network for salient objects; without one, what differs from the borders."""

from __future__ import annotations

import numpy as np

from stillbytes.masks.detect import grabcut
from stillbytes.masks.detect.detector import CLASSICAL, Ask, Detector, Finding, Picture
from stillbytes.masks.detect.networks import first, planes, sigmoid, spread
from stillbytes.masks.kind import Floats
from stillbytes.masks.kinds.subject import Subject

SIDE = 1024
EDGE = 480
LEAST = 0.001
MODELS = ("birefnet-general", "birefnet-lite", "isnet-general", "isnet-medium", "isnet-small")


class FindSubject(Detector[Subject]):
    kind = "subject"
    version = 1
    models = MODELS
    without = "What differs in colour from the picture's borders; only right for a plain subject in the middle."

    def find(self, picture: Picture, kind: Subject, ask: Ask, model: str | None) -> Finding:
        coarse = salient(picture, ask, model) if model else classical(picture)
        if float((coarse > 0.5).mean()) < LEAST:
            raise self.nothing("subject")
        return Finding(coarse, (model or CLASSICAL,))


def salient(picture: Picture, ask: Ask, model: str) -> Floats:
    """(1024, 1024) 0..1. X. Qin et al., "Highly accurate dichotomous image segmentation", ECCV 2022 (ISNet);
    P. Zheng et al., "Bilateral reference for high-resolution dichotomous image segmentation", 2024 (BiRefNet)."""
    small = picture.stretched(SIDE, SIDE)
    if model.startswith("birefnet"):
        return sigmoid(first(ask(model, {"input_image": planes(small)}, "model")))
    found = first(ask(model, {"input": planes(small, (0.5, 0.5, 0.5), (1.0, 1.0, 1.0))}, "model"))
    # Trained to fill its range; a picture without any subject stays low.
    return np.clip(found, 0, 1) if float(found.max()) > 0.3 else spread(found) * np.float32(0.3)


def classical(picture: Picture) -> Floats:
    """0 or 1 at a small size: an ellipse in the middle to begin with, the borders are certainly not it."""
    small = picture.within(EDGE)
    height, width = small.shape[:2]
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    away = np.hypot(x, y)
    known = np.where(away < 0.7, grabcut.PERHAPS, grabcut.PERHAPS_NOT).astype(np.uint8)
    border = max(2, round(0.04 * min(height, width)))
    known[:border] = known[-border:] = known[:, :border] = known[:, -border:] = grabcut.NOT
    return grabcut.largest(grabcut.cut(small, known, 6))
