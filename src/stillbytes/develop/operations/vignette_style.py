"""Styles of the vignette that are laid over the finished picture, where the usual one changes the light of the scene.

Colour priority makes display light darker or lighter and keeps its colours: bright corners do not bleach, and darkened
ones get no more saturated. Paint lays black or white over, as a brush would. It comes after grain, where colours are
RGB again: between operations in Lab it would have them turned and turned back.
Cost: about 40 operations per pixel, none in pictures that use none of what is seldom used.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stillbytes.develop.operation import Operation, Scene, Uniforms
from stillbytes.develop.operations.vignette import DARKEST, form, within
from stillbytes.develop.parameter import choice
from stillbytes.develop.settings import Settings


class VignetteStyle(Operation, stage="display", order=85, version=1, group="Effects", seldom=True):
    vignette_style = choice(
        "highlight",
        ("highlight", "colour", "paint"),
        xmp="crs:PostCropVignetteStyle",
        xmp_choices=("1", "2", "3"),
        label="Vignette style",
        labels=("Highlight priority", "Colour priority", "Paint overlay"),
        says="Whether a vignette dims light, so that highlights come back; brightness alone; or is painted on.",
    )

    def active(self, settings: Settings) -> bool:
        return "vignette_style" in settings and "vignette_amount" in settings

    def uniforms(self, settings: Settings, scene: Scene) -> Uniforms:
        style, amount = settings.value("vignette_style"), settings.number("vignette_amount") / 100
        return {
            "ev": amount * DARKEST if style == "colour" else 0.0,
            "spared": settings.number("vignette_highlights") / 100 if amount < 0 else 0.0,
            "cover": abs(amount) if style == "paint" else 0.0,
            "paint": float(amount > 0),
            **form(settings, scene),
        }

    def switches(self, settings: Settings) -> Sequence[bool]:
        return [self.active(settings)]

    def build(self, value: Any, u: Any, ctx: Any) -> Any:
        rgb = ctx.stored(value.rgb)

        def styled() -> list[Any]:
            there = within(u, ctx)
            brightest = ctx.larger(*rgb, 1e-6)
            gain = ctx.exp2(u.ev * (1.0 - u.spared * ctx.smoothstep(brightest)) * there)
            # The colour stays, also of what gets white.
            gain = ctx.smaller(gain, ctx.larger(ctx.inverse(brightest), 1.0))
            cover = u.cover * there
            new = []
            for c in rgb:
                root = ctx.sqrt(ctx.larger(c * gain, 0.0))  # about as the eye sees brightness
                root = ctx.mix(root, u.paint, cover)
                new.append(root * root)
            return new

        return value.of(ctx.replaced_if(u.switches[0], rgb, styled))
