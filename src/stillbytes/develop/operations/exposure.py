"""Exposure: scene-linear gain in EV.

Cost: three multiplications per pixel, fused into the look stage.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.develop.operation import Operation, Scene, Uniforms
from stillbytes.develop.parameter import parameter
from stillbytes.develop.settings import Settings


class Exposure(Operation, stage="scene", order=20, version=1, group="Tone"):
    exposure = parameter(
        0.0,
        -5.0,
        5.0,
        step=0.01,
        unit="EV",
        xmp="crs:Exposure2012",
        says="Brightness of the whole picture; +1 doubles the light.",
        scope="both",
    )

    def uniforms(self, settings: Settings, scene: Scene) -> Uniforms:
        return {"exposure": settings.number("exposure"), "baseline": scene.baseline}

    def local_light(self, delta: Mapping[str, Any]) -> NDArray[np.float32]:
        return np.array([*[delta.get("exposure", 0.0)] * 3, 0.0], np.float32)

    def build(self, value: Any, u: Any, ctx: Any) -> Any:
        ev = u.exposure + u.baseline
        ctx.brightened(ev)
        return value.brightened(ev)
