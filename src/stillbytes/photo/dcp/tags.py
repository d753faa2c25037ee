"""The directory of tags of a TIFF-like file, as far as camera profiles need one (TIFF 6.0, section 2).

Every count and place in it is checked before it is used; ValueError says what is wrong.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

TIFF, PROFILE = 42, 0x4352
"""What stands behind the byte order: of a TIFF file, and "CR" of a camera profile."""
MOST_TAGS = 1000
MOST_VALUE = 64 << 20
"""Bytes of one tag."""
_TYPES = {
    1: "u1", 2: "u1", 3: "u2", 4: "u4", 5: "2u4", 6: "i1", 7: "u1", 8: "i2", 9: "i4", 10: "2i4", 11: "f4", 12: "f8",
    13: "u4",
}  # fmt: skip
_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}


@dataclass(frozen=True, slots=True)
class _Entry:
    kind: int
    count: int
    held: bytes


class Directory:
    """The tags of a directory by number. base: where in the file places are counted from."""

    def __init__(self, file: BinaryIO, base: int, place: int, order: str) -> None:
        self.order = order
        self._file, self._base = file, base
        (count,) = struct.unpack(f"{order}H", self._bytes(place, 2))
        if count > MOST_TAGS:
            raise ValueError(f"it claims to have {count} tags")
        rows = self._bytes(place + 2, 12 * count)
        self._entries: dict[int, _Entry] = {}
        for at in range(0, len(rows), 12):
            tag, kind, length = struct.unpack_from(f"{order}HHI", rows, at)
            if kind in _TYPES:
                self._entries.setdefault(tag, _Entry(kind, length, rows[at + 8 : at + 12]))

    def __contains__(self, tag: int) -> bool:
        return tag in self._entries

    def raw(self, tag: int) -> bytes:
        """Its bytes; none where it is not there."""
        entry = self._entries.get(tag)
        if entry is None:
            return b""
        size = entry.count * _BYTES[entry.kind]
        if size <= 4:
            return entry.held[:size]
        (place,) = struct.unpack(f"{self.order}I", entry.held)
        return self._bytes(place, size)

    def numbers(self, tag: int, *counts: int) -> NDArray[np.float64] | None:
        """Its numbers; None where it is not there. Raises ValueError unless they are finite and one of `counts`."""
        entry = self._entries.get(tag)
        if entry is None:
            return None
        if counts and entry.count not in counts:
            raise ValueError(f"tag {tag} has {entry.count} numbers instead of {' or '.join(map(str, counts))}")
        kind = _TYPES[entry.kind]
        pairs = kind.startswith("2")
        values = np.frombuffer(self.raw(tag), self.order + kind.lstrip("2")).astype(np.float64)
        if pairs:
            if not values[1::2].all():
                raise ValueError(f"tag {tag} divides by zero")
            values = values[::2] / values[1::2]
        if not np.isfinite(values).all():
            raise ValueError(f"tag {tag} holds values that are no numbers")
        return values

    def number(self, tag: int, default: float = 0.0) -> float:
        values = self.numbers(tag, 1)
        return default if values is None else float(values[0])

    def text(self, tag: int) -> str:
        """Up to its first zero, in UTF-8."""
        return self.raw(tag).partition(b"\0")[0].decode("utf-8", "replace").strip()

    def _bytes(self, place: int, size: int) -> bytes:
        if size > MOST_VALUE:
            raise ValueError("a tag of it is larger than any")
        self._file.seek(self._base + place)
        found = self._file.read(size)
        if len(found) < size:
            raise ValueError("it ends too early")
        return found


def opened(file: BinaryIO | bytes, base: int = 0, magic: int = PROFILE) -> Directory:
    """The first directory of what begins at `base`. Raises ValueError when that is not what `magic` says."""
    stream = BytesIO(file) if isinstance(file, bytes) else file
    stream.seek(base)
    head = stream.read(8)
    if len(head) < 8:
        raise ValueError("it ends too early")
    order = {b"II": "<", b"MM": ">"}.get(head[:2])
    if order is None or struct.unpack_from(f"{order}H", head, 2)[0] != magic:
        raise ValueError("it does not begin like one")
    (place,) = struct.unpack_from(f"{order}I", head, 4)
    return Directory(stream, base, place, order)
