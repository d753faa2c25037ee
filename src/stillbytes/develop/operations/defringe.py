"""Defringe: takes purple and green seams off strong edges, where lenses colour what is out of focus.

Hue is an angle in white-balanced camera RGB: red 0°, yellow 60°, green 120°, blue 240°. Only what is within a few
pixels of a strong edge changes, and of that only what has the chosen hues; its brightness stays.
Cost: four separable passes over luminance once per view; then about forty operations per pixel.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from stillbytes.develop.colour import REC2020_LUMINANCE
from stillbytes.develop.operation import Operation, Scene, Uniforms
from stillbytes.develop.parameter import parameter
from stillbytes.develop.settings import Settings

REACH = 4
"""Pixels from an edge within which colour counts as a seam of it."""
HUES = {"purple": (225.0, 1.2), "green": (75.0, 1.2)}
"""Hue in degrees where a range's slider stands at 0, and degrees for each step of it."""
SOFT = 12.0
"""Degrees over which a range ends."""
WEAKEST, STRONGEST = 0.8, 2.2
"""EV across REACH at which an edge begins to count, and counts in full."""


class Defringe(Operation, stage="detail", order=5, version=1, group="Lens", seldom=True):
    defringe_purple = parameter(
        0.0, 0, 20, xmp="crs:DefringePurpleAmount", label="Defringe purple", says="Takes purple seams off edges."
    )
    defringe_purple_low = parameter(
        30.0, 0, 90, xmp="crs:DefringePurpleHueLo", label="Defringe purple first hue", says="First hue: 0 is blue."
    )
    defringe_purple_high = parameter(
        70.0, 10, 100, xmp="crs:DefringePurpleHueHi", label="Defringe purple last hue", says="Last hue: 100 is red."
    )
    defringe_green = parameter(
        0.0, 0, 20, xmp="crs:DefringeGreenAmount", label="Defringe green", says="Takes green seams off edges."
    )
    defringe_green_low = parameter(
        40.0, 0, 90, xmp="crs:DefringeGreenHueLo", label="Defringe green first hue", says="First hue: 0 is yellow."
    )
    defringe_green_high = parameter(
        60.0,
        10,
        100,
        xmp="crs:DefringeGreenHueHi",
        label="Defringe green last hue",
        says="Last hue: 100 is blue-green.",
    )

    def active(self, settings: Settings) -> bool:
        return settings.number("defringe_purple") > 0 or settings.number("defringe_green") > 0

    def uniforms(self, settings: Settings, scene: Scene) -> Uniforms:
        luma = REC2020_LUMINANCE @ scene.camera_matrix
        found: dict[str, Any] = {"luma": (luma / luma.sum()).astype(np.float32)}
        for name, (zero, per_step) in HUES.items():
            low, high = settings.number(f"defringe_{name}_low"), settings.number(f"defringe_{name}_high")
            low, high = min(low, high), max(low, high)
            middle, half = np.radians(zero + per_step * (low + high) / 2), np.radians(per_step * (high - low) / 2)
            inner, outer = np.cos(half), np.cos(min(half + np.radians(SOFT), np.pi))
            scale = 1 / max(inner - outer, 1e-3)
            # smoothstep(along * x + across * y + offset) of the unit vector (x, y) of a hue is its weight.
            found[name] = np.array(
                [np.cos(middle) * scale, np.sin(middle) * scale, -outer * scale,
                 settings.number(f"defringe_{name}") / 20], np.float32,
            )  # fmt: skip
        return found

    def prepare_uniforms(self, settings: Settings, scene: Scene) -> Uniforms:
        return {"floor": scene.dark}

    def prepare(self, u: Any, ctx: Any) -> Any:
        """0..1: how strong the strongest edge close by is."""
        x, y, reach = ctx.x, ctx.y, range(-REACH, REACH + 1)
        ev = ctx.stage("ev", lambda x, y: ctx.log2(ctx.larger(ctx.luminance_at(x, y), 0.0) + u.floor))
        most = ctx.stage("most", lambda x, y: ctx.larger(*(ev[x + i, y] for i in reach)))
        least = ctx.stage("least", lambda x, y: ctx.smaller(*(ev[x + i, y] for i in reach)))
        range_ev = ctx.larger(*(most[x, y + i] for i in reach)) - ctx.smaller(*(least[x, y + i] for i in reach))
        return ctx.smoothstep((range_ev - WEAKEST) * (1 / (STRONGEST - WEAKEST)))

    def build(self, value: Any, u: Any, ctx: Any) -> Any:
        red, green, blue = value.rgb
        along, across = red - 0.5 * (green + blue), 0.8660254 * (green - blue)
        length = ctx.sqrt(along * along + across * across + 1e-12)
        inverse = ctx.inverse(length)
        along, across = along * inverse, across * inverse
        brightest = ctx.larger(red, green, blue)
        # What has next to no colour keeps it: noise has every hue.
        coloured = ctx.smoothstep(length * ctx.inverse(ctx.larger(brightest, 1e-6)) * 6.0 - 0.3)
        part = 0.0
        for hue in (u.purple, u.green):
            part = part + hue[3] * ctx.smoothstep(hue[0] * along + hue[1] * across + hue[2])
        part = ctx.smaller(part, 1.0) * coloured * ctx.prepared
        grey = u.luma[0] * red + u.luma[1] * green + u.luma[2] * blue
        return value.lit([c + (grey - c) * part for c in value.rgb], value.ev)
