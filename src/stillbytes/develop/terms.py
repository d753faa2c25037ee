"""What adjustments add, as terms of sums, and which of these are at work in which tile of a picture.

Most masks cover a part of the picture. Where one is 0 it adds nothing, so each tile has a list of the terms whose masks
are not: a sum over that list is the same to the last bit. Tiles where the same masks are at work share one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.develop.kernels.layout import (
    BLOCK,
    FULL,
    NUMBERS,
    TOGETHER,
    List,
    listed,
    number_groups,
    number_table,
)
from stillbytes.develop.settings import Settings
from stillbytes.develop.tables import ENTRIES

NOBODY = -1
_LARGEST = 65400
"""Of the sum of the largest codes of all that is added to a table: 32 bits hold it times FULL."""
_Curves = Mapping[int, NDArray[np.float32]]


@dataclass(frozen=True)
class Terms:
    """What the adjustments of a picture add, group by group (see `layout`).

    begins: (groups + 1,) where each group does. index: (terms,) which mask, block, amount or thing each is. owner:
    (terms,) the adjustment whose weight it has, or NOBODY. whose: (adjustments, terms) bool, at work where one of
    these is. amounts: (amounts, TOGETHER), what is added to the numbers of a group. lists: the kernel's arguments for
    each list. curved: the adjustments with tables, block by block.
    """

    begins: NDArray[np.int64]
    index: NDArray[np.int64]
    owner: NDArray[np.int64]
    whose: NDArray[np.bool_]
    amounts: NDArray[np.float32]
    lists: tuple[NDArray[Any] | int | float, ...]
    curved: NDArray[np.int64]

    @cached_property
    def key(self) -> tuple[bytes, ...]:
        """Equal for terms of which the same are at work, whatever they add."""
        return self.begins.tobytes(), self.index.tobytes(), self.owner.tobytes(), self.whose.tobytes()


@dataclass(frozen=True)
class Lists:
    """The terms at work, set after set of masks. starts, lengths: (sets, groups) where those of each group begin and
    how many they are. index: as of Terms. which: of the term of a mask or of a number, the place of its owner among
    those masks at work; of a thing, where the weights of its owner are, or NOBODY.
    """

    starts: NDArray[np.int32]
    lengths: NDArray[np.int32]
    which: NDArray[np.int32]
    index: NDArray[np.int32]


class Remembered:
    """The terms that were asked for last: a slider of the whole picture leaves them as they are."""

    def __init__(self) -> None:
        self._last: tuple[tuple[Sequence[Mapping[str, Any]], bool, object], Terms] | None = None

    def of(self, settings: Settings, deltas: Sequence[Mapping[str, Any]], *, whole: bool) -> Terms:
        """As `terms`."""
        own = [settings.value(p.name) for one in listed(whole=whole, local=True) for p in one.operation.parameters]
        if self._last is not None:
            (before, *rest), found = self._last
            same = len(before) == len(deltas) and all(a is b for a, b in zip(before, deltas, strict=True))
            if same and rest == [whole, own]:
                return found
        found = terms(settings, deltas, whole=whole)
        self._last = (deltas, whole, own), found
        return found


def terms(settings: Settings, deltas: Sequence[Mapping[str, Any]], *, whole: bool) -> Terms:
    """whole: for a kernel with the operations that are seldom needed."""
    count = len(deltas)
    everyone = np.arange(count)
    table = number_table(deltas)
    active = np.any(table, axis=2)
    group, changing = np.nonzero(active.T)
    begins = np.searchsorted(group, np.arange(table.shape[1] + 1))
    lists = listed(whole=whole, local=True)
    listing = {one.operation for one in lists}
    given = [{operation: operation.local_lists(delta) for operation in listing} for delta in deltas]
    added = [[mine[one.operation].get(one.name) for mine in given] for one in lists]
    curves: list[_Curves] = [
        {i: part[0] for i, part in enumerate(parts) if one.table and part is not None and len(part)}
        for one, parts in zip(lists, added, strict=True)
    ]
    curved = np.array(sorted({i for found in curves for i in found}), np.int64)
    blocks = -(-len(curved) // BLOCK)

    def of_blocks(chosen: Sequence[int]) -> tuple[NDArray[Any], ...]:
        whose = np.zeros((count, blocks), bool)
        places = np.searchsorted(curved, chosen)
        whose[chosen, places // BLOCK] = True
        return np.arange(blocks), np.full(blocks, 0), whose

    def alone(index: NDArray[Any], owner: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        return index, owner, everyone[:, None] == owner

    plain = np.flatnonzero(np.any(active, axis=1))
    groups = [alone(plain, plain), of_blocks(list(curved))]
    groups += [alone(np.arange(a, b), changing[a:b]) for a, b in pairwise(begins)]
    arguments: list[NDArray[Any] | int | float] = []
    for one, parts, found in zip(lists, added, curves, strict=True):
        if one.table:
            groups.append(of_blocks(list(found)))
            arguments += _codes(found, curved, blocks)
        else:
            numbers, owner = _things(one, settings, parts)
            groups.append(alone(np.arange(len(owner)), owner))
            arguments += [numbers, len(owner)]
    return Terms(
        np.cumsum([0, *(len(index) for index, _, _ in groups)]),
        np.concatenate([index for index, _, _ in groups]).astype(np.int64),
        np.concatenate([owner for _, owner, _ in groups]).astype(np.int64),
        np.concatenate([whose for _, _, whose in groups], 1),
        # One more, as a kernel wants something to point at where nothing changes anything.
        np.concatenate([table[changing, group], np.zeros((1, TOGETHER), np.float32)]),
        tuple(arguments),
        curved,
    )


def at_work(found: Terms, sets: NDArray[np.bool_], slots: NDArray[np.int64]) -> Lists:
    """sets: (sets, adjustments), who is at work. slots: of each adjustment, where its weights are."""
    masks, numbers = found.begins[1], found.begins[NUMBERS + number_groups()]
    index = found.index.copy()
    index[:masks] = slots[found.owner[:masks]]
    working = (sets.astype(np.float32) @ found.whose.astype(np.float32) > 0) | (found.owner == NOBODY)
    place = np.zeros((len(sets), len(slots)), np.int64)
    place[:, found.owner[:masks]] = np.cumsum(working[:, :masks], 1) - 1
    which = place[:, found.owner]
    which[:, numbers:] = np.where(found.owner == NOBODY, NOBODY, slots[found.owner])[numbers:]
    passed = np.concatenate([[0], np.cumsum(working)])
    starts = passed[np.arange(len(sets))[:, None] * len(index) + found.begins]
    return Lists(
        np.ascontiguousarray(starts[:, :-1], np.int32),
        np.diff(starts, axis=1).astype(np.int32),
        np.append(which[working], 0).astype(np.int32),
        np.append(np.broadcast_to(index, working.shape)[working], 0).astype(np.int32),
    )


def blocked(found: Terms, slots: NDArray[np.int64]) -> NDArray[np.int32]:
    """(blocks, BLOCK): where the weights of the masks in each block are."""
    count = -(-len(found.curved) // BLOCK)
    blocks = np.zeros((max(count, 1), BLOCK), np.int32)
    blocks.ravel()[: len(found.curved)] = slots[found.curved]
    return blocks


def _things(one: List, settings: Settings, parts: Sequence[Any]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """The numbers of each thing, and whose it is."""
    all_parts = [(NOBODY, one.operation.lists(settings).get(one.name)), *enumerate(parts)]
    things = [(owner, thing) for owner, part in all_parts if part is not None for thing in part]
    numbers = np.array([*(thing for _, thing in things), np.zeros(one.width)], np.float32)
    return numbers, np.array([owner for owner, _ in things], np.int64)


def _codes(curves: _Curves, curved: NDArray[np.int64], blocks: int) -> list[NDArray[Any] | int | float]:
    """What is added to one table, (blocks, ENTRIES + 1, BLOCK) int16; what a code of 1 at full weight adds; and 1, or 0
    where nothing is added."""
    found = np.zeros((max(blocks, 1), ENTRIES + 1, BLOCK), np.int16)
    largest = [float(np.abs(curve).max()) for curve in curves.values()]
    # Neither a code nor the step from one to the next may be larger than 16 bits hold.
    widest = max((float(np.abs(np.diff(curve)).max()) for curve in curves.values()), default=0.0)
    step = max(sum(largest) / _LARGEST, max([*largest, widest], default=0.0) / (FULL - 1), 1e-12)
    for i, curve in curves.items():
        block, lane = divmod(int(np.searchsorted(curved, i)), BLOCK)
        codes = np.rint(curve / step)
        found[block, :-1, lane], found[block, -1, lane] = codes, codes[-1]
    return [found, step / FULL, int(bool(curves))]
