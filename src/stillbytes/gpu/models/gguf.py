"""Reads the header of a GGUF file: metadata and tensor table, without the data, and without trusting either.

Format: ggml-org/ggml docs/gguf.md (versions 2 and 3, little-endian); sizes of the blocks: gguf-py's constants.
"""

from __future__ import annotations

import functools
import io
import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from stillbytes.core.errors import ModelError
from stillbytes.core.saying import said

LONGEST_HEADER = 64 << 20  # a vocabulary of 262,144 tokens with its merges takes 16 MiB
LONGEST_TEXT = 16 << 20
MOST_ENTRIES = 65_536
MOST_TENSORS = 65_536
MOST_DIMENSIONS = 4  # GGML_MAX_DIMS
KEPT_ITEMS = 1024
"""Longer arrays (the vocabulary, its scores) are counted, not kept."""

TYPES = {
    0: ("F32", 1, 4),
    1: ("F16", 1, 2),
    2: ("Q4_0", 32, 18),
    3: ("Q4_1", 32, 20),
    6: ("Q5_0", 32, 22),
    7: ("Q5_1", 32, 24),
    8: ("Q8_0", 32, 34),
    9: ("Q8_1", 32, 40),
    10: ("Q2_K", 256, 84),
    11: ("Q3_K", 256, 110),
    12: ("Q4_K", 256, 144),
    13: ("Q5_K", 256, 176),
    14: ("Q6_K", 256, 210),
    15: ("Q8_K", 256, 292),
    16: ("IQ2_XXS", 256, 66),
    17: ("IQ2_XS", 256, 74),
    18: ("IQ3_XXS", 256, 98),
    19: ("IQ1_S", 256, 50),
    20: ("IQ4_NL", 32, 18),
    21: ("IQ3_S", 256, 110),
    22: ("IQ2_S", 256, 82),
    23: ("IQ4_XS", 256, 136),
    24: ("I8", 1, 1),
    25: ("I16", 1, 2),
    26: ("I32", 1, 4),
    27: ("I64", 1, 8),
    28: ("F64", 1, 8),
    29: ("IQ1_M", 256, 56),
    30: ("BF16", 1, 2),
    34: ("TQ1_0", 256, 54),
    35: ("TQ2_0", 256, 66),
    39: ("MXFP4", 32, 17),
    40: ("NVFP4", 64, 36),
    41: ("Q1_0", 128, 18),
}
"""Name, elements and bytes of one block of each tensor type."""
_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_TEXT, _ARRAY = 8, 9


class Incomplete(ModelError):
    """The bytes end before the header does: a file that is cut off, or a beginning that is too short."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """An array that was counted but not kept."""

    count: int


Scalar = int | float | bool | str
Value = Scalar | tuple[Scalar, ...] | Skipped


@dataclass(frozen=True, slots=True)
class Tensor:
    """shape: fastest dimension first, as in the file. offset: from the start of the file. size: bytes."""

    name: str
    shape: tuple[int, ...]
    type: str
    offset: int
    size: int

    @property
    def elements(self) -> int:
        return math.prod(self.shape)


@dataclass(frozen=True, slots=True)
class Header:
    """Everything a GGUF file says about itself. size: bytes that the whole file has or must have."""

    version: int
    metadata: Mapping[str, Value]
    tensors: tuple[Tensor, ...]
    data_offset: int
    size: int


def read(path: Path) -> Header:
    """The header of a whole file. Raises ModelError for one that is missing, damaged, cut off or no GGUF.

    A vocabulary takes half a second to pass over, so it is read once as long as the file's size and date stay.
    """
    try:
        about = path.stat()
        return _read(path, about.st_size, about.st_mtime_ns)
    except OSError as error:
        raise ModelError(said("{path} cannot be read: {why}.", path=path, why=str(error.strerror or error))) from error


@functools.lru_cache(maxsize=64)
def _read(path: Path, size: int, _changed: int) -> Header:
    with path.open("rb") as file:
        return parse(file, size, str(path))


def parse_beginning(data: bytes, size: int | None = None, name: str = "the file") -> Header:
    """The header from the first bytes of a file, such as the beginning of a download.

    size: of the whole file where it is known. Raises Incomplete when more bytes are needed, ModelError for no GGUF.
    """
    return parse(io.BytesIO(data), size, name)


def parse(file: BinaryIO, size: int | None, name: str) -> Header:
    """The header from an open file at its start. Raises ModelError."""
    try:
        return _parse(_Reader(file, size), size)
    except _Damaged as damage:
        raise ModelError(
            said("{name} is not a sound GGUF file: {why}.", name=name, why=damage), "Download it again."
        ) from damage
    except _Short as short:
        raise Incomplete(
            said("{name} ends within its header.", name=name), "The download is not complete: download it again."
        ) from short


class _Damaged(Exception):
    """What is wrong, in words."""


class _Short(Exception):
    pass


class _Reader:
    """Takes bytes in order, never more than there can be."""

    def __init__(self, file: BinaryIO, size: int | None) -> None:
        self._file = file
        self._limit = min(size if size is not None else LONGEST_HEADER, LONGEST_HEADER)
        self.position = 0

    def take(self, count: int) -> bytes:
        if count > self._limit - self.position:
            raise _Short if self._limit < LONGEST_HEADER else _Damaged("its header is too long")
        data = self._file.read(count)
        if len(data) < count:
            raise _Short
        self.position += count
        return data

    def skip(self, count: int) -> None:
        while count > 0:
            count -= len(self.take(min(count, 1 << 20)))

    def scalar(self, code: str) -> int | float | bool:
        """One little-endian number."""
        value: int | float | bool = struct.unpack(f"<{code}", self.take(struct.calcsize(f"<{code}")))[0]
        return value

    def count(self, most: int, what: str) -> int:
        """A 64-bit count that may not be larger than `most`."""
        value = int(self.scalar("Q"))
        if value > most:
            raise _Damaged(f"{value} is too many {what}")
        return value

    def text(self) -> str:
        return self.take(self.count(LONGEST_TEXT, "bytes for a text")).decode("utf-8", "replace")


def _parse(reader: _Reader, size: int | None) -> Header:
    if reader.take(4) != b"GGUF":
        raise _Damaged("it does not begin with GGUF")
    version = int(reader.scalar("I"))
    if version not in (2, 3):
        raise _Damaged(f"version {version} is not known")
    tensor_count = reader.count(MOST_TENSORS, "tensors")
    metadata: dict[str, Value] = {}
    for _ in range(reader.count(MOST_ENTRIES, "metadata entries")):
        key = reader.text()
        if key in metadata:
            raise _Damaged(f"it says {key[:80]!r} twice")
        metadata[key] = _value(reader, int(reader.scalar("I")))
    declared = [_tensor(reader) for _ in range(tensor_count)]
    alignment = metadata.get("general.alignment", 32)
    if not isinstance(alignment, int) or not 1 <= alignment <= 1 << 20 or alignment & (alignment - 1):
        raise _Damaged(f"its alignment is {alignment!r}")
    start = -(-reader.position // alignment) * alignment
    tensors = tuple(Tensor(t.name, t.shape, t.type, start + t.offset, t.size) for t in declared)
    _check(tensors, start, size)
    return Header(version, metadata, tensors, start, max([t.offset + t.size for t in tensors], default=start))


def _value(reader: _Reader, kind: int) -> Value:
    if kind in _SCALARS:
        return reader.scalar(_SCALARS[kind])
    if kind == _TEXT:
        return reader.text()
    if kind == _ARRAY:
        return _array(reader)
    raise _Damaged(f"a value of the unknown kind {kind}")


def _array(reader: _Reader) -> Value:
    kind, count = int(reader.scalar("I")), reader.count(LONGEST_HEADER, "items in an array")
    if kind in _SCALARS:
        code = _SCALARS[kind]
        if count <= KEPT_ITEMS:
            return tuple(struct.unpack(f"<{count}{code}", reader.take(count * struct.calcsize(f"<{code}"))))
        reader.skip(count * struct.calcsize(f"<{code}"))
        return Skipped(count)
    if kind != _TEXT:  # arrays in arrays are allowed by the format, and unknown in practice
        raise _Damaged(f"an array of the kind {kind}")
    if count <= KEPT_ITEMS:
        return tuple(reader.text() for _ in range(count))
    for _ in range(count):
        reader.skip(reader.count(LONGEST_TEXT, "bytes for a text"))
    return Skipped(count)


def _tensor(reader: _Reader) -> Tensor:
    """With its offset from the start of the data."""
    name = reader.text()
    dimensions = int(reader.scalar("I"))
    if not 0 <= dimensions <= MOST_DIMENSIONS:
        raise _Damaged(f"the tensor {name[:80]!r} has {dimensions} dimensions")
    shape = tuple(int(reader.scalar("Q")) for _ in range(dimensions))
    type_ = int(reader.scalar("I"))
    if type_ not in TYPES:
        raise _Damaged(f"the tensor {name[:80]!r} has the unknown type {type_}")
    label, block, block_bytes = TYPES[type_]
    if shape and shape[0] % block:
        raise _Damaged(f"the tensor {name[:80]!r} has rows of {shape[0]}, not whole blocks of {block}")
    return Tensor(name, shape, label, int(reader.scalar("Q")), math.prod(shape) // block * block_bytes)


def _check(tensors: tuple[Tensor, ...], start: int, size: int | None) -> None:
    if len({t.name for t in tensors}) < len(tensors):
        raise _Damaged("two tensors have one name")
    end = start
    for tensor in sorted(tensors, key=lambda t: (t.offset, t.size)):
        if tensor.offset < end:
            raise _Damaged(f"the tensor {tensor.name[:80]!r} overlaps another")
        end = tensor.offset + tensor.size
        if size is not None and end > size:
            raise _Damaged(f"the tensor {tensor.name[:80]!r} ends at {end}, after the file's {size} bytes")
