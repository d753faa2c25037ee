"""Black and white, with the brightness that each colour gets.

Bands as in the colour mixer; a grey is the colour's Oklab lightness (Ottosson 2020), lifted or lowered with chroma.
Cost: about 40 operations per pixel where it is at work, fused into the look stage.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from stillbytes.develop.operation import Operation, Scene, Uniforms
from stillbytes.develop.operations.colour_mixer import BANDS
from stillbytes.develop.parameter import Parameter, parameter, toggle
from stillbytes.develop.settings import Settings


def _sliders() -> dict[str, Parameter]:
    return {
        f"grey_{band}": parameter(
            0.0,
            -100,
            100,
            xmp=f"crs:GrayMixer{band.capitalize()}",
            label=f"Grey of {band}",
            gradient=("#101010", colour, "#f0f0f0"),
            says=f"How bright {band} becomes in black and white.",
        )
        for band, (_, colour) in BANDS.items()
    }


class BlackAndWhite(Operation, stage="display", order=35, version=1, group="Black and white", seldom=True):
    black_and_white = toggle(xmp="crs:ConvertToGrayscale", says="Shows the picture in black and white.")
    locals().update(_sliders())

    def active(self, settings: Settings) -> bool:
        return "black_and_white" in settings

    def uniforms(self, settings: Settings, scene: Scene) -> Uniforms:
        greys = np.array([settings.number(f"grey_{band}") / 100 for band in BANDS], np.float32)
        return {"greys": greys}

    def switches(self, settings: Settings) -> Sequence[bool]:
        return [bool(settings.value("black_and_white"))]

    def build(self, value: Any, u: Any, ctx: Any) -> Any:
        lab = lightness, a, b = ctx.stored(value.lab)
        weights = ctx.hue_weights(value, [angle for angle, _ in BANDS.values()], kept=True)

        def grey() -> list[Any]:
            mixed = sum(w * u.greys[i] for i, w in enumerate(weights))
            chroma = ctx.sqrt(a * a + b * b)
            lifted = lightness * ctx.exp2(mixed * chroma * ctx.inverse(chroma + 0.06) * 1.2)
            return [ctx.clamp(lifted, 0.0, 1.0), 0.0, 0.0]

        return value.of_lab(*ctx.replaced_if(u.switches[0], lab, grey))
