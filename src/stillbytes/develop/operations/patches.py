"""Patches: pixels in place of the photo's own, inserted before colour and tone. Cost: none where there is none."""

from __future__ import annotations

from stillbytes.develop.operation import Operation, Scene, Uniforms
from stillbytes.develop.parameter import patches
from stillbytes.develop.settings import Settings


class Patches(Operation, stage="geometry", order=30, version=1, group="Patches"):
    patches = patches(says="What was removed, filled in or healed, the lowest first.")

    def uniforms(self, settings: Settings, scene: Scene) -> Uniforms:
        return {}
