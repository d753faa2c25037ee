"""A colour look-up table over the finished picture, in an encoding for screens; see `scene_lut` for those of cameras.

Tetrahedral interpolation between its nodes, behind the table's own curves.
Cost: seven table look-ups per pixel, none where there is no table.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.develop import luts
from stillbytes.develop.lut_spaces import LUT_SPACES
from stillbytes.develop.operation import Operation, Scene, Uniforms
from stillbytes.develop.parameter import choice, lut_file, parameter
from stillbytes.develop.settings import Settings


class Lut(Operation, stage="display", order=90, version=1, group="Profile", seldom=True, gridded=True):
    lut = lut_file(xmp="sb:Lut", label="LUT", says="A colour look-up table: .cube, .3dl or a HaldCLUT picture.")
    lut_amount = parameter(
        100.0, 0, 200, unit="%", xmp="sb:LutAmount", label="LUT amount", says="How much of the look-up table."
    )
    lut_space = choice(
        "srgb",
        tuple(LUT_SPACES),
        xmp="sb:LutSpace",
        label="LUT made for",
        says="The encoding that the look-up table was made for.",
        labels=tuple(space.label for space in LUT_SPACES.values()),
    )

    def active(self, settings: Settings) -> bool:
        return "lut" in settings and not LUT_SPACES[str(settings.value("lut_space"))].scene

    def uniforms(self, settings: Settings, scene: Scene) -> Uniforms:
        return luts.uniforms_of(settings, scene)

    def grid(self, settings: Settings, scene: Scene) -> tuple[NDArray[np.uint64], tuple[int, int, int]] | None:
        return luts.grid_of(scene.table) if self.active(settings) else None

    def build(self, value: Any, u: Any, ctx: Any) -> Any:
        return luts.build(value, None, u, ctx)
