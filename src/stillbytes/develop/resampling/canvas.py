"""The canvas of the developed picture: what of it shows the photo or a patch, and how the rest looks.

A crop may reach beyond the frame. What neither the photo nor a patch covers there is empty: flat middle grey whatever
the edit, so that it is told apart from every picture and says nothing about light.
"""

from __future__ import annotations

import math
from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.geometry import Rect, Size
from stillbytes.develop.patched import Patched
from stillbytes.develop.resampling.frame_grid import Affine, FrameGrid
from stillbytes.develop.resampling.resample import halvings
from stillbytes.develop.resampling.warp import Warp
from stillbytes.photo.spaces import SPACES

GREY = 0.184
"""Display light of the empty canvas: L* 50."""
Known = NDArray[np.uint16]
"""(height, width) uint16: 65535 where a pixel shows the photo or a patch, 0 where the canvas is empty."""
FULL = 65535
HELD_BYTES, MOST_VIEWS = 16 << 20, 16
"""Of views whose known parts are kept."""
BLOCK = 256
"""Pixels of a side of what is looked at together where the picture is turned."""


def known(source: Patched, affine: Affine, rect: Rect, warp: Warp | None = None) -> Known | None:
    """Of the columns and rows `rect` of the grid that `affine` and `warp` lead from to pixels of the frame, see
    FrameGrid.

    None when everything is known. A pixel that an edge of the frame runs through is known in part.
    """
    frame = source.size(0)
    if _covers(affine, frame, rect) if warp is None else _covers_bent(affine, frame, rect, warp):
        return None
    out = np.full((rect.height, rect.width), FULL, np.uint16)
    parts = _outside(affine, frame, rect) if warp is None else _outside_bent(affine, frame, rect, warp)
    for part in parts:
        x, y = _places(affine, part) if warp is None else warp.places(affine, part)
        share = _of_frame(x, y, affine, frame)
        if source.beyond:
            share = np.maximum(share, _of_patches(x, y, affine, source))
        out[part.y - rect.y : part.bottom - rect.y, part.x - rect.x : part.right - rect.x] = share
    return None if out.min() == FULL else out


class Edge:
    """What of a view is known, with the pixels that are not or in part: few, as a rule at its edges and corners."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.known.flags.writeable = False  # frames have it without a copy
        self._places = np.flatnonzero(known < FULL)
        self._share = (known.ravel()[self._places] * np.float32(1 / FULL))[:, None]

    @property
    def nbytes(self) -> int:
        return self.known.nbytes + self._places.nbytes + self._share.nbytes

    def lay(self, pixels: NDArray[np.uint8] | NDArray[np.float32], space: str) -> None:
        """Put the empty canvas behind (height, width, 3) encoded pixels, in place."""
        byte = pixels.dtype == np.uint8
        grey = np.float32(encoded_grey(space) * (255 if byte else 1))
        grey = np.rint(grey) if byte else grey
        rows, columns = np.divmod(self._places, self.known.shape[1])
        laid = pixels[rows, columns] * self._share + grey * (1 - self._share)
        pixels[rows, columns] = np.rint(laid) if byte else laid


class Views:
    """What of the last views is known, for a slider that moves does not change it."""

    def __init__(self) -> None:
        self._held: OrderedDict[tuple[object, ...], Edge | None] = OrderedDict()

    def edge(self, source: Patched, grid: FrameGrid, patches: object) -> Edge | None:
        """Of a grid; None when all of it is known. patches: equal for equal patches."""
        key = patches, grid.affine, grid.rect, grid.warp
        if key not in self._held:
            shown = known(source, grid.affine, grid.rect, grid.warp)
            self._held[key] = None if shown is None else Edge(shown)
            while len(self._held) > 1 and sum(v.nbytes for v in self._held.values() if v is not None) > HELD_BYTES:
                self._held.popitem(last=False)
            while len(self._held) > MOST_VIEWS:
                self._held.popitem(last=False)
        self._held.move_to_end(key)
        return self._held[key]


def encoded_grey(space: str) -> float:
    """The empty canvas, 0..1, in an RGB space of `photo.spaces`."""
    return float(SPACES[space].transfer.to_encoded(np.array(GREY)))


def _places(affine: Affine, rect: Rect) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """x and y of every pixel in pixels of the frame, broadcastable to (height, width); a pixel's centre is whole."""
    a, b, tx, c, d, ty = affine
    columns = np.arange(rect.x, rect.right, dtype=np.float64)[None, :]
    rows = np.arange(rect.y, rect.bottom, dtype=np.float64)[:, None]
    return a * columns + tx + (b * rows if b else 0.0), d * rows + ty + (c * columns if c else 0.0)


def _of_frame(x: NDArray[np.float64], y: NDArray[np.float64], affine: Affine, frame: Size) -> Known:
    """How much of the pixels at these places lies in the frame."""
    a, b, _, c, d, _ = affine
    return _rounded(_within(x, abs(a) + abs(b), frame.width) * _within(y, abs(c) + abs(d), frame.height))


def _within(v: NDArray[np.float64], wide: float, length: int) -> NDArray[np.float64]:
    """The part of v - wide / 2 .. v + wide / 2 that lies in -1/2 .. length - 1/2."""
    ends = np.minimum(v + 0.5, length - 0.5 - v) / wide + 0.5
    return np.clip(ends, 0, min(1.0, length / wide))


def _covers(affine: Affine, frame: Size, rect: Rect) -> bool:
    """Whether the frame, which is convex, covers all these pixels: it does if it covers those in the corners."""
    corners = (Rect(x, y, 1, 1) for x in (rect.x, rect.right - 1) for y in (rect.y, rect.bottom - 1))
    return all(_of_frame(*_places(affine, corner), affine, frame).min() == FULL for corner in corners)


def _covers_bent(affine: Affine, frame: Size, rect: Rect, warp: Warp) -> bool:
    """Whether the frame covers all these pixels and a little more: it does if it covers the nodes around them."""
    (x, y), _, _ = warp.nodes(affine, rect)
    margin = abs(affine[0]) + abs(affine[1]) + 1
    across = x.min() >= margin and x.max() <= frame.width - 1 - margin
    return bool(across and y.min() >= margin and y.max() <= frame.height - 1 - margin)


def _outside_bent(affine: Affine, frame: Size, rect: Rect, warp: Warp) -> list[Rect]:
    columns, rows = range(rect.x, rect.right, BLOCK), range(rect.y, rect.bottom, BLOCK)
    blocks = (Rect(x, y, BLOCK, BLOCK).within(rect) for y in rows for x in columns)
    return [block for block in blocks if not _covers_bent(affine, frame, block, warp)]


def _outside(affine: Affine, frame: Size, rect: Rect) -> list[Rect]:
    """Parts of `rect` that hold all of its pixels which the frame does not cover."""
    if affine[1] or affine[3]:
        columns, rows = range(rect.x, rect.right, BLOCK), range(rect.y, rect.bottom, BLOCK)
        blocks = (Rect(x, y, BLOCK, BLOCK).within(rect) for y in rows for x in columns)
        return [block for block in blocks if not _covers(affine, frame, block)]
    x, y = _places(affine, rect)
    across = np.flatnonzero(_rounded(_within(x[0], abs(affine[0]), frame.width)) == FULL)
    down = np.flatnonzero(_rounded(_within(y[:, 0], abs(affine[4]), frame.height)) == FULL)
    if not len(across) or not len(down):
        return [rect]
    left, right = rect.x + int(across[0]), rect.x + int(across[-1]) + 1
    top, bottom = rect.y + int(down[0]), rect.y + int(down[-1]) + 1
    parts = (
        Rect(rect.x, rect.y, rect.width, top - rect.y),
        Rect(rect.x, bottom, rect.width, rect.bottom - bottom),
        Rect(rect.x, top, left - rect.x, bottom - top),
        Rect(right, top, rect.right - right, bottom - top),
    )
    return [part for part in parts if not part.empty]


def _of_patches(x: NDArray[np.float64], y: NDArray[np.float64], affine: Affine, source: Patched) -> Known:
    """How much of the pixels at these places the frame and patches cover: bilinear, from the level that is shown."""
    a, b, _, c, d, _ = affine
    level = halvings(math.sqrt(abs(a * d - b * c)))
    shrink = 2.0**-level
    x, y = (x + 0.5) * shrink - 0.5, (y + 0.5) * shrink - 0.5
    left, top = np.floor(x), np.floor(y)
    fx, fy = x - left, y - top
    ix, iy = left.astype(np.int64), top.astype(np.int64)
    x0, y0 = int(ix.min()), int(iy.min())
    share = source.known(level, Rect(x0, y0, int(ix.max()) + 2 - x0, int(iy.max()) + 2 - y0))
    if share.min() == 1:
        return np.full(np.broadcast_shapes(x.shape, y.shape), FULL, np.uint16)
    ix, iy = ix - x0, iy - y0
    upper = share[iy, ix] * (1 - fx) + share[iy, ix + 1] * fx
    lower = share[iy + 1, ix] * (1 - fx) + share[iy + 1, ix + 1] * fx
    return _rounded(upper * (1 - fy) + lower * fy)


def _rounded(share: NDArray[np.float64]) -> Known:
    return np.rint(share * FULL).astype(np.uint16)
