"""Background: all that the subject is not."""

from __future__ import annotations

from dataclasses import replace

from stillbytes.masks.detect.detector import Detector, Finding, Networks, Picture
from stillbytes.masks.detect.salient import MODELS
from stillbytes.masks.detect.subject import FindSubject
from stillbytes.masks.kinds.background import Background
from stillbytes.masks.kinds.subject import Subject


class FindBackground(Detector[Background]):
    kind = "background"
    version = FindSubject.version
    models = MODELS
    without = FindSubject.without

    def find(self, picture: Picture, kind: Background, networks: Networks, model: str | None) -> Finding:
        return replace(FindSubject().find(picture, Subject(), networks, model), inverted=True)
