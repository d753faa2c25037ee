"""What puts pictures and sentences into one space, so that photos are found by what is meant."""

from stillbytes.gpu.models.licences import APACHE_2, MIT
from stillbytes.gpu.models.model import File, HuggingFace, Licence, Model, NetworkArchitecture

_CLIP, _CLIP_REVISION = "Xenova/clip-vit-base-patch32", "d15189d7028b43f1d3e65039190477f6af591c2a"
_SIGLIP, _SIGLIP_REVISION = "onnx-community/siglip2-base-patch16-224-ONNX", "ba1f3b0843f24bc5417d38e19c37b287d719b2f4"


def _model(
    id: str,
    family: str,
    title: str,
    precision: str,
    parameters: float,
    files: tuple[File, ...],
    licence: Licence,
    quality: int,
    *facts: str,
) -> Model:
    return Model(
        id=id,
        family=family,
        title=title,
        kind="embedder",
        engine="onnx",
        tasks=("meaning",),
        precision=precision,
        architecture=NetworkArchitecture(parameters=parameters, side=224),
        files=files,
        licence=licence,
        quality=quality,
        facts=facts,
    )


def _clip(role: str, path: str, name: str, size: int, sha256: str) -> File:
    return File(role, f"meaning/{name}", HuggingFace(_CLIP, path, _CLIP_REVISION), size, sha256)


def _siglip(role: str, path: str, name: str, size: int, sha256: str) -> File:
    return File(role, f"meaning/{name}", HuggingFace(_SIGLIP, path, _SIGLIP_REVISION), size, sha256)


_CLIP_WORDS = _clip(
    "vocabulary",
    "tokenizer.json",
    "clip-tokenizer.json",
    2_224_119,
    "f7f3b7af117d467b58374797691a6438d3e6b9e9cef800dfd5dced7f697a90cd",
)
_SIGLIP_WORDS = _siglip(
    "vocabulary",
    "tokenizer.json",
    "siglip2-tokenizer.json",
    34_363_039,
    "cb9140fae3ac5122c972d37adf83e1248471a38147ad76f8215c8872c6fd8322",
)
_SIGLIP_TEXT = _siglip(
    "text",
    "onnx/text_model_int8.onnx",
    "siglip2-base-224-text-int8.onnx",
    283_438_275,
    "3a0603d3a00c05a80a6ded4743c16aaac7b1e62cdcc7e362e7ce418659b96400",
)
_AGREED = "Sizes, sha256 and revision: several public programs that pin them and agree. Never run here."
_MANY = "Understands many languages (M. Tschannen et al., arXiv 2502.14786)."
_ENGLISH = "Understands English (A. Radford et al., arXiv 2103.00020)."

MODELS: tuple[Model, ...] = (
    _model(
        "siglip2-base-224-fp16",
        "siglip2-base-224",
        "SigLIP 2 base 224 fp16",
        "fp16",
        375e6,
        (
            _siglip(
                "image",
                "onnx/vision_model_fp16.onnx",
                "siglip2-base-224-vision-fp16.onnx",
                186_039_516,
                "a1959f7bd3993a607e48839f6d01e25b876fe76afda301b028b78eef68aabd95",
            ),
            _SIGLIP_TEXT,
            _SIGLIP_WORDS,
        ),
        APACHE_2,
        5,
        _AGREED,
        _MANY,
    ),
    _model(
        "siglip2-base-224-int8",
        "siglip2-base-224",
        "SigLIP 2 base 224 int8",
        "int8",
        375e6,
        (
            _siglip(
                "image",
                "onnx/vision_model_int8.onnx",
                "siglip2-base-224-vision-int8.onnx",
                94_553_333,
                "0dd31785a2713f1113ef2272472165c69d580473dae38d7b47568ac587795e70",
            ),
            _SIGLIP_TEXT,
            _SIGLIP_WORDS,
        ),
        APACHE_2,
        4,
        _AGREED,
        _MANY,
    ),
    _model(
        "clip-vit-b32-fp32",
        "clip-vit-b32",
        "CLIP ViT-B/32 fp32",
        "fp32",
        151e6,
        (
            _clip(
                "image",
                "onnx/vision_model.onnx",
                "clip-vit-b32-vision.onnx",
                351_685_709,
                "fd6e1402a588279d1723c7534d4bcba5bc0b14b47dfab0e46f8c47b8270d7d40",
            ),
            _clip(
                "text",
                "onnx/text_model.onnx",
                "clip-vit-b32-text.onnx",
                254_058_553,
                "3f6571f5bad13a97c469c1622e1cfc4d9aef78b79fdbfcff804ca357bfada8cc",
            ),
            _CLIP_WORDS,
        ),
        MIT,
        3,
        _AGREED,
        _ENGLISH,
    ),
    _model(
        "clip-vit-b32-int8",
        "clip-vit-b32",
        "CLIP ViT-B/32 int8",
        "int8",
        151e6,
        (
            _clip(
                "image",
                "onnx/vision_model_quantized.onnx",
                "clip-vit-b32-vision-int8.onnx",
                89_117_001,
                "583fd1110a514667812fee7d684952aaf82a99b959760c8d7dca7e0ab9839299",
            ),
            _clip(
                "text",
                "onnx/text_model_quantized.onnx",
                "clip-vit-b32-text-int8.onnx",
                64_504_507,
                "73baab855d406190da9faa498cfedf65f15cf309f4cc7385b7b032e6d08e5c3a",
            ),
            _CLIP_WORDS,
        ),
        MIT,
        2,
        _AGREED,
        _ENGLISH,
    ),
)
