"""What an adjustment is to the pipeline: a weight at every place of the frame, and what is added there."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.develop.frame_grid import FrameGrid
from stillbytes.develop.kernels.layout import LANES

Weights = NDArray[np.uint16]


@dataclass(frozen=True, slots=True)
class Local:
    """key: equal for equal coverage. delta: local parameter -> what is added where the coverage is 1.

    coverage: grid -> (height, width) float32, 0..1.
    """

    key: str
    delta: Mapping[str, Any]
    coverage: Callable[[FrameGrid], NDArray[np.float32]] = field(compare=False)


class Coverages:
    """Remembers the weights of masks at the grids that were asked for last, as many as fit in `most_bytes`."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._planes: OrderedDict[tuple[object, ...], Weights] = OrderedDict()
        self._last: tuple[tuple[object, ...], Weights] | None = None

    def weights(self, local: Sequence[Local], grid: FrameGrid) -> Weights:
        """(adjustments, height, width or a little more): each mask at the grid, 65535 where it is 1.

        The kernel reads whole vectors: rows are filled up with zeros.
        """
        keys = tuple((adjustment.key, *grid.key) for adjustment in local)
        shape = (len(local), grid.height, -(-grid.width // LANES) * LANES)
        before, stacked = self._last or ((), np.empty((0, 0, 0), np.uint16))
        if stacked.shape != shape:
            before, stacked = (), np.zeros(shape, np.uint16)
        for index, (key, adjustment) in enumerate(zip(keys, local, strict=True)):
            if index >= len(before) or before[index] != key:
                stacked[index, :, : grid.width] = self._plane(key, adjustment, grid)
        self._last = keys, stacked
        return stacked

    def weight(self, adjustment: Local, grid: FrameGrid) -> Weights:
        """(height, width): one mask at the grid."""
        return self._plane((adjustment.key, *grid.key), adjustment, grid)

    def _plane(self, key: tuple[object, ...], adjustment: Local, grid: FrameGrid) -> Weights:
        if key not in self._planes:
            coverage = np.clip(adjustment.coverage(grid), 0.0, 1.0)
            self._planes[key] = np.rint(coverage * np.float32(65535)).astype(np.uint16)
            while len(self._planes) > 1 and sum(plane.nbytes for plane in self._planes.values()) > self._most:
                self._planes.popitem(last=False)
        self._planes.move_to_end(key)
        return self._planes[key]
