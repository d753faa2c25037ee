"""Noise reduction for luminance and colour, guided by the photo's noise model (variance = S x + O, as in DNG).

The kernel (`develop.kernels.noise`) shrinks the bands of a Laplacian pyramid of variance-stabilised opponent planes;
here are its sliders and thresholds. It runs before the look stage, once per photo and setting; where adjustments ask
for other amounts, once for each of these.
"""

from __future__ import annotations

import numpy as np

from stillbytes.develop.operation import Operation, Scene, Uniforms
from stillbytes.develop.parameter import parameter
from stillbytes.develop.settings import Settings

BANDS = 4
BAND_NOISE = np.array([0.85, 0.35, 0.17, 0.085])
"""Standard deviation of white noise of unit variance in each band of the pyramid, fine to coarse."""
OF_ADJUSTMENTS = {"local_noise": "noise_luminance", "local_noise_colour": "noise_colour"}
"""What adjustments have -> the parameter that it is added to, see `develop.local_noise`."""


class NoiseReduction(Operation, stage="noise", order=10, version=1, group="Detail"):
    noise_luminance = parameter(
        0.0,
        0,
        100,
        xmp="crs:LuminanceSmoothing",
        label="Luminance noise",
        says="Smooths grain of brightness.",
    )
    noise_luminance_detail = parameter(
        50.0,
        0,
        100,
        xmp="crs:LuminanceNoiseReductionDetail",
        label="Luminance detail",
        says="Keeps more fine detail, and more noise with it.",
    )
    noise_colour = parameter(
        25.0, 0, 100, xmp="crs:ColorNoiseReduction", label="Colour noise", says="Removes specks of colour."
    )
    noise_colour_detail = parameter(
        50.0,
        0,
        100,
        xmp="crs:ColorNoiseReductionDetail",
        label="Colour detail",
        says="Keeps fine coloured edges, and some specks with them.",
    )

    local_noise = parameter(
        0.0,
        -100,
        100,
        xmp="crs:LocalLuminanceNoise",
        label="Noise",
        says="Added to the reduction of luminance noise.",
        scope="local",
    )
    local_noise_colour = parameter(
        0.0,
        -100,
        100,
        xmp="",
        label="Colour noise",
        says="Added to the reduction of colour noise.",
        scope="local",
    )

    def active(self, settings: Settings) -> bool:
        return settings.number("noise_luminance") > 0 or settings.number("noise_colour") > 0

    def uniforms(self, settings: Settings, scene: Scene) -> Uniforms:
        slope, offset = scene.noise
        gains = np.array(scene.gains)
        luminance = settings.number("noise_luminance") / 100 * 4.0
        colour = settings.number("noise_colour") / 25 * 3.0
        keep = 1 - settings.number("noise_luminance_detail") / 100
        keep_colour = 1 - settings.number("noise_colour_detail") / 100
        # Halving averages four samples, so the standard deviation halves with each level.
        sigma = BAND_NOISE / 2.0**scene.level
        fine = np.array([0.6 + 0.8 * keep, 1.0, 1.0, 1.0])
        fine_colour = np.array([0.6 + 0.8 * keep_colour, 1.0, 1.0, 1.0])
        return {
            "slope": (slope * gains).astype(np.float32),
            "offset": (offset * gains**2).astype(np.float32),
            "luminance": (luminance * fine * sigma).astype(np.float32),
            "colour": (colour * fine_colour * sigma * 1.6 ** np.arange(BANDS)).astype(np.float32),
        }
