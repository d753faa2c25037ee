"""Camera profile: its matrices, which become the camera's (see `develop.camera.under`), and its table of colours
before exposure, which becomes part of the picture that the look stage reads (see `develop.mapped`). What a profile has
behind exposure is `camera_look`'s.
"""

from __future__ import annotations

from stillbytes.develop.operation import Operation, Scene, Uniforms
from stillbytes.develop.parameter import dcp_file
from stillbytes.develop.settings import Settings


class CameraProfile(Operation, stage="geometry", order=91, version=1, group="Profile"):
    camera_profile = dcp_file(
        xmp="sb:CameraProfile",
        label="Camera profile",
        says="How the camera sees colours: a .dcp file for it, or one that a DNG has inside.",
    )

    def uniforms(self, settings: Settings, scene: Scene) -> Uniforms:
        return {}
