"""Crop, straighten, rotate and flip: which part of the frame is developed, and which way up.

(left, top) and (right, bottom) are opposite corners of a rectangle turned clockwise by the angle about its centre,
normalised to the upright, uncropped frame, as in Adobe's XMP. They may lie up to one frame beyond it on every side: the
canvas there is empty, see `resampling.canvas`, until a patch covers it. Flips, then quarter turns, are applied to the
cut.
Cost: one Lanczos resampling when the angle or the scale asks for it, else none.
"""

from __future__ import annotations

from stillbytes.develop.operation import Operation, Scene, Uniforms
from stillbytes.develop.parameter import choice, parameter, toggle
from stillbytes.develop.settings import Settings

CORNERS = (-1, 2)
"""Their range: one frame beyond every side."""
BEYOND = "outside of 0..1 the canvas is new"


class Crop(Operation, stage="geometry", order=10, version=1, group="Crop"):
    crop_left = parameter(
        0.0, *CORNERS, step=0.0001, xmp="crs:CropLeft", says=f"Left corner, as a part of the width; {BEYOND}."
    )
    crop_top = parameter(
        0.0, *CORNERS, step=0.0001, xmp="crs:CropTop", says=f"Top corner, as a part of the height; {BEYOND}."
    )
    crop_right = parameter(
        1.0, *CORNERS, step=0.0001, xmp="crs:CropRight", says=f"Right corner, as a part of the width; {BEYOND}."
    )
    crop_bottom = parameter(
        1.0, *CORNERS, step=0.0001, xmp="crs:CropBottom", says=f"Bottom corner, as a part of the height; {BEYOND}."
    )
    crop_angle = parameter(
        0.0, -45, 45, step=0.01, unit="°", xmp="crs:CropAngle", label="Angle", says="Straightens the picture."
    )
    rotate = choice("0", ("0", "90", "180", "270"), xmp="sb:Rotate", says="Quarter turns clockwise, in degrees.")
    flip_horizontal = toggle(xmp="sb:FlipHorizontal", says="Mirrors left and right.")
    flip_vertical = toggle(xmp="sb:FlipVertical", says="Mirrors top and bottom.")

    def uniforms(self, settings: Settings, scene: Scene) -> Uniforms:
        return {}
