"""The weights of masks at the grids that were asked for last, and in which tiles of these each is at work."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.develop.kernels.layout import MIXED_STEPS, STRIP, TILE, local_light
from stillbytes.develop.kernels.load import Placed
from stillbytes.develop.local import Local, Mixture
from stillbytes.develop.resampling.frame_grid import FrameGrid
from stillbytes.develop.terms import Lists, Terms, at_work, blocked

Weights = NDArray[np.uint16]
SPARE = 2
"""Masks that a grid has room for besides those of the first request."""
Lights = tuple[tuple[str, bytes], ...]
"""The masks with mixed pixels, and the light that is added in each."""


@dataclass(frozen=True)
class Cover:
    """Masks over a grid.

    weights: (slots, height, width or a little more) uint16, 65535 where a mask is 1; the kernel reads whole tiles.
    slots: (masks,) where that of each is. tiles: (rows, columns) int32, the set of masks that are at work in each.
    sets: (sets, masks) bool.
    """

    weights: Weights
    slots: NDArray[np.int64]
    tiles: NDArray[np.int32]
    sets: NDArray[np.bool_]
    _lists: dict[object, Lists] = field(default_factory=dict, repr=False, compare=False)

    def lists(self, terms: Terms) -> Lists:
        """The terms at work in each set."""
        key = terms.key
        if key not in self._lists:
            self._lists.clear()
            self._lists[key] = at_work(terms, self.sets, self.slots)
        return self._lists[key]


def adjusted(terms: Terms, cover: Cover, mixed: NDArray[np.int16], grid: FrameGrid) -> list[Any]:
    """The look kernel's arguments for what adjustments add at the grid."""
    lists, (x, y) = cover.lists(terms), (grid.rect.x, grid.rect.y)
    return [
        x, y, Placed(cover.weights, (x, y, 0)), Placed(mixed, (x, y, 0)), cover.tiles, lists.starts, lists.lengths,
        lists.which, lists.index, terms.amounts, blocked(terms, cover.slots), int(lists.lengths.max(initial=0)),
        *terms.lists,
    ]  # fmt: skip


class Coverages:
    """Remembers as many grids as fit in `most_bytes`."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._stacks: OrderedDict[Hashable, _Stack] = OrderedDict()
        self._mixtures: OrderedDict[tuple[object, ...], Mixture | None] = OrderedDict()

    def cover(self, local: Sequence[Local], grid: FrameGrid) -> Cover:
        found = self._stack(local, grid).cover(local, grid)
        while len(self._stacks) > 1 and sum(one.nbytes for one in self._stacks.values()) > self._most:
            self._stacks.popitem(last=False)
        return found

    def weight(self, adjustment: Local, grid: FrameGrid) -> Weights:
        """(height, width): one mask at the grid."""
        found = self.cover([adjustment], grid)
        return found.weights[found.slots[0], :, : grid.width].copy()

    def mixed(self, local: Sequence[Local], grid: FrameGrid) -> NDArray[np.int16]:
        """(4, height, width or a little more): what red, green and blue of mixed pixels get besides, in EV times
        MIXED_STEPS, and the saturation.

        A gain of light is due to each side's own light, of which a pixel holds another part than of the area: of a
        dark twig over half of it almost none. To the exponent of the gain of each channel goes the part of its light.
        """
        found: list[tuple[str, NDArray[np.float32], Mixture]] = []
        for adjustment in local:
            if adjustment.mixture is not None and (light := local_light(adjustment.delta)).any():
                mixture = self._mixture(adjustment, grid)
                if mixture is not None:
                    found.append((adjustment.key, light, mixture))
        width = _whole_tiles(grid.width)
        if not found:
            return np.broadcast_to(np.zeros(width, np.int16), (4, grid.height, width))
        stack = self._stack(local, grid)
        lights = tuple((key, light.tobytes()) for key, light, _ in found)
        if stack.mixed is None or stack.mixed[0] != lights:
            stack.mixed = lights, _mixed([(light, mixture) for _, light, mixture in found], grid, width)
        return stack.mixed[1]

    def _stack(self, local: Sequence[Local], grid: FrameGrid) -> _Stack:
        stack = self._stacks.pop(grid.key, None)
        if stack is None or stack.room < len(local):
            stack = _Stack(len(local) + SPARE, grid, stack)
        self._stacks[grid.key] = stack
        return stack

    def _mixture(self, adjustment: Local, grid: FrameGrid) -> Mixture | None:
        key = (adjustment.key, *grid.key)
        if key not in self._mixtures:
            assert adjustment.mixture is not None
            self._mixtures[key] = adjustment.mixture(grid)
            while len(self._mixtures) > 1 and sum(m.nbytes for m in self._mixtures.values() if m) > self._most // 4:
                self._mixtures.popitem(last=False)
        self._mixtures.move_to_end(key)
        return self._mixtures[key]


class _Stack:
    """Room for the weights of some masks at one grid; a mask that comes takes the place of the one used longest ago.

    mixed: see `Coverages.mixed`, and of which masks and lights.
    """

    mixed: tuple[Lights, NDArray[np.int16]] | None = None

    def __init__(self, room: int, grid: FrameGrid, before: _Stack | None) -> None:
        """before: a smaller one of the same grid."""
        self.room = room
        self._weights = np.empty((room, grid.height, _whole_tiles(grid.width)), np.uint16)
        self._at_work = np.zeros((room, -(-grid.height // STRIP), _whole_tiles(grid.width) // TILE), bool)
        self._slots: OrderedDict[str, int] = OrderedDict()
        self._last: tuple[tuple[int, ...], Cover] | None = None
        if before is not None:
            self.mixed = before.mixed
            for slot, (key, there) in enumerate(before._slots.items()):
                self._weights[slot], self._at_work[slot] = before._weights[there], before._at_work[there]
                self._slots[key] = slot

    @property
    def nbytes(self) -> int:
        """Of what was written; memory that was not is not taken."""
        mixed = 0 if self.mixed is None else self.mixed[1].nbytes
        return int(self._weights[0].nbytes) * len(self._slots) + mixed

    def cover(self, local: Sequence[Local], grid: FrameGrid) -> Cover:
        for adjustment in local:
            if adjustment.key in self._slots:
                self._slots.move_to_end(adjustment.key)
        for adjustment in local:
            if adjustment.key not in self._slots:
                self._place(adjustment, grid)
        slots = tuple(self._slots[adjustment.key] for adjustment in local)
        if self._last is None or self._last[0] != slots:
            tiles, sets = _sets(self._at_work[list(slots)])
            self._last = slots, Cover(self._weights, np.array(slots, np.int64), tiles, sets)
        return self._last[1]

    def _place(self, adjustment: Local, grid: FrameGrid) -> None:
        covered = adjustment.coverage(grid)
        slot = len(self._slots) if len(self._slots) < self.room else self._slots.popitem(last=False)[1]
        self._last = None
        plane = self._weights[slot]
        plane[:, : grid.width] = np.rint(np.clip(covered, 0.0, 1.0) * np.float32(65535))
        plane[:, grid.width :] = 0
        rows = np.maximum.reduceat(plane, np.arange(0, plane.shape[0], STRIP), axis=0)
        self._at_work[slot] = rows.reshape(len(rows), -1, TILE).any(axis=2)
        self._slots[adjustment.key] = slot


def _whole_tiles(width: int) -> int:
    return -(-width // TILE) * TILE


def _sets(at_work: NDArray[np.bool_]) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """(masks, rows, columns) -> the set in each tile, and the sets, (sets, masks)."""
    masks, rows, columns = at_work.shape
    sets, tiles = np.unique(at_work.reshape(masks, -1).T, axis=0, return_inverse=True)
    return tiles.reshape(rows, columns).astype(np.int32), sets


def _mixed(found: Sequence[tuple[NDArray[np.float32], Mixture]], grid: FrameGrid, width: int) -> NDArray[np.int16]:
    plane = np.zeros((4, grid.height, width), np.int16)
    flat = plane.reshape(4, -1)
    for light, mixture in found:
        places = mixture.places + mixture.places // grid.width * (width - grid.width)
        for channel, more in enumerate(mixture.more):
            if light[channel]:
                steps = np.rint(more * (light[channel] * MIXED_STEPS))
                total = steps if len(found) == 1 else steps + flat[channel, places]
                flat[channel, places] = np.clip(total, -32768, 32767)
    return plane
