"""What an adjustment is to the pipeline: a weight at every place of the frame, and what is added there."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.develop.frame_grid import FrameGrid
from stillbytes.develop.kernels.layout import LANES, MIXED_STEPS, local_light

Weights = NDArray[np.uint16]


@dataclass(frozen=True, slots=True)
class Mixture:
    """The pixels at the edges of what a mask covers, whose light comes from both sides.

    places: (n,) which pixels of the grid, counted row by row. more: (3, n) float32, the part of the red, green and blue
    light there that belongs to the mask, less the part of the area that does.
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


class Coverages:
    """Remembers the weights of masks at the grids that were asked for last, as many as fit in `most_bytes`."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._planes: OrderedDict[tuple[object, ...], Weights] = OrderedDict()
        self._last: tuple[tuple[object, ...], Weights] | None = None
        self._mixtures: OrderedDict[tuple[object, ...], Mixture | None] = OrderedDict()
        self._mixed: tuple[tuple[object, ...], NDArray[np.int16]] | None = None

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

    def mixed(self, local: Sequence[Local], grid: FrameGrid) -> NDArray[np.int16]:
        """(3, height, width or a little more): what red, green and blue of mixed pixels get besides, in EV times
        MIXED_STEPS.

        A gain of light is due to each side's own light, of which a pixel holds another part than of the area: of a
        dark twig over half of it almost none. To the exponent of the gain of each channel goes the part of its light.
        """
        width = -(-grid.width // LANES) * LANES
        found: list[tuple[tuple[object, ...], NDArray[np.float32], Mixture]] = []
        for adjustment in local:
            light = local_light(adjustment.delta)
            if adjustment.mixture is not None and light.any():
                key = (adjustment.key, *grid.key)
                mixture = self._mixture(key, adjustment, grid)
                if mixture is not None:
                    found.append((key, light, mixture))
        if not found:
            return np.broadcast_to(np.zeros(width, np.int16), (3, grid.height, width))
        keys = tuple(key for key, _, _ in found)
        before, plane = self._mixed or ((), np.empty((0, 0, 0), np.int16))
        if before != keys or plane.shape != (3, grid.height, width):
            plane = np.zeros((3, grid.height, width), np.int16)
        self._mixed = keys, plane
        flat = plane.reshape(3, -1)
        at = [mixture.places + mixture.places // grid.width * (width - grid.width) for _, _, mixture in found]
        for places in at if len(at) > 1 else ():
            flat[:, places] = 0
        for places, (_, light, mixture) in zip(at, found, strict=True):
            for channel in range(3):
                steps = np.rint(mixture.more[channel] * (light[channel] * MIXED_STEPS))
                total = steps if len(at) == 1 else steps + flat[channel, places]
                flat[channel, places] = np.clip(total, -32768, 32767)
        return plane

    def weight(self, adjustment: Local, grid: FrameGrid) -> Weights:
        """(height, width): one mask at the grid."""
        return self._plane((adjustment.key, *grid.key), adjustment, grid)

    def _mixture(self, key: tuple[object, ...], adjustment: Local, grid: FrameGrid) -> Mixture | None:
        if key not in self._mixtures:
            assert adjustment.mixture is not None
            self._mixtures[key] = adjustment.mixture(grid)
            while len(self._mixtures) > 1 and sum(m.nbytes for m in self._mixtures.values() if m) > self._most // 4:
                self._mixtures.popitem(last=False)
        self._mixtures.move_to_end(key)
        return self._mixtures[key]

    def _plane(self, key: tuple[object, ...], adjustment: Local, grid: FrameGrid) -> Weights:
        if key not in self._planes:
            coverage = np.clip(adjustment.coverage(grid), 0.0, 1.0)
            self._planes[key] = np.rint(coverage * np.float32(65535)).astype(np.uint16)
            while len(self._planes) > 1 and sum(plane.nbytes for plane in self._planes.values()) > self._most:
                self._planes.popitem(last=False)
        self._planes.move_to_end(key)
        return self._planes[key]
