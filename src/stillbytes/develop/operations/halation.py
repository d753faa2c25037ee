"""Halation: the red-orange glow around bright things on film, whose light goes through its layers and comes back.

Light spreads before exposure, so that any exposure shows the same glow, and only reaches what is darker than it: bright
things keep their colour and edges. The map of spread light (see `develop.glow`) belongs to the photo and lies alike at
every scale. What the sensor clipped was brighter than it tells, so it counts for more.
Cost: three rows that are kept, and the glow only where there is some; its map is made anew when the radius changes.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from stillbytes.develop.glow import BRIGHTEST
from stillbytes.develop.operation import Operation, Scene, Uniforms
from stillbytes.develop.parameter import parameter
from stillbytes.develop.settings import Settings
from stillbytes.develop.textures import Texture

TINT = (1.0, 0.24, 0.04)
"""Linear Rec.2020: the layer that sees red lies deepest, nearest to what reflects."""
LUMINANCE = 0.2627 * TINT[0] + 0.678 * TINT[1] + 0.0593 * TINT[2]
STRONGEST = 0.6
"""Of the spread light, what is added to red at 100."""
BRIGHTER = 1.5
"""Times the light of a place that has to spread to it before it shows: noise and texture are less."""


class Halation(Operation, stage="scene", order=12, version=1, group="Effects", seldom=True, drawing=True):
    halation_amount = parameter(
        0.0, 0, 100, xmp="sb:HalationAmount", label="Halation", says="How strong bright things glow red, as on film."
    )
    halation_radius = parameter(
        0.6,
        0.1,
        3.0,
        step=0.1,
        unit="%",
        xmp="sb:HalationRadius",
        label="Halation radius",
        says="How far that glow reaches, in parts of the photo's long edge.",
    )

    def active(self, settings: Settings) -> bool:
        return "halation_amount" in settings

    def uniforms(self, settings: Settings, scene: Scene) -> Uniforms:
        drawn = self.drawn(settings, scene)
        nothing = [0.0] * 6
        return {
            "strength": settings.number("halation_amount") / 100 * STRONGEST,
            "place": np.array(nothing if drawn is None else drawn.place, np.float32),
        }

    def drawn(self, settings: Settings, scene: Scene) -> Texture | None:
        if not self.active(settings) or scene.affine is None or scene.frame is None or scene.shining is None:
            return None
        radius = settings.number("halation_radius") / 100 * scene.frame.long_edge
        return scene.shining.spread(radius, scene.affine, scene.scale, scene.developed)

    def build(self, value: Any, u: Any, ctx: Any) -> Any:
        (ev,) = ctx.stored([value.ev])

        def glowing() -> list[Any]:
            root = u.drawing.at(u.place, ctx)
            own = ctx.exp2(ev) * 0.18
            glow = ctx.larger(root * root * BRIGHTEST - BRIGHTER * own, 0.0) * u.strength
            return [glow, ctx.log2(1.0 + glow * LUMINANCE * ctx.inverse(ctx.larger(own, 1e-6)))]

        glow, brighter = ctx.replaced_if(u.drawing.on, [0.0, 0.0], glowing)
        return value.lit([c + glow * tint for c, tint in zip(value.rgb, TINT, strict=True)], ev + brighter)
