"""Tiles of one size that cover a frame, and how they pass into each other.

Every tile has the size that a network takes; beyond the frame it sees the frame mirrored. Tiles overlap by twice the
lap, of which half is thrown away, since a network sees too little there, and over the rest one fades into the next.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.geometry import Rect, Size

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Grid:
    """side, lap: in pixels of the frame. start: where the first tile's inside may begin, across and down, 0 or 1."""

    frame: Size
    side: int
    lap: int
    start: tuple[int, int] = (0, 0)

    @property
    def step(self) -> int:
        return self.side - 2 * self.lap

    def rows(self) -> list[list[Rect]]:
        """The tiles from top to bottom, each row from left to right; they reach beyond the frame."""
        return [[Rect(x, y, self.side, self.side) for x in self._places(0)] for y in self._places(1)]

    def _places(self, axis: int) -> list[int]:
        length = (self.frame.width, self.frame.height)[axis]
        first = self.start[axis] - self.lap
        return list(range(first, max(first + 1, length - self.lap), self.step))


def mirrored(first: int, count: int, length: int) -> NDArray[np.intp]:
    """Which of `length` rows (or columns) each of `count` from `first` on is: those beyond an end repeat the inside in
    the other direction, without the end itself, so that a mosaic goes on in its order."""
    if length == 1:
        return np.zeros(count, np.intp)
    turn = 2 * (length - 1)
    places = np.arange(first, first + count) % turn
    return np.where(places < length, places, turn - places).astype(np.intp)


def weights(side: int, lap: int) -> Floats:
    """(side, side): how much of a tile counts; what overlaps is divided by the sum."""
    edge = lap // 2
    ramp = np.clip((np.arange(side, dtype=np.float32) + np.float32(0.5) - edge) / max(1, 2 * (lap - edge)), 0, 1)
    one = np.minimum(ramp, ramp[::-1])
    return np.outer(one, one)


class Joined:
    """Rows of a picture that tiles are added to from top to bottom, and that are handed out when they are done."""

    def __init__(self, frame: Size, grid: Grid) -> None:
        self._frame, self._weights = frame, weights(grid.side, grid.lap)
        self._sum = np.zeros((3, 0, frame.width), np.float32)
        self._weight = np.zeros((0, frame.width), np.float32)
        self._top = 0

    def add(self, rect: Rect, light: Floats) -> None:
        """light: (3, side, side) of a tile."""
        left = Rect(0, self._top, self._frame.width, self._frame.height - self._top)  # above, it does not count
        part = rect.within(left)
        if part.empty:
            return
        missing = part.bottom - self._top - self._sum.shape[1]
        if missing > 0:
            self._sum = np.pad(self._sum, ((0, 0), (0, missing), (0, 0)))
            self._weight = np.pad(self._weight, ((0, missing), (0, 0)))
        inside = np.s_[part.y - rect.y : part.bottom - rect.y, part.x - rect.x : part.right - rect.x]
        here = np.s_[part.y - self._top : part.bottom - self._top, part.x : part.right]
        self._sum[(slice(None), *here)] += self._weights[inside] * light[(slice(None), *inside)]
        self._weight[here] += self._weights[inside]

    def done(self, until: int) -> tuple[int, Floats]:
        """The rows above `until` that were not handed out yet: the first of them, and (3, rows, columns)."""
        until = min(until, self._frame.height)
        count = max(0, until - self._top)
        light = self._sum[:, :count] / self._weight[:count]
        first, self._top = self._top, self._top + count
        self._sum, self._weight = self._sum[:, count:].copy(), self._weight[count:].copy()
        return first, light
