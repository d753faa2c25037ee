"""White balance: the colour of the light, in kelvin and tint, as the DNG specification defines them.

The photo is demosaiced under the as-shot white; one matrix in the look stage brings it to the chosen white and, at the
same time, from camera RGB to linear Rec.2020.
Cost: nine multiplications per pixel, fused into the look stage.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from stillbytes.develop.operation import Operation, Scene, Uniforms
from stillbytes.develop.parameter import choice, parameter
from stillbytes.develop.settings import Settings

PRESETS: dict[str, tuple[float, float]] = {
    "daylight": (5500, 10),
    "cloudy": (6500, 10),
    "shade": (7500, 10),
    "tungsten": (2850, 0),
    "fluorescent": (3800, 21),
    "flash": (5500, 0),
}
"""Temperature in kelvin and tint of each preset, the values that Lightroom shows for them."""

MODES = ("as-shot", "auto", *PRESETS, "custom")


class WhiteBalance(Operation, stage="scene", order=10, version=1, group="White balance"):
    white_balance = choice(
        "as-shot",
        MODES,
        xmp="crs:WhiteBalance",
        xmp_choices=(
            "As Shot",
            "Auto",
            "Daylight",
            "Cloudy",
            "Shade",
            "Tungsten",
            "Fluorescent",
            "Flash",
            "Custom",
        ),
        label="White balance",
        says="Where the white point comes from; setting a temperature or tint makes it custom.",
    )
    temperature = parameter(
        None,
        2000,
        50000,
        step=50,
        unit="K",
        scale="log",
        xmp="crs:Temperature",
        gradient=("#3b6fd4", "#c9c9c9", "#e0b03a"),
        says="Colour temperature of the light; higher makes the picture warmer.",
    )
    tint = parameter(
        None,
        -150,
        150,
        xmp="crs:Tint",
        gradient=("#4fa35a", "#c9c9c9", "#b558a8"),
        says="Green to magenta balance of the light; higher makes the picture more magenta.",
    )

    def uniforms(self, settings: Settings, scene: Scene) -> Uniforms:
        return {"matrix": np.asarray(scene.camera_matrix, np.float32).ravel()}

    def build(self, value: Any, u: Any, ctx: Any) -> Any:
        return value.transformed(u.matrix)
