"""LaMa: R. Suvorov et al., "Resolution-robust Large Mask Inpainting with Fourier Convolutions", WACV 2022.

The public export takes 512 x 512 pixels, no more and no less.
"""

from __future__ import annotations

import numpy as np

from stillbytes.core.geometry import Size
from stillbytes.core.saying import said
from stillbytes.generate.painters.answer import checked
from stillbytes.generate.painters.painter import Cancel, Floats, News, Painting, Tell, silent
from stillbytes.generate.painters.removers import Remover
from stillbytes.generate.region.region import Native


class Lama(Remover):
    """In: `image` [1, 3, 512, 512] 0..1 and `mask` [1, 1, 512, 512], 1 in the hole. Out: 0..255."""

    model = "lama"
    native = Native(fixed=Size(512, 512))

    def paint(self, painting: Painting, tell: Tell = silent, cancelled: Cancel | None = None) -> Floats:
        tell(News(0.0, said("{model} fills the hole", model="LaMa")))
        image = painting.picture.astype(np.float32).transpose(2, 0, 1)[None] / np.float32(255)
        hole = (painting.mask > 0.01).astype(np.float32)[None, None]
        answer = self.asked({"image": np.ascontiguousarray(image), "mask": hole}, cancelled)
        return checked(answer, painting.picture, "LaMa")
