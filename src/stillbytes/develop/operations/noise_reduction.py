"""Noise reduction for luminance and colour: shrinkage of an undecimated wavelet, guided by the photo's noise model.

Samples are brought to unit variance by the generalised Anscombe transform (Starck, Murtagh, Bijaoui 1998) of the DNG
NoiseProfile model (variance = S x + O), split into one luminance and two opponent planes, decomposed with the B3-spline
a trous wavelet (Holschneider et al. 1989) and shrunk band by band.
Cost: about 25 ms per megapixel on one AVX2 core, once per photo and setting, not per slider step of the look stage.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from stillbytes.develop.operation import Operation, Scene, Uniforms
from stillbytes.develop.parameter import parameter
from stillbytes.develop.settings import Settings

BANDS = 4
BAND_NOISE = np.array([0.8908, 0.2007, 0.0856, 0.0413])
"""Standard deviation of white noise of unit variance in each band of the 2D B3-spline a trous wavelet (Starck 1998)."""


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

    def active(self, settings: Settings) -> bool:
        return settings.number("noise_luminance") > 0 or settings.number("noise_colour") > 0

    def uniforms(self, settings: Settings, scene: Scene) -> Uniforms:
        slope, offset = scene.noise
        luminance = settings.number("noise_luminance") / 100 * 4.0
        keep = 1 - settings.number("noise_luminance_detail") / 100
        colour = settings.number("noise_colour") / 25 * 3.0
        keep_colour = 1 - settings.number("noise_colour_detail") / 100
        bands = np.arange(BANDS)
        # Halving averages four samples: the noise of a band falls by two per level.
        sigma = BAND_NOISE / 2.0**scene.level
        fine = np.array([0.6 + 0.8 * keep, 1.0, 1.0, 1.0])
        fine_colour = np.array([0.6 + 0.8 * keep_colour, 1.0, 1.0, 1.0])
        return {
            "slope": slope,
            "offset": offset,
            "luminance": (luminance * fine * sigma * (bands < BANDS)).astype(np.float32),
            "colour": (colour * fine_colour * sigma * 1.5**bands).astype(np.float32),
        }

    def build(self, value: Any, u: Any, ctx: Any) -> Any:
        """value: Func (x, y, c), camera-balanced linear light. Returns a Func of the same."""
        return ctx.wavelet_shrinkage(value, u, BANDS)
