"""Stable Diffusion 1.5: the checkpoint, its inpainting one, and what makes them fast. It runs on small cards."""

from stillbytes.gpu.models.licences import OPENRAIL, OPENRAIL_PP
from stillbytes.gpu.models.model import DiffusionArchitecture, File, HuggingFace, Licence, Model, NetworkArchitecture

_UNET = DiffusionArchitecture(parameters=859.5e6, activation=1.0, step_tflop=4.0, steps=25)
_FACTS = (
    "Activation factor: memory_usage_factor of SD15 in comfy/supported_models.py (a125cd8).",
    "One pass at 1024 x 1024 as in gpu/estimate/diffusion.csv; the model is trained at 512 x 512.",
)


def _checkpoint(id: str, title: str, file: File, fact: str, quality: int) -> Model:
    inpaint = id.startswith("sd1.5-inpaint")
    return Model(
        id=id,
        family=id.removesuffix("-fp16"),
        title=title,
        kind="diffusion",
        engine="comfyui",
        tasks=("fill", "remove") if inpaint else ("create", "restyle"),
        precision="fp16",
        architecture=_UNET,
        files=(file,),
        licence=OPENRAIL,
        quality=quality,
        facts=(*_FACTS, fact),
    )


def _lora(id: str, family: str, title: str, parameters: float, file: File, licence: Licence, fact: str) -> Model:
    return Model(
        id=id,
        family=family,
        title=title,
        kind="lora",
        engine="comfyui",
        tasks=("create", "restyle", "fill"),
        precision="fp16",
        architecture=NetworkArchitecture(parameters=parameters, side=0),
        files=(file,),
        licence=licence,
        quality=2,
        facts=(fact,),
    )


MODELS: tuple[Model, ...] = (
    _checkpoint(
        "sd1.5-fp16",
        "Stable Diffusion 1.5",
        File(
            "checkpoint",
            "checkpoints/v1-5-pruned-emaonly-fp16.safetensors",
            HuggingFace("Comfy-Org/stable-diffusion-v1-5-archive", "v1-5-pruned-emaonly-fp16.safetensors"),
            2_132_696_762,
            "e9476a13728cd75d8279f6ec8bad753a66a1957ca375a1464dc63b37db6e3916",
        ),
        "Size and sha256: several public manifests that agree. Holds its text encoder and VAE.",
        2,
    ),
    _checkpoint(
        "sd1.5-inpaint-fp16",
        "Stable Diffusion 1.5 inpainting",
        File(
            "checkpoint",
            "checkpoints/sd-v1-5-inpainting.fp16.safetensors",
            HuggingFace("benjamin-paine/stable-diffusion-v1-5-inpainting", "sd-v1-5-inpainting.fp16.safetensors"),
            2_132_692_100,
            "1a33284f5a9be288d1d97c4b1d66d186b1eda8d3703506318e3358bf05914cee",
        ),
        "Size and sha256: one public list of pinned files. Nine input channels. The hub asks for an account there.",
        2,
    ),
    _lora(
        "lcm-lora-sd15",
        "sd1.5-lcm",
        "LCM-LoRA for Stable Diffusion 1.5, 4 to 8 steps",
        67.3e6,
        File(
            "lora",
            "loras/lcm-lora-sdv1-5.safetensors",
            HuggingFace("latent-consistency/lcm-lora-sdv1-5", "pytorch_lora_weights.safetensors"),
            134_621_556,
            "8f90d840e075ff588a58e22c6586e2ae9a6f7922996ee6649a7f01072333afe4",
        ),
        OPENRAIL_PP,
        "Size and sha256: several public manifests that agree.",
    ),
    _lora(
        "hyper-sd15-8step-cfg",
        "sd1.5-hyper",
        "Hyper-SD for Stable Diffusion 1.5, 8 steps with guidance",
        134.6e6,
        File(
            "lora",
            "loras/Hyper-SD15-8steps-CFG-lora.safetensors",
            HuggingFace("ByteDance/Hyper-SD", "Hyper-SD15-8steps-CFG-lora.safetensors"),
            269_000_000,
            "f6123d5b950d5250ab6c33600e27f4dcf71b3099ebf888685e01e9e8117ce482",
            estimated=True,
        ),
        OPENRAIL,
        "sha256: krita-ai-diffusion ai_diffusion/presets/models.json (053a46a). Size: twice LCM-LoRA's, as with SDXL."
        " Steps: the number in the file's name. Licence: that of the model of which it is a derivative.",
    ),
)
