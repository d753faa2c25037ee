"""Adjustments: what masks add to the settings. The operations themselves add it, each to its own numbers.

Cost: about 1 ms per mask and megapixel on two AVX-512 cores, within the look stage.
"""

from __future__ import annotations

from stillbytes.develop.operation import Operation, Scene, Uniforms
from stillbytes.develop.parameter import adjustments
from stillbytes.develop.settings import Settings


class Adjustments(Operation, stage="geometry", order=20, version=1, group="Masks"):
    adjustments = adjustments(says="Masks, and what each adds to the settings where it is.")

    def uniforms(self, settings: Settings, scene: Scene) -> Uniforms:
        return {}
