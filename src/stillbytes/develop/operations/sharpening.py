"""Sharpening: unsharp masking of log luminance, so it does not depend on exposure and cannot shift colours.

Radii are in full-resolution pixels: a smaller preview shows what a smaller export would show.
Cost: two separable passes of 13 taps over one channel, once per view; then one multiplication per pixel.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from stillbytes.develop.operation import Operation, Scene, Uniforms
from stillbytes.develop.parameter import parameter
from stillbytes.develop.settings import Settings

REACH = 6
"""Half the support of the Gaussian, pixels."""


class Sharpening(Operation, stage="detail", order=10, version=1, group="Detail"):
    sharpen_amount = parameter(
        40.0, 0, 150, xmp="crs:Sharpness", label="Sharpening", says="Strength of the sharpening."
    )
    sharpen_radius = parameter(
        1.0,
        0.5,
        3,
        step=0.1,
        unit="px",
        xmp="crs:SharpenRadius",
        label="Radius",
        says="Size of the detail that is sharpened.",
    )
    sharpen_detail = parameter(
        25.0,
        0,
        100,
        xmp="crs:SharpenDetail",
        label="Detail",
        says="How much strong edges are sharpened too; high values can show halos.",
    )
    sharpen_masking = parameter(
        0.0, 0, 100, xmp="crs:SharpenEdgeMasking", label="Masking", says="Keeps smooth areas free of sharpening."
    )

    sharpness = parameter(
        0.0, -100, 100, xmp="crs:LocalSharpness", says="Added to the strength of the sharpening.", scope="local"
    )

    def active(self, settings: Settings) -> bool:
        return settings.number("sharpen_amount") > 0

    def uniforms(self, settings: Settings, scene: Scene) -> Uniforms:
        amount = settings.number("sharpen_amount") if scene.raw else self._of_rendered(settings)
        return {"amount": amount * 0.022}

    def _of_rendered(self, settings: Settings) -> float:
        """A rendered file has been sharpened already: only what the user asks for is added."""
        return settings.number("sharpen_amount") if "sharpen_amount" in settings else 0.0

    def build(self, value: Any, u: Any, ctx: Any) -> Any:
        return value.brightened(ctx.larger(u.amount + u.sharpness * 0.022, 0.0) * ctx.prepared)

    def prepare_uniforms(self, settings: Settings, scene: Scene) -> Uniforms:
        sigma = settings.number("sharpen_radius") * scene.scale
        taps = np.exp(-0.5 * (np.arange(REACH + 1) / max(sigma, 1e-3)) ** 2)
        taps /= taps[0] + 2 * taps[1:].sum()
        limit = 1.2 + 0.06 * (100 - settings.number("sharpen_detail"))
        threshold = (settings.number("sharpen_masking") / 100) ** 2 * 0.6
        steepness, offset = (1 / threshold, -0.5) if threshold > 0 else (0.0, 1.0)
        # The floor keeps the logarithm quiet in the dark, where there is nothing to sharpen.
        return {"taps": taps.astype(np.float32), "limit": limit, "steepness": steepness, "offset": offset,
                "floor": scene.dark}  # fmt: skip

    def prepare(self, u: Any, ctx: Any) -> Any:
        """The gain in EV at an amount of 1."""
        ev = ctx.stage("ev", lambda x, y: ctx.log2(ctx.larger(ctx.luminance_at(x, y), 0.0) + u.floor))

        def taps(read: Any) -> Any:
            return u.taps[0] * read(0) + sum(u.taps[i] * (read(-i) + read(i)) for i in range(1, REACH + 1))

        across = ctx.stage("across", lambda x, y: taps(lambda i: ev[x + i, y]))
        x, y = ctx.x, ctx.y
        detail = ev[x, y] - taps(lambda i: across[x, y + i])
        slope_x, slope_y = ev[x + 1, y] - ev[x - 1, y], ev[x, y + 1] - ev[x, y - 1]
        edge = ctx.sqrt(slope_x * slope_x + slope_y * slope_y)
        mask = ctx.smoothstep(edge * u.steepness + u.offset)
        return mask * detail * ctx.inverse(1.0 + u.limit * ctx.absolute(detail))
