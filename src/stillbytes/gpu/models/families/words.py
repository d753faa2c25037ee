"""What finds whatever is named, beyond the 80 everyday things that the small network knows."""

from stillbytes.gpu.models.licences import APACHE_2
from stillbytes.gpu.models.model import File, HuggingFace, Model, NetworkArchitecture

_DINO, _DINO_REVISION = "onnx-community/grounding-dino-tiny-ONNX", "ff690b0a8050566c290287545bd059350f3e9096"
_CLIPSEG, _CLIPSEG_REVISION = "Xenova/clipseg-rd64-refined", "924dc94f85f58739f353f94258b33bc47eae4862"
_VOCABULARY = File(
    "vocabulary",
    "words/grounding-dino-vocab.txt",
    HuggingFace(_DINO, "vocab.txt", _DINO_REVISION),
    231_508,
    "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
)
"""Of BERT, in lower case."""


def _dino(precision: str, path: str, size: int, sha256: str, quality: int) -> Model:
    return Model(
        id=f"grounding-dino-tiny-{precision}",
        family="grounding-dino-tiny",
        title=f"Grounding DINO tiny ({precision})",
        kind="segmenter",
        engine="onnx",
        tasks=("words",),
        precision=precision,
        architecture=NetworkArchitecture(parameters=172e6, side=800),
        files=(
            File(
                "model",
                f"words/grounding-dino-tiny-{precision}.onnx",
                HuggingFace(_DINO, path, _DINO_REVISION),
                size,
                sha256,
            ),
            _VOCABULARY,
        ),
        licence=APACHE_2,
        quality=quality,
        facts=(
            "Sizes, sha256 and revision: several public programs that pin them. Parameters: S. Liu et al., arXiv"
            " 2303.05499. Never run here.",
            "Answers with boxes; the shape in a box is found by Segment Anything or the network for subjects.",
        ),
    )


MODELS: tuple[Model, ...] = (
    _dino(
        "fp16",
        "onnx/model_fp16.onnx",
        360_393_267,
        "04c18d2db35569f11c47732f2e05ed3a71559a8903823fc581e90b0e3168c9ff",
        4,
    ),
    _dino(
        "int8",
        "onnx/model_quantized.onnx",
        203_824_675,
        "70bf2d3310d1ae73769c96a71e00cbf2861eb33a1f4d97d84a108a7bf02c03c9",
        3,
    ),
    Model(
        id="clipseg",
        family="clipseg",
        title="CLIPSeg (finds what is named)",
        kind="segmenter",
        engine="onnx",
        tasks=("words",),
        precision="fp16",
        architecture=NetworkArchitecture(parameters=150e6, side=352),
        files=(
            File(
                "model",
                "words/clipseg-rd64-refined-fp16.onnx",
                HuggingFace(_CLIPSEG, "onnx/model_fp16.onnx", _CLIPSEG_REVISION),
                273_352_075,
                estimated=True,
            ),
            File(
                "vocabulary",
                "words/clipseg-tokenizer.json",
                HuggingFace(_CLIPSEG, "tokenizer.json", _CLIPSEG_REVISION),
                2_200_000,
                estimated=True,
            ),
        ),
        licence=APACHE_2,
        quality=3,
        facts=(
            "Size and revision: public programs that pin them; sha256 was not found. Parameters: half of the bytes.",
            "A mask of 352 pixels for any words, also for what has no border, such as water. Never run here.",
        ),
    ),
)
