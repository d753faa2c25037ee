"""Functions of light as tables, which kernels look up by the bits of a float: no logarithm, no square root."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

STEPS_BITS = 5
OCTAVES = (-16, 2)
"""Powers of two between which a table knows its function; it is constant beyond."""
ENTRIES = ((OCTAVES[1] - OCTAVES[0]) << STEPS_BITS) + 1


def table(function: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> NDArray[np.float32]:
    """(ENTRIES,) words for `Context.table`, of a function 0..4 -> 0..1.

    32 equal steps per octave of light, joined by straight lines: relative error below 1e-4 for powers from 1/3 to 3/2.
    Each word holds an entry and the next, 16 bits each, so that interpolating loads once. The first is the value at 0.
    """
    steps = np.arange(ENTRIES)
    octave, step = steps >> STEPS_BITS, steps % (1 << STEPS_BITS)
    light = np.exp2(OCTAVES[0] + octave) * (1 + step / (1 << STEPS_BITS))
    light[0] = 0.0
    return _words(np.rint(np.clip(function(light), 0, 1) * 65535).astype(np.uint32))


def difference(one: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.float32]:
    """(ENTRIES,): what is to be added to the values of table `other` to get those of `one`."""
    return ((_codes(one).astype(np.int64) - _codes(other).astype(np.int64)) / 65535).astype(np.float32)


def _codes(words: NDArray[np.float32]) -> NDArray[np.uint32]:
    return np.asarray(words.view(np.uint32) & 0xFFFF, np.uint32)


def _words(codes: NDArray[np.uint32]) -> NDArray[np.float32]:
    following = np.append(codes[1:], codes[-1])
    return (codes | following << 16).view(np.float32)
