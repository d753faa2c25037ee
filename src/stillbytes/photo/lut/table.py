"""A colour look-up table: what its file says, whatever kind of file it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.errors import StillbytesError

MOST_EDGE = 144
"""Nodes along an edge: a HaldCLUT of level 12, the largest in use."""
MOST_POINTS = 65536
"""Of a curve."""
Floats = NDArray[np.float64]
Range = tuple[tuple[float, float, float], tuple[float, float, float]]
WHOLE: Range = ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0))


class UnreadableLut(StillbytesError):
    """A look-up table's file that is none, or not as its kind is described."""


@dataclass(frozen=True, slots=True, eq=False)
class Lut:
    """Codes in, codes out; both 0..1 for what a screen shows.

    curves: (points, 3), evenly spaced over `curve_range` (lowest and highest code of each channel), each channel by
    itself; applied first. None for none. nodes: (blue, green, red, 3), evenly spaced over `node_range` of what the
    curves give. None for none. Beyond the ranges the nearest value counts.
    """

    curves: Floats | None = None
    curve_range: Range = WHOLE
    nodes: Floats | None = None
    node_range: Range = WHOLE

    @property
    def edge(self) -> int:
        """Nodes along an edge; 0 of a table of curves alone."""
        return 0 if self.nodes is None else len(self.nodes)

    def curved(self, codes: Floats) -> Floats:
        """(..., 3) codes through the curves."""
        if self.curves is None:
            return codes
        points = np.linspace(*self.curve_range, len(self.curves))
        through = [np.interp(codes[..., i], points[:, i], self.curves[:, i]) for i in range(3)]
        return np.stack(through, -1)

    def checked(self) -> Lut:
        """Itself. Raises ValueError for numbers that no table can have."""
        if self.curves is None and self.nodes is None:
            raise ValueError("there is no table in it")
        for values in (self.curves, self.nodes):
            if values is not None and not (np.isfinite(values).all() and np.abs(values).max() <= 1e6):
                raise ValueError("it holds values that are no numbers")
        for low, high in (self.curve_range, self.node_range):
            ends = np.array([low, high])
            if not (np.isfinite(ends).all() and np.abs(ends).max() <= 1e6 and (ends[1] - ends[0] > 1e-9).all()):
                raise ValueError("the range of its input is empty")
        return self


def numbers(text: str, most: int) -> Floats:
    """All numbers in the text. Raises ValueError for other words, and for more than `most` of them."""
    words = text.split()
    if len(words) > most:
        raise ValueError("it holds more numbers than its size says")
    return np.array(words, np.float64) if words else np.empty(0)


def cubed(values: Floats, edge: int) -> Floats:
    """(blue, green, red, 3) of values (n, 3) with red running fastest. Raises ValueError when they are not as many."""
    if len(values) != edge**3:
        raise ValueError(f"it has {len(values)} of the {edge**3} colours that its size asks for")
    return values.reshape(edge, edge, edge, 3)


def text_of(content: bytes) -> str:
    """Raises ValueError for what is no text."""
    if b"\0" in content[:4096]:
        raise ValueError("it is no text")
    return content.decode("utf-8-sig", "replace")
