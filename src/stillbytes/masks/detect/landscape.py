"""Landscape: by a network that knows what landscapes consist of; without one, only plants, by their green."""

from __future__ import annotations

import numpy as np

from stillbytes.core.errors import NotFound
from stillbytes.core.saying import said
from stillbytes.masks.detect.detector import CLASSICAL, Detector, Finding, Networks, Picture
from stillbytes.masks.detect.scenes import FREE, MODELS, named
from stillbytes.masks.detect.sky import sky_of
from stillbytes.masks.kind import Floats
from stillbytes.masks.kinds.landscape import Landscape

EDGE = 768
LEAST = 0.002
DARK = 0.4
"""Sum of red, green and blue, 0..3, that is added before green is related to it: what is nearly black, such as clothes,
has any hue."""


class FindLandscape(Detector[Landscape]):
    kind = "landscape"
    version = 3
    models = MODELS
    without = "Vegetation by its green; nothing else."

    def find(self, picture: Picture, kind: Landscape, networks: Networks, model: str | None) -> Finding:
        if model is not None:
            coarse = named(picture, kind.what, networks.ask, model)
        elif kind.what == "vegetation":
            coarse = _plants(picture, networks)
        else:
            raise NotFound(
                said("Nothing here can tell {what} from the rest.", what=kind.what),
                said(
                    "`stillbytes models pull {free}` gets what can; or use a colour range, a box or the brush.",
                    free=FREE,
                ),
            )
        if float((coarse > 0.5).mean()) < LEAST:
            raise self.nothing(kind.what)
        return Finding(coarse, (model or CLASSICAL,))


def _plants(picture: Picture, networks: Networks) -> Floats:
    coarse = green(picture)
    return coarse * (1 - sky_of(picture, networks, coarse.shape))  # a yellow sky is no green


def green(picture: Picture) -> Floats:
    """How green each place is, 0..1, at a small size."""
    import cv2  # noqa: PLC0415 - loads only when a mask is looked for

    small = picture.within(EDGE).astype(np.float32) / 255
    smooth = cv2.GaussianBlur(small, (0, 0), 1.5)
    total = smooth.sum(-1) + 0.02
    # Excess green of chromaticities (Woebbecke et al., Transactions of the ASAE 38(1), 1995).
    excess = (2 * smooth[..., 1] - smooth[..., 0] - smooth[..., 2]) / (total + DARK)
    yellow = np.clip((smooth[..., 0] / np.maximum(smooth[..., 1], 0.01) - 0.98) / 0.08, 0, 1)
    bright = np.clip(total / 0.15, 0, 1)
    return np.asarray(np.clip((excess - 0.05) / 0.07, 0, 1) * bright * (1 - yellow), np.float32)
