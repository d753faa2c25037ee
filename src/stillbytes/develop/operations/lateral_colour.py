"""Lateral colour fringes, measured in the photo itself: red and blue brought to the size that green has.

`resampling.lateral` measures them once per photo; they are corrected in the one resampling, see `resampling.warp`.
Cost: the measurement about 0.3 s once, then that of a turned crop.
"""

from __future__ import annotations

from stillbytes.develop.operation import Operation, Scene, Uniforms
from stillbytes.develop.operations.lens_profile import NUMBERS
from stillbytes.develop.parameter import toggle
from stillbytes.develop.settings import Settings


class LateralColour(Operation, stage="geometry", order=4, version=1, group="Lens"):
    remove_fringes = toggle(
        xmp="crs:AutoLateralCA",
        xmp_choices=NUMBERS,
        label="Remove colour fringes",
        says="Measures the colour fringes that grow towards the photo's edges, and takes them away.",
    )

    def uniforms(self, settings: Settings, scene: Scene) -> Uniforms:
        return {}
