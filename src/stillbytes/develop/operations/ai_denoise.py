"""AI denoise: how much of the light that a network made of the photo's takes the place of the photo's own.

The network has worked before (see `generate.denoise`), and what it made lies beside the sidecar. Two sensor stages are
mixed (see `develop.clean`), before patches, geometry and look, so that no kernel knows of it.
"""

from __future__ import annotations

from stillbytes.develop.operation import Operation, Scene, Uniforms
from stillbytes.develop.parameter import parameter, text
from stillbytes.develop.settings import Settings


class AiDenoise(Operation, stage="geometry", order=92, version=1, group="Detail"):
    ai_denoise = parameter(
        0,
        0,
        100,
        xmp="sb:DenoiseAmount",
        label="AI denoise",
        says="How much of the photo as a network cleaned it is seen; what is left has the noise reduction above.",
    )
    ai_denoise_model = text(
        xmp="sb:DenoiseModel",
        label="AI denoise model",
        says="The network whose result that is, as `stillbytes models list` names it.",
    )

    def uniforms(self, settings: Settings, scene: Scene) -> Uniforms:
        return {}
