"""Vibrance and saturation: chroma in Oklab (Ottosson 2020) at constant lightness and hue.

Vibrance raises weak colours more than strong ones and spares skin; saturation treats all alike.
Cost: about 20 operations per pixel, fused into the look stage.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.develop.operation import Operation
from stillbytes.develop.operations.colour_mixer import BANDS
from stillbytes.develop.parameter import parameter

SKIN = list(BANDS).index("orange")
"""The band of hue in which skin lies and vibrance works at half strength."""


class Vibrance(Operation, stage="display", order=40, version=1, group="Presence"):
    vibrance = parameter(
        0.0,
        -100,
        100,
        xmp="crs:Vibrance",
        gradient=("#808080", "#a8846a", "#d96a3b"),
        says="Saturation of the weaker colours; skin is spared.",
        scope="both",
    )
    saturation = parameter(
        0.0,
        -100,
        100,
        xmp="crs:Saturation",
        gradient=("#808080", "#c8603b", "#ff4a10"),
        says="Saturation of all colours; -100 is black and white.",
        scope="both",
    )

    def local_light(self, delta: Mapping[str, Any]) -> NDArray[np.float32]:
        return np.array([0.0, 0.0, 0.0, delta.get("saturation", 0.0) / 100], np.float32)

    def build(self, value: Any, u: Any, ctx: Any) -> Any:
        lightness, a, b = value.lab
        weak = ctx.inverse(1.0 + 60.0 * (a * a + b * b))
        skin = 1.0 - 0.5 * ctx.hue_weights(value, [angle for angle, _ in BANDS.values()])[SKIN]
        amount = u.vibrance * 0.01
        vibrant = 1.0 + amount * ctx.select(amount > 0, 0.9 * weak * skin, 0.4 + 0.5 * weak)
        gain = vibrant * (1.0 + u.saturation * 0.01)
        if ctx.mixed:
            gain = vibrant * ctx.larger(1.0 + u.saturation * 0.01 + ctx.mixed[3], 0.0)
        return value.of_lab(lightness, a * gain, b * gain)
