"""Colour grading: a hue, saturation and brightness for shadows, midtones, highlights and the whole picture.

Tints are offsets in Oklab (Ottosson 2020), weighted by lightness; the three regional weights sum to one.
Cost: about 30 operations per pixel where it is at work, fused into the look stage.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from stillbytes.develop.operation import Operation, Scene, Uniforms
from stillbytes.develop.operations.calibration import shadow_shift
from stillbytes.develop.parameter import Parameter, parameter
from stillbytes.develop.settings import Settings

REGIONS = {"shadows": "Shadow", "midtones": "Midtone", "highlights": "Highlight", "global": "Global"}
WHEEL = ("#d9483b", "#d9c83b", "#55a84a", "#3fb3b0", "#4a72d0", "#cc4f9d", "#d9483b")


def _sliders() -> dict[str, Parameter]:
    found = {}
    for region, adobe in REGIONS.items():
        where = "whole picture" if region == "global" else region
        name = region.capitalize()
        # Lightroom keeps the shadows' and highlights' tint in the fields of the older split toning.
        older = adobe in ("Shadow", "Highlight")
        hue = f"crs:SplitToning{adobe}Hue" if older else f"crs:ColorGrade{adobe}Hue"
        saturation = f"crs:SplitToning{adobe}Saturation" if older else f"crs:ColorGrade{adobe}Sat"
        found[f"grade_{region}_hue"] = parameter(
            0.0, 0, 360, unit="°", xmp=hue, label=f"{name} hue", gradient=WHEEL, says=f"Tint of the {where}."
        )
        found[f"grade_{region}_saturation"] = parameter(
            0.0, 0, 100, xmp=saturation, label=f"{name} saturation", says=f"Strength of the {where}' tint."
        )
        found[f"grade_{region}_luminance"] = parameter(
            0.0,
            -100,
            100,
            xmp=f"crs:ColorGrade{adobe}Lum",
            label=f"{name} luminance",
            says=f"Brightness of the {where}.",
        )
    found["grade_blending"] = parameter(
        50.0, 0, 100, xmp="crs:ColorGradeBlending", label="Blending", says="How far the regions overlap."
    )
    found["grade_balance"] = parameter(
        0.0,
        -100,
        100,
        xmp="crs:SplitToningBalance",
        label="Balance",
        says="Moves the border between shadows and highlights; positive favours the highlights.",
    )
    return found


class ColourGrading(Operation, stage="display", order=50, version=1, group="Colour grading", seldom=True):
    locals().update(_sliders())

    def active(self, settings: Settings) -> bool:
        graded = any(f"grade_{r}_{k}" in settings for r in REGIONS for k in ("saturation", "luminance"))
        return graded or "calibration_shadow_tint" in settings

    def uniforms(self, settings: Settings, scene: Scene) -> Uniforms:
        found: dict[str, float | np.ndarray[Any, np.dtype[np.float32]]] = {}
        for region in REGIONS:
            # The wheel's hue 0 is red, at about 28 degrees in Oklab.
            angle = np.deg2rad(settings.number(f"grade_{region}_hue") + 28.0)
            radius = settings.number(f"grade_{region}_saturation") / 100 * 0.13
            lift = settings.number(f"grade_{region}_luminance") / 100 * 0.12
            found[region] = np.array([lift, radius * np.cos(angle), radius * np.sin(angle)], np.float32)
        tint = shadow_shift(settings)
        found["shadows"] = np.asarray(found["shadows"] + np.array([0.0, *tint]), np.float32)
        found["border"] = 0.5 - settings.number("grade_balance") / 100 * 0.25
        found["steepness"] = 0.5 / (0.06 + settings.number("grade_blending") / 100 * 0.4)
        return found

    def switches(self, settings: Settings) -> Sequence[bool]:
        return [self.active(settings)]

    def build(self, value: Any, u: Any, ctx: Any) -> Any:
        lightness, a, b = ctx.stored(value.lab)

        def tinted() -> list[Any]:
            high = ctx.smoothstep((lightness - u.border) * u.steepness + 0.25)
            low = ctx.smoothstep((u.border - lightness) * u.steepness + 0.25)
            middle = 1.0 - high - low
            # A tint fades at black and white, which keeps both clean.
            fade = ctx.smoothstep(lightness * 6.0) * ctx.smoothstep((1.0 - lightness) * 8.0)
            shifts = [
                u.shadows[i] * low + u.midtones[i] * middle + u.highlights[i] * high + getattr(u, "global")[i]
                for i in range(3)
            ]
            lifted = ctx.clamp(lightness + shifts[0] * ctx.smoothstep(lightness * 8.0), 0.0, 1.0)
            return [lifted, a + shifts[1] * fade, b + shifts[2] * fade]

        return value.of_lab(*ctx.replaced_if(u.switches[0], [ctx.clamp(lightness, 0.0, 1.0), a, b], tinted))
