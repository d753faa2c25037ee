"""What an adjustment is to the pipeline: a weight at every place of the frame, and what is added there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.develop.resampling.frame_grid import FrameGrid


@dataclass(frozen=True, slots=True)
class Mixture:
    """The pixels at the edges of what a mask covers, whose light comes from both sides.

    places: (n,) which pixels of the grid, counted row by row. more: (4, n) float32, the part of the red, green and blue
    light there that belongs to the mask, and of its chroma, less the part of the area that does.
    """

    places: NDArray[np.int32]
    more: NDArray[np.float32]

    @property
    def nbytes(self) -> int:
        return self.places.nbytes + self.more.nbytes


@dataclass(frozen=True, slots=True)
class Local:
    """key: equal for equal coverage. delta: local parameter -> what is added where the coverage is 1.

    coverage: grid -> (height, width) float32, 0..1. mixture: the same grid -> its mixed pixels; None for a mask that is
    soft by intention.
    """

    key: str
    delta: Mapping[str, Any]
    coverage: Callable[[FrameGrid], NDArray[np.float32]] = field(compare=False)
    mixture: Callable[[FrameGrid], Mixture | None] | None = field(default=None, compare=False)
