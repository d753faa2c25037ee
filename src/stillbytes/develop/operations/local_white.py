"""White balance of adjustments: a shift of the light relative to what it is elsewhere.

Cost: three multiplications per pixel, only in kernels with adjustments.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.develop.operation import Operation, Uniforms
from stillbytes.develop.parameter import parameter

WARMER = (0.45, 0.0, -0.75)
"""EV of red, green and blue at temperature +100: about what 5500 K does to light that is balanced for 3700 K."""
MAGENTA = (0.15, -0.3, 0.15)
"""EV of red, green and blue at tint +100."""


class LocalWhite(Operation, stage="scene", order=15, version=1, group="White balance"):
    local_temperature = parameter(
        0.0,
        -100,
        100,
        xmp="crs:LocalTemperature",
        label="Temperature",
        gradient=("#3b6fd4", "#c9c9c9", "#e0b03a"),
        says="Warmer or cooler than the rest of the picture.",
        scope="local",
    )
    local_tint = parameter(
        0.0,
        -100,
        100,
        xmp="crs:LocalTint",
        label="Tint",
        gradient=("#4fa35a", "#c9c9c9", "#b558a8"),
        says="More magenta or greener than the rest of the picture.",
        scope="local",
    )

    def local_uniforms(self, delta: Mapping[str, Any]) -> Uniforms:
        return {"gains": self.local_light(delta)[:3]}

    def local_light(self, delta: Mapping[str, Any]) -> NDArray[np.float32]:
        warm, magenta = delta.get("local_temperature", 0.0) / 100, delta.get("local_tint", 0.0) / 100
        gains = [w * warm + m * magenta for w, m in zip(WARMER, MAGENTA, strict=True)]
        return np.array([*gains, 0.0], np.float32)

    def build(self, value: Any, u: Any, ctx: Any) -> Any:
        own = ctx.mixed[1]  # that of green counts as brightness
        return value.scaled([ctx.exp2(u.gains[i] + (ctx.mixed[i] - own)) for i in range(3)]).brightened(own)
