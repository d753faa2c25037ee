"""Vignette: darker or lighter corners of the developed frame, in scene light so that highlights hold.

Other styles than that are at work behind the view, see `vignette_style`.

Cost: about ten operations per pixel, fused into the look stage.
"""

from __future__ import annotations

from typing import Any

from stillbytes.develop.operation import Operation, Scene, Uniforms
from stillbytes.develop.parameter import parameter
from stillbytes.develop.settings import Settings

DARKEST = 2.5
"""EV at -100, where the vignette is whole."""


class Vignette(Operation, stage="scene", order=60, version=1, group="Effects"):
    vignette_amount = parameter(
        0.0,
        -100,
        100,
        xmp="crs:PostCropVignetteAmount",
        label="Vignette",
        says="Brightness of the corners after the crop; negative darkens them.",
    )
    vignette_midpoint = parameter(
        50.0,
        0,
        100,
        xmp="crs:PostCropVignetteMidpoint",
        label="Midpoint",
        says="How far from the centre the vignette begins.",
    )
    vignette_roundness = parameter(
        0.0,
        -100,
        100,
        xmp="crs:PostCropVignetteRoundness",
        label="Roundness",
        says="Shape of the vignette: negative follows the frame, positive makes a circle.",
    )
    vignette_feather = parameter(
        50.0, 0, 100, xmp="crs:PostCropVignetteFeather", label="Feather", says="Softness of the vignette's edge."
    )
    vignette_highlights = parameter(
        0.0,
        0,
        100,
        xmp="crs:PostCropVignetteHighlightContrast",
        label="Highlights kept",
        says="How much of bright light a dark vignette leaves alone.",
    )

    def active(self, settings: Settings) -> bool:
        return "vignette_amount" in settings

    def uniforms(self, settings: Settings, scene: Scene) -> Uniforms:
        amount = settings.number("vignette_amount") / 100 if settings.value("vignette_style") == "highlight" else 0.0
        return {
            "ev": amount * DARKEST,
            "spared": settings.number("vignette_highlights") / 100 if settings.number("vignette_amount") < 0 else 0.0,
            **form(settings, scene),
        }

    def build(self, value: Any, u: Any, ctx: Any) -> Any:
        # From middle grey to what is shown as white.
        bright = ctx.smoothstep(value.ev * (1 / 3.2))
        return value.brightened(u.ev * (1.0 - u.spared * bright) * within(u, ctx))


def form(settings: Settings, scene: Scene) -> dict[str, float]:
    """What `within` reads."""
    roundness = settings.number("vignette_roundness") / 100
    aspect = scene.developed.width / scene.developed.height
    # roundness 1: a circle in pixels; 0: the frame's own ellipse.
    pull = max(roundness, 0.0)
    stretch_x, stretch_y = (aspect**pull, 1.0) if aspect >= 1 else (1.0, aspect**-pull)
    start = 0.3 + 1.0 * settings.number("vignette_midpoint") / 100
    width = 0.15 + 1.35 * settings.number("vignette_feather") / 100
    return {
        "stretch_x": stretch_x,
        "stretch_y": stretch_y,
        "square": max(-roundness, 0.0),
        "start": start - width / 2,
        "slope": 1 / width,
    }


def within(u: Any, ctx: Any) -> Any:
    """How much of the vignette is at this pixel, 0..1."""
    x, y = ctx.across * u.stretch_x, ctx.down * u.stretch_y
    circle = x * x + y * y
    box = ctx.larger(x * x, y * y) + 0.25 * ctx.smaller(x * x, y * y)
    radius = ctx.sqrt(ctx.mix(circle, box, u.square))
    return ctx.smoothstep((radius - u.start) * u.slope)
