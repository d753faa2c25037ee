"""How near a picture is to the exact one: PSNR, SSIM and zipper of what would be seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.float32]
EDGE = 8
"""Pixels around the picture that count for nothing: each program ends there as it likes."""
BRIGHTEST = 0.95
"""Part of saturation above which a pixel counts for nothing: what is clipped is guessed."""
SEEN = 2.3
"""A difference in CIELAB that is just seen."""
D65 = np.array([0.95047, 1.0, 1.08883])
SRGB_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)


@dataclass(frozen=True, slots=True)
class Score:
    """psnr: dB over the three channels of the encoded sRGB picture. ssim: of its luma, 0..1. zipper: part of the
    pixels, 0..1. linear: PSNR of linear light, white 1."""

    psnr: float
    ssim: float
    zipper: float
    linear: float


def score(found: Picture, exact: Picture, clipped: NDArray[np.bool_]) -> Score:
    """found, exact: (rows, columns, 3) linear sRGB, diffuse white 1. clipped: (rows, columns), not to be counted."""
    inside = np.s_[EDGE:-EDGE, EDGE:-EDGE]
    found, exact, counted = found[inside], exact[inside], ~clipped[inside]
    one, two = encoded(found), encoded(exact)
    error = ((one - two) ** 2).mean(-1)[counted].mean(dtype=np.float64)
    light = ((found - exact) ** 2).mean(-1)[counted].mean(dtype=np.float64)
    luma = np.array([0.2126, 0.7152, 0.0722], np.float32)
    similar = _similarity(one @ luma, two @ luma)[counted[5:-5, 5:-5]].mean(dtype=np.float64)
    zipped = _zipper(_lab(np.clip(found, 0, 1)), _lab(np.clip(exact, 0, 1)))[counted[1:-1, 1:-1]].mean()
    return Score(-10 * float(np.log10(error)), float(similar), float(zipped), -10 * float(np.log10(light)))


def encoded(light: Picture) -> Picture:
    """Linear sRGB -> encoded, 0..1."""
    v = np.clip(light, 0, 1)
    return np.where(v <= 0.0031308, v * 12.92, 1.055 * np.maximum(v, 1e-9) ** (1 / 2.4) - 0.055).astype(np.float32)


def _similarity(one: Picture, two: Picture) -> Picture:
    """SSIM of each pixel that is 5 from the edge. Z. Wang, A. Bovik, H. Sheikh, E. Simoncelli, "Image quality
    assessment: from error visibility to structural similarity", IEEE TIP 13(4), 2004."""
    taps = np.exp(-0.5 * (np.arange(-5, 6) / 1.5) ** 2)
    taps /= taps.sum()

    def blurred(a: Picture) -> Picture:
        rows = sum(t * a[i : len(a) - 10 + i] for i, t in enumerate(taps))
        return sum(t * rows[:, i : rows.shape[1] - 10 + i] for i, t in enumerate(taps))  # type: ignore[return-value]

    m, n = blurred(one), blurred(two)
    v, w, c = blurred(one * one) - m * m, blurred(two * two) - n * n, blurred(one * two) - m * n
    return ((2 * m * n + 1e-4) * (2 * c + 9e-4) / ((m * m + n * n + 1e-4) * (v + w + 9e-4))).astype(np.float32)


def _lab(light: Picture) -> Picture:
    t = light @ (SRGB_TO_XYZ / D65[:, None]).T.astype(np.float32)
    f = np.where(t > 0.008856, np.cbrt(t), 7.787 * t + 16 / 116)
    return np.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], -1)


def _zipper(found: Picture, exact: Picture) -> NDArray[np.bool_]:
    """Pixels whose difference to what is most like them around them changed by more than what is just seen. W. Lu,
    Y.-P. Tan, "Color filter array demosaicking: new method and performance measures", IEEE TIP 12(10), 2003."""
    rows, columns = exact.shape[:2]
    least = np.full((rows - 2, columns - 2), np.inf, np.float32)
    same = np.zeros_like(least)
    for y in range(3):
        for x in range(3):
            if (y, x) == (1, 1):
                continue
            beside = np.s_[y : rows - 2 + y, x : columns - 2 + x]
            true = np.linalg.norm(exact[1:-1, 1:-1] - exact[beside], axis=-1)
            seen = np.linalg.norm(found[1:-1, 1:-1] - found[beside], axis=-1)
            nearer = true < least
            least, same = np.where(nearer, true, least), np.where(nearer, seen, same)
    return np.abs(same - least) > SEEN
