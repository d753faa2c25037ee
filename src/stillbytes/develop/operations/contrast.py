"""Contrast: slope around middle grey in log luminance.

Cost: one log2 (shared with the tone regions) and one exp2 per pixel, fused into the look stage.
"""

from __future__ import annotations

from typing import Any

from stillbytes.develop.operation import Operation
from stillbytes.develop.parameter import parameter


class Contrast(Operation, stage="scene", order=50, version=1, group="Tone"):
    contrast = parameter(
        0.0,
        -100,
        100,
        xmp="crs:Contrast2012",
        says="Difference between light and dark around middle grey.",
        scope="both",
    )

    def build(self, value: Any, u: Any, ctx: Any) -> Any:
        grey_ev = value.ev
        slope = u.contrast * 0.0045
        # The push fades away from grey, so that extremes bend towards the view's shoulder instead of piling up there.
        return value.brightened(slope * grey_ev * ctx.inverse(1.0 + 0.04 * grey_ev * grey_ev))
