"""A hole: the pixels of the frame that a patch takes the place of, and how it passes into the photo around them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from stillbytes.core.errors import UnusablePicture
from stillbytes.core.geometry import Rect, Size
from stillbytes.develop.resampling.frame_grid import FrameGrid, Light

Coverage = Callable[[FrameGrid], NDArray[np.float32]]

SEARCH_EDGE = 1024
"""Pixels of the picture in which a mask is looked for."""
COVERED = 0.1
"""From this part on a pixel goes: the edge of a mask still shows what is removed."""
MARGIN = 2
"""Pixels around that stay the photo's own."""
LEAST_PARTED = 1 << 22
"""Pixels of a hole's rectangle from which on it may be worth to take it apart."""
WORTH_PARTING = 0.75
"""Of a hole's rectangle, what its parts may have of pixels altogether."""
SLICE, WASTED = 32, 1.15
"""Rows that are looked at together, and how much larger a part may be than what is covered in it."""


@dataclass(frozen=True, slots=True)
class Softness:
    """grown: a hole is larger than its mask, in parts of its long edge, for shadows and unsharp edges; at most
    most_grown pixels. feather: pixels over which a patch passes into the photo, and that in parts of the long edge.
    exact: the mask itself says how much of each pixel goes, and what is beside it stays as it is."""

    grown: float = 0.01
    most_grown: int = 12
    feather: int = 3
    feathered: float = 0.0
    exact: bool = False

    def pixels(self, edge: int) -> tuple[int, int]:
        """Of a hole with that long edge: how much it grows, and its feather."""
        grown = min(self.most_grown, max(1, round(edge * self.grown)))
        return grown, max(self.feather, round(edge * self.feathered))


COPIED = Softness()
"""For what is made of the photo's own pixels, up to its edge."""
DRAWN = Softness(0.02, 48, 6, 0.015)
"""For what a model made, which needs more room to meet the photo."""
BEHIND = Softness(0.0, 0, 2, exact=True)
"""For another sky or background: what stands before it keeps its edges."""
GONE = 0.75
"""Of a pixel, what a mask covers, from which on all of it goes: the rest of it has the light of both."""


@dataclass(frozen=True, slots=True)
class Hole:
    """rect: of the frame, in pixels. covered: (height, width) of it, what goes. feather: pixels outside of that. matte:
    (height, width) 0..1, how much of each pixel goes where that is known; nothing around goes on into it then."""

    rect: Rect
    covered: NDArray[np.bool_]
    feather: int
    matte: NDArray[np.float32] | None = None

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
        there = coverage(grid)
        if softness.exact:
            return cls(rect, np.asarray(there > COVERED), feather, np.clip(there / np.float32(GONE), 0, 1))
        covered = (there > COVERED).astype(np.uint8)
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

    def parts(self) -> tuple[Rect, ...]:
        """Rectangles that hold all of it with its feather and overlap where they meet, from top to bottom, so that a
        ring around a photo needs no pixels for the photo. One for what fills its rectangle."""
        height, width = self.covered.shape
        if height * width < LEAST_PARTED:
            return (self.rect,)
        around = self.feather + MARGIN
        bands = list(_bands(self.covered, 4 * around))
        rects = [
            Rect(left, top, right - left, bottom - top).grown(around).within(Rect(0, 0, width, height))
            for top, bottom, runs in bands
            for left, right in runs
        ]
        if sum(rect.width * rect.height for rect in rects) > WORTH_PARTING * height * width:
            return (self.rect,)
        return tuple(rect.moved(self.rect.x, self.rect.y) for rect in rects)

    def part(self, rect: Rect) -> Hole:
        """The hole within one of its parts."""
        x, y = rect.x - self.rect.x, rect.y - self.rect.y
        part = slice(y, y + rect.height), slice(x, x + rect.width)
        matte = None if self.matte is None else np.ascontiguousarray(self.matte[part])
        return Hole(rect, np.ascontiguousarray(self.covered[part]), self.feather, matte)

    @property
    def alpha(self) -> NDArray[np.float32]:
        """(height, width) 0..1: the matte; without, 1 in the hole, 0 from `feather` pixels outside on."""
        if self.matte is not None:
            return self.matte.copy()
        if self.covered.all():
            return np.ones(self.covered.shape, np.float32)
        outside = cv2.distanceTransform((~self.covered).astype(np.uint8), cv2.DIST_L2, 5)
        return np.asarray(np.clip(1 - outside / np.float32(self.feather), 0, 1), np.float32)


Runs = tuple[tuple[int, int], ...]
"""First column and the one after the last, from left to right."""


def _bands(covered: NDArray[np.bool_], apart: int) -> Iterator[tuple[int, int, Runs]]:
    """First row and the one after the last of what is covered, with its runs of columns, which are `apart` at least."""
    start, end, total, held = 0, 0, 0, cast("Runs", ())
    for top in range(0, covered.shape[0], SLICE):
        bottom = min(top + SLICE, covered.shape[0])
        own = _runs(np.asarray(covered[top:bottom].any(axis=0)), apart)
        both = _joined(held, own, apart)
        if held and own and _length(both) * (bottom - start) <= WASTED * (total + _length(own) * (bottom - top)):
            end, total, held = bottom, total + _length(own) * (bottom - top), both
            continue
        if held:
            yield start, end, held
        start, end, total, held = top, bottom, _length(own) * (bottom - top), own
    if held:
        yield start, end, held


def _runs(row: NDArray[np.bool_], apart: int) -> Runs:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], row, [False]]).astype(np.int8)))
    return _joined((), tuple(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)), apart)


def _joined(one: Runs, other: Runs, apart: int) -> Runs:
    """All of both; those that are less than `apart` from each other as one."""
    found: list[tuple[int, int]] = []
    for left, right in sorted((*one, *other)):
        if found and left - found[-1][1] < apart:
            found[-1] = found[-1][0], max(found[-1][1], right)
        else:
            found.append((left, right))
    return tuple(found)


def _length(runs: Runs) -> int:
    return sum(right - left for left, right in runs)
