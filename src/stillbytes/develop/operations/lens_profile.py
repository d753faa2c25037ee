"""Lens profile: distortion, lateral colour and vignetting of a lens that Lensfun's database knows.

The corrections are found by `photo.lens` from what the file says of camera and lens, or from a name given here; the
parameters only say how much of each is taken. They are part of the one resampling, see `develop.resampling.warp`.
Cost: that of a turned crop, when nothing else turns or bends the picture; else nothing.
"""

from __future__ import annotations

from stillbytes.develop.operation import Operation, Scene, Uniforms
from stillbytes.develop.parameter import parameter, text, toggle
from stillbytes.develop.settings import Settings

NUMBERS = ("0", "1")
"""How Adobe's files write off and on here."""


class LensProfile(Operation, stage="geometry", order=2, version=1, group="Lens"):
    lens_profile = toggle(
        xmp="crs:LensProfileEnable",
        xmp_choices=NUMBERS,
        label="Lens profile",
        says="Corrects what the lens is known to do: distortion, colour fringes at the edges, dark corners.",
    )
    lens = text(
        xmp="sb:Lens",
        says="The lens, where the file does not say it or says it wrongly: its name or a part of it, as `stillbytes "
        "lenses` lists them.",
    )
    lens_distortion = parameter(
        100.0, 0, 200, unit="%", xmp="crs:LensProfileDistortionScale", says="How much of the distortion is corrected."
    )
    lens_fringes = parameter(
        100.0,
        0,
        200,
        unit="%",
        xmp="crs:LensProfileChromaticAberrationScale",
        says="How much of the lateral colour fringes is corrected.",
    )
    lens_vignetting = parameter(
        100.0, 0, 200, unit="%", xmp="crs:LensProfileVignettingScale", says="How much the corners are brightened."
    )

    def active(self, settings: Settings) -> bool:
        return "lens_profile" in settings

    def uniforms(self, settings: Settings, scene: Scene) -> Uniforms:
        return {}
