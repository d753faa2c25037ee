"""What turns words into the conditioning of an image model."""

from stillbytes.gpu.models.licences import APACHE_2, MIT
from stillbytes.gpu.models.model import File, HuggingFace, Licence, Model, NetworkArchitecture

_AGREED = "Size and sha256: several public manifests that agree."


def _model(
    family: str, title: str, precision: str, parameters: float, licence: Licence, file: File, fact: str = _AGREED
) -> Model:
    return Model(
        id=f"{family}-{precision.lower()}",
        family=family,
        title=f"{title} {precision}",
        kind="text-encoder",
        engine="comfyui",
        tasks=(),
        precision=precision,
        architecture=NetworkArchitecture(parameters=parameters, side=0),
        files=(file,),
        licence=licence,
        quality=3,
        facts=(fact,),
    )


def _file(repository: str, path: str, size: int, sha256: str) -> File:
    return File("text-encoder", f"text_encoders/{path.rpartition('/')[2]}", HuggingFace(repository, path), size, sha256)


_FLUX = "comfyanonymous/flux_text_encoders"
_KLEIN = "Comfy-Org/vae-text-encorder-for-flux-klein-4b"

MODELS: tuple[Model, ...] = (
    _model(
        "clip-l",
        "CLIP-L",
        "fp16",
        123.06e6,
        MIT,
        _file(
            _FLUX,
            "clip_l.safetensors",
            246_144_152,
            "660c6f5b1abae9dc498ac2d21e1347d2abdb0cf6c0c0c8576cd796491d9a6cdd",
        ),
    ),
    _model(
        "clip-g",
        "CLIP-G",
        "fp16",
        694.7e6,
        MIT,
        _file(
            "Comfy-Org/stable-diffusion-3.5-fp8",
            "text_encoders/clip_g.safetensors",
            1_389_382_176,
            "ec310df2af79c318e24d20511b601a591ca8cd4f1fce1d8dff822a356bcdb1f4",
        ),
    ),
    _model(
        "t5-xxl",
        "T5-XXL encoder",
        "fp16",
        4.762e9,
        APACHE_2,
        _file(
            _FLUX,
            "t5xxl_fp16.safetensors",
            9_787_841_024,
            "6e480b09fae049a72d2a8c5fbccb8d3e92febeb233bbe9dfe7256958a9167635",
        ),
    ),
    _model(
        "t5-xxl",
        "T5-XXL encoder",
        "fp8",
        4.762e9,
        APACHE_2,
        _file(
            _FLUX,
            "t5xxl_fp8_e4m3fn.safetensors",
            4_893_934_904,
            "7d330da4816157540d6bb7838bf63a0f02f573fc48ca4d8de34bb0cbfd514f09",
        ),
    ),
    _model(
        "t5-xxl",
        "T5-XXL encoder",
        "Q5_K_M",
        4.762e9,
        APACHE_2,
        _file(
            "city96/t5-v1_1-xxl-encoder-gguf",
            "t5-v1_1-xxl-encoder-Q5_K_M.gguf",
            3_386_856_640,
            "b51cbb10b1a7aac6dd1c3b62f0ed908bfd06e0b42d2f3577d43e061361f51dae",
        ),
    ),
    _model(
        "qwen3-4b-encoder",
        "Qwen3 4B as encoder",
        "bf16",
        4.0225e9,
        APACHE_2,
        _file(
            _KLEIN,
            "split_files/text_encoders/qwen_3_4b.safetensors",
            8_044_982_048,
            "6c671498573ac2f7a5501502ccce8d2b08ea6ca2f661c458e708f36b36edfc5a",
        ),
    ),
    _model(
        "qwen3-4b-encoder",
        "Qwen3 4B as encoder",
        "fp8",
        4.0225e9,
        APACHE_2,
        _file(
            "Comfy-Org/z_image_turbo",
            "split_files/text_encoders/qwen_3_4b_fp8_mixed.safetensors",
            5_631_994_051,
            "72450b19758172c5a7273cf7de729d1c17e7f434a104a00167624cba94f68f15",
        ),
        "Size and sha256: a public inventory, verified there after the download.",
    ),
    _model(
        "qwen3-4b-encoder",
        "Qwen3 4B as encoder",
        "fp4",
        4.0225e9,
        APACHE_2,
        _file(
            _KLEIN,
            "split_files/text_encoders/qwen_3_4b_fp4_flux2.safetensors",
            3_848_213_998,
            "3eab03a77adb0ee5304a4e677d5c10ac22f9049c1d7c894adca4f8bb39206ca8",
        ),
    ),
    _model(
        "qwen3-4b-encoder",
        "Qwen3 4B as encoder",
        "Q4_K_M",
        4.0225e9,
        APACHE_2,
        _file(
            "unsloth/Qwen3-4B-GGUF",
            "Qwen3-4B-Q4_K_M.gguf",
            2_497_281_312,
            "f6f851777709861056efcdad3af01da38b31223a3ba26e61a4f8bf3a2195813a",
        ),
        "The same file as the language model's. sha256: krita-ai-diffusion ai_diffusion/presets/models.json (0217cd2)"
        " and mudler/LocalAI gallery/index.yaml (82c191a), which agree.",
    ),
    _model(
        "qwen2.5-vl-7b-encoder",
        "Qwen2.5-VL 7B as encoder",
        "fp8",
        8.29e9,
        APACHE_2,
        _file(
            "Comfy-Org/Qwen-Image_ComfyUI",
            "split_files/text_encoders/qwen_2.5_vl_7b_fp8_scaled.safetensors",
            9_384_670_680,
            "cb5636d852a0ea6a9075ab1bef496c0db7aef13c02350571e388aea959c5c0b4",
        ),
    ),
)
