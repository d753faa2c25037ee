"""What removes things without a diffusion model: LaMa and MI-GAN."""

from stillbytes.gpu.models.licences import APACHE_2, MIT
from stillbytes.gpu.models.model import File, HuggingFace, Model, NetworkArchitecture

MODELS: tuple[Model, ...] = (
    Model(
        id="lama",
        family="lama",
        title="LaMa",
        kind="remover",
        engine="onnx",
        tasks=("remove",),
        precision="fp32",
        architecture=NetworkArchitecture(parameters=51e6, side=512),
        files=(
            File(
                "model",
                "inpaint/lama_fp32.onnx",
                HuggingFace("Carve/LaMa-ONNX", "lama_fp32.onnx", "c3c0c9e468934d62e79c329e35d82dd09ff8c444"),
                208_044_816,
                "1faef5301d78db7dda502fe59966957ec4b79dd64e16f03ed96913c7a4eb68d6",
            ),
        ),
        licence=APACHE_2,
        quality=3,
        facts=("Size, sha256 and the fixed side of 512 pixels: public code that pins them.",),
    ),
    Model(
        id="mi-gan",
        family="mi-gan",
        title="MI-GAN",
        kind="remover",
        engine="onnx",
        tasks=("remove",),
        precision="fp32",
        architecture=NetworkArchitecture(parameters=7e6, side=512),
        files=(
            File(
                "model",
                "inpaint/migan_pipeline_v2.onnx",
                HuggingFace("andraniksargsyan/migan", "migan_pipeline_v2.onnx"),
                28_079_181,
                estimated=True,
            ),
        ),
        licence=MIT,
        quality=2,
        facts=("Size: one of two published revisions. Parameters: a quarter of the bytes.",),
    ),
)
