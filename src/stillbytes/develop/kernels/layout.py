"""Where each uniform of the look stage stands in the one buffer that the kernel reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.develop.operation import Operation, Scene, Uniforms
from stillbytes.develop.operations import catalogue
from stillbytes.develop.settings import Settings

Places = Mapping[str, tuple[int, int]]
"""Uniform -> (first index, length; 0 for a scalar)."""

FRAME: Mapping[str, int] = {
    "luma": 3,
    "across": 2,
    "down": 2,
    "matrix": 9,
    "luminance": 3,
    "transfer": 5,
    "steps": 0,
    "dither": 0,
}
"""What the pipeline itself tells the kernel, with lengths. See `develop.look.frame_uniforms`."""

GRID_Z0, GRID_CELL, GRID_DEPTH = -9.0, 1.0, 16
"""The bilateral grid's range axis: EV over middle grey of its first plane, EV per plane, planes."""
LANES = 16
"""Vector width in float32 lanes; narrower machines split it."""
MIXED_STEPS = 2048
"""Of an EV, in what is added to the channels of mixed pixels."""
MIDDLE_GREY_BELOW_ONE = 2.4739312
"""log2(1 / 0.18)"""
GRID_FLOOR, GRID_SPAN = -12.0, 24.0
"""A base of 16 bits: EV over middle grey of code 0, EV from code 0 to 65535."""


def look_operations() -> tuple[Operation, ...]:
    """The operations that the look kernel fuses, in order."""
    return tuple(o for o in catalogue() if o.stage in ("detail", "scene", "view", "display"))


def prepared_operations() -> tuple[Operation, ...]:
    """Those of them that read neighbours, which is done before, in order."""
    return tuple(o for o in catalogue() if o.stage == "detail")


def prepare_name(operation: Operation) -> str:
    """The kernel that does it."""
    return f"prepare_{operation.name}"


@cache
def prepare_places(operation: Operation) -> tuple[Places, int]:
    """Places of what `prepare` reads, the picture's luminance weights among it, and how many numbers these are."""
    return _placed({"luma": np.zeros(3, np.float32), **operation.prepare_uniforms(Settings(), Scene.neutral())}, 0)


def pack_prepare(operation: Operation, values: Uniforms) -> NDArray[np.float32]:
    """The buffer for one call of that kernel."""
    held, length = prepare_places(operation)
    buffer = np.zeros(length, np.float32)
    _fill(buffer, held, values)
    return buffer


def _placed(values: Uniforms, start: int) -> tuple[Places, int]:
    """Places from `start` on, and where they end."""
    held: dict[str, tuple[int, int]] = {}
    for name, value in values.items():
        length = int(np.size(value)) if np.ndim(value) else 0
        held[name] = (start, length)
        start += max(length, 1)
    return held, start


def look_name(kind: str, *, whole: bool, local: bool = False) -> str:
    """The look kernel for "byte" or "float" output, with or without the operations that are seldom needed, and with
    or without adjustments."""
    return f"look_{kind}{'' if whole else '_usual'}{'_local' if local else ''}"


@cache
def places() -> tuple[Places, tuple[tuple[str, Places], ...], int]:
    """Places of the frame's uniforms, of each operation's, and the buffer's length."""
    start = 0
    frame: dict[str, tuple[int, int]] = {}
    for name, length in FRAME.items():
        frame[name] = (start, length)
        start += max(length, 1)
    found: list[tuple[str, Places]] = []
    for operation in look_operations():
        held, start = _placed(operation.uniforms(Settings(), Scene.neutral()), start)
        found.append((operation.name, held))
    return frame, tuple(found), start


@cache
def local_places() -> tuple[tuple[Places, ...], int]:
    """Where what an adjustment adds to each operation's uniforms stands among the numbers of one adjustment, in the
    order of `look_operations`, and how many these are."""
    found: list[Places] = []
    start = 0
    for operation in look_operations():
        held, start = _placed(operation.local_uniforms({}), start)
        found.append(held)
    return tuple(found), start


def pack_local(deltas: Iterable[Mapping[str, Any]]) -> tuple[NDArray[np.int32], NDArray[np.float32], list[int]]:
    """What adjustments add to the uniforms where their masks are 1: for each number the adjustments that change it and
    by how much, as (adjustments, amounts, where each list starts and the last ends)."""
    held, length = local_places()
    rows = []
    for delta in deltas:
        row = np.zeros(length, np.float32)
        for operation, own in zip(look_operations(), held, strict=True):
            _fill(row, own, operation.local_uniforms(delta))
        rows.append(row)
    table = np.array(rows, np.float32).reshape(-1, length)
    number, which = np.nonzero(table.T)
    starts = [int(start) for start in np.searchsorted(number, np.arange(length + 1))]
    # One more, as a kernel wants something to point at where nothing changes anything.
    return np.append(which, 0).astype(np.int32), np.append(table[which, number], 0).astype(np.float32), starts


@cache
def listed(*, whole: bool, local: bool) -> tuple[tuple[Operation, str, int], ...]:
    """The lists that a look kernel has: whose, by which name, numbers of each thing in it."""
    found = []
    for operation in look_operations():
        if operation.seldom and not whole:
            continue
        lists = dict(operation.lists(Settings())) | (dict(operation.local_lists({})) if local else {})
        found += [(operation, name, things.shape[1]) for name, things in lists.items()]
    return tuple(found)


def pack_lists(
    settings: Settings, deltas: Sequence[Mapping[str, Any]], *, whole: bool, local: bool
) -> list[NDArray[Any] | int]:
    """For each of these lists its things' numbers, the adjustment that each belongs to or -1, and how many they are."""
    found: list[NDArray[Any] | int] = []
    for operation, name, width in listed(whole=whole, local=local):
        parts = [operation.lists(settings).get(name)]
        parts += [operation.local_lists(delta).get(name) for delta in deltas]
        things = [(i - 1, thing) for i, part in enumerate(parts) if part is not None for thing in part]
        # One more, as a kernel wants something to point at where there is nothing.
        numbers = np.array([*(thing for _, thing in things), np.zeros(width)], np.float32)
        found += [numbers, np.array([*(whose for whose, _ in things), 0], np.int32), len(things)]
    return found


def local_light(delta: Mapping[str, Any]) -> NDArray[np.float32]:
    """(3,): EV that an adjustment adds to red, green and blue, see `Operation.local_light`."""
    return np.asarray(sum(operation.local_light(delta) for operation in look_operations()), np.float32)


def pack(frame: Uniforms, operations: Iterable[Uniforms]) -> NDArray[np.float32]:
    """The buffer for one call of the look kernel; `operations` in the order of `look_operations`."""
    frame_places, operation_places, length = places()
    buffer = np.zeros(length, np.float32)
    _fill(buffer, frame_places, frame)
    for (_, held), values in zip(operation_places, operations, strict=True):
        _fill(buffer, held, values)
    return buffer


def _fill(buffer: NDArray[np.float32], held: Places, values: Uniforms) -> None:
    for name, (start, length) in held.items():
        value = values[name]
        if length and np.size(value) != length:
            raise ValueError(f"uniform {name} has {np.size(value)} values instead of {length}")
        buffer[start : start + max(length, 1)] = value
