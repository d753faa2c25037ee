"""Noise reduction for luminance and colour, guided by the photo's noise model (variance = S x + O, as in DNG).

Process 4 thresholds the frequencies of small patches (`develop.kernels.noise_patches`) by how the photo's noise is
spread over them (`develop.noise_spectrum`), those of colour lower where light has the same frequency. Process 3 did
without that, in process 2 all patches at a pixel counted the same, too, and process 1 shrinks the bands of a Laplacian
pyramid (`develop.kernels.noise`). It serves edits that were made with it, and photos with little noise where only
colour is asked for: there it looks the same in a tenth of the time. All run before the look stage, once per photo and
setting; where adjustments ask for other amounts, once for each of these.

Cost: about 0.05 s of one AVX-512 core per megapixel, 0.01 s for colour alone in a photo with little noise.
"""

from __future__ import annotations

import numpy as np

from stillbytes.develop.noise_spectrum import LEVELS, SIDE
from stillbytes.develop.operation import Operation, Scene, Uniforms
from stillbytes.develop.parameter import parameter, process
from stillbytes.develop.settings import Settings

BANDS = 4
BAND_NOISE = np.array([0.85, 0.35, 0.17, 0.085])
"""Standard deviation of white noise of unit variance in each band of the pyramid, fine to coarse."""
NOISY = 0.1
"""Noise of a shadow, signal 0.02, relative to it, from which patches look better than bands for colour alone."""
FULL = 3.0
"""Threshold of patches at half of the luminance slider and at the default of colour, in standard deviations."""
LIGHT = 3.5
"""Standard deviations from which a coefficient of light is no noise, so that one of colour beside it hardly is."""
LEAST_SLOPE = 2e-5
"""Of variance, relative to the deviation at black: with less, stabilised signal is too large for float32."""
OF_ADJUSTMENTS = {"local_noise": "noise_luminance", "local_noise_colour": "noise_colour"}
"""What adjustments have -> the parameter that it is added to, see `develop.local_noise`."""


class NoiseReduction(Operation, stage="noise", order=10, version=2, group="Detail"):
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
    noise_luminance_contrast = parameter(
        0.0,
        0,
        100,
        xmp="crs:LuminanceNoiseReductionContrast",
        label="Luminance contrast",
        says="Keeps more of soft, large differences, and blotches of noise with them.",
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

    noise_colour_smoothness = parameter(
        50.0,
        0,
        100,
        xmp="crs:ColorNoiseReductionSmoothness",
        label="Colour smoothness",
        says="Removes large blotches of colour, and soft colours with them.",
    )
    noise_process = process(
        xmp="sb:NoiseProcess",
        says="4 is the best one; 3 to 1 are how noise was reduced before it, for edits that were made then.",
        newest=4,
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
        by_patches = self._by_patches(settings, scene)
        if by_patches:
            slope = max(slope, LEAST_SLOPE * offset**0.5)
        gains = np.array(scene.gains)
        model = {"slope": (slope * gains).astype(np.float32), "offset": (offset * gains**2).astype(np.float32)}
        return {**model, **(_patches(settings) if by_patches else _bands(settings, scene))}

    def _by_patches(self, settings: Settings, scene: Scene) -> bool:
        if settings.value("noise_process") == "1":
            return False
        slope, offset = scene.noise
        noisy = (slope * 0.02 + offset) ** 0.5 > NOISY * 0.02
        return noisy or settings.number("noise_luminance") > 0 or "noise_colour_smoothness" in settings


def _bands(settings: Settings, scene: Scene) -> Uniforms:
    luminance = settings.number("noise_luminance") / 100 * 4.0
    colour = settings.number("noise_colour") / 25 * 3.0
    keep = 1 - settings.number("noise_luminance_detail") / 100
    keep_colour = 1 - settings.number("noise_colour_detail") / 100
    # Halving averages four samples, so the standard deviation halves with each level.
    sigma = BAND_NOISE / 2.0**scene.level
    fine = np.array([0.6 + 0.8 * keep, 1.0, 1.0, 1.0])
    fine_colour = np.array([0.6 + 0.8 * keep_colour, 1.0, 1.0, 1.0])
    return {
        "luminance": (luminance * fine * sigma).astype(np.float32),
        "colour": (colour * fine_colour * sigma * 1.6 ** np.arange(BANDS)).astype(np.float32),
    }


def _patches(settings: Settings) -> Uniforms:
    """weights: of the thresholds (level of the pyramid, plane, horizontal, vertical frequency), in standard deviations
    of the noise there; that of a patch's mean is 0. The fourth plane says from where on the first is no noise. sparse:
    1 where patches count by how little stayed of them. declipped: 1 where the dark gets back what was cut off of it."""
    process = int(str(settings.value("noise_process")))
    luminance = FULL * settings.number("noise_luminance") / 50
    # At the default all that is noise goes; beyond it colours of less and less contrast do.
    colour = FULL * 1.2 * (settings.number("noise_colour") / 25) ** 0.5
    fine = 0.6 + 0.8 * (1 - settings.number("noise_luminance_detail") / 100)
    fine_colour = 0.6 + 0.8 * (1 - settings.number("noise_colour_detail") / 100)
    coarse = 1 - 0.8 * settings.number("noise_luminance_contrast") / 100
    coarse_colour = 0.4 + 1.2 * settings.number("noise_colour_smoothness") / 100
    frequency = np.hypot(*np.mgrid[0:SIDE, 0:SIDE])
    high = np.clip(frequency / 4, 0, 1)
    weights = np.full((LEVELS, 4, SIDE, SIDE), LIGHT if process > 3 else np.inf)
    for plane, amount, detail, large in (
        (0, luminance, fine, coarse),
        (1, colour, fine_colour, coarse_colour),
        (2, colour, fine_colour, coarse_colour),
    ):
        weights[0, plane] = amount * (1 + (detail - 1) * high)
        weights[1:, plane] = amount * large
    weights[:, :3, 0, 0] = 0
    ways = {"sparse": float(process > 2), "declipped": float(process > 3)}
    return {"weights": weights.astype(np.float32).ravel(), **ways}
