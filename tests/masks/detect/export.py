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


def _constant(name: str, values: np.ndarray) -> bytes:
    sides = b"".join(_number(1, side) for side in values.shape)
    content = values.astype("<f4").tobytes()
    return _bytes(5, sides + _number(2, FLOAT) + _bytes(8, name) + _bytes(9, content))


def _pooled(source: str, target: str, side: int) -> bytes:
    """An AveragePool, whose attributes are lists of numbers."""
    given = b"".join(
        _bytes(5, _bytes(1, name) + _number(20, 7) + _number(8, side) * 2) for name in ("kernel_shape", "strides")
    )
    return _bytes(1, _bytes(1, source) + _bytes(2, target) + _bytes(4, "AveragePool") + given)


def by_colour(
    path: Path,
    inputs: Mapping[str, tuple[int, Shape]],
    image: str,
    output: str,
    weights: np.ndarray,
    bias: np.ndarray,
    *,
    shrink: int = 1,
    squeezed: bool = False,
    constants: Mapping[str, np.ndarray] | None = None,
    size: int = 0,
) -> Path:
    """A network that tells classes by the colour of each pixel, and needs every other input too.

    image: which input the picture is, (n, 3, rows, columns). weights: (classes, 3), and bias: (classes,), of the
    channels as they arrive. shrink: how many pixels are one of the output. squeezed: without the dimension of classes.
    constants: further outputs. size: bytes that the file is to have.
    """
    graph = b""
    for name in inputs:
        graph += _node("Cast", [name], f"{name}/float", to=FLOAT)
        graph += _node("ReduceMean", [f"{name}/float"], f"{name}/mean", keepdims=0)
    graph += _node("Sum", [f"{name}/mean" for name in inputs], "sum") + _constant("zero", np.zeros(()))
    graph += _node("Mul", ["sum", "zero"], "nothing")
    seen = image
    if shrink > 1:
        graph, seen = graph + _pooled(image, "pooled", shrink), "pooled"
    graph += _constant("weights", weights.reshape(*weights.shape, 1, 1)) + _constant("bias", bias)
    graph += _node("Conv", [seen, "weights", "bias"], "classes")
    told = "classes"
    if squeezed:
        graph, told = graph + _node("ReduceSum", ["classes", "axis"], "flat", keepdims=0), "flat"
        graph += _bytes(5, _number(1, 1) + _number(2, INT64) + _bytes(8, "axis") + _bytes(9, np.int64(1).tobytes()))
    graph += _node("Add", [told, "nothing"], output)
    for name, values in (constants or {}).items():
        graph += _constant(f"{name}/held", values) + _node("Add", [f"{name}/held", "nothing"], name)
    graph += _bytes(2, "by_colour")
    graph += b"".join(_bytes(11, _value(name, kind, shape)) for name, (kind, shape) in inputs.items())
    dimensions = 3 if squeezed else 4
    graph += _bytes(12, _value(output, FLOAT, [f"d{i}" for i in range(dimensions)]))
    graph += b"".join(_bytes(12, _value(n, FLOAT, list(v.shape))) for n, v in (constants or {}).items())
    content = _number(1, 8) + _bytes(8, _bytes(1, "") + _number(2, 13)) + _bytes(7, graph)
    if size:  # a note as long as is missing
        while (missing := size - len(content)) > 0:
            filled = content + _bytes(6, b" " * max(0, missing - len(_varint(max(0, missing - 6))) - 1))
            content = filled if len(filled) == size else content + _bytes(6, b"")
    path.write_bytes(content)
    return path
