"""How many pixels a loop of long arithmetic takes at a time.

What is done to a colour is hundreds of operations one after the other, each of which waits for the one before. Two
vectors side by side keep a processor busy meanwhile; for more it has too few registers.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from stillbytes.develop.kernels.layout import LANES

_together: ContextVar[int] = ContextVar("together", default=LANES)
_alone: ContextVar[int] = ContextVar("alone", default=LANES)


def together() -> int:
    """float32 lanes of such a loop in the kernel that is being built."""
    return _together.get()


def alone() -> int:
    """float32 lanes of one vector, for loops that hold more values than there are registers for two."""
    return _alone.get()


@contextmanager
def built_for(features: str) -> Iterator[None]:
    """Kernels for a processor with these Halide target features."""
    # LANES are two vectors of 256 bits, or four of 128, of which a processor does twice as many at a time.
    wide = "avx512" in features
    tokens = _together.set(2 * LANES if wide else LANES), _alone.set(LANES if wide else LANES // 2)
    try:
        yield
    finally:
        _together.reset(tokens[0])
        _alone.reset(tokens[1])
