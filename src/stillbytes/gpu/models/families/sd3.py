"""Stable Diffusion 3.5 medium and large."""

from stillbytes.gpu.models.licences import STABILITY
from stillbytes.gpu.models.model import DiffusionArchitecture, File, HuggingFace, Model, NetworkArchitecture

_MEDIUM = DiffusionArchitecture(parameters=2.47e9, activation=1.2, step_tflop=11.3, steps=28, latent_channels=16)
_LARGE = DiffusionArchitecture(parameters=8.06e9, activation=1.2, step_tflop=31.0, steps=28, latent_channels=16)
_FACTS = (
    "Activation factor: memory_usage_factor of SD3 in comfy/supported_models.py (a125cd8).",
    "One pass at 1024 x 1024: computed for 4096 + 333 tokens from 24 blocks of width 1536, 13 of them with a second"
    " attention (medium), and 38 of 2432 (large).",
)
_NEEDS = ("clip-l-fp16", "clip-g-fp16", "t5-xxl-fp8", "sd3-vae-fp16")

MODELS: tuple[Model, ...] = (
    Model(
        id="sd3.5-medium-q8_0",
        family="sd3.5-medium",
        title="Stable Diffusion 3.5 medium Q8_0",
        kind="diffusion",
        engine="comfyui",
        tasks=("create", "restyle"),
        precision="Q8_0",
        architecture=_MEDIUM,
        files=(
            File(
                "diffusion",
                "diffusion_models/sd3.5_medium-Q8_0.gguf",
                HuggingFace("city96/stable-diffusion-3.5-medium-gguf", "sd3.5_medium-Q8_0.gguf"),
                2_855_825_856,
            ),
        ),
        licence=STABILITY,
        quality=3,
        facts=(*_FACTS, "Size: a public registry of model files. It contains no encoders."),
        needs=_NEEDS,
    ),
    Model(
        id="sd3.5-medium-q4_0",
        family="sd3.5-medium",
        title="Stable Diffusion 3.5 medium Q4_0",
        kind="diffusion",
        engine="comfyui",
        tasks=("create", "restyle"),
        precision="Q4_0",
        architecture=_MEDIUM,
        files=(
            File(
                "diffusion",
                "diffusion_models/sd3.5_medium-Q4_0.gguf",
                HuggingFace("second-state/stable-diffusion-3.5-medium-GGUF", "sd3.5_medium-Q4_0.gguf"),
                1_700_000_000,
                "3bb8c5e9ab0a841117089ed4ed81d885bb85161df2a766b812f829bc55b31adf",
                estimated=True,
            ),
        ),
        licence=STABILITY,
        quality=2,
        facts=(*_FACTS, "sha256: mudler/LocalAI gallery/index.yaml (82c191a). Size computed, some layers at 16 bits."),
        needs=_NEEDS,
    ),
    Model(
        id="sd3.5-large-fp8",
        family="sd3.5-large",
        title="Stable Diffusion 3.5 large fp8",
        kind="diffusion",
        engine="comfyui",
        tasks=("create", "restyle"),
        precision="fp8",
        architecture=_LARGE,
        files=(
            File(
                "checkpoint",
                "checkpoints/sd3.5_large_fp8_scaled.safetensors",
                HuggingFace("Comfy-Org/stable-diffusion-3.5-fp8", "sd3.5_large_fp8_scaled.safetensors"),
                14_900_000_000,
                estimated=True,
            ),
        ),
        licence=STABILITY,
        quality=4,
        facts=(*_FACTS, "Size: 13.9 GiB in a public installation guide. Holds its text encoders and VAE."),
    ),
    Model(
        id="sd3-vae-fp16",
        family="sd3-vae",
        title="VAE of Stable Diffusion 3.5",
        kind="vae",
        engine="comfyui",
        tasks=(),
        precision="fp16",
        architecture=NetworkArchitecture(parameters=83.8e6, side=1024, activation_bytes=2178 * 1024 * 1024 * 2),
        files=(
            File(
                "vae",
                "vae/sd3.5_vae.safetensors",
                HuggingFace("adamo1139/stable-diffusion-3.5-medium-ungated", "vae/diffusion_pytorch_model.safetensors"),
                167_600_000,
                estimated=True,
            ),
        ),
        licence=STABILITY,
        quality=3,
        facts=("Size: 83.8 million parameters at 16 bits. Activation: ComfyUI's law for decoding.",),
    ),
)
