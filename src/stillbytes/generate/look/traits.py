"""What a look is in numbers: traits of a picture that can be compared with those of any other picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stillbytes.develop.difference import Floats, oklab_of
from stillbytes.develop.operations.colour_mixer import BANDS

Array = NDArray[np.float64]

TONES = (1, 4, 10, 20, 35, 50, 65, 80, 90, 96, 99)
"""Percentiles of lightness that stand for the distribution of tones."""
REGIONS = (25.0, 55.0, 85.0)
"""Lightness at the middle of shadows, midtones and highlights."""
NEUTRAL = 6.0
"""Chroma beyond which a colour is its own rather than that of the light it is seen in."""
COLOURED = 6.0
"""Chroma at which a pixel half belongs to its band of hue."""
WHITE, BLACK = 0.985, 0.02
"""Encoded values beyond which a pixel's largest channel counts as clipped."""


@dataclass(frozen=True, slots=True)
class Traits:
    """All in hundredths of Oklab's units (Ottosson 2020), so that 1 is about a just visible difference.

    tones: (11,) lightness at the percentiles TONES. tint: (4, 2) mean a and b of what is nearly neutral in shadows,
    midtones and highlights, and of all pixels, of which strong colours count little; told: (4,) share of pixels that
    tell it. chroma: mean. strongest: 98th percentile of chroma. bands: (8,) mean chroma of the mixer's bands of hue;
    masses: (8,) share of pixels in each. white, black: share of clipped pixels.
    """

    tones: Array
    tint: Array
    told: Array
    chroma: float
    strongest: float
    bands: Array
    masses: Array
    white: float
    black: float

    @classmethod
    def of(cls, pixels: Floats, space: str, neutral: Floats | None = None) -> Traits:
        """pixels: (..., 3) float32 0..1, encoded in `space`. neutral: (pixels,) 0..1, which are nearly neutral; by
        their own chroma if not given."""
        flat = pixels.reshape(-1, 3)
        lightness, a, b = (oklab_of(flat, space) * np.float32(100)).T
        chroma = np.hypot(a, b)
        neutral = neutrality(chroma) if neutral is None else neutral
        near = np.exp(-(((lightness - np.array(REGIONS, np.float32)[:, None]) / np.float32(18)) ** 2))
        near[0][lightness < REGIONS[0]] = 1
        near[2][lightness > REGIONS[2]] = 1
        near *= neutral
        muted = 1 / np.sqrt(1 + (chroma / np.float32(NEUTRAL)) ** 2)
        sums = near.sum(axis=1) + 1e-4 * len(flat)
        regional = np.stack([near @ a, near @ b], -1) / sums[:, None]
        overall = np.array([[np.mean(a * muted), np.mean(b * muted)]])
        weights = _hue_weights(a, b) * (chroma * chroma / (chroma * chroma + np.float32(COLOURED**2)))
        masses = weights.sum(axis=1)
        bands = weights @ chroma / (masses + 1e-3 * len(flat))
        largest = flat.max(axis=1)
        return cls(
            np.percentile(lightness, TONES), np.concatenate([regional, overall]).astype(np.float64),
            np.append(near.mean(axis=1), 1.0).astype(np.float64), float(chroma.mean()),
            float(np.percentile(chroma, 98)), bands.astype(np.float64), (masses / len(flat)).astype(np.float64),
            float(np.mean(largest > WHITE)), float(np.mean(largest < BLACK)),
        )  # fmt: skip


def neutrality(chroma: Floats) -> Floats:
    """0..1, how far a colour of that chroma shows the light rather than itself."""
    return np.asarray(np.exp(-((chroma / np.float32(NEUTRAL)) ** 2)), np.float32)


def neutrality_of(pixels: Floats, space: str) -> Floats:
    """(pixels,) 0..1 of pixels (..., 3), encoded in `space`."""
    lab = oklab_of(pixels.reshape(-1, 3), space) * np.float32(100)
    return neutrality(np.hypot(lab[:, 1], lab[:, 2]))


def _hue_weights(a: Floats, b: Floats) -> Floats:
    """(8, pixels): how far each belongs to the bands of the colour mixer, which sum to 1."""
    angle = np.degrees(np.arctan2(b, a)) % 360
    centres = np.array([centre for centre, _ in BANDS.values()], np.float32)
    weights = np.zeros((len(centres), len(angle)), np.float32)
    for i, centre in enumerate(centres):
        before, after = (centre - centres[i - 1]) % 360, (centres[(i + 1) % len(centres)] - centre) % 360
        away = (angle - centre + 180) % 360 - 180
        weights[i] = np.clip(1 - np.where(away < 0, -away / before, away / after), 0, 1)
    return weights
