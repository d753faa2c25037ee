"""Rows of a picture that is worked out from top to bottom, in strips that overlap."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.geometry import Rect


class Rolling:
    """Memory for the planes of one region after the other. A region that continues below the one before takes over
    the rows that both have. Fresh pages cost more than the arithmetic done on them, and so does doing it twice."""

    def __init__(self) -> None:
        self._memory: NDArray[np.float32] = np.empty((3, 0, 0), np.float32)
        self._region = Rect(0, 0, 0, 0)

    def of(self, region: Rect, make: Callable[[Rect, NDArray[np.float32]], None]) -> NDArray[np.float32]:
        """The planes of `region`, (3, rows, columns), valid until the next call.

        make: works out a region of the picture into planes of its size. It must give the same values for a pixel
        whatever region it is asked for.
        """
        held, memory = self._region, self._memory
        same = (held.x, held.width) == (region.x, region.width) and held.y <= region.y < held.bottom
        known = min(held.bottom - region.y, region.height) if same else 0
        self._region = Rect(0, 0, 0, 0)  # of a call that fails nothing is held
        if memory.shape[1] < region.height or memory.shape[2] != region.width:
            self._memory = np.empty((3, region.height, region.width), np.float32)
        up = region.y - held.y
        step = up or max(known, 1)  # in pieces that do not overlap the place where they go
        for row in range(0, known, step):
            end = min(row + step, known)
            self._memory[:, row:end] = memory[:, row + up : end + up]
        planes = self._memory[:, : region.height]
        if known < region.height:
            rest = Rect(region.x, region.y + known, region.width, region.height - known)
            make(rest, planes[:, known:])
        self._region = region
        return planes


class Tail:
    """The last rows of planes that somebody else keeps, for a region that continues below them."""

    def __init__(self, rows: int) -> None:
        """rows: how many are kept."""
        self._rows = rows
        self._key: object = None
        self._region = Rect(0, 0, 0, 0)
        self._planes: NDArray[np.float32] = np.empty((3, 0, 0), np.float32)

    def lay(self, key: object, region: Rect, out: NDArray[np.float32]) -> int:
        """Puts what is known of `region` into the first rows of its planes; returns how many rows that are.

        key: equal for equal pixels.
        """
        held = self._region
        same = key == self._key and (held.x, held.width) == (region.x, region.width)
        if not same or not held.y <= region.y < held.bottom:
            return 0
        known = min(held.bottom - region.y, region.height)
        out[:, :known] = self._planes[:, region.y - held.y :][:, :known]
        return known

    def keep(self, key: object, region: Rect, planes: NDArray[np.float32]) -> None:
        """Copies the last rows of the planes of `region`."""
        count = min(self._rows, region.height)
        self._key, self._region = key, Rect(region.x, region.bottom - count, region.width, count)
        self._planes = planes[:, region.height - count :].copy()
