"""Dehaze: takes away, or adds, the light that the air between things and the camera scatters.

Haze adds its own light to that of things, J t + A (1 - t) (Koschmieder 1924), and is never darker than the darkest
channel close by (He, Sun, Tang, "Single image haze removal using dark channel prior", CVPR 2009). The darkest channel
is taken at the edge-aware base here, so that textures keep their contrast and edges get no halo.
Cost: one exp2 and about 20 operations per pixel, fused into the look stage.
"""

from __future__ import annotations

from typing import Any

from stillbytes.develop.operation import Operation
from stillbytes.develop.parameter import parameter

AIRLIGHT = 1.1
"""Scene light of haze without end, between middle grey (0.18) and display white (2.2)."""
STRONGEST = 0.85
"""Part of the scattered light that is taken away at +100."""
ADDED = 0.45
"""Part of the light that becomes haze at -100."""


class Dehaze(Operation, stage="scene", order=25, version=1, group="Presence"):
    dehaze = parameter(0.0, -100, 100, xmp="crs:Dehaze", says="Takes away haze; negative adds some.", scope="both")

    def build(self, value: Any, u: Any, ctx: Any) -> Any:
        amount = u.dehaze * 0.01
        red, green, blue = value.rgb
        own = ctx.larger(ctx.exp2(value.ev) * 0.18, 1e-6)
        darkest = ctx.larger(ctx.smaller(red, green, blue), 0.0) * ctx.inverse(own)
        around = ctx.exp2(ctx.base_ev) * 0.18
        veil = ctx.smaller(darkest * around, 0.9 * AIRLIGHT)
        # Something thin and dark before something bright keeps light of its own.
        taken = ctx.smaller(ctx.larger(amount, 0.0) * STRONGEST * veil, 0.85 * darkest * own)
        added = ctx.larger(-amount, 0.0) * ADDED
        # What was dimmed by the haze is brightened again.
        gain = ctx.inverse(1.0 - taken * (1 / AIRLIGHT))
        clear = [(c - taken) * gain for c in (red, green, blue)]
        hazy = [c + (AIRLIGHT - c) * added for c in clear]
        light = 0.2627 * hazy[0] + 0.678 * hazy[1] + 0.0593 * hazy[2]
        return value.lit(hazy, ctx.log2(ctx.larger(light, 1e-6) * (1 / 0.18)))
