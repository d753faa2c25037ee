"""A photo's light as it spreads: its luminance over the developed picture and around it, blurred."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.geometry import Size
from stillbytes.develop.textures import Affine, Texture, packed

ACROSS = 512
"""Pixels of the texture along the long edge of the developed picture."""
NEAR, FAR = 0.7, 0.3
"""Of the light, what spreads by the radius, and what by TAIL times as much: little scatters like a Gaussian."""
TAIL = 2.5
REACH = 2.5
"""Standard deviations of the tail after which light is taken for none."""
BRIGHTEST = 16.0
"""Light that the texture's last code stands for; codes are square roots."""
CLIPPED, FROM, FULL = 0.45, 0.8, 1.1
"""What the sensor clipped is so many times brighter than it tells, which is less than `halation.BRIGHTER`, so that
nothing glows on itself; light from which on, and at which it is whole."""
MOST_KEPT = 4

Places = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Shining:
    """at: (x, y) in pixels of the corrected photo at full resolution -> luminance there, 1 about where the sensor
    saturates. key: equal for equal light. kept: what was blurred last, for whoever keeps this."""

    at: Callable[[Places, Places], NDArray[np.float64]]
    key: Hashable
    kept: OrderedDict[Hashable, NDArray[np.uint32]]

    def spread(self, radius: float, affine: Affine, scale: float, developed: Size) -> Texture:
        """For the kernel: the square root of the spread light over BRIGHTEST.

        radius: standard deviation in pixels at full resolution. affine: from the cut grid, which has `scale` pixels
        per pixel of `developed`, to the corrected photo.
        """
        pitch = developed.long_edge / ACROSS
        margin = int(np.ceil(REACH * TAIL * radius / pitch)) + 2
        key = (self.key, radius, developed, affine, scale)
        if key not in self.kept:
            self.kept[key] = self._words(radius / pitch, pitch, margin, affine, scale, developed)
            while len(self.kept) > MOST_KEPT:
                self.kept.popitem(last=False)
        self.kept.move_to_end(key)
        per = 1 / (pitch * scale)
        place = np.array([per, 0, 0.5 * per - 0.5 + margin, 0, per, 0.5 * per - 0.5 + margin], np.float32)
        return Texture(self.kept[key], place)

    def _words(
        self, sigma: float, pitch: float, margin: int, affine: Affine, scale: float, developed: Size
    ) -> NDArray[np.uint32]:
        columns, rows = (int(np.ceil(n / pitch)) + 2 * margin for n in (developed.width, developed.height))
        u = ((np.arange(columns) - margin + 0.5) * pitch * scale - 0.5)[None, :]
        v = ((np.arange(rows) - margin + 0.5) * pitch * scale - 0.5)[:, None]
        a, b, tx, c, d, ty = affine
        light = np.maximum(self.at(a * u + b * v + tx, c * u + d * v + ty), 0)
        over = np.clip((light - FROM) / (FULL - FROM), 0, 1)
        light = light * (1 + CLIPPED * over * over * (3 - 2 * over))
        size = (_power(rows), _power(columns))
        square = np.fft.fftfreq(size[0])[:, None] ** 2 + np.fft.rfftfreq(size[1])[None] ** 2
        waves = np.fft.rfft2(np.pad(light, ((0, size[0] - rows), (0, size[1] - columns)), "edge"))
        falls = sum(
            part * np.exp(-2 * np.pi**2 * square * (sigma * wide) ** 2) for part, wide in ((NEAR, 1), (FAR, TAIL))
        )
        blurred = np.fft.irfft2(waves * falls, size)
        return packed(np.sqrt(np.clip(blurred / BRIGHTEST, 0, 1)))


def _power(n: int) -> int:
    """The least power of two from it on."""
    return 1 << (n - 1).bit_length()
