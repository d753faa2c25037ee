"""Hue and colour overlay of adjustments: turns all hues, lays a colour over.

Cost: about 20 operations per pixel, only in kernels with adjustments.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from stillbytes.develop.operation import Operation, Uniforms
from stillbytes.develop.parameter import parameter

OVERLAY = 0.16
"""Oklab chroma that a full overlay adds to middle tones."""


class LocalColour(Operation, stage="display", order=45, version=1, group="Presence"):
    hue = parameter(0.0, -180, 180, xmp="crs:LocalHue", unit="\N{DEGREE SIGN}", says="Turns all hues.", scope="local")
    overlay_hue = parameter(
        0.0, 0, 360, xmp="crs:LocalToningHue", unit="\N{DEGREE SIGN}", says="Hue of the colour that is laid over.",
        scope="local",
    )  # fmt: skip
    overlay_saturation = parameter(
        0.0, 0, 100, xmp="crs:LocalToningSaturation", says="Strength of the colour that is laid over.", scope="local"
    )

    def local_uniforms(self, delta: Mapping[str, Any]) -> Uniforms:
        # Hue 0 is red, at about 28 degrees in Oklab, as on the grading wheels.
        angle = np.deg2rad(delta.get("overlay_hue", 0.0) + 28.0)
        radius = delta.get("overlay_saturation", 0.0) / 100 * OVERLAY
        return {
            "turn": delta.get("hue", 0.0) / 360,
            "overlay": np.array([radius * np.cos(angle), radius * np.sin(angle)], np.float32),
        }

    def build(self, value: Any, u: Any, ctx: Any) -> Any:
        lightness, a, b = value.lab
        sine, cosine = ctx.sine_cosine(u.turn)
        fade = ctx.smoothstep(lightness * 6.0) * ctx.smoothstep((1.0 - lightness) * 8.0)
        return value.of_lab(
            lightness, a * cosine - b * sine + u.overlay[0] * fade, a * sine + b * cosine + u.overlay[1] * fade
        )
