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


def together() -> int:
    """float32 lanes of such a loop in the kernel that is being built."""
    return _together.get()


@contextmanager
def built_for(features: str) -> Iterator[None]:
    """Kernels for a processor with these Halide target features."""
    # LANES are two vectors of 256 bits, or four of 128, of which a processor does twice as many at a time.
    token = _together.set(2 * LANES if "avx512" in features else LANES)
    try:
        yield
    finally:
        _together.reset(token)
