"""Tiny networks with random weights and the signatures of those that take out noise: three by three pixels are
smoothed, and a little of all channels is mixed in. What real ones would do to noise, they do not do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

FLOAT = 1


def _varint(value: int) -> bytes:
    out = b""
    while value > 127:
        out, value = out + bytes([value & 127 | 128]), value >> 7
    return out + bytes([value])


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, value: bytes | str) -> bytes:
    content = value.encode() if isinstance(value, str) else value
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _value(name: str, sides: Sequence[int]) -> bytes:
    shape = b"".join(_bytes(1, _number(1, side)) for side in sides)
    return _bytes(1, name) + _bytes(2, _bytes(1, _number(1, FLOAT) + _bytes(2, shape)))


def _node(what: str, inputs: Sequence[str], output: str, **attributes: int | Sequence[int]) -> bytes:
    given = b""
    for name, value in attributes.items():
        if isinstance(value, int):
            given += _bytes(5, _bytes(1, name) + _number(3, value) + _number(20, 2))
        else:
            given += _bytes(5, _bytes(1, name) + b"".join(_number(8, one) for one in value) + _number(20, 7))
    return _bytes(1, b"".join(_bytes(1, name) for name in inputs) + _bytes(2, output) + _bytes(4, what) + given)


def _constant(name: str, values: np.ndarray) -> bytes:
    sides = b"".join(_number(1, side) for side in values.shape)
    return _bytes(5, sides + _number(2, FLOAT) + _bytes(8, name) + _bytes(9, values.astype("<f4").tobytes()))


def write(path: Path, planes: int, side: int, *, gain: float = 1.0, seed: int = 1, size: int = 0) -> Path:
    """planes: 3, or 4 for a mosaic, which comes back as a picture of twice the size. gain: of what comes back. size:
    bytes that the file is to have."""
    random = np.random.default_rng(seed)
    if planes == 3:
        smooth = np.outer([1, 2, 1], [1, 2, 1]) / 16
        weights = np.eye(3)[:, :, None, None] * smooth
        into, out = "output", side
    else:
        colour = np.array([[1, 0, 0, 0], [0, 0.5, 0.5, 0], [0, 0, 0, 1]], float)
        weights = np.zeros((12, 4, 3, 3))
        weights[:, :, 1, 1] = np.tile(colour, (4, 1))
        into, out = "packed", 2 * side
    weights = gain * (weights + random.normal(0, 2e-3, weights.shape))
    graph = _node("Conv", ["input", "weights"], into, pads=[1, 1, 1, 1])
    if planes == 4:
        graph += _node("DepthToSpace", ["packed"], "output", blocksize=2)
    graph += _bytes(2, "tiny") + _constant("weights", weights)
    graph += _bytes(11, _value("input", (1, planes, side, side))) + _bytes(12, _value("output", (1, 3, out, out)))
    content = _number(1, 8) + _bytes(8, _bytes(1, "") + _number(2, 13)) + _bytes(7, graph)
    if size:  # a note as long as is missing
        room = size - len(content)
        note = room - 1 - len(_varint(room))
        while 1 + len(_varint(note)) + note < room:
            note += 1
        content += _bytes(6, b" " * note)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path
