"""Remove: what a mask covers gives way to what is around it. Without a model, from the photo's own pixels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from stillbytes.core.errors import UnusablePicture
from stillbytes.core.geometry import Rect, Size
from stillbytes.develop.frame_grid import FrameGrid, Light
from stillbytes.generate.classical.exemplar import fill

Coverage = Callable[[FrameGrid], NDArray[np.float32]]

SEARCH_EDGE = 1024
"""Pixels of the picture in which a mask is looked for."""
COVERED = 0.1
"""From this part on a pixel goes: the edge of a mask still shows what is removed."""
GROWN, MOST_GROWN = 0.01, 12
"""A hole is a little larger than its mask, in parts of its size and at most in pixels: shadows, unsharp edges."""
FEATHER = 3
"""Pixels over which a patch passes into the photo."""
AROUND, LEAST_AROUND = 0.75, 96
"""How far around a hole its filling is looked for, in parts of its size and at least in pixels."""


@dataclass(frozen=True, slots=True)
class Removal:
    """What is to be done. hole: pixels of the frame that go. around: what is looked at."""

    hole: Rect
    around: Rect
    covered: NDArray[np.bool_]

    @classmethod
    def of(cls, coverage: Coverage, frame: Size, light: Light) -> Removal:
        """coverage: of the mask. light: of the photo, for masks that depend on it.

        Raises UnusablePicture when the mask is empty or covers everything.
        """
        whole = FrameGrid.whole(frame, min(SEARCH_EDGE, frame.long_edge), light)
        seen = coverage(whole) > COVERED / 4
        if not seen.any():
            raise UnusablePicture("The mask covers nothing.", "Paint over what is to be removed.")
        rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
        step = frame.long_edge / max(whole.width, whole.height)
        left, top = int((columns[0] - 1) * step), int((rows[0] - 1) * step)
        right, bottom = int((columns[-1] + 2) * step) + 1, int((rows[-1] + 2) * step) + 1
        bounds = Rect.of(frame)
        edge = max(right - left, bottom - top)
        grown = min(MOST_GROWN, max(1, round(edge * GROWN)))
        hole = Rect(left, top, right - left, bottom - top).grown(grown + FEATHER + 2).within(bounds)
        grid = FrameGrid(frame, (1.0, 0.0, 0.0, 0.0, 1.0, 0.0), hole, light)
        covered = (coverage(grid) > COVERED).astype(np.uint8)
        size = 2 * grown + 1
        covered = cv2.dilate(covered, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)))
        around = hole.grown(max(LEAST_AROUND, round(edge * AROUND))).within(bounds)
        return cls(hole, around, covered.astype(bool))

    def made(self, light: NDArray[np.float32], cancelled: Callable[[], bool] = lambda: False) -> NDArray[np.float32]:
        """The patch over `hole`: (height, width, 4), scene-linear light and alpha.

        light: (height, width, 3) of `around`. Raises UnusablePicture, Cancelled.
        """
        x, y = self.hole.x - self.around.x, self.hole.y - self.around.y
        inner = np.s_[y : y + self.hole.height, x : x + self.hole.width]
        hole = np.zeros(light.shape[:2], bool)
        hole[inner] = self.covered
        filled = fill(light, hole, cancelled)[inner]
        outside = cv2.distanceTransform((~self.covered).astype(np.uint8), cv2.DIST_L2, 5)
        alpha = np.clip(1 - outside / np.float32(FEATHER), 0, 1)
        return np.concatenate([filled, alpha[..., None]], axis=2).astype(np.float32)
