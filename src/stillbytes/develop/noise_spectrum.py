"""How a photo's noise is spread over the frequencies of small patches: what the sensor stage makes of it.

Demosaicing smooths noise and makes it coarser, halving averages it, and each plane of light and colour has its own
share. All of that is measured on the photo's own noise over a grey field, which is exact for any of these steps.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from stillbytes.core.geometry import Rect
from stillbytes.photo.decoded import Decoded

Planes = NDArray[np.float32]
SIDE, LEVELS = 8, 3
"""Of the patches of `kernels.noise_patches`, and how many scales it works on."""
GREY = 0.05
"""Signal of the grey field, white-balanced, 1 at saturation."""
BLACK, WHITE = 20000.0, 60000.0
"""Codes of its mosaic: room for noise below black."""
EDGE = 160
"""Pixels of the field that are measured across, and four that are not on each side."""
DEEPEST = 2
"""A level beyond this one halves what was measured there: by then the noise is white."""
_OPPONENT = np.array([[1, 1, 1], [1.5**0.5, 0, -(1.5**0.5)], [0.5**0.5, -(2**0.5), 0.5**0.5]]) / 3**0.5


def cosines() -> NDArray[np.float32]:
    """(frequency, place): the orthonormal cosine transform of eight values."""
    k = np.arange(SIDE)
    table = np.sqrt(2 / SIDE) * np.cos(np.pi * (2 * k[None] + 1) * k[:, None] / (2 * SIDE))
    table[0] /= np.sqrt(2)
    return np.asarray(table, np.float32)


def spectrum(
    decoded: Decoded,
    gains: NDArray[np.float64],
    noise: tuple[float, float],
    level: int,
    sensor: Callable[[Decoded, int, Rect], Planes],
) -> NDArray[np.float32]:
    """(levels of the pyramid, planes, horizontal, vertical frequency): standard deviation of each coefficient of
    stabilised noise. sensor: the sensor stage of another photo of this camera: a region of a level of it."""
    measured = min(level, DEEPEST)
    planes = _field(decoded, gains, noise, measured, sensor)
    slope, offset = noise[0] * gains[:, None, None], noise[1] * gains[:, None, None] ** 2
    stable = 2 / slope * np.sqrt(np.maximum(slope * planes + 0.375 * slope**2 + offset, 0))
    stable = np.stack([sum(_OPPONENT[i, c] * stable[c] for c in range(3)) for i in range(3)])
    found = []
    for _ in range(LEVELS):
        found.append(_deviations(stable))
        stable = _smaller(stable)
    return np.asarray(np.stack(found) * 0.5 ** (level - measured), np.float32)


def _field(
    decoded: Decoded,
    gains: NDArray[np.float64],
    noise: tuple[float, float],
    level: int,
    sensor: Callable[[Decoded, int, Rect], Planes],
) -> NDArray[np.float64]:
    """(3, EDGE, EDGE) white-balanced camera RGB of the grey field with noise."""
    random, size = np.random.default_rng(1), EDGE + 8 << level
    if decoded.layout != "bayer":  # each pixel's own, as far as is known
        deviation = np.sqrt(noise[0] * GREY * gains + noise[1] * gains**2)
        planes = GREY + random.standard_normal((3, size, size)) * deviation[:, None, None]
        step = 1 << level
        planes = planes.reshape(3, size // step, step, size // step, step).mean(axis=(2, 4))
        return np.asarray(planes[:, 4:-4, 4:-4])
    balance = np.array([gains["RGB".index(letter)] for letter in decoded.pattern]).reshape(2, 2)
    grey = noisy(decoded, np.tile(GREY / balance, [size // 2] * 2), noise, BLACK, WHITE)
    return np.asarray(sensor(grey, level, Rect(4, 4, EDGE, EDGE)), np.float64)


def noisy(
    decoded: Decoded, signal: NDArray[np.float64], noise: tuple[float, float], black: float, white: float
) -> Decoded:
    """A Bayer photo of that camera, of (rows, columns) samples, 1 at saturation, to which noise comes. black, white:
    codes of its mosaic."""
    deviation = np.sqrt(noise[0] * np.maximum(signal, 0) + noise[1])
    random = np.random.default_rng(1)
    codes = (signal + random.standard_normal(signal.shape) * deviation) * (white - black) + black
    samples = np.clip(np.rint(codes), 0, 65535).astype(np.uint16)
    colour = None if decoded.colour is None else replace(decoded.colour, noise_profile=(noise,))
    return replace(decoded, samples=samples, black=(black,) * 4, white=white, colour=colour)


def _deviations(planes: NDArray[np.float64]) -> NDArray[np.float64]:
    """(planes, horizontal, vertical): of the cosine transforms of all patches."""
    table = cosines().astype(np.float64)
    seen = np.lib.stride_tricks.sliding_window_view(planes, (SIDE, SIDE), axis=(1, 2))
    # Term by term, as a library's product may depend on the number of threads.
    across = np.stack([sum(table[u, i] * seen[..., i] for i in range(SIDE)) for u in range(SIDE)])
    both = np.stack([sum(table[v, j] * across[..., j] for j in range(SIDE)) for v in range(SIDE)])
    return np.asarray(np.moveaxis(both.std(axis=(-1, -2)), -1, 0).swapaxes(1, 2))


def _smaller(planes: NDArray[np.float64]) -> NDArray[np.float64]:
    """The next level of the kernel's pyramid, without its edge."""
    for axis in (1, 2):
        p = np.moveaxis(planes, axis, 0)
        n = len(p) // 2 * 2
        p = 0.125 * (p[1 : n - 3 : 2] + p[4:n:2]) + 0.375 * (p[2 : n - 2 : 2] + p[3 : n - 1 : 2])
        planes = np.moveaxis(p, 0, axis)
    return planes
