"""Masks: in, grown, feathered, combined."""
# mypy: disable-error-code="empty-body"

from __future__ import annotations

from typing import Literal

from stillbytes.engines.comfyui.declare import node
from stillbytes.engines.comfyui.edge import Image, Mask
from stillbytes.engines.comfyui.nodes.images import InputFile


@node("LoadImageMask")
def load_mask(image: InputFile, channel: Literal["alpha", "red", "green", "blue"] = "red") -> Mask: ...


@node("ImageToMask")
def image_to_mask(image: Image, channel: Literal["red", "green", "blue", "alpha"] = "red") -> Mask: ...


@node("MaskToImage")
def mask_to_image(mask: Mask) -> Image: ...


@node("InvertMask")
def invert_mask(mask: Mask) -> Mask: ...


@node("GrowMask")
def grow_mask(mask: Mask, expand: int, tapered_corners: bool = True) -> Mask:
    """expand: in pixels; negative shrinks."""


@node("FeatherMask")
def feather_mask(mask: Mask, left: int = 0, top: int = 0, right: int = 0, bottom: int = 0) -> Mask:
    """Fades the mask out towards the borders of the picture, in pixels."""


@node("CropMask")
def crop_mask(mask: Mask, x: int, y: int, width: int, height: int) -> Mask: ...


@node("MaskComposite")
def combine_masks(
    destination: Mask,
    source: Mask,
    x: int = 0,
    y: int = 0,
    operation: Literal["multiply", "add", "subtract", "and", "or", "xor"] = "add",
) -> Mask: ...


@node("SolidMask")
def solid_mask(value: float, width: int, height: int) -> Mask: ...


@node("ThresholdMask")
def threshold_mask(mask: Mask, value: float = 0.5) -> Mask: ...
