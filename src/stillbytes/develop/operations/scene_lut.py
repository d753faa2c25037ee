"""A look-up table made for a camera's logarithmic recordings, which takes the place of the view transform.

What stands before it in the pipeline works on the light that it is given, what stands behind on the picture it makes.
Its parameters are those of `lut`. Cost: as there.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.develop import luts
from stillbytes.develop.lut_spaces import LUT_SPACES
from stillbytes.develop.operation import Operation, Scene, Uniforms
from stillbytes.develop.settings import Settings


class SceneLut(Operation, stage="view", order=20, version=1, group="Profile", seldom=True, gridded=True):
    def active(self, settings: Settings) -> bool:
        return "lut" in settings and LUT_SPACES[str(settings.value("lut_space"))].scene

    def uniforms(self, settings: Settings, scene: Scene) -> Uniforms:
        return luts.uniforms_of(settings, scene)

    def grid(self, settings: Settings, scene: Scene) -> tuple[NDArray[np.uint64], tuple[int, int, int]] | None:
        return luts.grid_of(scene.table) if self.active(settings) else None

    def build(self, value: Any, u: Any, ctx: Any) -> Any:
        return luts.build(value, ctx.light, u, ctx)
