"""Lossless JPEG (ITU-T T.81, annex H) of three channels with 16 bits, as DNG holds samples: of each value the
difference to the one on its left, in a Huffman code of the tile's own."""

from __future__ import annotations

import heapq
import struct

import numpy as np
from numpy.typing import NDArray

SYMBOLS = 17
"""Categories of differences: their bits, 0 to 16."""
LONGEST = 16
"""Bits of a code."""


def encode(tile: NDArray[np.uint16]) -> bytes:
    """(rows, columns, 3) as a whole JPEG stream."""
    rows, columns, channels = tile.shape
    signed = tile.astype(np.int32)
    before = np.empty_like(signed)
    before[:, 1:] = signed[:, :-1]
    before[1:, 0] = signed[:-1, 0]
    before[0, 0] = 1 << 15
    difference = ((signed - before + 32768) % 65536 - 32768).ravel()
    size = np.frexp(np.abs(difference).astype(np.float64))[1].astype(np.int64)
    lengths = _lengths(np.bincount(size, minlength=SYMBOLS).tolist())
    codes, table = _codes(lengths)
    extra = np.where(size == 16, 0, size)
    low = np.where(difference < 0, difference - 1, difference) & ((1 << extra) - 1)
    bits = np.array(lengths)[size] + extra
    value = (np.array(codes)[size] << extra) | low
    return b"".join((
        b"\xff\xd8",
        _segment(0xC3, struct.pack(">BHHB", 16, rows, columns, channels) + b"\1\x11\0\2\x11\0\3\x11\0"),
        _segment(0xC4, b"\0" + table),
        _segment(0xDA, b"\3\1\0\2\0\3\0\1\0\0"),
        _packed(value.astype(np.uint64), bits),
        b"\xff\xd9",
    ))  # fmt: skip


def _segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def _lengths(counts: list[int]) -> list[int]:
    """Of the code of each category, 0 for those that do not occur; the code of only ones stays free."""
    counts = list(counts)
    while True:
        heap: list[tuple[int, int, tuple[int, ...]]]
        heap = [(count, symbol, (symbol,)) for symbol, count in enumerate(counts) if count]
        heap.append((0, SYMBOLS, (SYMBOLS,)))  # has the code of only ones
        heapq.heapify(heap)
        lengths = [0] * (SYMBOLS + 1)
        while len(heap) > 1:
            first, second = heapq.heappop(heap), heapq.heappop(heap)
            for symbol in first[2] + second[2]:
                lengths[symbol] += 1
            heapq.heappush(heap, (first[0] + second[0], min(first[1], second[1]), first[2] + second[2]))
        if max(lengths) <= LONGEST:
            return lengths[:SYMBOLS]
        counts = [(count + 1) // 2 for count in counts]


def _codes(lengths: list[int]) -> tuple[list[int], bytes]:
    """The codes, and the table as the stream has it: how many there are of each length, and whose they are."""
    codes, code, order = [0] * SYMBOLS, 0, []
    for length in range(1, LONGEST + 1):
        for symbol in (s for s in range(SYMBOLS) if lengths[s] == length):
            codes[symbol] = code
            code += 1
            order.append(symbol)
        code <<= 1
    counts = bytes(sum(1 for one in lengths if one == length) for length in range(1, LONGEST + 1))
    return codes, counts + bytes(order)


def _packed(values: NDArray[np.uint64], bits: NDArray[np.int64]) -> bytes:
    """Numbers of so many bits (up to 32) one after the other, filled up with ones; a zero follows each byte of ones."""
    ends = np.cumsum(bits)
    starts, total = ends - bits, int(ends[-1])
    words = starts >> 5
    shifted = values << (64 - (starts & 31) - bits).astype(np.uint64)
    count = total // 32 + 2
    # Sums of numbers whose bits do not overlap, below 2 ** 32: exact in floating point.
    high = np.bincount(words, (shifted >> np.uint64(32)).astype(np.float64), count)
    low = np.bincount(words + 1, (shifted & np.uint64(0xFFFFFFFF)).astype(np.float64), count)
    stream = bytearray((high + low).astype(">u4").tobytes()[: -(-total // 8)])
    if rest := -total % 8:
        stream[-1] |= (1 << rest) - 1
    return bytes(stream).replace(b"\xff", b"\xff\0")
