"""The sensor stage of a photo that a network cleaned, mixed with the photo's own.

Both give white-balanced camera RGB at any level, and mixing is linear: an amount is seen at once, at every scale, and
what follows (patches, geometry, look) does not know of it. The photo's own part has its noise reduction as always.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.geometry import Rect, Size
from stillbytes.develop.camera import Camera
from stillbytes.develop.kernels.load import Library
from stillbytes.develop.operation import Uniforms
from stillbytes.develop.sensor import Planes, Sensor
from stillbytes.photo.decoded import Decoded


@dataclass(frozen=True, slots=True)
class Clean:
    """What a network made of a photo's light.

    key: equal for equal pixels. samples: (height, width, 3) uint16 codes of white-balanced camera RGB. table: (65536,)
    float32, the light of each code, 1 where green saturates.
    """

    key: str
    samples: NDArray[np.uint16] = field(compare=False, repr=False)
    table: NDArray[np.float32] = field(compare=False, repr=False)

    def sensor(self, camera: Camera, library: Library) -> Sensor:
        tables = np.ascontiguousarray(np.stack([self.table] * 3))
        return Sensor(Decoded("picture", self.samples, tables=tables), camera, library)


class Mixed:
    """Reads like `Sensor`. part: of the clean light, 0..1. state: equal for equal pixels."""

    mixed = True

    def __init__(self, sensor: Sensor, clean: Sensor, key: str, part: float) -> None:
        self._sensor, self._clean, self._part = sensor, clean, np.float32(part)
        self.lmmse = sensor.lmmse
        self.state: tuple[object, ...] = *sensor.state, key, part

    def size(self, level: int) -> Size:
        return self._sensor.size(level)

    @property
    def noise(self) -> tuple[float, float]:
        """Of what is left of the photo's own."""
        rest = float(1 - self._part) ** 2
        slope, offset = self._sensor.noise
        return slope * rest, offset * rest

    def read(self, level: int, region: Rect, uniforms: Uniforms | None) -> tuple[Planes, int, int]:
        """See `Sensor.read`. uniforms: of the photo's own part."""
        clean = _cut(self._clean.read(level, region, None), region)
        if self._part == 1:
            return clean, region.x, region.y
        own = _cut(self._sensor.read(level, region, uniforms), region)
        return own + self._part * (clean - own), region.x, region.y

    @contextmanager
    def noisy(self, region: Rect) -> Iterator[Planes]:
        """See `Sensor.noisy`."""
        yield self.read(0, region, None)[0]

    def denoised(self, planes: Planes, held: Rect, region: Rect, whole: Size, uniforms: Uniforms, level: int) -> Planes:
        return self._sensor.denoised(planes, held, region, whole, uniforms, level)


def _cut(read: tuple[Planes, int, int], region: Rect) -> Planes:
    planes, x, y = read
    return planes[:, region.y - y : region.bottom - y, region.x - x : region.right - x]
