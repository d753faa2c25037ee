"""A picture in a few bytes, so that alike pictures have alike bytes. No network.

hash: signs of the lowest frequencies of the brightness (C. Zauner, "Implementation and benchmarking of perceptual image
hash functions", 2010): what stays when a picture is made smaller, saved again or made a little lighter.
descriptor: colours where they are, and which way edges run where (after the colour layout and edge histogram of ISO/IEC
15938-3): what is alike although something moved.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]
SIDE = 8
BLOCKS, DIRECTIONS = 4, 4
LENGTH = SIDE * SIDE * 3 + BLOCKS * BLOCKS * DIRECTIONS
"""Bytes of a descriptor: 192 of colours, 64 of edges."""
_COLOUR = 2.0
"""What a and b of Lab count beside L."""


def hashed(grey: Floats) -> int:
    """64 bits as a signed number, as SQLite keeps it. grey: (height, width), of any range."""
    import cv2  # noqa: PLC0415 - in the reading process only

    small = cv2.resize(grey, (32, 32), interpolation=cv2.INTER_AREA)
    low = cv2.dct(small.astype(np.float32))[:8, :8].ravel()
    bits = low > np.median(low[1:])
    bits[0] = False
    number = int.from_bytes(np.packbits(bits).tobytes(), "big")
    return number - (1 << 64) if number >= 1 << 63 else number


def described(pixels: Bytes) -> bytes:
    """pixels: (height, width, 3) uint8 sRGB."""
    import cv2  # noqa: PLC0415

    small = cv2.resize(pixels, (128, 128), interpolation=cv2.INTER_AREA)
    tiny = cv2.resize(small, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor(tiny.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    colours = np.stack([lab[..., 0] * 2.55, *(128 + _COLOUR * lab[..., i] for i in (1, 2))], -1)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
    x, y = (cv2.Sobel(grey, cv2.CV_32F, *way, ksize=3) for way in ((1, 0), (0, 1)))
    slope, turn = np.hypot(x, y), np.arctan2(y, x)
    way = np.rint(turn / (np.pi / DIRECTIONS)).astype(np.int64) % DIRECTIONS
    block = 128 // BLOCKS
    held = np.zeros((BLOCKS, BLOCKS, DIRECTIONS), np.float32)
    for i in range(DIRECTIONS):
        cut = np.where(way == i, slope, 0).reshape(BLOCKS, block, BLOCKS, block)
        held[..., i] = cut.mean((1, 3))
    shares = 512 * held / (held.sum(-1, keepdims=True) + 8)
    return np.concatenate([np.clip(v, 0, 255).astype(np.uint8).ravel() for v in (colours, shares)]).tobytes()


def apart(one: Floats, others: Floats) -> Floats:
    """How unlike descriptors are, in codes a byte (root mean square): 0 for the same, above 40 nothing in common.

    one: (LENGTH,). others: (count, LENGTH), both as float32.
    """
    square = np.einsum("ij,ij->i", others, others) - 2 * (others @ one) + one @ one
    return np.asarray(np.sqrt(np.maximum(square, 0) / LENGTH), np.float32)


def unlike(one: bytes, other: bytes) -> float:
    """The same of two descriptors as they are kept."""
    first, second = (np.frombuffer(descriptor, np.uint8).astype(np.float32) for descriptor in (one, other))
    return float(apart(first, second[None])[0])


def differing(one: int, others: NDArray[np.uint64]) -> NDArray[np.uint8]:
    """Of hashes, how many of their 64 bits differ. others: as unsigned."""
    return np.asarray(np.bitwise_count(others ^ np.uint64(one & (1 << 64) - 1)), np.uint8)
