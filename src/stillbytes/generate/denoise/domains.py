"""From the sensor's light to what a network sees, and back.

The sensor's light is white-balanced camera RGB, 1 where green saturates, of the as-shot white: no setting changes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.geometry import Rect
from stillbytes.generate.denoise.networks import Network

Floats = NDArray[np.float32]
PEDESTAL = 4.0
"""Standard deviations at black that are lifted above it where a network sees no light below."""
MOST_PEDESTAL = 0.02


class Photo(Protocol):
    """What is read of a photo; `develop.sensed.Sensed` is one."""

    @property
    def gains(self) -> tuple[float, float, float]: ...

    @property
    def to_working(self) -> NDArray[np.float64]:
        """(3, 3): its light -> Rec.2020 that keeps white."""
        ...

    @property
    def noise(self) -> tuple[float, float]: ...

    def light(self, rect: Rect) -> Floats:
        """(3, rows, columns) of a part of the frame, without noise reduction."""
        ...

    def mosaic(self, rect: Rect) -> Floats:
        """(rows, columns), 0 at black and 1 at saturation, of a part of the frame."""
        ...

    @property
    def cell(self) -> str:
        """The sites of the mosaic's cell, such as "RGGB"; empty where there is no mosaic."""
        ...


class Domain(Protocol):
    """start: the first pixel of the frame, across and down, that a network's cell may begin at.

    scale: what the light is multiplied by on its way in, and divided by on its way back.
    """

    @property
    def start(self) -> tuple[int, int]: ...

    def there(self, rect: Rect, own: Floats, scale: float) -> Floats:
        """(1, planes, rows, columns) for a network. own: (3, rows, columns), the light of the rectangle."""
        ...

    def back(self, seen: Floats, scale: float) -> Floats:
        """(3, rows, columns) of what a network gave, (1, 3, rows, columns)."""
        ...

    def fullness(self, own: Floats) -> Floats:
        """(rows, columns): 1 where the light of a pixel is all that a network can see or the sensor could."""
        ...


def _saturated(photo: Photo, own: Floats) -> Floats:
    return np.asarray((own / np.array(photo.gains, np.float32)[:, None, None]).max(0), np.float32)


@dataclass(frozen=True, slots=True)
class Mosaic:
    """The samples themselves, four planes of half the size."""

    photo: Photo

    @property
    def start(self) -> tuple[int, int]:
        red = self.photo.cell.index("R")
        return red % 2, red // 2

    def there(self, rect: Rect, own: Floats, scale: float) -> Floats:
        sites = self.photo.mosaic(rect) * np.float32(scale)
        planes = [sites[0::2, 0::2], sites[0::2, 1::2], sites[1::2, 0::2], sites[1::2, 1::2]]
        return np.ascontiguousarray(np.stack(planes)[None], np.float32)

    def back(self, seen: Floats, scale: float) -> Floats:
        gains = np.array(self.photo.gains, np.float32)[:, None, None]
        return np.asarray(seen[0] * gains / np.float32(scale), np.float32)

    def fullness(self, own: Floats) -> Floats:
        return _saturated(self.photo, own)


class Linear:
    """Rec.2020 without a curve."""

    start = (0, 0)

    def __init__(self, photo: Photo) -> None:
        self._photo = photo
        self._to = photo.to_working.astype(np.float32)
        self._from = np.linalg.inv(photo.to_working).astype(np.float32)

    def there(self, rect: Rect, own: Floats, scale: float) -> Floats:
        return np.ascontiguousarray(np.tensordot(self._to, own, 1)[None] * np.float32(scale), np.float32)

    def back(self, seen: Floats, scale: float) -> Floats:
        return np.asarray(np.tensordot(self._from, seen[0], 1) / np.float32(scale), np.float32)

    def fullness(self, own: Floats) -> Floats:
        return _saturated(self._photo, own)


class Encoded(Linear):
    """Rec.2020 behind the curve of sRGB (IEC 61966-2-1), 0..1. Noise below black is lifted into it, and cut off no
    more: cutting brightens shadows."""

    def __init__(self, photo: Photo) -> None:
        super().__init__(photo)
        deviation = float(np.sqrt(max(photo.noise[1], 0.0))) * max(photo.gains)
        self._lift = np.float32(min(PEDESTAL * deviation, MOST_PEDESTAL))

    def there(self, rect: Rect, own: Floats, scale: float) -> Floats:
        lifted = (super().there(rect, own, 1.0) + self._lift) / (1 + self._lift)
        light = np.clip(lifted * np.float32(scale), 0, 1)
        curved = 1.055 * light ** np.float32(1 / 2.4) - 0.055
        return np.asarray(np.where(light <= 0.0031308, 12.92 * light, curved), np.float32)

    def back(self, seen: Floats, scale: float) -> Floats:
        codes = np.clip(seen, 0, 1)
        light = np.where(codes <= 0.04045, codes / 12.92, ((codes + 0.055) / 1.055) ** np.float32(2.4))
        own = light.astype(np.float32) / np.float32(scale) * (1 + self._lift) - self._lift
        return super().back(own, 1.0)

    def fullness(self, own: Floats) -> Floats:
        return np.asarray(np.maximum(super().fullness(own), np.tensordot(self._to, own, 1).max(0)), np.float32)


def domain_of(network: Network, photo: Photo) -> Domain:
    if network.sees == "mosaic":
        return Mosaic(photo)
    return Linear(photo) if network.sees == "linear" else Encoded(photo)
