"""Depth: how far away everything is, relative to the rest of the picture."""

from __future__ import annotations

import numpy as np

from stillbytes.core.errors import NotFound
from stillbytes.core.saying import said
from stillbytes.masks.detect.detector import Detector, Finding, Networks, Picture
from stillbytes.masks.detect.networks import first, planes, spread
from stillbytes.masks.kinds.depth import Depth


class FindDepth(Detector[Depth]):
    kind = "depth"
    version = 1
    models = ("depth-anything-v2-small", "tcmonodepth-small")

    def find(self, picture: Picture, kind: Depth, networks: Networks, model: str | None) -> Finding:
        if model is None:
            raise NotFound(
                "Nothing here can tell near from far.",
                said("`stillbytes models pull {models}` gets what can.", models=self.models[0]),
            )
        if model == "tcmonodepth-small":
            small = picture.stretched(320, 192).astype(np.float32).transpose(2, 0, 1)[None]
            near = first(networks.ask(model, {"input": np.ascontiguousarray(small)}))
        else:  # L. Yang et al., "Depth Anything V2", 2024: sides are multiples of 14
            near = first(networks.ask(model, {"pixel_values": planes(picture.stretched(518, 518))}))
        return Finding(1 - spread(near), (model,), refine=False)
