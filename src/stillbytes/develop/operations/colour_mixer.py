"""Colour mixer: hue, saturation and luminance of eight bands of hue.

Bands are overlapping lobes around a hue angle in Oklab (Ottosson 2020) and sum to one, so neighbours blend smoothly.
Neutral colours belong to no band: every effect grows with chroma.
Cost: about 60 operations per pixel where it is at work, fused into the look stage.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from stillbytes.develop.operation import Operation, Scene, Uniforms
from stillbytes.develop.parameter import Parameter, parameter
from stillbytes.develop.settings import Settings

BANDS: dict[str, tuple[float, str]] = {
    "red": (28.0, "#d9483b"),
    "orange": (58.0, "#dd8a35"),
    "yellow": (105.0, "#d9c83b"),
    "green": (142.0, "#55a84a"),
    "aqua": (195.0, "#3fb3b0"),
    "blue": (258.0, "#4a72d0"),
    "purple": (302.0, "#8a55c8"),
    "magenta": (345.0, "#cc4f9d"),
}
"""Band -> (hue angle in Oklab, degrees; its colour on the slider)."""

KINDS = {
    "hue": "Hue of the {}s; it moves towards the neighbouring colour.",
    "saturation": "Saturation of the {}s.",
    "luminance": "Brightness of the {}s.",
}


def _sliders() -> dict[str, Parameter]:
    colours = [colour for _, colour in BANDS.values()]
    found = {}
    for kind, says in KINDS.items():
        for i, (band, (_, colour)) in enumerate(BANDS.items()):
            gradient = {
                "hue": (colours[i - 1], colour, colours[(i + 1) % len(colours)]),
                "saturation": ("#808080", colour),
                "luminance": ("#101010", colour, "#f0f0f0"),
            }[kind]
            field = f"crs:{kind.capitalize()}Adjustment{band.capitalize()}"
            label = f"{kind.capitalize()} {band}"
            found[f"{kind}_{band}"] = parameter(
                0.0, -100, 100, xmp=field, label=label, says=says.format(band), gradient=gradient
            )
    return found


class ColourMixer(Operation, stage="display", order=30, version=1, group="Colour mixer", seldom=True):
    locals().update(_sliders())

    def uniforms(self, settings: Settings, scene: Scene) -> Uniforms:
        return {kind: np.array([settings.number(f"{kind}_{b}") / 100 for b in BANDS], np.float32) for kind in KINDS}

    def switches(self, settings: Settings) -> Sequence[bool]:
        return [self.active(settings)]

    def build(self, value: Any, u: Any, ctx: Any) -> Any:
        lab = lightness, a, b = ctx.stored(value.lab)
        value = value.of_lab(*lab)
        weights = ctx.hue_weights(value, [angle for angle, _ in BANDS.values()], kept=True)

        def mixed() -> list[Any]:
            hue, saturation, luminance = (
                sum(w * getattr(u, kind)[i] for i, w in enumerate(weights))
                for kind in ("hue", "saturation", "luminance")
            )
            cosine, sine = ctx.rotation(hue * np.float32(np.deg2rad(30)))
            chroma = ctx.sqrt(a * a + b * b)
            gain = ctx.select(saturation > 0, 1.0 + saturation * 1.2, 1.0 + saturation)
            strength = chroma * ctx.inverse(chroma + 0.06)
            lifted = lightness * ctx.exp2(luminance * strength * 0.9)
            return [lifted, (a * cosine - b * sine) * gain, (a * sine + b * cosine) * gain]

        return value.of_lab(*ctx.replaced_if(u.switches[0], lab, mixed))
