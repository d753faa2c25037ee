"""Grain: the light and dark of film, in the pixels of the frame, so that all scales, regions and exports show the same.

Band-limited noise from one seed, with the footprint of an output pixel taken out of it: seen smaller it becomes finer
and fainter, as a photograph of film does. Strongest in the middle tones, none in black and white.
Cost: two loads per pixel and a lightness, none where there is no grain.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.develop.operation import Operation, Scene, Uniforms
from stillbytes.develop.parameter import parameter
from stillbytes.develop.settings import Settings
from stillbytes.develop.textures import Texture, packed, placed

EDGE = 1024
"""Pixels of the noise's side."""
PER_GRAIN = 2.0
"""Pixels of the noise per radius of a grain."""
SPAN = 8.0
"""Standard deviations from the darkest code to the brightest."""
STRONGEST = 0.11
"""Of Oklab's lightness, the standard deviation at amount 100 in the middle tones."""
SEED = 20070


class Grain(Operation, stage="display", order=80, version=1, group="Effects", seldom=True, drawing=True):
    grain_amount = parameter(0.0, 0, 100, xmp="crs:GrainAmount", label="Grain", says="How strong the grain of film is.")
    grain_size = parameter(
        25.0, 0, 100, xmp="crs:GrainSize", label="Grain size", says="How large its grains are, beside the picture."
    )
    grain_roughness = parameter(
        50.0, 0, 100, xmp="crs:GrainFrequency", label="Grain roughness", says="How uneven the grains are."
    )

    def active(self, settings: Settings) -> bool:
        return "grain_amount" in settings

    def uniforms(self, settings: Settings, scene: Scene) -> Uniforms:
        drawn = self.drawn(settings, scene)
        place = np.zeros(6, np.float32) if drawn is None else drawn.place
        return {"strength": settings.number("grain_amount") / 100 * STRONGEST * SPAN, "place": place}

    def drawn(self, settings: Settings, scene: Scene) -> Texture | None:
        if not self.active(settings) or scene.affine is None or scene.frame is None:
            return None
        # Of a 24 MP photo a grain of size 25 has a radius of 0.8 pixels.
        radius = (0.4 + 1.6 * settings.number("grain_size") / 100) * scene.frame.long_edge / 6000
        pitch = radius / PER_GRAIN
        footprint = 0.42 / scene.scale
        coarser = 0
        while pitch * 2 ** (coarser + 1) < footprint:
            coarser += 1
        words = _noise(round(settings.number("grain_roughness")), round(footprint / pitch, 2), coarser)
        return Texture(words, placed(scene.affine, 1 / (pitch * 2**coarser)))

    def build(self, value: Any, u: Any, ctx: Any) -> Any:
        lab = ctx.stored(value.lab)

        def grained() -> list[Any]:
            lightness, a, b = lab
            noise = u.drawing.at(u.place, ctx) - 0.5
            middle = ctx.clamp(lightness, 0.0, 1.0)
            weight = ctx.smoothstep(middle * 5.0) * (1.0 - middle * middle * middle)
            return [ctx.clamp(lightness + noise * weight * u.strength, 0.0, 1.0), a, b]

        return value.of_lab(*ctx.replaced_if(u.drawing.on, lab, grained))


@lru_cache(8)
def _noise(roughness: int, footprint: float, coarser: int) -> NDArray[np.uint32]:
    """roughness: 0..100. footprint: standard deviation of an output pixel's, in pixels of the noise. coarser: how often
    its sides are halved."""
    white = np.random.default_rng(SEED).standard_normal((EDGE, EDGE))
    waves = np.fft.rfft2(white)
    y, x = np.fft.fftfreq(EDGE)[:, None], np.fft.rfftfreq(EDGE)[None]
    square = 2 * np.pi**2 * (x * x + y * y)

    def band(radius: float) -> NDArray[np.float64]:
        """Grains of about that radius, standard deviation 1."""
        found = np.fft.irfft2(waves * (np.exp(-square * radius**2) - np.exp(-square * (4 * radius) ** 2)), (EDGE, EDGE))
        return np.asarray(found / found.std())

    rough = roughness / 100
    # Rough grain clumps: coarser grains beside the fine ones, stronger here than there.
    fine, coarse, clumps = band(PER_GRAIN / 2), band(PER_GRAIN * 1.3), band(PER_GRAIN * 4)
    mixed = fine * (1 - 0.55 * rough) + coarse * 0.8 * rough
    mixed *= 1 + 0.3 * rough * clumps
    mixed = (mixed - mixed.mean()) / mixed.std()
    seen = np.fft.irfft2(np.fft.rfft2(mixed) * np.exp(-square * footprint**2), (EDGE, EDGE))
    seen = seen[:: 2**coarser, :: 2**coarser] if coarser else seen
    return packed(seen / SPAN + 0.5)
