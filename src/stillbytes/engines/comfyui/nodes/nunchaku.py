"""FLUX.1 in 4 bits (SVDQuant: M. Li et al., arXiv 2411.05007, 2024), through the pack ComfyUI-nunchaku."""
# mypy: disable-error-code="empty-body"

from __future__ import annotations

from typing import Annotated, Literal

from stillbytes.engines.comfyui.declare import ModelFolder, node
from stillbytes.engines.comfyui.edge import Model

PACK = "ComfyUI-nunchaku"


@node("NunchakuFluxDiTLoader", pack=PACK)
def load_diffusion_model_svdquant(
    model_path: Annotated[str, ModelFolder("diffusion_models")],
    cache_threshold: float = 0.0,
    attention: Literal["nunchaku-fp16", "flash-attention2"] = "nunchaku-fp16",
    cpu_offload: Literal["auto", "enable", "disable"] = "auto",
    device_id: int = 0,
    data_type: Literal["bfloat16", "float16"] = "bfloat16",
) -> Model: ...


@node("NunchakuFluxLoraLoader", pack=PACK)
def load_lora_svdquant(
    model: Model, lora_name: Annotated[str, ModelFolder("loras")], lora_strength: float = 1.0
) -> Model: ...
