"""Quantised models in GGUF files, through the pack ComfyUI-GGUF."""
# mypy: disable-error-code="empty-body"

from __future__ import annotations

from typing import Annotated, Literal

from stillbytes.engines.comfyui.declare import Choice, ModelFolder, node
from stillbytes.engines.comfyui.edge import Clip, Model

DiffusionModelFile = Annotated[str, ModelFolder("diffusion_models")]
TextEncoderFile = Annotated[str, ModelFolder("text_encoders")]
Dtype = Literal["default", "target", "float32", "float16", "bfloat16"]


@node("UnetLoaderGGUF", pack="ComfyUI-GGUF")
def load_diffusion_model_gguf(unet_name: DiffusionModelFile) -> Model: ...


@node("UnetLoaderGGUFAdvanced", pack="ComfyUI-GGUF")
def load_diffusion_model_gguf_advanced(
    unet_name: DiffusionModelFile,
    dequant_dtype: Dtype = "default",
    patch_dtype: Dtype = "default",
    patch_on_device: bool = False,
) -> Model: ...


@node("CLIPLoaderGGUF", pack="ComfyUI-GGUF")
def load_clip_gguf(clip_name: TextEncoderFile, type: Choice) -> Clip: ...


@node("DualCLIPLoaderGGUF", pack="ComfyUI-GGUF")
def load_dual_clip_gguf(clip_name1: TextEncoderFile, clip_name2: TextEncoderFile, type: Choice) -> Clip: ...


@node("TripleCLIPLoaderGGUF", pack="ComfyUI-GGUF")
def load_triple_clip_gguf(
    clip_name1: TextEncoderFile, clip_name2: TextEncoderFile, clip_name3: TextEncoderFile
) -> Clip: ...
