"""Vibrance and saturation: chroma in Oklab (Ottosson 2020) at constant lightness and hue.

Vibrance raises weak colours more than strong ones and spares skin; saturation treats all alike.
Cost: about 20 operations per pixel, fused into the look stage.
"""

from __future__ import annotations

from typing import Any

from stillbytes.develop.operation import Operation
from stillbytes.develop.parameter import parameter

SKIN_HUE = 55.0
"""Oklab hue angle around which vibrance works at half strength, degrees."""


class Vibrance(Operation, stage="display", order=40, version=1, group="Presence"):
    vibrance = parameter(
        0.0,
        -100,
        100,
        xmp="crs:Vibrance",
        gradient=("#808080", "#a8846a", "#d96a3b"),
        says="Saturation of the weaker colours; skin is spared.",
    )
    saturation = parameter(
        0.0,
        -100,
        100,
        xmp="crs:Saturation",
        gradient=("#808080", "#c8603b", "#ff4a10"),
        says="Saturation of all colours; -100 is black and white.",
    )

    def build(self, value: Any, u: Any, ctx: Any) -> Any:
        lightness, a, b = value.lab
        chroma = ctx.sqrt(a * a + b * b)
        weak = 1.0 / (1.0 + 60.0 * chroma * chroma)
        skin = 1.0 - 0.5 * ctx.hue_lobe(a, b, SKIN_HUE)
        amount = u.vibrance * 0.01
        vibrant = 1.0 + amount * ctx.select(amount > 0, 0.9 * weak * skin, 0.4 + 0.5 * weak)
        gain = vibrant * (1.0 + u.saturation * 0.01)
        return value.of_lab(lightness, a * gain, b * gain)
