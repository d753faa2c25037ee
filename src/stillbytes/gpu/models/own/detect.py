"""Which image model a safetensors file holds, by the names and shapes of its tensors. The file's name only decides
where two models are built alike (FLUX.1 dev and Kontext, Qwen-Image and Edit, ControlNets).

Names and shapes: as the models' authors publish them, and as comfy/model_detection.py of ComfyUI tells them apart.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from stillbytes.core.errors import ModelError
from stillbytes.core.saying import said
from stillbytes.gpu.models.model import Kind
from stillbytes.gpu.models.safetensors import Header, Tensor

SUPPORTED = (
    "checkpoints of Stable Diffusion 1.5 and XL with or without inpainting, networks of SDXL, Stable Diffusion 3.5,"
    " FLUX.1 (dev, schnell, Fill, Kontext), FLUX.2 [klein] 4B, Qwen-Image-Edit and Z-Image, LoRAs, ControlNets and"
    " IP-Adapters of Stable Diffusion 1.5 and XL, LoRAs of FLUX.1, and upscaling networks"
)
PRECISIONS: Mapping[str, str] = {
    "F32": "fp32",
    "F16": "fp16",
    "BF16": "bf16",
    "F8_E4M3": "fp8",
    "F8_E5M2": "fp8",
    "I8": "int8",
}
CONTEXTS: Mapping[int, str] = {768: "sd1.5", 2048: "sdxl"}
"""By the width of what its attention reads from the words."""
SEES: Mapping[str, int] = {"image_proj.proj.weight": 1024, "image_proj.proj_in.weight": 1280}
"""How wide CLIP ViT-H tells of a picture, by what reads it: as a whole, or by its parts."""
OTHERS: Mapping[int, str] = {1024: "Stable Diffusion 2", 1280: "the refiner of SDXL"}
UNET = "model.diffusion_model."


@dataclass(frozen=True, slots=True)
class Detected:
    """role, folder: of the file, in our and ComfyUI's terms. parameters: of the denoiser, or of all that is in it.

    needs: ids of models for what is not in the file.
    """

    family: str
    kind: Kind
    role: str
    folder: str
    precision: str
    parameters: int
    needs: tuple[str, ...] = ()


def detect(header: Header, name: str) -> Detected:
    """What the file is. name: of the file, without its folder. Raises ModelError, which says what is supported."""
    tensors = {tensor.name: tensor for tensor in header.tensors}
    for tell in (_adapter, _lora, _controlnet, _unet, _transformer, _upscaler):
        if found := tell(tensors, name.lower()):
            return found
    raise _unknown(name, "nothing in it is known")


Tensors = Mapping[str, Tensor]


def _unet(tensors: Tensors, name: str) -> Detected | None:
    """Stable Diffusion, as one file or the network alone, in its authors' names or those of diffusers."""
    prefix = UNET if f"{UNET}input_blocks.0.0.weight" in tensors else ""
    entry = tensors.get(f"{prefix}input_blocks.0.0.weight") or tensors.get("conv_in.weight")
    if entry is None or len(entry.shape) != 4:
        return None
    width = _context(tensors, prefix) or 0
    if width in OTHERS:
        raise _unknown(name, f"it is {OTHERS[width]}")
    family = CONTEXTS.get(width)
    channels = entry.shape[1]
    if family is None or channels not in (4, 9):
        raise _unknown(name, f"it has {channels} input channels and reads words {width} wide")
    whole = any(key.startswith("first_stage_model.") for key in tensors) and any(
        key.startswith(("cond_stage_model.", "conditioner.")) for key in tensors
    )
    if not whole and family == "sd1.5":
        raise _unknown(name, "it lacks the text encoder and VAE of Stable Diffusion 1.5")
    denoiser = {key: tensor for key, tensor in tensors.items() if key.startswith(prefix)}
    needs = () if whole else ("clip-l-fp16", "clip-g-fp16", "sdxl-vae-fp32")
    return _image(family if channels == 4 else f"{family}-inpaint", denoiser, needs)


def _context(tensors: Tensors, prefix: str = "") -> int | None:
    """How wide the words are that its attention reads."""
    keys = (t for key, t in tensors.items() if key.startswith(prefix) and key.endswith("attn2.to_k.weight"))
    return next((t.shape[1] for t in keys if len(t.shape) == 2), None)


def _image(family: str, denoiser: Tensors, needs: tuple[str, ...]) -> Detected:
    role, folder = ("diffusion", "diffusion_models") if needs else ("checkpoint", "checkpoints")
    return Detected(family, "diffusion", role, folder, _precision(denoiser), _count(denoiser), needs)


def _transformer(tensors: Tensors, name: str) -> Detected | None:
    """FLUX, Stable Diffusion 3.5, Qwen-Image and Z-Image; the network alone, or with all in one file."""
    prefix = UNET if any(key.startswith(UNET) for key in tensors) else ""
    denoiser = {key.removeprefix(prefix): t for key, t in tensors.items() if key.startswith(prefix)}
    for tell in (_flux, _sd3, _qwen, _z_image):
        if found := tell(denoiser, name):
            family, needs = found
            whole = prefix and any(key.startswith("text_encoders.") for key in tensors)
            return _image(family, denoiser, () if whole else needs)
    return None


Needing = tuple[str, tuple[str, ...]]
_FLUX_NEEDS = ("clip-l-fp16", "t5-xxl-fp8", "flux-vae-fp32")


def _flux(tensors: Tensors, name: str) -> Needing | None:
    entry = tensors.get("img_in.weight")
    if entry is None or len(entry.shape) != 2 or not any(key.startswith("double_blocks.0.") for key in tensors):
        return None
    width, channels = entry.shape
    if any(key.startswith("double_stream_modulation_img.") for key in tensors):
        if width != 3072:
            raise _unknown(name, f"it is a FLUX.2 of width {width}")
        return "flux.2-klein-4b", ("qwen3-4b-encoder-fp8", "flux2-vae-fp32")
    if width != 3072 or not any(key.startswith("single_blocks.37.") for key in tensors):
        raise _unknown(name, "it is built like FLUX, but not like FLUX.1")
    if channels == 384:
        return "flux.1-fill", _FLUX_NEEDS
    if channels != 64:
        raise _unknown(name, f"it is a FLUX.1 with {channels} input channels")
    if "kontext" in name:
        return "flux.1-kontext", _FLUX_NEEDS
    guided = any(key.startswith("guidance_in.") for key in tensors)
    return ("flux.1-dev" if guided else "flux.1-schnell"), _FLUX_NEEDS


def _sd3(tensors: Tensors, name: str) -> Needing | None:
    if "joint_blocks.0.context_block.attn.qkv.weight" not in tensors:
        return None
    depth = 1 + max(int(key.split(".")[1]) for key in tensors if re.match(r"joint_blocks\.\d+\.", key))
    needs = ("clip-l-fp16", "clip-g-fp16", "t5-xxl-fp8", "sd3-vae-fp16")
    if depth == 38:
        return "sd3.5-large", needs
    if depth == 24 and "joint_blocks.0.x_block.attn2.qkv.weight" in tensors:
        return "sd3.5-medium", needs
    raise _unknown(name, f"it is built like Stable Diffusion 3 with {depth} blocks")


def _qwen(tensors: Tensors, name: str) -> Needing | None:
    if "txt_norm.weight" not in tensors or "transformer_blocks.0.img_mod.1.weight" not in tensors:
        return None
    if "edit" not in name:
        raise _unknown(name, "it is Qwen-Image, or Edit under a name that does not say so")
    return "qwen-image-edit-2511", ("qwen2.5-vl-7b-encoder-fp8", "qwen-image-vae-fp16")


def _z_image(tensors: Tensors, name: str) -> Needing | None:
    entry = tensors.get("cap_embedder.1.weight")
    if entry is None or not entry.shape:
        return None
    if entry.shape[0] != 3840:
        raise _unknown(name, f"it is a Lumina 2 of width {entry.shape[0]}")
    return "z-image-turbo", ("qwen3-4b-encoder-fp8", "flux-vae-fp32")


def _lora(tensors: Tensors, name: str) -> Detected | None:
    down = re.compile(r"(lora_down|lora_A|lora\.down)(\.default)?\.weight$")
    if not any(down.search(key) for key in tensors):
        return None
    text = re.compile(r"attn2[._]to_k[._](processor[._])?(to_k_)?" + down.pattern)
    width = next((t.shape[1] for key, t in tensors.items() if text.search(key) and len(t.shape) >= 2), None)
    family = CONTEXTS.get(width or 0)
    if family is None and any(re.search(r"(double_blocks|single_transformer_blocks)[._]\d", key) for key in tensors):
        family = "flux.1"
    if family is None:
        raise _unknown(name, "it is a LoRA of another model")
    return Detected(f"{family}-lora", "lora", "lora", "loras", _precision(tensors), _count(tensors))


def _controlnet(tensors: Tensors, name: str) -> Detected | None:
    if not any("input_hint_block.0.weight" in key or "controlnet_cond_embedding.conv_in" in key for key in tensors):
        return None
    family = CONTEXTS.get(_context(tensors) or 0)
    keeps = next((kind for kind in ("canny", "depth") if kind in name), None)
    if any(key.startswith("task_embedding") or "control_type_embedder" in key for key in tensors):
        keeps = "union"
    if family is None or keeps is None or (keeps == "union" and family != "sdxl"):
        raise _unknown(name, "it is a ControlNet; those for “canny” and “depth” are of use, and say so in their names")
    called = f"controlnet-{keeps}-{family.replace('.', '')}"
    return Detected(called, "controlnet", "controlnet", "controlnet", _precision(tensors), _count(tensors))


def _adapter(tensors: Tensors, name: str) -> Detected | None:
    """IP-Adapters, plain and plus, that see with CLIP ViT-H; not those that look for faces."""
    keys = tensors.get("ip_adapter.1.to_k_ip.weight")
    if keys is None or len(keys.shape) != 2:
        return None
    family = CONTEXTS.get(keys.shape[1])
    if family is None or any("lora" in key for key in tensors):
        raise _unknown(name, "it is an IP-Adapter for faces, or of another model")
    reads = {key: tensors[key].shape[-1] for key in SEES if key in tensors and tensors[key].shape}
    if not any(SEES[key] == width for key, width in reads.items()):
        raise _unknown(name, "it is an IP-Adapter for another picture encoder than CLIP ViT-H")
    called = f"ip-adapter-{family.replace('.', '')}"
    return Detected(called, "adapter", "adapter", "ipadapter", _precision(tensors), _count(tensors), ("clip-vit-h",))


def _upscaler(tensors: Tensors, name: str) -> Detected | None:
    """ESRGAN in its old and new names, compact ones, and those with shuffled pixels (x2)."""
    for key in ("conv_first.weight", "model.0.weight", "body.0.weight", "params_ema.conv_first.weight"):
        entry = tensors.get(key)
        if entry is not None and len(entry.shape) == 4 and entry.shape[1] in (3, 12, 48):
            return Detected("upscaler", "upscaler", "upscaler", "upscale_models", _precision(tensors), _count(tensors))
    return None


def _precision(tensors: Tensors) -> str:
    """The number format that most of it is in."""
    held: Counter[str] = Counter()
    for tensor in tensors.values():
        held[tensor.type] += tensor.size
    return PRECISIONS.get(held.most_common(1)[0][0], "fp16") if held else "fp16"


def _count(tensors: Tensors) -> int:
    return sum(tensor.elements for tensor in tensors.values())


def _unknown(name: str, why: str) -> ModelError:
    return ModelError(
        said("{name} cannot be used: {why}.", name=name, why=why), said("Supported are {these}.", these=SUPPORTED)
    )
