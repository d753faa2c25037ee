"""FLUX.1 Fill and Kontext [dev]: 12 billion parameters; what 12 GB cards run are fp8, GGUF and 4-bit files."""

from stillbytes.gpu.models.licences import APACHE_2, FLUX_DEV
from stillbytes.gpu.models.model import (
    DiffusionArchitecture,
    File,
    HuggingFace,
    Model,
    NetworkArchitecture,
    Task,
)

_FILL = DiffusionArchitecture(
    parameters=11.9e9, activation=3.1, step_tflop=74.0, steps=20, guided=False, latent_channels=16
)
_KONTEXT = DiffusionArchitecture(
    parameters=11.9e9, activation=3.1, step_tflop=165.0, steps=20, guided=False, latent_channels=16
)
_NEEDS = ("clip-l-fp16", "t5-xxl-fp8", "flux-vae-fp32")
_FACTS = (
    "Activation factor: memory_usage_factor of Flux in comfy/supported_models.py (a125cd8).",
    "One pass at 1024 x 1024: computed from 19 double and 38 single blocks of width 3072 for 4096 + 512 tokens;"
    " Kontext has the picture it edits as 4096 more.",
)


def _model(
    family: str,
    title: str,
    precision: str,
    architecture: DiffusionArchitecture,
    task: Task,
    file: File,
    fact: str,
    quality: int,
) -> Model:
    return Model(
        id=f"{family}-{precision.lower()}",
        family=family,
        title=f"{title} {precision}",
        kind="diffusion",
        engine="comfyui",
        tasks=("fill", "remove") if task == "fill" else ("edit", "remove", "restyle"),
        precision=precision,
        architecture=architecture,
        files=(file,),
        licence=FLUX_DEV,
        quality=quality,
        facts=(*_FACTS, fact),
        needs=_NEEDS,
    )


def _file(name: str, repository: str, path: str, size: int, sha256: str | None = None, estimated: bool = False) -> File:
    return File("diffusion", f"diffusion_models/{name}", HuggingFace(repository, path), size, sha256, estimated)


MODELS: tuple[Model, ...] = (
    _model(
        "flux.1-fill",
        "FLUX.1 Fill [dev]",
        "fp8",
        _FILL,
        "fill",
        _file(
            "flux1-fill-dev_fp8.safetensors",
            "Aitrepreneur/FLX",
            "flux1-fill-dev_fp8.safetensors",
            11_900_000_000,
            estimated=True,
        ),
        "Size: parameters at 8 bits. A copy by a third party; the authors' own files need an access token.",
        5,
    ),
    _model(
        "flux.1-fill",
        "FLUX.1 Fill [dev]",
        "Q4_K_S",
        _FILL,
        "fill",
        _file(
            "flux1-fill-dev-Q4_K_S.gguf",
            "YarvixPA/FLUX.1-Fill-dev-gguf",
            "flux1-fill-dev-Q4_K_S.gguf",
            6_810_000_000,
            estimated=True,
        ),
        "Size: 6.81 GB of its sibling flux1-dev-Q4_K_S.gguf in Comfy-Org/ComfyUI-Manager model-list.json (f39cbd5)."
        " A copy by a third party; the authors' own files need an access token.",
        4,
    ),
    _model(
        "flux.1-fill",
        "FLUX.1 Fill [dev]",
        "int4",
        _FILL,
        "fill",
        _file(
            "svdq-int4_r32-flux.1-fill-dev.safetensors",
            "nunchaku-tech/nunchaku-flux.1-fill-dev",
            "svdq-int4_r32-flux.1-fill-dev.safetensors",
            6_770_275_936,
        ),
        "Size: a public installer's file table. Needs ComfyUI-nunchaku and an NVIDIA card of the 30 or 40 series.",
        4,
    ),
    _model(
        "flux.1-kontext",
        "FLUX.1 Kontext [dev]",
        "fp8",
        _KONTEXT,
        "edit",
        _file(
            "flux1-dev-kontext_fp8_scaled.safetensors",
            "Comfy-Org/flux1-kontext-dev_ComfyUI",
            "split_files/diffusion_models/flux1-dev-kontext_fp8_scaled.safetensors",
            11_904_640_136,
            "630ba795ec64283b4230ea23cf79406c2c68b7c578229ed139f30043eadb30a2",
        ),
        "Size and sha256: several public manifests that agree.",
        5,
    ),
    _model(
        "flux.1-kontext",
        "FLUX.1 Kontext [dev]",
        "Q8_0",
        _KONTEXT,
        "edit",
        _file(
            "flux1-kontext-dev-Q8_0.gguf",
            "QuantStack/FLUX.1-Kontext-dev-GGUF",
            "flux1-kontext-dev-Q8_0.gguf",
            12_700_000_000,
            "ff2ff71c3755c8ab394398a412252c23382a83138b65190b16e736d457b80f73",
            estimated=True,
        ),
        "sha256: mudler/LocalAI gallery/index.yaml (82c191a). Size: that of flux1-dev-Q8_0.gguf, rounded.",
        5,
    ),
    _model(
        "flux.1-kontext",
        "FLUX.1 Kontext [dev]",
        "Q4_K_M",
        _KONTEXT,
        "edit",
        _file(
            "flux1-kontext-dev-Q4_K_M.gguf",
            "QuantStack/FLUX.1-Kontext-dev-GGUF",
            "flux1-kontext-dev-Q4_K_M.gguf",
            6_930_000_000,
            estimated=True,
        ),
        "Size computed: 4.66 bits a weight, between Q4_K_S (4.58) and Q5_K_S.",
        4,
    ),
    _model(
        "flux.1-kontext",
        "FLUX.1 Kontext [dev]",
        "int4",
        _KONTEXT,
        "edit",
        _file(
            "svdq-int4_r32-flux.1-kontext-dev.safetensors",
            "nunchaku-tech/nunchaku-flux.1-kontext-dev",
            "svdq-int4_r32-flux.1-kontext-dev.safetensors",
            6_770_000_000,
            estimated=True,
        ),
        "Size: that of its sibling for Fill. Needs ComfyUI-nunchaku and an NVIDIA card of the 30 or 40 series.",
        4,
    ),
    Model(
        id="flux-vae-fp32",
        family="flux-vae",
        title="VAE of FLUX.1 and Z-Image",
        kind="vae",
        engine="comfyui",
        tasks=(),
        precision="fp32",
        architecture=NetworkArchitecture(parameters=83.8e6, side=1024, activation_bytes=2178 * 1024 * 1024 * 2),
        files=(
            File(
                "vae",
                "vae/ae.safetensors",
                HuggingFace("Comfy-Org/z_image_turbo", "split_files/vae/ae.safetensors"),
                335_304_388,
                "afc8e28272cd15db3919bacdb6918ce9c1ed22e96cb12c4d5ed0fba823529e38",
                mirrors=(HuggingFace("Comfy-Org/Lumina_Image_2.0_Repackaged", "split_files/vae/ae.safetensors"),),
            ),
        ),
        licence=APACHE_2,
        quality=3,
        facts=(
            "Size and sha256: several public manifests that agree.",
            "Activation: ComfyUI's law for decoding, 2178 bytes x pixels x 2 (comfy/sd.py, a125cd8).",
        ),
    ),
)
