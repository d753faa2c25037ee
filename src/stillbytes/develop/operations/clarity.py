"""Clarity: contrast of middle-sized detail, strongest in the midtones.

The detail is the difference between log luminance and its edge-aware base, so strong edges get no halo.
Cost: one exp2 per pixel on top of the shared base, fused into the look stage.
"""

from __future__ import annotations

from typing import Any

from stillbytes.develop.operation import Operation
from stillbytes.develop.parameter import parameter


class Clarity(Operation, stage="scene", order=40, version=1, group="Presence"):
    clarity = parameter(
        0.0,
        -100,
        100,
        xmp="crs:Clarity2012",
        says="Contrast of middle-sized detail; negative softens it.",
        scope="both",
    )

    def build(self, value: Any, u: Any, ctx: Any) -> Any:
        detail = ctx.detail_ev
        # Less of strong detail, and less far from the midtones.
        restraint = (1.0 + 0.35 * ctx.absolute(detail)) * (1.0 + 0.06 * ctx.base_ev * ctx.base_ev)
        return value.brightened(u.clarity * 0.009 * detail * ctx.inverse(restraint))
