"""A hole: the pixels of the frame that a patch takes the place of, and how it passes into the photo around them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from stillbytes.core.errors import UnusablePicture
from stillbytes.core.geometry import Rect, Size
from stillbytes.develop.frame_grid import FrameGrid, Light

Coverage = Callable[[FrameGrid], NDArray[np.float32]]

SEARCH_EDGE = 1024
"""Pixels of the picture in which a mask is looked for."""
COVERED = 0.1
"""From this part on a pixel goes: the edge of a mask still shows what is removed."""
MARGIN = 2
"""Pixels around that stay the photo's own."""


@dataclass(frozen=True, slots=True)
class Softness:
    """grown: a hole is larger than its mask, in parts of its long edge, for shadows and unsharp edges; at most
    most_grown pixels. feather: pixels over which a patch passes into the photo, and that in parts of the long edge."""

    grown: float = 0.01
    most_grown: int = 12
    feather: int = 3
    feathered: float = 0.0

    def pixels(self, edge: int) -> tuple[int, int]:
        """Of a hole with that long edge: how much it grows, and its feather."""
        grown = min(self.most_grown, max(1, round(edge * self.grown)))
        return grown, max(self.feather, round(edge * self.feathered))


COPIED = Softness()
"""For what is made of the photo's own pixels, up to its edge."""
DRAWN = Softness(0.02, 48, 6, 0.015)
"""For what a model made, which needs more room to meet the photo."""


@dataclass(frozen=True, slots=True)
class Hole:
    """rect: of the frame, in pixels. covered: (height, width) of it, what goes. feather: pixels outside of that."""

    rect: Rect
    covered: NDArray[np.bool_]
    feather: int

    @classmethod
    def of(cls, coverage: Coverage, frame: Size, light: Light, softness: Softness = COPIED) -> Hole:
        """coverage: of the mask. light: of the photo, for masks that depend on it.

        Raises UnusablePicture when the mask is empty.
        """
        whole = FrameGrid.whole(frame, min(SEARCH_EDGE, frame.long_edge), light)
        seen = coverage(whole) > COVERED / 4
        if not seen.any():
            raise UnusablePicture("The mask covers nothing.", "Paint over what is meant.")
        rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
        step = frame.long_edge / max(whole.width, whole.height)
        left, top = int((columns[0] - 1) * step), int((rows[0] - 1) * step)
        right, bottom = int((columns[-1] + 2) * step) + 1, int((rows[-1] + 2) * step) + 1
        grown, feather = softness.pixels(max(right - left, bottom - top))
        rect = Rect(left, top, right - left, bottom - top).grown(grown + feather + MARGIN).within(Rect.of(frame))
        grid = FrameGrid(frame, (1.0, 0.0, 0.0, 0.0, 1.0, 0.0), rect, light)
        covered = (coverage(grid) > COVERED).astype(np.uint8)
        size = 2 * grown + 1
        covered = cv2.dilate(covered, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)))
        return cls(rect, covered.astype(bool), feather)

    @classmethod
    def beyond(cls, canvas: Rect, known: NDArray[np.floating], overlap: int) -> Hole:
        """What is empty of a canvas, and `overlap` pixels over which it passes into what is there.

        known: (height, width) 0..1 of the canvas. Raises UnusablePicture when nothing is empty, or everything.
        """
        covered = np.asarray(known < 0.999)
        if covered.all() or not covered.any():
            raise UnusablePicture("The canvas does not reach beyond the photo.", "Pull the crop out of the picture.")
        rows, columns = np.flatnonzero(covered.any(axis=1)), np.flatnonzero(covered.any(axis=0))
        around = overlap + MARGIN
        left, top = max(0, int(columns[0]) - around), max(0, int(rows[0]) - around)
        right = min(canvas.width, int(columns[-1]) + 1 + around)
        bottom = min(canvas.height, int(rows[-1]) + 1 + around)
        rect = Rect(canvas.x + left, canvas.y + top, right - left, bottom - top)
        return cls(rect, np.ascontiguousarray(covered[top:bottom, left:right]), overlap)

    @property
    def alpha(self) -> NDArray[np.float32]:
        """(height, width) 0..1: 1 in the hole, 0 from `feather` pixels outside on."""
        if self.covered.all():
            return np.ones(self.covered.shape, np.float32)
        outside = cv2.distanceTransform((~self.covered).astype(np.uint8), cv2.DIST_L2, 5)
        return np.asarray(np.clip(1 - outside / np.float32(self.feather), 0, 1), np.float32)
