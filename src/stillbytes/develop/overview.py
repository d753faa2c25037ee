"""A small picture of the whole photo, which masks, the tone guide and automatic white balance look at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.geometry import Rect, Size
from stillbytes.develop.patched import Patched
from stillbytes.develop.sensor import Planes

EDGE = 1024
"""Most pixels of the frame's long edge."""


@dataclass(frozen=True, slots=True)
class Overview:
    """planes: (3, rows, columns) white-balanced camera RGB of the frame, and around it of what patches show.

    part: the pixels of that scale that they cover, counted from the frame's corner. frame: the frame's size there.
    """

    planes: Planes
    part: Rect
    frame: Size

    @classmethod
    def of(cls, source: Patched) -> Overview:
        level = 1
        while source.size(level).long_edge > EDGE:
            level += 1
        part = source.extent(level)
        planes, x, y = source.read(level, part, None)
        return cls(planes[:, part.y - y : part.bottom - y, part.x - x : part.right - x], part, source.size(level))

    def at(self, points: NDArray[np.float64], whole: Size) -> NDArray[np.float32]:
        """(n, 3) at (n, 2) places in frame units, the nearest pixels. whole: the frame at full resolution."""
        x = points[:, 0] * whole.long_edge / whole.width * self.frame.width
        y = points[:, 1] * whole.long_edge / whole.height * self.frame.height
        column, row = np.floor(x).astype(np.int64) - self.part.x, np.floor(y).astype(np.int64) - self.part.y
        column, row = np.clip(column, 0, self.part.width - 1), np.clip(row, 0, self.part.height - 1)
        return np.asarray(self.planes[:, row, column].T)

    def smooth(self, x: NDArray[np.float64], y: NDArray[np.float64], whole: Size) -> NDArray[np.float32]:
        """(3, ...) at places in pixels of the frame at full resolution, whole numbers being centres; bilinear."""
        x = (x + 0.5) * (self.frame.width / whole.width) - 0.5 - self.part.x
        y = (y + 0.5) * (self.frame.height / whole.height) - 0.5 - self.part.y
        x, y = np.broadcast_arrays(np.clip(x, 0, self.part.width - 1), np.clip(y, 0, self.part.height - 1))
        left, top = (
            np.minimum(x.astype(np.int64), self.part.width - 2),
            np.minimum(y.astype(np.int64), self.part.height - 2),
        )
        left, top = np.maximum(left, 0), np.maximum(top, 0)
        right, low = np.minimum(left + 1, self.part.width - 1), np.minimum(top + 1, self.part.height - 1)
        across, down = (x - left).astype(np.float32), (y - top).astype(np.float32)
        upper = self.planes[:, top, left] * (1 - across) + self.planes[:, top, right] * across
        lower = self.planes[:, low, left] * (1 - across) + self.planes[:, low, right] * across
        return np.asarray(upper * (1 - down) + lower * down)
