"""TIFF files as we write them: one picture in compressed strips, with the EXIF block as the file's head.

An EXIF block is itself a TIFF stream, so its directories keep their offsets when the file begins with it; only the
first directory is written anew, with the picture's entries among the old ones. (TIFF 6.0, section 2)
"""

from __future__ import annotations

import os
import struct
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

SHORT, LONG, BYTE, UNDEFINED = 3, 4, 1, 7
_EMPTY = b"II*\0" + struct.pack("<IHI", 8, 0, 0)
_STRIP = 4 << 20

Entry = tuple[int, int, bytes]
"""(type, count, value or offset as four bytes)"""


def encode_tiff(pixels: NDArray[Any], icc: bytes, exif: bytes = b"", xmp: bytes = b"", iptc: bytes = b"") -> bytes:
    """pixels: (height, width, 3) uint8, uint16 or float32. exif: a little-endian TIFF stream. Returns the file.

    Deflate with horizontal differencing: half the size without loss, readable everywhere. Floats without differencing.
    """
    height, width, bands = pixels.shape
    rows = max(1, _STRIP // (pixels.itemsize * width * bands))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        strips = list(pool.map(lambda top: _strip(pixels[top : top + rows]), range(0, height, rows)))
    head = head_of(exif)
    found = entries(head)
    depth, floating = pixels.itemsize * 8, pixels.dtype.kind == "f"
    out = Blocks(head)
    offsets = [out.add(strip) for strip in strips]
    found |= {
        254: (LONG, 1, struct.pack("<I", 0)),
        256: (LONG, 1, struct.pack("<I", width)),
        257: (LONG, 1, struct.pack("<I", height)),
        258: (SHORT, 3, out.pointer(struct.pack("<3H", depth, depth, depth))),
        259: (SHORT, 1, struct.pack("<HH", 8, 0)),
        262: (SHORT, 1, struct.pack("<HH", 2, 0)),
        273: (LONG, len(offsets), out.pointer(struct.pack(f"<{len(offsets)}I", *offsets))),
        277: (SHORT, 1, struct.pack("<HH", 3, 0)),
        278: (LONG, 1, struct.pack("<I", rows)),
        279: (LONG, len(strips), out.pointer(struct.pack(f"<{len(strips)}I", *map(len, strips)))),
        284: (SHORT, 1, struct.pack("<HH", 1, 0)),
        317: (SHORT, 1, struct.pack("<HH", 1 if floating else 2, 0)),
        339: (SHORT, 3, out.pointer(struct.pack("<3H", *((3,) * 3 if floating else (1,) * 3)))),
        34675: (UNDEFINED, len(icc), out.pointer(icc)),
    }
    if xmp:
        found[700] = (BYTE, len(xmp), out.pointer(xmp))
    if iptc:
        found[33723] = (UNDEFINED, len(iptc), out.pointer(iptc))
    struct.pack_into("<I", head, 4, out.add(directory(found)))
    return b"".join(out.blocks)


def head_of(exif: bytes) -> bytearray:
    """The beginning of a file: an EXIF block that is a little-endian TIFF stream, or an empty one."""
    return bytearray(exif if exif[:4] == b"II*\0" else _EMPTY)


def directory(found: dict[int, Entry]) -> bytes:
    """A directory with these entries, the last of its file."""
    listed = (struct.pack("<HHI", tag, kind, n) + value for tag, (kind, n, value) in sorted(found.items()))
    return struct.pack("<H", len(found)) + b"".join(listed) + bytes(4)


class Blocks:
    """The file's pieces in order, each at an even offset."""

    def __init__(self, head: bytearray) -> None:
        head.extend(bytes(len(head) % 2))
        self.blocks: list[bytes | bytearray] = [head]
        self._end = len(head)

    def add(self, block: bytes) -> int:
        """Returns the offset."""
        at = self._end
        self.blocks += [block, bytes(len(block) % 2)]
        self._end += len(block) + len(block) % 2
        return at

    def pointer(self, value: bytes) -> bytes:
        """The four bytes of an entry: the value itself if it fits."""
        return value.ljust(4, b"\0") if len(value) <= 4 else struct.pack("<I", self.add(value))


def _strip(part: NDArray[Any]) -> bytes:
    import imagecodecs  # noqa: PLC0415 - heavy

    if part.dtype.kind == "f":
        return bytes(imagecodecs.zlib_encode(np.ascontiguousarray(part, "<f4").tobytes(), level=1))
    differences = np.ascontiguousarray(part).copy()
    differences[:, 1:] -= part[:, :-1]
    return bytes(imagecodecs.zlib_encode(differences.astype(f"<u{part.itemsize}", copy=False).tobytes(), level=1))


def entries(stream: bytearray) -> dict[int, Entry]:
    """The first directory of a little-endian TIFF stream."""
    (at,) = struct.unpack_from("<I", stream, 4)
    (count,) = struct.unpack_from("<H", stream, at)
    found = {}
    for index in range(count):
        tag, kind, n, value = struct.unpack_from("<HHI4s", stream, at + 2 + 12 * index)
        found[tag] = (kind, n, value)
    return found
