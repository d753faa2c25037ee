"""How soft the edges in a picture are, told from its own noise.

S. Zhuo, T. Sim, "Defocus map estimation from a single image", Pattern Recognition 44, 2011: an edge that is blurred
once more loses the more of its slope the sharper it was. With slopes measured at two scales s1 < s2 their ratio R says
by how much the edge was blurred before, whatever its contrast: (s2^2 - R^2 s1^2) / (R^2 - 1), squared. Here R^2 is the
sum of the squared slopes of a tile's edges over that at the second scale, each less what noise adds to it.

Cost: see docs/library.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
LONG_EDGE = 2048
"""Pixels of the picture that is looked at; softness is told in its pixels."""
TILE = 16
LEAST = 4
"""Edge pixels that a tile needs to count."""
FINE, COARSEST, COARSER = 0.5, 1.4, 2.5
"""Radius of the finer scale in pixels, at least and at most: the more noise, the larger. The other one is so many times
as large."""
_DERIVATIVE = 1 / 3
"""Variance of the box that a central difference over two pixels averages over."""
CLEAR, FAINTEST = 8.0, 1.5
"""An edge counts from so many times the slope that noise has, and from so many of 255 codes a pixel."""
LEAST_NOISE = 0.4
"""Codes. Rounding alone makes 0.3."""
SHARPEST = 0.9
"""A picture is as sharp as the sharpest tenth of its tiles: most of a good portrait is soft."""
_TAN_22 = 0.4142
SOFTEST = 12.0
"""Pixels. Beyond that the ratio says nothing more."""
FEW = 24
"""Tiles with edges that a picture needs to be judged."""


@dataclass(frozen=True, slots=True)
class Edges:
    """soft: (rows, columns) float32, radius in pixels by which the edges of each tile are blurred; NaN without edges.
    Below 0 for what is finer than any edge, the finer the less.

    softness: that of the sharpest tenth; None for a picture with hardly an edge. noise: of the brightness, in codes of
    255. width, height: of the picture that was looked at.
    """

    soft: Floats
    softness: float | None
    noise: float
    width: int
    height: int

    def within(self, left: float, top: float, right: float, bottom: float, least: int = 4) -> float | None:
        """Of the sharpest fifth of the tiles in a box, in pixels of the picture; None with fewer tiles than `least`."""
        rows = slice(max(0, int(top / TILE)), int(np.ceil(bottom / TILE)))
        columns = slice(max(0, int(left / TILE)), int(np.ceil(right / TILE)))
        found = self.soft[rows, columns]
        found = found[np.isfinite(found)]
        return float(np.quantile(found, 0.2)) if found.size >= least else None


def edges(grey: Floats) -> Edges:
    """grey: (height, width) float32, 0..255, encoded for sRGB."""
    import cv2  # noqa: PLC0415 - in the reading process only

    height, width = grey.shape
    sigma = noise(grey)
    fine_radius = float(np.clip(FINE + 0.25 * (sigma - 1), FINE, COARSEST))
    radii = fine_radius, COARSER * fine_radius
    energies, x, y = [], grey, grey
    for radius in radii:
        smooth = cv2.GaussianBlur(grey, (0, 0), radius)
        x = cv2.filter2D(smooth, cv2.CV_32F, np.array([[-0.5, 0, 0.5]], np.float32))
        y = cv2.filter2D(smooth, cv2.CV_32F, np.array([[-0.5], [0], [0.5]], np.float32))
        energies.append(x * x + y * y)
    fine, coarse = energies
    of_fine, of_coarse = (2 * sigma**2 * _gain(radius) for radius in radii)
    at = _crest(coarse, x, y, max(FAINTEST**2, CLEAR**2 * of_coarse / 2))
    rows, columns = at // width, at % width
    fine, coarse = fine.ravel()[at], coarse.ravel()[at]
    down, across = -(-height // TILE), -(-width // TILE)
    tile = rows // TILE * across + columns // TILE
    soft = _softness(tile, down * across, fine - of_fine, coarse - of_coarse, radii)
    return Edges(soft.reshape(down, across), _sharpest(soft), sigma, width, height)


def noise(grey: Floats) -> float:
    """Standard deviation of the noise: of the finest diagonals, in the calmest quarter of the picture that is neither
    black nor white (D. Donoho, I. Johnstone, Biometrika 81, 1994, for the median)."""
    height, width = (size // 2 * 2 for size in grey.shape)
    a, b = grey[0:height:2, 0:width:2], grey[0:height:2, 1:width:2]
    c, d = grey[1:height:2, 0:width:2], grey[1:height:2, 1:width:2]
    fine = np.abs(a - b - c + d) / 2
    rows, columns = fine.shape[0] // 16, fine.shape[1] // 16
    if not rows or not columns:
        return LEAST_NOISE

    def tiles(values: Floats) -> Floats:
        cut = values[: rows * 16, : columns * 16].reshape(rows, 16, columns, 16)
        return np.ascontiguousarray(cut.transpose(0, 2, 1, 3)).reshape(rows * columns, 256)

    light = tiles(a).mean(1)
    spread = np.median(tiles(fine), axis=1) / 0.6745
    usable = spread[(light > 12) & (light < 243)]
    return max(LEAST_NOISE, float(np.quantile(usable, 0.25))) if usable.size else LEAST_NOISE


def _crest(slope: Floats, x: Floats, y: Floats, floor: float) -> NDArray[np.int64]:
    """Places in every second row, counted row by row, where a slope is above the floor and the steepest across its
    edge."""
    width = slope.shape[1]
    strong = slope > floor
    strong[[0, -1], :] = strong[:, [0, -1]] = False
    strong[1::2] = False  # every second row tells as much
    at = np.flatnonzero(strong)
    flat = slope.ravel()
    ax, ay = x.ravel()[at], y.ravel()[at]
    steep, level = np.abs(ax) < _TAN_22 * np.abs(ay), np.abs(ay) < _TAN_22 * np.abs(ax)
    step = np.where(steep, width, np.where(level, 1, np.where(ax * ay > 0, width + 1, width - 1)))
    here = flat[at]
    return at[(here >= flat[at - step]) & (here > flat[at + step])]


def _softness(keys: NDArray[np.int64], count: int, fine: Floats, coarse: Floats, radii: tuple[float, float]) -> Floats:
    """Of the edge pixels of each key, from the sums of the squares of their slopes; NaN for keys with fewer than
    LEAST."""
    many = np.bincount(keys, minlength=count)
    above, below = (np.bincount(keys, weights=values, minlength=count) for values in (fine, coarse))
    first, second = (radius**2 + _DERIVATIVE for radius in radii)
    least = (second + SOFTEST**2) / (first + SOFTEST**2)
    ratio = np.maximum(np.divide(above, below, out=np.full(count, least), where=below > 0), least)
    square = (second - ratio * first) / (ratio - 1)
    soft = np.sign(square) * np.sqrt(np.abs(square))
    return np.where(many >= LEAST, soft, np.nan).astype(np.float32)


@cache
def _gain(radius: float) -> float:
    """Variance of one component of the slope for white noise of variance 1."""
    reach = np.arange(-8, 9)
    bell = np.exp(-(reach**2) / (2 * radius**2))
    bell /= bell.sum()
    return float((np.convolve(bell, [-0.5, 0, 0.5]) ** 2).sum() * (bell**2).sum())


def _sharpest(soft: Floats) -> float | None:
    found = soft[np.isfinite(soft)]
    return float(np.quantile(found, 1 - SHARPEST)) if found.size >= FEW else None
