"""ONNX files with a given signature and random weights, written without any library.

The format is protocol buffers (onnx/onnx.proto): each field is its number and kind, then a number or bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

FLOAT, INT64 = 1, 7
Shape = Sequence[int | str]


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


def _value(name: str, kind: int, shape: Shape) -> bytes:
    sides = b"".join(_bytes(1, _bytes(2, s) if isinstance(s, str) else _number(1, s)) for s in shape)
    return _bytes(1, name) + _bytes(2, _bytes(1, _number(1, kind) + _bytes(2, sides)))


def _node(what: str, inputs: Sequence[str], output: str, **attributes: int) -> bytes:
    given = [_bytes(5, _bytes(1, name) + _number(3, value) + _number(20, 2)) for name, value in attributes.items()]
    named = b"".join(_bytes(1, name) for name in inputs)
    return _bytes(1, named + _bytes(2, output) + _bytes(4, what) + b"".join(given))


def export(
    path: Path, inputs: Mapping[str, tuple[int, Shape]], outputs: Mapping[str, Sequence[int]], seed: int = 0
) -> Path:
    """A network that needs every input; its outputs are noise of these shapes, shifted by a number from all inputs."""
    random = np.random.default_rng(seed)
    graph = b""
    for name in inputs:
        graph += _node("Cast", [name], f"{name}/float", to=FLOAT)
        graph += _node("ReduceMean", [f"{name}/float"], f"{name}/mean", keepdims=0)
    graph += _node("Sum", [f"{name}/mean" for name in inputs], "sum") + _node("Sin", ["sum"], "total")
    for name, shape in outputs.items():
        weights = random.normal(0, 4, shape).astype("<f4")
        sides = b"".join(_number(1, side) for side in shape)
        graph += _bytes(5, sides + _number(2, FLOAT) + _bytes(8, f"{name}/noise") + _bytes(9, weights.tobytes()))
        graph += _node("Add", [f"{name}/noise", "total"], name)
    graph += _bytes(2, "export")
    graph += b"".join(_bytes(11, _value(name, kind, shape)) for name, (kind, shape) in inputs.items())
    graph += b"".join(_bytes(12, _value(name, FLOAT, shape)) for name, shape in outputs.items())
    path.write_bytes(_number(1, 8) + _bytes(8, _bytes(1, "") + _number(2, 13)) + _bytes(7, graph))
    return path
