"""ControlNets: structure from a picture."""
# mypy: disable-error-code="empty-body"

from __future__ import annotations

from stillbytes.engines.comfyui.declare import Choice, node
from stillbytes.engines.comfyui.edge import Conditioning, ControlNet, Image, Mask, Model, ModelPatch, Vae
from stillbytes.engines.comfyui.nodes.conditioning import Pair


@node("ControlNetApplyAdvanced")
def apply_control_net(
    positive: Conditioning,
    negative: Conditioning,
    control_net: ControlNet,
    image: Image,
    strength: float = 1.0,
    start_percent: float = 0.0,
    end_percent: float = 1.0,
    vae: Vae | None = None,
) -> Pair:
    """vae: needed by SD3 and FLUX ControlNets, which work in latent space."""


@node("ControlNetInpaintingAliMamaApply")
def apply_inpaint_control_net(
    positive: Conditioning,
    negative: Conditioning,
    control_net: ControlNet,
    vae: Vae,
    image: Image,
    mask: Mask,
    strength: float = 1.0,
    start_percent: float = 0.0,
    end_percent: float = 1.0,
) -> Pair: ...


@node("SetUnionControlNetType")
def set_union_control_net_type(control_net: ControlNet, type: Choice) -> ControlNet: ...


@node("QwenImageDiffsynthControlnet")
def apply_model_patch(
    model: Model, model_patch: ModelPatch, vae: Vae, image: Image, strength: float = 1.0, mask: Mask | None = None
) -> Model:
    """Control by a patch of the model itself: Qwen-Image and Z-Image."""


@node("Canny")
def canny(image: Image, low_threshold: float = 0.4, high_threshold: float = 0.8) -> Image: ...
