"""Reads the header of a safetensors file: names, types and places of its tensors, without the data.

Format: huggingface/safetensors README (8 bytes of length, JSON, data). Nothing in it is trusted.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

from stillbytes.core.errors import ModelError
from stillbytes.core.saying import said
from stillbytes.gpu.models.gguf import Incomplete

LONGEST_HEADER = 100_000_000  # the reference implementation's limit
MOST_TENSORS = 200_000
BITS = {
    "BOOL": 8,
    "U8": 8,
    "I8": 8,
    "F8_E4M3": 8,
    "F8_E5M2": 8,
    "F8_E8M0": 8,
    "F4": 4,
    "F6_E2M3": 6,
    "F6_E3M2": 6,
    "U16": 16,
    "I16": 16,
    "F16": 16,
    "BF16": 16,
    "U32": 32,
    "I32": 32,
    "F32": 32,
    "U64": 64,
    "I64": 64,
    "F64": 64,
    "C64": 64,
}


@dataclass(frozen=True, slots=True)
class Tensor:
    """offset: from the start of the file. size: bytes."""

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
    """tensors by offset; metadata: what the file says of itself. size: bytes that the whole file has or must have."""

    metadata: Mapping[str, str]
    tensors: tuple[Tensor, ...]
    size: int

    @property
    def parameters(self) -> int:
        return sum(tensor.elements for tensor in self.tensors)


def read(path: Path) -> Header:
    """The header of a whole file. Raises ModelError for one that is missing, damaged or cut off."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            first = file.read(8)
            return parse_beginning(first + file.read(_length(first, str(path))), size, str(path))
    except OSError as error:
        raise ModelError(said("{path} cannot be read: {why}.", path=path, why=str(error.strerror or error))) from error


def parse_beginning(data: bytes, size: int | None = None, name: str = "the file") -> Header:
    """The header from the first bytes of a file.

    size: of the whole file where it is known. Raises Incomplete when more bytes are needed, ModelError for anything
    that is no safetensors file.
    """
    length = _length(data[:8], name)
    if len(data) < 8 + length:
        raise Incomplete(
            said("{name} ends within its header.", name=name), "The download is not complete: download it again."
        )
    try:
        told = json.loads(data[8 : 8 + length].decode())
        if not isinstance(told, dict):
            raise ValueError("its header is no object")
        return _header(told, 8 + length, size)
    except (ValueError, RecursionError) as error:  # also what json and Unicode raise
        what = " ".join(str(error).split())[:200]
        raise ModelError(
            said("{name} is not a sound safetensors file: {what}.", name=name, what=what), "Download it again."
        ) from error


def _length(first: bytes, name: str) -> int:
    if len(first) < 8:
        raise Incomplete(said("{name} is too short to be a safetensors file.", name=name), "Download it again.")
    length = int.from_bytes(first, "little")
    if not 2 <= length <= LONGEST_HEADER:
        raise ModelError(
            said("{name} is not a safetensors file.", name=name), "Is it another kind of file, or the page of an error?"
        )
    return length


def _header(told: dict[str, Any], start: int, size: int | None) -> Header:
    metadata = told.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(text, str) for text in metadata.values()):
        raise ValueError("its metadata is not text")
    if len(told) > MOST_TENSORS:
        raise ValueError(f"{len(told)} tensors are too many")
    tensors = sorted((_tensor(name, about, start) for name, about in told.items()), key=lambda t: (t.offset, t.size))
    end = start
    for tensor in tensors:
        if tensor.offset != end:  # the format allows neither holes nor overlaps
            raise ValueError(f"the tensor {tensor.name[:80]!r} does not follow the one before it")
        end = tensor.offset + tensor.size
    if size is not None and end != size:
        raise ValueError(f"its tensors end at {end}, the file at {size} bytes")
    return Header(metadata, tuple(tensors), end)


def _tensor(name: str, about: Any, start: int) -> Tensor:
    if not isinstance(about, dict):
        raise ValueError(f"the tensor {name[:80]!r} is not described")
    type_, shape, place = about.get("dtype"), about.get("shape"), about.get("data_offsets")
    if not isinstance(type_, str) or type_ not in BITS:
        raise ValueError(f"the tensor {name[:80]!r} has the unknown type {str(type_)[:20]!r}")
    if not _counts(shape) or len(shape) > 32:
        raise ValueError(f"the tensor {name[:80]!r} has no sound shape")
    if not _counts(place) or len(place) != 2:
        raise ValueError(f"the tensor {name[:80]!r} has no sound place")
    size = place[1] - place[0]
    if size * 8 != math.prod(shape) * BITS[type_]:
        raise ValueError(f"the tensor {name[:80]!r} has {size} bytes, which its shape and type do not have")
    return Tensor(name, tuple(shape), type_, start + place[0], size)


def _counts(value: Any) -> TypeGuard[list[int]]:
    return isinstance(value, list) and all(type(item) is int and 0 <= item < 1 << 48 for item in value)
