"""How bright the dark really is where a sensor's black leaves noise too little room, so that it is cut off at code 0.

After A. Foi, "Clipped noisy images: heteroskedastic modeling and practical denoising", Signal Processing 89(12), 2009:
light is found from the mean of what was cut, which noise reduction gives. What a mean gained, and what
demosaicing takes of it, is measured on a ramp with the photo's own noise, whole and cut.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.geometry import Rect
from stillbytes.develop.noise_spectrum import BLACK, DEEPEST, WHITE, Planes, noisy
from stillbytes.photo.decoded import Decoded

ROOM = 3.0
"""Standard deviations of noise below black with which less than a thousandth of one is lost."""
FAR = 12.0
"""Of noise above code 0, where the ramp ends."""
ENTRIES = 256
ROWS, COLUMNS = 256, 1024
"""Of the ramp, without its edge."""
SMOOTH, SMOOTHER = 33, 193
"""Columns of it whose mean is taken: of what is cut, and of what demosaicing takes, which changes slowly."""
EDGE = 32


@dataclass(frozen=True, slots=True)
class Declipping:
    """added: (3, ENTRIES) float32, to white-balanced camera RGB of `first` + i * `step`, each (3,); the first and last
    to all that is darker and brighter."""

    added: NDArray[np.float32]
    first: NDArray[np.float32]
    step: NDArray[np.float32]


def declipping(
    decoded: Decoded,
    gains: NDArray[np.float64],
    noise: tuple[float, float],
    level: int,
    sensor: Callable[[Decoded, int, Rect], Planes],
) -> Declipping | None:
    """Of a level of a Bayer photo; None where nothing is cut off. noise: (slope, offset) of variance = slope * signal +
    offset. sensor: the sensor stage of another photo of this camera: a region of a level of it."""
    darkest, (slope, offset) = decoded.darkest, noise
    if decoded.layout != "bayer" or -darkest > ROOM * math.sqrt(offset):
        return None
    half = FAR * FAR * slope / 2
    top = min(darkest + half + math.sqrt(half * half + FAR * FAR * offset), 1.0)
    measured = min(level, DEEPEST)
    ramp, size = np.linspace(darkest, top, COLUMNS + 2 * EDGE), 1 << measured
    signal = np.broadcast_to(np.repeat(ramp, size), ((ROWS + 2 * EDGE) * size, len(ramp) * size))

    def means(black: float, white: float) -> NDArray[np.float64]:
        """(3, columns) of the ramp."""
        planes = sensor(noisy(decoded, signal, noise, black, white), measured, Rect(EDGE, EDGE, COLUMNS, ROWS))
        return np.asarray(planes.mean(axis=1, dtype=np.float64))

    black = -darkest * decoded.white / (1 - darkest)
    cut, whole = means(black, decoded.white), means(BLACK, WHITE)  # of the same noise
    lost = _smooth(whole - cut, SMOOTH) + _smooth(ramp[EDGE:-EDGE] * gains[:, None] - whole, SMOOTHER)
    found = np.maximum.accumulate(_smooth(cut, SMOOTH), axis=1)
    first, step = found[:, 0], (found[:, -1] - found[:, 0]) / (ENTRIES - 1)
    if not np.all(step > 0):
        return None
    places = first[:, None] + step[:, None] * np.arange(ENTRIES)
    added = np.stack([np.interp(at, one, less) for at, one, less in zip(places, found, lost, strict=True)])
    return Declipping(*(np.asarray(one, np.float32) for one in (added, first, step)))


def _smooth(lines: NDArray[np.float64], columns: int) -> NDArray[np.float64]:
    """The mean of so many; the ends go on as they are."""
    box, half = np.full(columns, 1 / columns), columns // 2
    return np.stack([np.convolve(np.pad(one, half, "reflect", reflect_type="odd"), box, "valid") for one in lines])
