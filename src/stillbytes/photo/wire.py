"""How the editor and its decoding worker talk: frames of one JSON header and raw arrays, over two pipes.

A frame is the header's length (u32, little endian), the header (JSON, UTF-8) and the bytes of each array that
header["parts"] lists as {"dtype": "uint16", "shape": [rows, columns]}.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from io import RawIOBase
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:  # a decoding process is started before NumPy is there
    import numpy as np
    from numpy.typing import NDArray

    Parts = list[NDArray[Any]]

HEADER_LIMIT = 64 << 20
PART_LIMIT = 16 << 30
_STRIP = 4 << 20
_DTYPES = ("uint8", "uint16", "float32")

Buffer = TypeVar("Buffer", bytearray, "NDArray[np.uint8]")


class WireError(Exception):
    """The other side closed its end or sent something that is not a frame."""


def send(stream: RawIOBase, header: dict[str, Any], parts: Sequence[NDArray[Any]] = ()) -> None:
    """Write one frame. parts: arrays of uint8, uint16 or float32; strided views are written strip by strip."""
    listed = [{"dtype": part.dtype.name, "shape": part.shape} for part in parts]
    text = json.dumps({**header, "parts": listed}).encode()
    try:
        _write(stream, struct.pack("<I", len(text)) + text)
        for part in parts:
            if part.flags.c_contiguous:
                _write(stream, part.reshape(-1).view("uint8"))
                continue
            rows = max(1, _STRIP // max(1, part[:1].nbytes))
            for top in range(0, len(part), rows):
                _write(stream, part[top : top + rows].copy().reshape(-1).view("uint8"))
    except OSError as error:
        raise WireError(str(error)) from error


def receive(stream: RawIOBase) -> tuple[dict[str, Any], Parts]:
    """Read one frame; each array is read straight into its own new memory. Raises WireError."""
    (length,) = struct.unpack("<I", _read(stream, bytearray(4)))
    if length > HEADER_LIMIT:
        raise WireError(f"a header of {length} bytes")
    try:
        header = json.loads(_read(stream, bytearray(length)))
        parts = [array_of(listed) for listed in header.pop("parts")]
    except (ValueError, KeyError, TypeError, AttributeError, MemoryError) as error:
        raise WireError(f"a malformed header: {error}") from error
    for part in parts:
        if part.size:
            _read(stream, part.reshape(-1).view("uint8"))
    return header, parts


def array_of(listed: Mapping[str, Any]) -> NDArray[Any]:
    """New memory for an array that is listed like that. Raises ValueError, KeyError or TypeError for nonsense."""
    import numpy as np  # noqa: PLC0415 - see above

    shape = tuple(int(n) for n in listed["shape"])
    if listed["dtype"] not in _DTYPES or any(n < 0 for n in shape):
        raise ValueError(f"an array of {listed}")
    if int(np.prod(shape, dtype=object)) * np.dtype(listed["dtype"]).itemsize > PART_LIMIT:
        raise ValueError(f"an array of shape {shape}")
    return np.empty(shape, listed["dtype"])


def _write(stream: RawIOBase, content: Any) -> None:
    left = memoryview(content)
    while left:
        left = left[stream.write(left) or 0 :]


def _read(stream: RawIOBase, into: Buffer) -> Buffer:
    left = memoryview(cast(Any, into))
    while left:
        try:
            count = stream.readinto(left)
        except (OSError, ValueError) as error:
            raise WireError(str(error)) from error
        if not count:
            raise WireError("the other side closed its end")
        left = left[count:]
    return into
