"""Near and far of pictures that a model draws over: the network that masks of depth use, for tasks that keep depth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from stillbytes.generate.painters.painter import Bytes, Depths
from stillbytes.masks.detect.detector import Picture, best
from stillbytes.masks.detect.find import detectors
from stillbytes.masks.kinds.depth import Depth

if TYPE_CHECKING:
    from stillbytes.gpu.access import Access


def depths(access: Access) -> Depths:
    """Asks the best network that is here. What it returns raises NotFound where there is none, and what engines do."""

    def found(picture: Bytes) -> Bytes:
        detector = detectors()[Depth.name]
        far = detector.find(Picture(picture), Depth(), access, best(detector.models, access)).coarse
        near = cv2.resize(1 - far, (picture.shape[1], picture.shape[0]), interpolation=cv2.INTER_LINEAR)
        return np.asarray(np.rint(np.clip(near, 0, 1) * 255), np.uint8)

    return found
