"""IP-Adapter: a picture as a prompt, through the pack ComfyUI_IPAdapter_plus."""
# mypy: disable-error-code="empty-body"

from __future__ import annotations

from typing import Annotated, Literal

from stillbytes.engines.comfyui.declare import Choice, ModelFolder, node
from stillbytes.engines.comfyui.edge import ClipVision, Image, IPAdapter, Mask, Model

IPAdapterFile = Annotated[str, ModelFolder("ipadapter")]


@node("IPAdapterModelLoader", pack="ComfyUI_IPAdapter_plus")
def load_ip_adapter(ipadapter_file: IPAdapterFile) -> IPAdapter: ...


@node("IPAdapterAdvanced", pack="ComfyUI_IPAdapter_plus")
def apply_ip_adapter(
    model: Model,
    ipadapter: IPAdapter,
    image: Image,
    weight: float = 1.0,
    weight_type: Choice = "linear",
    combine_embeds: Literal["concat", "add", "subtract", "average", "norm average"] = "concat",
    start_at: float = 0.0,
    end_at: float = 1.0,
    embeds_scaling: Literal["V only", "K+V", "K+V w/ C penalty", "K+mean(V) w/ C penalty"] = "V only",
    image_negative: Image | None = None,
    attn_mask: Mask | None = None,
    clip_vision: ClipVision | None = None,
) -> Model:
    """clip_vision: the encoder that the adapter was trained with; ViT-H for most."""


@node("PrepImageForClipVision", pack="ComfyUI_IPAdapter_plus")
def prepare_for_clip_vision(
    image: Image,
    interpolation: Literal["LANCZOS", "BICUBIC", "HAMMING", "BILINEAR", "BOX", "NEAREST"] = "LANCZOS",
    crop_position: Literal["top", "bottom", "left", "right", "center", "pad"] = "center",
    sharpening: float = 0.0,
) -> Image: ...
