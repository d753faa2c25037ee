"""Remove: what a mask covers gives way to what is around it. Without a model, from the photo's own pixels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.geometry import Rect, Size
from stillbytes.develop.resampling.frame_grid import Light
from stillbytes.generate.classical.exemplar import inside
from stillbytes.generate.hole import COPIED, Coverage, Hole

AROUND, LEAST_AROUND = 0.75, 96
"""How far around a hole its filling is looked for, in parts of its size and at least in pixels."""


@dataclass(frozen=True, slots=True)
class Removal:
    """What is to be done. hole: what goes. around: the pixels of the frame that are looked at."""

    hole: Hole
    around: Rect

    @classmethod
    def of(cls, coverage: Coverage, frame: Size, light: Light) -> Removal:
        """coverage: of the mask. light: of the photo, for masks that depend on it.

        Raises UnusablePicture when the mask is empty.
        """
        hole = Hole.of(coverage, frame, light, COPIED)
        reach = max(LEAST_AROUND, round(max(hole.rect.width, hole.rect.height) * AROUND))
        return cls(hole, hole.rect.grown(reach).within(Rect.of(frame)))

    def made(self, light: NDArray[np.float32], cancelled: Callable[[], bool] = lambda: False) -> NDArray[np.float32]:
        """The patch over the hole: (height, width, 4), scene-linear light and alpha.

        light: (height, width, 3) of `around`. Raises UnusablePicture when everything is covered, Cancelled.
        """
        rect, covered = self.hole.rect, self.hole.covered
        x, y = rect.x - self.around.x, rect.y - self.around.y
        inner = np.s_[y : y + rect.height, x : x + rect.width]
        hole = np.zeros(light.shape[:2], bool)
        hole[inner] = covered
        filled = light[inner].copy()
        filled[covered] = inside(light, hole, cancelled)
        return np.concatenate([filled, self.hole.alpha[..., None]], axis=2).astype(np.float32)
