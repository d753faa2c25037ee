"""What steers a model: prompts, pictures to keep to, masks and stretches of the sampling."""
# mypy: disable-error-code="empty-body"

from __future__ import annotations

from typing import Literal, NamedTuple

from stillbytes.engines.comfyui.declare import node
from stillbytes.engines.comfyui.edge import (
    Clip,
    ClipVision,
    ClipVisionOutput,
    Conditioning,
    Image,
    Latent,
    Mask,
    StyleModel,
    Vae,
)


class Pair(NamedTuple):
    positive: Conditioning
    negative: Conditioning


class PairWithLatent(NamedTuple):
    positive: Conditioning
    negative: Conditioning
    latent: Latent


@node("CLIPTextEncode")
def encode_text(text: str, clip: Clip) -> Conditioning: ...


@node("CLIPTextEncodeSDXL")
def encode_text_sdxl(
    clip: Clip,
    width: int,
    height: int,
    crop_w: int,
    crop_h: int,
    target_width: int,
    target_height: int,
    text_g: str,
    text_l: str,
) -> Conditioning: ...


@node("CLIPSetLastLayer")
def clip_set_last_layer(clip: Clip, stop_at_clip_layer: int = -1) -> Clip: ...


@node("ConditioningZeroOut")
def zero_out(conditioning: Conditioning) -> Conditioning: ...


@node("ConditioningCombine")
def combine(conditioning_1: Conditioning, conditioning_2: Conditioning) -> Conditioning: ...


@node("ConditioningConcat")
def concatenate(conditioning_to: Conditioning, conditioning_from: Conditioning) -> Conditioning: ...


@node("ConditioningSetTimestepRange")
def set_timestep_range(conditioning: Conditioning, start: float = 0.0, end: float = 1.0) -> Conditioning: ...


@node("ConditioningSetMask")
def set_mask(
    conditioning: Conditioning,
    mask: Mask,
    strength: float = 1.0,
    set_cond_area: Literal["default", "mask bounds"] = "default",
) -> Conditioning: ...


@node("InpaintModelConditioning")
def inpaint_model_conditioning(
    positive: Conditioning, negative: Conditioning, vae: Vae, pixels: Image, mask: Mask, noise_mask: bool = True
) -> PairWithLatent:
    """For models that were trained to inpaint: SD and SDXL inpainting, FLUX Fill."""


@node("InstructPixToPixConditioning")
def instruct_pix_to_pix_conditioning(
    positive: Conditioning, negative: Conditioning, vae: Vae, pixels: Image
) -> PairWithLatent: ...


@node("CLIPVisionEncode")
def encode_clip_vision(
    clip_vision: ClipVision, image: Image, crop: Literal["center", "none"] = "center"
) -> ClipVisionOutput: ...


@node("StyleModelApply")
def apply_style_model(
    conditioning: Conditioning,
    style_model: StyleModel,
    clip_vision_output: ClipVisionOutput,
    strength: float = 1.0,
    strength_type: Literal["multiply", "attn_bias"] = "multiply",
) -> Conditioning:
    """FLUX Redux: a picture in place of a prompt."""
