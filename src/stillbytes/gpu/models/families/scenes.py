"""What tells the things of landscapes apart: plants, water, mountains, buildings, ground."""

from stillbytes.gpu.models.licences import APACHE_2, SEGFORMER
from stillbytes.gpu.models.model import File, HuggingFace, Model, NetworkArchitecture


def _segformer(size: str, bytes_: int, sha256: str, revision: str, parameters: float, quality: int) -> Model:
    repository = f"Xenova/segformer-{size}-finetuned-ade-512-512"
    return Model(
        id=f"segformer-{size}-ade",
        family=f"segformer-{size}-ade",
        title=f"SegFormer {size.upper()} (ADE20K)",
        kind="segmenter",
        engine="onnx",
        tasks=("landscape",),
        precision="fp32",
        architecture=NetworkArchitecture(parameters=parameters, side=512),
        files=(
            File(
                "model",
                f"segmentation/segformer-{size}-ade-512.onnx",
                HuggingFace(repository, "onnx/model.onnx", revision),
                bytes_,
                sha256,
            ),
        ),
        licence=SEGFORMER,
        quality=quality,
        facts=(
            "Size, sha256 and revision: several public programs that pin them. Parameters: E. Xie et al., arXiv"
            " 2105.15203, table 1. Never run here.",
        ),
    )


MODELS: tuple[Model, ...] = (
    _segformer(
        "b2",
        110_445_327,
        "819c15e6af8c4de3359c1de7ab0a17d0dde495df1d16f8908a7163f8038e0fa0",
        "df795789e70f4089c8658907679c6fd2367c89a5",
        27.5e6,
        4,
    ),
    _segformer(
        "b0",
        15_335_446,
        "3e5c18a4be395f16646438d54c42377ddc202edfa33d5eced0c9506de75c44c2",
        "d3e5499fa8701ff0453ca940a8dfeae39b2f1504",
        3.8e6,
        2,
    ),
    Model(
        id="detr-panoptic",
        family="detr-panoptic",
        title="DETR ResNet-50 panoptic (COCO)",
        kind="segmenter",
        engine="onnx",
        tasks=("landscape",),
        precision="fp16",
        architecture=NetworkArchitecture(parameters=43.3e6, side=800),
        files=(
            File(
                "model",
                "segmentation/detr-resnet-50-panoptic-fp16.onnx",
                HuggingFace(
                    "Xenova/detr-resnet-50-panoptic",
                    "onnx/model_fp16.onnx",
                    "ea24b2d4e0bfae31f0a1299ba3fb892a2df064de",
                ),
                86_559_030,
                "afd9f02d864302d690356fd4bfcb2feed2397a1190bf46a7306cb430464d734a",
            ),
        ),
        licence=APACHE_2,
        quality=3,
        facts=(
            "Size, sha256, revision and class numbers: two public programs that pin them. Parameters: half of the"
            " bytes. Never run here.",
        ),
    ),
)
