"""Landscape: without a network that knows these things, only plants can be told, by their green."""

from __future__ import annotations

import numpy as np

from stillbytes.core.errors import NotFound
from stillbytes.masks.detect.detector import CLASSICAL, Ask, Detector, Finding, Picture
from stillbytes.masks.kinds.landscape import Landscape

EDGE = 768


class FindLandscape(Detector[Landscape]):
    kind = "landscape"
    version = 1
    without = "Vegetation by its green; nothing else."

    def find(self, picture: Picture, kind: Landscape, ask: Ask, model: str | None) -> Finding:
        if kind.what != "vegetation":
            raise NotFound(
                f"Nothing here can tell {kind.what} from the rest.", "Use a colour range, a box or the brush."
            )
        import cv2  # noqa: PLC0415 - loads only when a mask is looked for

        small = picture.within(EDGE).astype(np.float32) / 255
        smooth = cv2.GaussianBlur(small, (0, 0), 1.5)
        total = smooth.sum(-1) + 0.02
        # Excess green of chromaticities (Woebbecke et al., Transactions of the ASAE 38(1), 1995).
        excess = (2 * smooth[..., 1] - smooth[..., 0] - smooth[..., 2]) / total
        coarse = np.clip((excess - 0.03) / 0.08, 0, 1) * np.clip(total / 0.15, 0, 1)
        if float((coarse > 0.5).mean()) < 0.002:
            raise self.nothing("vegetation")
        return Finding(np.asarray(coarse, np.float32), (CLASSICAL,))
