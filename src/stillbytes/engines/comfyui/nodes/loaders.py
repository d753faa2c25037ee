"""Models from ComfyUI's folders."""
# mypy: disable-error-code="empty-body"

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple

from stillbytes.engines.comfyui.declare import Choice, ModelFolder, node
from stillbytes.engines.comfyui.edge import (
    Clip,
    ClipVision,
    ControlNet,
    Model,
    ModelPatch,
    StyleModel,
    UpscaleModel,
    Vae,
)

CheckpointFile = Annotated[str, ModelFolder("checkpoints")]
DiffusionModelFile = Annotated[str, ModelFolder("diffusion_models")]
TextEncoderFile = Annotated[str, ModelFolder("text_encoders")]
VaeFile = Annotated[str, ModelFolder("vae")]
LoraFile = Annotated[str, ModelFolder("loras")]
ControlNetFile = Annotated[str, ModelFolder("controlnet")]
ClipVisionFile = Annotated[str, ModelFolder("clip_vision")]
StyleModelFile = Annotated[str, ModelFolder("style_models")]
ModelPatchFile = Annotated[str, ModelFolder("model_patches")]
UpscaleModelFile = Annotated[str, ModelFolder("upscale_models")]


class Checkpoint(NamedTuple):
    model: Model
    clip: Clip
    vae: Vae


class Adapted(NamedTuple):
    model: Model
    clip: Clip


@node("CheckpointLoaderSimple")
def load_checkpoint(ckpt_name: CheckpointFile) -> Checkpoint: ...


@node("UNETLoader")
def load_diffusion_model(
    unet_name: DiffusionModelFile,
    weight_dtype: Literal["default", "fp8_e4m3fn", "fp8_e4m3fn_fast", "fp8_e5m2"] = "default",
) -> Model: ...


@node("CLIPLoader")
def load_clip(clip_name: TextEncoderFile, type: Choice, device: Literal["default", "cpu"] = "default") -> Clip: ...


@node("DualCLIPLoader")
def load_dual_clip(
    clip_name1: TextEncoderFile,
    clip_name2: TextEncoderFile,
    type: Choice,
    device: Literal["default", "cpu"] = "default",
) -> Clip: ...


@node("TripleCLIPLoader")
def load_triple_clip(clip_name1: TextEncoderFile, clip_name2: TextEncoderFile, clip_name3: TextEncoderFile) -> Clip: ...


@node("VAELoader")
def load_vae(vae_name: VaeFile) -> Vae: ...


@node("LoraLoader")
def load_lora(
    model: Model, clip: Clip, lora_name: LoraFile, strength_model: float = 1.0, strength_clip: float = 1.0
) -> Adapted: ...


@node("LoraLoaderModelOnly")
def load_lora_model_only(model: Model, lora_name: LoraFile, strength_model: float = 1.0) -> Model: ...


@node("ControlNetLoader")
def load_control_net(control_net_name: ControlNetFile) -> ControlNet: ...


@node("CLIPVisionLoader")
def load_clip_vision(clip_name: ClipVisionFile) -> ClipVision: ...


@node("StyleModelLoader")
def load_style_model(style_model_name: StyleModelFile) -> StyleModel: ...


@node("ModelPatchLoader")
def load_model_patch(name: ModelPatchFile) -> ModelPatch: ...


@node("UpscaleModelLoader")
def load_upscale_model(model_name: UpscaleModelFile) -> UpscaleModel: ...
