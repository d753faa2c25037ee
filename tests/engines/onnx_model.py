"""Small ONNX files made by hand, so that no test needs a download: `Y = X + X`, or `Y = X + W` with weights.

Field numbers: onnx/onnx.proto (ModelProto, GraphProto, NodeProto, TensorProto).
"""

from __future__ import annotations

import struct


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, value: bytes | str) -> bytes:
    content = value.encode() if isinstance(value, str) else value
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def _value(name: str, sides: int) -> bytes:
    """A float32 tensor with `sides` dimensions of any length."""
    shape = b"".join(_bytes(1, _bytes(2, f"d{n}")) for n in range(sides))
    return _bytes(1, name) + _bytes(2, _bytes(1, _number(1, 1) + _bytes(2, shape)))


def addition(weights: int = 0) -> bytes:
    """The model file. weights: 0 for `Y = X + X`; else W has weights x weights ones."""
    node = _bytes(1, "X") + _bytes(1, "W" if weights else "X") + _bytes(2, "Y") + _bytes(4, "Add")
    graph = _bytes(1, node) + _bytes(2, "g")
    if weights:
        raw = struct.pack("<f", 1.0) * (weights * weights)
        graph += _bytes(5, _number(1, weights) + _number(1, weights) + _number(2, 1) + _bytes(8, "W") + _bytes(9, raw))
    graph += _bytes(11, _value("X", 2)) + _bytes(12, _value("Y", 2))
    return _number(1, 8) + _bytes(7, graph) + _bytes(8, _bytes(1, "") + _number(2, 13))
