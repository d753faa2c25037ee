"""Where each uniform of the look stage stands in the one buffer that the kernel reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
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
    "roots": 9,
    "knee": 0,
    "steps": 0,
    "dither": 0,
}
"""What the pipeline itself tells the kernel, with lengths. See `develop.look.frame_uniforms`."""

GRID_Z0, GRID_CELL, GRID_DEPTH = -9.0, 1.0, 16
"""The bilateral grid's range axis: EV over middle grey of its first plane, EV per plane, planes."""
FUSED = ("look_", "prepare_")
"""How the names of the kernels begin that operations are fused into. The others know of none."""
LANES = 16
"""Vector width in float32 lanes; narrower machines split it."""

STRIP, TILE = 32, 64
"""Rows that one task of the look stage computes, and columns that it computes at a time with adjustments."""
TOGETHER = 4
"""Numbers of adjustments that are summed up at once, so that the weights are read once for all of them."""
BLOCK = 16
"""Masks whose tables lie side by side, so that one load finds what all of them add."""
WHOLE, FULL = 65535, 32767
"""The weight 1, and where tables are added up."""
MASKS, BLOCKS, NUMBERS = 0, 1, 2
"""Groups of terms: masks, blocks, then one for each TOGETHER numbers of an adjustment and for each list. See
`develop.terms`."""
MIXED_STEPS = 2048
"""Of an EV, and of twice the saturation, in what is added in mixed pixels."""
MIDDLE_GREY_BELOW_ONE = 2.4739312
"""log2(1 / 0.18)"""
KNEE, HARD = 0.88, 0.999
"""Where colours begin to be brought into a gamut, see `kernels.gamut`; and where they are there already."""
CELL = 16
"""Sites between two places where what is around highlights is known: a vector of the kernel that reads it."""
OPPOSED, SURROUNDED = 1, 2
"""How highlights are reconstructed: from the other channels of the site alone, or from the colours around, too."""
SPOT_ROWS = 16
"""Rows of sites that are looked at together for defect ones."""
GRID_FLOOR, GRID_SPAN = -12.0, 24.0
"""A base of 16 bits: EV over middle grey of code 0, EV from code 0 to 65535."""


def look_operations() -> tuple[Operation, ...]:
    """The operations that the look kernel fuses, in order."""
    return tuple(o for o in catalogue() if o.stage in ("detail", "scene", "view", "display"))


def prepared_operations() -> tuple[Operation, ...]:
    """Those of them that read neighbours, which is done before, in order."""
    return tuple(o for o in catalogue() if o.stage == "detail")


def gridded_operations(*, whole: bool) -> tuple[Operation, ...]:
    """The operations of a look kernel that have a look-up table, in order."""
    return tuple(o for o in look_operations() if o.gridded and (whole or not o.seldom))


def pack_grids(settings: Settings, scene: Scene, *, whole: bool) -> list[NDArray[Any] | int]:
    """The arguments for each of them: its nodes, and how many there are along each axis; then those for small
    pictures."""
    found: list[NDArray[Any] | int] = []
    for operation in gridded_operations(whole=whole):
        nodes, edges = operation.grid(settings, scene) or (np.zeros(1, np.uint64), (0, 0, 0))
        found += [nodes, *edges]
    for operation in drawing_operations(whole=whole):
        texture = operation.drawn(settings, scene)
        words = np.zeros((1, 0), np.uint32) if texture is None else texture.words
        found += [words.ravel() if words.size else np.zeros(1, np.uint32), *words.shape[::-1]]
    return found


@cache
def switch_places() -> Mapping[str, int]:
    """The first bit of each operation that has switches among all that are."""
    counts = [(o.name, len(o.switches(Settings()))) for o in look_operations()]
    return {name: sum(count for _, count in counts[:i]) for i, (name, count) in enumerate(counts) if count}


def pack_switches(settings: Settings) -> int:
    """The switches of all operations, one bit each."""
    switches = [on for operation in look_operations() for on in operation.switches(settings)]
    return sum(on << bit for bit, on in enumerate(switches))


def drawing_operations(*, whole: bool) -> tuple[Operation, ...]:
    """The operations of a look kernel that have a small picture, in order."""
    return tuple(o for o in look_operations() if o.drawing and (whole or not o.seldom))


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


ON_DEVICES = (("byte", False), ("byte", True), ("float", True))
"""Look kernels that graphics devices have too, by kind and whether they are whole; those that are needed most first."""


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


def number_groups() -> int:
    """How many groups of terms the numbers of an adjustment have."""
    return -(-local_places()[1] // TOGETHER)


def number_table(deltas: Sequence[Mapping[str, Any]]) -> NDArray[np.float32]:
    """(adjustments, groups, TOGETHER): what each adds to the uniforms where its mask is 1."""
    table = np.zeros((len(deltas), number_groups(), TOGETHER), np.float32)
    for row, delta in zip(table.reshape(len(deltas), -1), deltas, strict=True):
        for operation, own, names in _changeable():
            if not names.isdisjoint(delta):
                _fill(row, own, operation.local_uniforms(delta))
    return table


@cache
def _changeable() -> tuple[tuple[Operation, Places, frozenset[str]], ...]:
    """The operations that adjustments change: their places in `local_places`, and by which parameters."""
    held, _ = local_places()
    named = [frozenset(p.name for p in o.parameters if p.scope != "global") for o in look_operations()]
    return tuple((o, own, names) for o, own, names in zip(look_operations(), held, named, strict=True) if names)


@dataclass(frozen=True)
class List:
    """Whose list, by which name, numbers of each thing in it; table: what is added to the table of that name."""

    operation: Operation
    name: str
    width: int
    table: bool


@cache
def listed(*, whole: bool, local: bool) -> tuple[List, ...]:
    """The lists that a look kernel has."""
    _, held, _ = places()
    found = []
    for operation, (_, own) in zip(look_operations(), held, strict=True):
        if operation.seldom and not whole:
            continue
        lists = dict(operation.lists(Settings())) | (dict(operation.local_lists({})) if local else {})
        found += [List(operation, name, things.shape[1], name in own) for name, things in lists.items()]
    return tuple(found)


def list_group(place: int) -> int:
    """The group of terms of a list, by its place in `listed`."""
    return NUMBERS + number_groups() + place


def pack_lists(settings: Settings, *, whole: bool) -> list[NDArray[Any] | int]:
    """The arguments for each list of a kernel without adjustments: its things' numbers, and how many they are."""
    found: list[NDArray[Any] | int] = []
    for one in listed(whole=whole, local=False):
        things = one.operation.lists(settings)[one.name]
        # One more, as a kernel wants something to point at where there is nothing.
        found += [np.concatenate([things, np.zeros((1, one.width), np.float32)]), len(things)]
    return found


def local_light(delta: Mapping[str, Any]) -> NDArray[np.float32]:
    """(4,): EV that an adjustment adds to red, green and blue, and saturation, see `Operation.local_light`."""
    found = [operation.local_light(delta) for operation, _, names in _changeable() if not names.isdisjoint(delta)]
    return np.asarray(sum(found, np.zeros(4, np.float32)), np.float32)


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
