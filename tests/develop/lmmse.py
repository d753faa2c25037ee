"""The demosaicing of `kernels.lmmse` in NumPy, step by step, to compare the kernel with.

Directional estimates by local statistics are those of L. Zhang and X. Wu, "Color demosaicking via directional linear
minimum mean square-error estimation", IEEE Transactions on Image Processing 14(12), 2005; the refining step that of
D. Menon, S. Andriani, G. Calvagno, "Demosaicing with directional filtering and a posteriori decision", same journal
16(1), 2007.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float64]
Sites = NDArray[np.bool_]
ACROSS, DOWN = 1, 0
BORDER = 32
"""Pixels that are mirrored around the picture: as far as windows upon windows read."""
LIFT, DEVIATIONS = 5e-4, 4.0
"""Light, and deviations of the noise at black, that are added before the cube root."""
SMOOTH = np.array([4, 9, 15, 23, 26, 23, 15, 9, 4]) / 128
"""Zhang and Wu's low-pass filter."""
THREE = np.array([1, 2, 1]) / 4
WINDOW = 5
"""Sites of a kind along a line, and cells of 2 x 2 sites along a side, whose statistics estimates are made of."""
DOUBT = 0.5
"""Of the error that the two directions have beyond what they agree on, the part that counts."""
OWN_FINE, GREEN_FINE = 0.0262, 0.0215
"""Variance of the fine part of a colour difference for noise of variance 1 in the sites of the colour, and in green
ones: measured on noise."""
LEAST, TINY = 1e-9, 1e-30


def moved(plane: NDArray[Any], rows: int, columns: int) -> NDArray[Any]:
    """What lies so many rows below and columns to the right."""
    return np.roll(plane, (-rows, -columns), (0, 1))


def filtered(plane: Plane, taps: NDArray[np.float64], axis: int, step: int = 1) -> Plane:
    middle = len(taps) // 2
    places = [((i - middle) * step, tap) for i, tap in enumerate(taps)]
    return np.asarray(sum(tap * (moved(plane, 0, at) if axis else moved(plane, at, 0)) for at, tap in places))


def estimated(difference: Plane, axis: int) -> tuple[Plane, Plane]:
    """A colour difference along a line as it most likely is without the error of its interpolation, and the variance of
    what is left of that."""
    smooth, even = filtered(difference, SMOOTH, axis), np.ones(WINDOW) / WINDOW
    mean = filtered(smooth, even, axis, 2)
    signal = np.maximum(filtered(smooth * smooth, even, axis, 2) - mean * mean, 0) + LEAST
    error = filtered((difference - smooth) ** 2, even, axis, 2) + LEAST
    part = signal / (signal + error)
    return mean + part * (difference - mean), error * part


class Mosaic:
    """light: (rows, columns) signal of each site after white balance, both even. pattern: of its 2 x 2 cells."""

    def __init__(self, light: Plane, pattern: str, gains: NDArray[np.float64], noise: tuple[float, float]) -> None:
        self.gains, self.noise = gains, noise
        self.lift = LIFT + DEVIATIONS * float(np.sqrt(noise[1])) * float(gains.max())
        self.root = np.cbrt(np.pad(light, BORDER, "reflect") + self.lift)
        row, column = np.indices(self.root.shape)
        site = row % 2 * 2 + column % 2
        self.red, self.green, self.blue = (np.isin(site, [i for i, c in enumerate(pattern) if c == k]) for k in "RGB")
        self.red_rows = self.red | np.roll(self.red, 1, 1)

    def over_cells(self, plane: Plane, sites: Sites) -> Plane:
        """The mean of these sites over WINDOW x WINDOW cells, at every pixel."""
        rows, columns = plane.shape
        sums = np.where(sites, plane, 0).reshape(rows // 2, 2, columns // 2, 2).sum(axis=(1, 3))
        even = np.ones(WINDOW) / WINDOW
        mean = filtered(filtered(sums, even, DOWN), even, ACROSS) / sites[:2, :2].sum()
        return np.repeat(np.repeat(mean, 2, 0), 2, 1)

    def variance(self, sites: Sites, gain: float) -> Plane:
        """Of the cube roots of these sites, around each pixel: the noise's, by the root's slope."""
        root = np.maximum(self.over_cells(self.root, sites), self.lift ** (1 / 3) / 2)
        signal = np.maximum(root**3 - self.lift, 0)
        return np.asarray((self.noise[0] * gain * signal + self.noise[1] * gain * gain) / (9 * root**4))

    def differences(self) -> tuple[Plane, Plane]:
        """Colour minus green along rows and along columns, at every site."""
        root, sign = self.root, np.where(self.green, -1, 1)
        taps = np.array([-1, 2, 2, 2, -1]) / 4
        across, down = (sign * (root - filtered(root, taps, axis)) for axis in (ACROSS, DOWN))
        return across, down


def demosaiced(mosaic: Mosaic) -> NDArray[np.float64]:
    """(3, rows, columns) light."""
    own = ~mosaic.green
    across, down = mosaic.differences()

    # What each direction tells, weighed by its errors over a diamond of sites in both dimensions.
    found = []
    for difference, axis in ((across, ACROSS), (down, DOWN)):
        estimate, error = estimated(difference, axis)
        error = np.where(own, error, 0)
        beside = [moved(error, *((2 * s, 0) if axis == ACROSS else (0, 2 * s))) for s in (-1, 1)]
        corners = [moved(error, y, x) for y in (-1, 1) for x in (-1, 1)]
        found.append((estimate, error + 0.5 * sum(beside) + 0.25 * sum(corners)))
    weight = found[1][1] / (found[0][1] + found[1][1] + TINY)
    chosen = np.where(own, weight * found[0][0] + (1 - weight) * found[1][0], 0)
    rows, columns = filtered(chosen, THREE, ACROSS, 2), filtered(chosen, THREE, DOWN, 2)
    smooth = np.where(own, columns + (rows - columns) * weight, 0)

    # Detail that both directions found, beyond that.
    detail = [np.where(own, filtered(d, THREE, axis) - smooth, 0) for d, axis in ((across, ACROSS), (down, DOWN))]
    agreed = np.maximum(mosaic.over_cells(detail[0] * detail[1], own), 0)
    errors = [np.maximum(mosaic.over_cells(d * d, own) - agreed, LEAST) for d in detail]
    error = weight**2 * errors[0] + (1 - weight) ** 2 * errors[1]
    part = agreed / (agreed + DOUBT * error)
    delta = np.where(own, smooth + part * (weight * detail[0] + (1 - weight) * detail[1]), 0)

    # Fine colour that noise does not explain (Wiener's filter).
    noise = np.where(mosaic.red, mosaic.variance(mosaic.red, mosaic.gains[0]),
                     mosaic.variance(mosaic.blue, mosaic.gains[2]))  # fmt: skip
    green_noise = mosaic.variance(mosaic.green, mosaic.gains[1])
    coarse = filtered(filtered(delta, THREE, ACROSS, 2), THREE, DOWN, 2)
    fine = delta - coarse
    power = mosaic.over_cells(fine * fine, own)
    kept = np.maximum(power - OWN_FINE * noise - GREEN_FINE * green_noise, 0) / (power + 1e-12)
    delta = np.where(own, coarse + kept * fine, 0)

    # What a site tells of green beyond its green neighbours, likewise.
    root = mosaic.root
    beside = weight * 0.5 * (moved(root, 0, -1) + moved(root, 0, 1))
    beside += (1 - weight) * 0.5 * (moved(root, -1, 0) + moved(root, 1, 0))
    more = np.where(own, root - delta - beside, 0)
    around = (weight**2 + (1 - weight) ** 2) * 0.5 * green_noise
    real = np.maximum(mosaic.over_cells(more * more, own) - around - noise, 0) + around
    green = np.where(own, beside + real / (real + noise) * more, root)

    light = green + _colours(mosaic, delta, weight)
    inner = np.s_[:, BORDER:-BORDER, BORDER:-BORDER]
    return np.asarray(light[inner] ** 3 - mosaic.lift)


def _colours(mosaic: Mosaic, delta: Plane, weight: Plane) -> NDArray[np.float64]:
    """(3, rows, columns): each colour minus green, from that at its own sites, as the demosaicing in use does it."""
    across = 0.5 * (moved(delta, 0, -1) + moved(delta, 0, 1))
    down = 0.5 * (moved(delta, -1, 0) + moved(delta, 1, 0))
    between = down - across
    beside = 0.5 * (moved(between, 0, -1) + moved(between, 0, 1))
    above = -0.5 * (moved(between, -1, 0) + moved(between, 1, 0))
    other = delta + above + (beside - above) * weight
    in_row, in_column = (np.where(mosaic.red_rows, one, two) for one, two in ((across, down), (down, across)))
    red = np.where(mosaic.green, in_row, np.where(mosaic.red, delta, other))
    blue = np.where(mosaic.green, in_column, np.where(mosaic.red, other, delta))
    return np.stack([red, np.zeros_like(red), blue])
