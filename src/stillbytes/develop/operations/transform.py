"""Transform: the camera turned after the fact, so that what is upright or level stands or lies straight.

Vertical and horizontal are turns of the camera up or down and left or right, about the lens's centre, with the focal
length that the file tells; so the proportions of a facade come out right. Part of the one resampling, see
`develop.resampling.warp`. Cost: that of a turned crop.
"""

from __future__ import annotations

from stillbytes.develop.operation import Operation, Scene, Uniforms
from stillbytes.develop.operations.lens_profile import NUMBERS
from stillbytes.develop.parameter import parameter, toggle
from stillbytes.develop.settings import Settings


class Transform(Operation, stage="geometry", order=7, version=1, group="Transform"):
    perspective_vertical = parameter(
        0.0,
        -100,
        100,
        step=0.1,
        xmp="crs:PerspectiveVertical",
        label="Perspective vertical",
        says="Makes upright lines parallel: negative for a camera that looked up, positive for one that looked down.",
    )
    perspective_horizontal = parameter(
        0.0,
        -100,
        100,
        step=0.1,
        xmp="crs:PerspectiveHorizontal",
        label="Perspective horizontal",
        says="Makes level lines parallel: negative for a camera that looked left, positive for one that looked right.",
    )
    perspective_rotate = parameter(
        0.0, -10, 10, step=0.01, unit="°", xmp="crs:PerspectiveRotate", label="Perspective rotate",
        says="Turns the picture clockwise, before it is cropped.",
    )  # fmt: skip
    perspective_aspect = parameter(
        0.0,
        -100,
        100,
        xmp="crs:PerspectiveAspect",
        label="Perspective aspect",
        says="Makes things narrower and taller; negative wider and lower.",
    )
    perspective_scale = parameter(
        100.0,
        50,
        150,
        step=0.1,
        unit="%",
        xmp="crs:PerspectiveScale",
        label="Perspective scale",
        says="Enlarges the picture.",
    )
    perspective_x = parameter(
        0.0,
        -100,
        100,
        step=0.1,
        xmp="crs:PerspectiveX",
        label="Perspective across",
        says="Moves the picture to the right.",
    )
    perspective_y = parameter(
        0.0, -100, 100, step=0.1, xmp="crs:PerspectiveY", label="Perspective up", says="Moves the picture up."
    )
    constrain_crop = toggle(
        xmp="crs:CropConstrainToWarp",
        xmp_choices=NUMBERS,
        label="Constrain crop",
        says="Shows only the part of the crop that the photo fills.",
    )

    def uniforms(self, settings: Settings, scene: Scene) -> Uniforms:
        return {}
