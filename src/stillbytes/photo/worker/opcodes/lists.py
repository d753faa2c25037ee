"""The opcode lists of a DNG file as they are written. Whatever the bytes are, reading ends, with what was whole."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

NAMES = {
    1: "WarpRectilinear", 2: "WarpFisheye", 3: "FixVignetteRadial", 4: "FixBadPixelsConstant", 5: "FixBadPixelsList",
    6: "TrimBounds", 7: "MapTable", 8: "MapPolynomial", 9: "GainMap", 10: "DeltaPerRow", 11: "DeltaPerColumn",
    12: "ScalePerRow", 13: "ScalePerColumn", 14: "WarpRectilinear2",
}  # fmt: skip
TAGS = {51008: 1, 51009: 2, 51022: 3}
"""TIFF tag -> list."""
_SUB_DIRECTORIES, _KIND, _DNG_VERSION = 330, 254, 50706
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
MOST_OPCODES, MOST_BYTES, MOST_DIRECTORIES, MOST_ENTRIES = 200, 64 << 20, 32, 2000


@dataclass(frozen=True, slots=True)
class Opcode:
    """id: see NAMES. optional: whether a reader may leave it out. body: its parameters, big-endian."""

    id: int
    optional: bool
    body: bytes

    @property
    def name(self) -> str:
        return NAMES.get(self.id, f"number {self.id}")


def parsed(data: bytes) -> tuple[list[Opcode], bool]:
    """The opcodes of one list, and whether all of it could be read."""
    if len(data) < 4:
        return [], False
    (count,) = struct.unpack_from(">I", data)
    found: list[Opcode] = []
    at = 4
    for _ in range(min(count, MOST_OPCODES)):
        if at + 16 > len(data):
            return found, False
        number, _, flags, length = struct.unpack_from(">4I", data, at)
        at += 16
        if at + length > len(data):
            return found, False
        found.append(Opcode(number, bool(flags & 1), data[at : at + length]))
        at += length
    return found, count <= MOST_OPCODES


def read(path: Path) -> Mapping[int, bytes]:
    """List -> its bytes, of the directory that holds the photo; none for a file that is no DNG."""
    try:
        with path.open("rb") as file:
            return _Directories(file).lists()
    except (OSError, struct.error, ValueError, OverflowError):
        return {}


class _Directories:
    """The directories of a TIFF file (TIFF 6.0, section 2)."""

    def __init__(self, file: object) -> None:
        self._file = file
        head = self._bytes(0, 8)
        self._order = {b"II": "<", b"MM": ">"}[head[:2]] if head[:2] in (b"II", b"MM") else ""
        if not self._order or self._unpacked("H", head[2:4])[0] != 42:
            raise ValueError("no TIFF file")
        self._first = self._unpacked("I", head[4:8])[0]

    def lists(self) -> Mapping[int, bytes]:
        waiting, seen = [self._first], set[int]()
        dng = False
        while waiting and len(seen) < MOST_DIRECTORIES:
            at = waiting.pop(0)
            if at in seen or not at:
                continue
            seen.add(at)
            entries = self._entries(at)
            dng = dng or _DNG_VERSION in entries
            kind = self._numbers(entries[_KIND]) if _KIND in entries else (0,)
            if dng and kind and kind[0] == 0 and any(tag in entries for tag in TAGS):
                return {number: self._value(entries[tag]) for tag, number in TAGS.items() if tag in entries}
            if _SUB_DIRECTORIES in entries:
                waiting += self._numbers(entries[_SUB_DIRECTORIES])[:MOST_DIRECTORIES]
        return {}

    def _entries(self, at: int) -> dict[int, tuple[int, int, bytes]]:
        """Tag -> (type, count, the entry's four bytes)."""
        count = min(self._unpacked("H", self._bytes(at, 2))[0], MOST_ENTRIES)
        held = self._bytes(at + 2, 12 * count)
        rows = (struct.unpack_from(f"{self._order}HHI4s", held, 12 * i) for i in range(count))
        return {tag: (kind, n, value) for tag, kind, n, value in rows}

    def _value(self, entry: tuple[int, int, bytes]) -> bytes:
        kind, count, value = entry
        length = _SIZES.get(kind, 0) * count
        if length > MOST_BYTES:
            raise ValueError("too long")
        return value[:length] if length <= 4 else self._bytes(self._unpacked("I", value)[0], length)

    def _numbers(self, entry: tuple[int, int, bytes]) -> Sequence[int]:
        kind, data = {3: "H", 4: "I", 13: "I"}.get(entry[0]), self._value(entry)
        return self._unpacked(f"{len(data) // (2 if kind == 'H' else 4)}{kind}", data) if kind else ()

    def _unpacked(self, shape: str, data: bytes) -> tuple[int, ...]:
        return struct.unpack(self._order + shape, data)

    def _bytes(self, at: int, count: int) -> bytes:
        self._file.seek(at)  # type: ignore[attr-defined]
        data: bytes = self._file.read(count)  # type: ignore[attr-defined]
        if len(data) != count:
            raise ValueError("cut short")
        return data
