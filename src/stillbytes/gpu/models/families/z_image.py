"""Z-Image Turbo: 6 billion parameters, eight steps, one text encoder."""

from stillbytes.gpu.models.licences import APACHE_2
from stillbytes.gpu.models.model import DiffusionArchitecture, File, HuggingFace, Model

_TURBO = DiffusionArchitecture(
    parameters=6.155e9, activation=2.8, step_tflop=58.0, steps=8, guided=False, latent_channels=16
)
_FACTS = (
    "30 blocks of width 3840 with a feed-forward of 10240 and four refiners; one pass at 1024 x 1024 computed from"
    " them for 4096 + 300 tokens. Parameters: half of the bf16 file's bytes.",
    "Activation factor 2.8: collected notes on ComfyUI of 2026.",
)


def _model(precision: str, name: str, repository: str, path: str, size: int, sha256: str, fact: str) -> Model:
    return Model(
        id=f"z-image-turbo-{precision.lower()}",
        family="z-image-turbo",
        title=f"Z-Image Turbo {precision}",
        kind="diffusion",
        engine="comfyui",
        tasks=("create", "restyle", "fill"),
        precision=precision,
        architecture=_TURBO,
        files=(File("diffusion", f"diffusion_models/{name}", HuggingFace(repository, path), size, sha256),),
        licence=APACHE_2,
        quality=3 if precision.startswith("Q") else 4,
        facts=(*_FACTS, fact),
        needs=("qwen3-4b-encoder-q4_k_m" if precision.startswith("Q") else "qwen3-4b-encoder-fp8", "flux-vae-fp32"),
    )


MODELS: tuple[Model, ...] = (
    _model(
        "bf16",
        "z_image_turbo_bf16.safetensors",
        "Comfy-Org/z_image_turbo",
        "split_files/diffusion_models/z_image_turbo_bf16.safetensors",
        12_309_866_400,
        "2407613050b809ffdff18a4ac99af83ea6b95443ecebdf80e064a79c825574a6",
        "Size and sha256: a public inventory, verified there after the download.",
    ),
    _model(
        "fp8",
        "z_image_turbo_fp8_e4m3fn.safetensors",
        "drbaph/Z-Image-Turbo-FP8",
        "z_image_turbo_fp8_e4m3fn.safetensors",
        6_154_958_896,
        "56c06ad6cb80941e8203d3e248a16ad1263499ba870f2c1931aa724fdc7c25d3",
        "sha256: krita-ai-diffusion ai_diffusion/presets/models.json (0217cd2); size: a public manifest with the same.",
    ),
    _model(
        "Q4_K",
        "z_image_turbo-Q4_K.gguf",
        "leejet/Z-Image-Turbo-GGUF",
        "z_image_turbo-Q4_K.gguf",
        3_864_250_304,
        "14b375ab4f226bc5378f68f37e899ef3c2242b8541e61e2bc1aff40976086fbd",
        "Size and sha256: several public manifests that agree, also with mudler/LocalAI gallery/index.yaml (82c191a).",
    ),
)
