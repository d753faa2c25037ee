"""Lens corrections by hand, and those that a DNG file brings along. Part of the one resampling, see `resampling.warp`.

Cost: that of a turned crop, when nothing else turns or bends the picture; else nothing.
"""

from __future__ import annotations

from stillbytes.develop.operation import Operation, Scene, Uniforms
from stillbytes.develop.parameter import choice, parameter
from stillbytes.develop.settings import Settings


class LensManual(Operation, stage="geometry", order=3, version=1, group="Lens"):
    embedded_corrections = choice(
        "on",
        ("on", "off"),
        xmp="sb:EmbeddedCorrections",
        label="Corrections in the file",
        says="Whether distortion and vignetting are corrected as a DNG file itself says; where it says nothing, "
        "nothing is done.",
    )
    manual_distortion = parameter(
        0.0,
        -100,
        100,
        xmp="crs:LensManualDistortionAmount",
        label="Manual distortion",
        says="Straightens lines by hand: positive those that bulge outwards, negative those that bend inwards.",
    )
    manual_vignette = parameter(
        0.0,
        -100,
        100,
        xmp="crs:VignetteAmount",
        label="Manual vignetting",
        says="Brightens (or, negative, darkens) the corners of the uncropped photo.",
    )
    manual_vignette_midpoint = parameter(
        50.0,
        0,
        100,
        xmp="crs:VignetteMidpoint",
        label="Manual vignetting midpoint",
        says="How far from the centre that begins.",
    )

    def active(self, settings: Settings) -> bool:
        return "manual_distortion" in settings or "manual_vignette" in settings

    def uniforms(self, settings: Settings, scene: Scene) -> Uniforms:
        return {}
