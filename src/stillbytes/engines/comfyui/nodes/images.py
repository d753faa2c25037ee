"""Pictures: in and out, scaled, cut, put together."""
# mypy: disable-error-code="empty-body"

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple

from stillbytes.engines.comfyui.declare import OneOf, node
from stillbytes.engines.comfyui.edge import Image, Mask, Output, UpscaleModel

InputFile = Annotated[str, OneOf()]
"""A picture in ComfyUI's input folder, uploaded before the workflow is sent."""
Resampling = Literal["nearest-exact", "bilinear", "area", "bicubic", "lanczos"]


class WithMask(NamedTuple):
    """mask: what is transparent in the file, or what was added."""

    image: Image
    mask: Mask


@node("LoadImage")
def load_image(image: InputFile) -> WithMask: ...


@node("SaveImageWebsocket")
def save_image_websocket(images: Image) -> Output:
    """Sends PNGs over the socket and writes no file."""


@node("PreviewImage")
def preview_image(images: Image) -> Output:
    """Writes PNGs into ComfyUI's temporary folder."""


@node("SaveImage")
def save_image(images: Image, filename_prefix: str = "stillbytes") -> Output: ...


@node("ImageScale")
def scale_image(
    image: Image,
    upscale_method: Resampling,
    width: int,
    height: int,
    crop: Literal["disabled", "center"] = "disabled",
) -> Image:
    """A width or height of 0 follows from the other."""


@node("ImageScaleBy")
def scale_image_by(image: Image, upscale_method: Resampling, scale_by: float = 1.0) -> Image: ...


@node("ImageScaleToTotalPixels")
def scale_image_to_megapixels(image: Image, upscale_method: Resampling, megapixels: float = 1.0) -> Image: ...


@node("ImageUpscaleWithModel")
def upscale_with_model(upscale_model: UpscaleModel, image: Image) -> Image:
    """In tiles, which ComfyUI halves by itself when they do not fit."""


@node("ImageCrop")
def crop_image(image: Image, width: int, height: int, x: int, y: int) -> Image: ...


@node("ImagePadForOutpaint")
def pad_for_outpaint(
    image: Image, left: int = 0, top: int = 0, right: int = 0, bottom: int = 0, feathering: int = 40
) -> WithMask: ...


@node("ImageCompositeMasked")
def composite(
    destination: Image, source: Image, x: int = 0, y: int = 0, resize_source: bool = False, mask: Mask | None = None
) -> Image: ...


@node("ImageInvert")
def image_invert(image: Image) -> Image: ...


@node("ImageBlur")
def blur_image(image: Image, blur_radius: int = 1, sigma: float = 1.0) -> Image: ...


@node("ImageSharpen")
def sharpen_image(image: Image, sharpen_radius: int = 1, sigma: float = 1.0, alpha: float = 1.0) -> Image: ...


@node("ImageBatch")
def batch_images(image1: Image, image2: Image) -> Image: ...


@node("ImageFromBatch")
def image_from_batch(image: Image, batch_index: int = 0, length: int = 1) -> Image: ...


@node("EmptyImage")
def empty_image(width: int, height: int, batch_size: int = 1, color: int = 0) -> Image:
    """color: 0xRRGGBB."""


@node("JoinImageWithAlpha")
def join_alpha(image: Image, alpha: Mask) -> Image: ...


@node("SplitImageWithAlpha")
def split_alpha(image: Image) -> WithMask: ...
