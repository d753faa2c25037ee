"""Where each uniform of the look stage stands in the one buffer that the kernel reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

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
    "grid_x": 2,
    "grid_y": 2,
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
AT_ONCE = 4
"""Adjustments that the look kernel adds in one step."""
GRID_FLOOR, GRID_SPAN = -12.0, 24.0
"""A base of 16 bits: EV over middle grey of code 0, EV from code 0 to 65535."""


def look_operations() -> tuple[Operation, ...]:
    """The operations that the look kernel fuses, in order."""
    return tuple(o for o in catalogue() if o.stage in ("detail", "scene", "view", "display"))


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
        held: dict[str, tuple[int, int]] = {}
        for name, value in operation.uniforms(Settings(), Scene.neutral()).items():
            length = int(np.size(value)) if np.ndim(value) else 0
            held[name] = (start, length)
            start += max(length, 1)
        found.append((operation.name, held))
    return frame, tuple(found), start


@cache
def local_places() -> tuple[tuple[Places, ...], int]:
    """Where what an adjustment adds to each operation's uniforms stands among the numbers of one adjustment, in the
    order of `look_operations`, and how many these are."""
    found: list[Places] = []
    start = 0
    for operation in look_operations():
        held: dict[str, tuple[int, int]] = {}
        for name, value in operation.local_uniforms({}).items():
            length = int(np.size(value)) if np.ndim(value) else 0
            held[name] = (start, length)
            start += max(length, 1)
        found.append(held)
    return tuple(found), start


def pack_local(deltas: Iterable[Mapping[str, float]]) -> NDArray[np.float32]:
    """(adjustments, numbers): what each adds to the uniforms where its mask is 1."""
    held, length = local_places()
    rows = []
    for delta in deltas:
        row = np.zeros(length, np.float32)
        for operation, own in zip(look_operations(), held, strict=True):
            _fill(row, own, operation.local_uniforms(delta))
        rows.append(row)
    rows += [np.zeros(length, np.float32)] * (-len(rows) % AT_ONCE)
    return np.array(rows, np.float32).reshape(-1, length)


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
