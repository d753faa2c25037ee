"""FLUX.2 [klein] 4B: four steps, creates and edits, under a free licence."""

from stillbytes.gpu.models.licences import APACHE_2
from stillbytes.gpu.models.model import DiffusionArchitecture, File, HuggingFace, Model, NetworkArchitecture

_KLEIN = DiffusionArchitecture(
    parameters=3.88e9,
    activation=3.1,
    step_tflop=35.0,
    steps=4,
    guided=False,
    downscale=16,
    latent_channels=128,
)
_FACTS = (
    "5 double and 20 single blocks of width 3072: Klein4BParams of black-forest-labs/flux2; one pass at 1024 x 1024"
    " computed from them for 4096 + 512 tokens (a picture to edit adds 4096). Parameters: half of the bf16 file's"
    " bytes.",
    "Activation factor: FLUX.1's, an estimate.",
)


def _model(precision: str, repository: str, path: str, size: int, sha256: str, fact: str, quality: int) -> Model:
    return Model(
        id=f"flux.2-klein-4b-{precision.lower()}",
        family="flux.2-klein-4b",
        title=f"FLUX.2 [klein] 4B {precision}",
        kind="diffusion",
        engine="comfyui",
        tasks=("create", "edit", "fill", "restyle", "remove"),
        precision=precision,
        architecture=_KLEIN,
        files=(
            File(
                "diffusion",
                f"diffusion_models/{path.rpartition('/')[2]}",
                HuggingFace(repository, path),
                size or 3_180_000_000,
                sha256,
                estimated=not size,
            ),
        ),
        licence=APACHE_2,
        quality=quality,
        facts=(*_FACTS, fact),
        needs=("qwen3-4b-encoder-fp8" if precision in ("bf16", "fp8") else "qwen3-4b-encoder-q4_k_m", "flux2-vae-fp32"),
    )


MODELS: tuple[Model, ...] = (
    _model(
        "bf16",
        "Comfy-Org/flux2-klein-4B",
        "split_files/diffusion_models/flux-2-klein-4b.safetensors",
        7_751_105_712,
        "ec3d4e733a771f61c052fb4856c48b336c55eaf2c65487c2a1faeb9bbda7a343",
        "Size and sha256: a public inventory, verified there after the download.",
        4,
    ),
    _model(
        "fp8",
        "black-forest-labs/FLUX.2-klein-4b-fp8",
        "flux-2-klein-4b-fp8.safetensors",
        4_070_624_520,
        "97ed34fe0567e436200f2faee3939b88f2b5d99f8af2a4dc16532c4245c0ccb6",
        "Size and sha256: several public manifests that agree.",
        4,
    ),
    _model(
        "Q6_K",
        "unsloth/FLUX.2-klein-4B-GGUF",
        "flux-2-klein-4b-Q6_K.gguf",
        0,
        "fb3b5430d9229f982616c7db084deff1db5035d0cb6558f2d4f704cfe5e609e2",
        "sha256: krita-ai-diffusion ai_diffusion/presets/models.json (0217cd2). Size: parameters at 6.56 bits.",
        4,
    ),
    _model(
        "Q4_K_M",
        "unsloth/FLUX.2-klein-4B-GGUF",
        "flux-2-klein-4b-Q4_K_M.gguf",
        2_604_311_104,
        "0b25d143c8469b342bc5af3bce92b783bf6b0636d285f7b2f75e38af63af9a15",
        "Size and sha256: several public manifests that agree.",
        3,
    ),
    Model(
        id="flux2-vae-fp32",
        family="flux2-vae",
        title="VAE of FLUX.2",
        kind="vae",
        engine="comfyui",
        tasks=(),
        precision="fp32",
        architecture=NetworkArchitecture(parameters=84e6, side=1024, activation_bytes=2178 * 1024 * 1024 * 2),
        files=(
            File(
                "vae",
                "vae/flux2-vae.safetensors",
                HuggingFace("Comfy-Org/vae-text-encorder-for-flux-klein-4b", "split_files/vae/flux2-vae.safetensors"),
                336_211_292,
                "868fe7b343cc8f3a19dbcfcafbc3d5f888802be3f89bd81b65b3621a066ce8f3",
                mirrors=(HuggingFace("Comfy-Org/flux2-klein-4B", "split_files/vae/flux2-vae.safetensors"),),
            ),
        ),
        licence=APACHE_2,
        quality=3,
        facts=("Size and sha256: several public manifests that agree. Activation: FLUX.1's law, an estimate.",),
    ),
)
