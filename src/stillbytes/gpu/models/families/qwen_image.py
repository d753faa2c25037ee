"""Qwen-Image-Edit 2511: edits by instruction; 20 billion parameters, so on 12 GB only in part or in 3 to 4 bits."""

from stillbytes.gpu.models.licences import APACHE_2
from stillbytes.gpu.models.model import DiffusionArchitecture, File, HuggingFace, Model, NetworkArchitecture

_EDIT = DiffusionArchitecture(parameters=20.43e9, activation=1.8, step_tflop=187.0, steps=20, latent_channels=16)
_FACTS = (
    "60 blocks of width 3072 with a stream each for picture and text; one pass at 1024 x 1024 computed from them for"
    " 4096 + 4096 + 1000 tokens.",
    "Activation factor: memory_usage_factor of QwenImage in comfy/supported_models.py (a125cd8).",
)
_NEEDS = ("qwen2.5-vl-7b-encoder-fp8", "qwen-image-vae-fp16")


def _model(precision: str, file: File, fact: str, quality: int) -> Model:
    return Model(
        id=f"qwen-image-edit-2511-{precision.lower()}",
        family="qwen-image-edit-2511",
        title=f"Qwen-Image-Edit 2511 {precision}",
        kind="diffusion",
        engine="comfyui",
        tasks=("edit", "remove", "restyle"),
        precision=precision,
        architecture=_EDIT,
        files=(file,),
        licence=APACHE_2,
        quality=quality,
        facts=(*_FACTS, fact),
        needs=_NEEDS,
    )


MODELS: tuple[Model, ...] = (
    _model(
        "int8",
        File(
            "diffusion",
            "diffusion_models/qwen_image_edit_2511_int8_convrot.safetensors",
            HuggingFace(
                "Comfy-Org/Qwen-Image-Edit_ComfyUI",
                "split_files/diffusion_models/qwen_image_edit_2511_int8_convrot.safetensors",
            ),
            20_499_083_824,
            "11b5af5ac601821d73930c84846c9a158e67177356daf927ce1c8d10f3963829",
        ),
        "Size and sha256: a public application's pinned identities.",
        5,
    ),
    _model(
        "fp8",
        File(
            "diffusion",
            "diffusion_models/qwen_image_edit_2511_fp8mixed.safetensors",
            HuggingFace(
                "Comfy-Org/Qwen-Image-Edit_ComfyUI",
                "split_files/diffusion_models/qwen_image_edit_2511_fp8mixed.safetensors",
            ),
            20_500_000_000,
            estimated=True,
        ),
        "Size: parameters at 8 bits.",
        5,
    ),
    _model(
        "Q4_K_M",
        File(
            "diffusion",
            "diffusion_models/qwen-image-edit-2511-Q4_K_M.gguf",
            HuggingFace("unsloth/Qwen-Image-Edit-2511-GGUF", "qwen-image-edit-2511-Q4_K_M.gguf"),
            13_200_000_000,
            estimated=True,
        ),
        "Size: 13.2 GB of its sibling qwen-image-2512-Q4_K_M.gguf in a public inventory.",
        4,
    ),
    _model(
        "Q3_K_M",
        File(
            "diffusion",
            "diffusion_models/qwen-image-edit-2511-Q3_K_M.gguf",
            HuggingFace("unsloth/Qwen-Image-Edit-2511-GGUF", "qwen-image-edit-2511-Q3_K_M.gguf"),
            9_800_000_000,
            estimated=True,
        ),
        "Size computed at 3.85 bits a weight.",
        3,
    ),
    Model(
        id="qwen-image-edit-2511-lightning",
        family="qwen-image-lightning",
        title="Lightning for Qwen-Image-Edit 2511, 4 steps",
        kind="lora",
        engine="comfyui",
        tasks=("edit", "remove", "restyle"),
        precision="bf16",
        architecture=NetworkArchitecture(parameters=424.8e6, side=0),
        files=(
            File(
                "lora",
                "loras/Qwen-Image-Edit-2511-Lightning-4steps-V1.0-bf16.safetensors",
                HuggingFace(
                    "lightx2v/Qwen-Image-Edit-2511-Lightning",
                    "Qwen-Image-Edit-2511-Lightning-4steps-V1.0-bf16.safetensors",
                ),
                849_608_296,
                "22226e8d05d354bb356627d428809f5afd7819399b077238a2b70a82883a904f",
            ),
        ),
        licence=APACHE_2,
        quality=4,
        facts=("Size and sha256: two public applications' pinned identities that agree.",),
    ),
    Model(
        id="qwen-image-vae-fp16",
        family="qwen-image-vae",
        title="VAE of Qwen-Image",
        kind="vae",
        engine="comfyui",
        tasks=(),
        precision="fp16",
        architecture=NetworkArchitecture(parameters=126.9e6, side=1024, activation_bytes=2900 * 1024 * 1024 * 2),
        files=(
            File(
                "vae",
                "vae/qwen_image_vae.safetensors",
                HuggingFace("Comfy-Org/Qwen-Image_ComfyUI", "split_files/vae/qwen_image_vae.safetensors"),
                253_806_246,
                "a70580f0213e67967ee9c95f05bb400e8fb08307e017a924bf3441223e023d1f",
            ),
        ),
        licence=APACHE_2,
        quality=3,
        facts=(
            "Size and sha256: several public manifests that agree. Activation: 2900 bytes x pixels x 2, as calibrated"
            " in InvokeAI's vae_working_memory.py.",
        ),
    ),
)
