"""MI-GAN: A. Sargsyan et al., "MI-GAN: A Simple Baseline for Image Inpainting on Mobile Devices", ICCV 2023.

The public pipeline takes any size, and crops, scales and blends by itself around a network of 512 x 512.
"""

from __future__ import annotations

import numpy as np

from stillbytes.core.saying import said
from stillbytes.generate.painters.answer import checked
from stillbytes.generate.painters.painter import Cancel, Floats, News, Painting, Tell, silent
from stillbytes.generate.painters.removers import Remover
from stillbytes.generate.region.region import Native

KEEP, GO = 255, 0


class MiGan(Remover):
    """In: `image` [1, 3, height, width] and `mask` [1, 1, height, width] of bytes, 255 where it stays. Out: bytes."""

    model = "mi-gan"
    native = Native(512 * 512, 8)

    def paint(self, painting: Painting, tell: Tell = silent, cancelled: Cancel | None = None) -> Floats:
        tell(News(0.0, said("{model} fills the hole", model="MI-GAN")))
        image = np.ascontiguousarray(painting.picture.transpose(2, 0, 1)[None])
        kept = np.where(painting.mask > 0.01, GO, KEEP).astype(np.uint8)[None, None]
        answer = self.asked({"image": image, "mask": kept}, cancelled)
        return checked(answer, painting.picture, "MI-GAN")
