"""What tells the parts of a person apart: networks that parse faces, and whole people."""

from stillbytes.gpu.models.licences import MIT, MIT_CELEBA
from stillbytes.gpu.models.model import File, GitHub, HuggingFace, Model, NetworkArchitecture


def _bisenet(backbone: str, title: str, size: int, sha256: str, parameters: float, quality: int) -> Model:
    return Model(
        id=f"bisenet-{backbone}",
        family=f"bisenet-{backbone}",
        title=f"BiSeNet face parsing ({title})",
        kind="segmenter",
        engine="onnx",
        tasks=("parts",),
        precision="fp32",
        architecture=NetworkArchitecture(parameters=parameters, side=512),
        files=(
            File(
                "model",
                f"segmentation/bisenet-{backbone}.onnx",
                GitHub("yakhyo/face-parsing", "weights", f"{backbone}.onnx"),
                size,
                sha256,
            ),
        ),
        licence=MIT_CELEBA,
        quality=quality,
        facts=(
            "Size and sha256: several public programs that pin them. Parameters: a quarter of the bytes.",
            "Input 512 x 512, ImageNet's means, 19 classes of CelebAMask-HQ: the same programs. Never run here.",
        ),
    )


MODELS: tuple[Model, ...] = (
    _bisenet(
        "resnet34", "ResNet-34", 93_632_554,
        "5b805bba7b5660ab7070b5a381dcf75e5b3e04199f1e9387232a77a00095102e", 23.4e6, 4,
    ),
    _bisenet(
        "resnet18", "ResNet-18", 53_205_364,
        "0d9bd318e46987c3bdbfacae9e2c0f461cae1c6ac6ea6d43bbe541a91727e33f", 13.3e6, 3,
    ),
    Model(
        id="schp-atr",
        family="schp-atr",
        title="SCHP human parsing (ATR)",
        kind="segmenter",
        engine="onnx",
        tasks=("parts",),
        precision="int8",
        architecture=NetworkArchitecture(parameters=69e6, side=512),
        files=(
            File(
                "model",
                "segmentation/schp-atr-18-int8-static.onnx",
                HuggingFace(
                    "pirocheto/schp-atr-18",
                    "onnx/schp-atr-18-int8-static.onnx",
                    "a54fa65e7e4f27f21011f652ffc0053ebb24b292",
                ),
                69_141_996,
                "4420d8db8c1f266967c89485786b01209f6d405f320fc0f87e8ced49392cefb5",
            ),
        ),
        licence=MIT,
        quality=4,
        facts=(
            "Size, sha256, revision, means and the 18 classes: several public programs that pin them."
            " Parameters: one a byte. Never run here.",
        ),
    ),
)  # fmt: skip
