"""What takes the noise out of a photo's own light: networks for mosaics, for linear and for encoded pictures."""

from stillbytes.gpu.models.licences import APACHE_2, GPL_3, MIT
from stillbytes.gpu.models.model import (
    File,
    GitHub,
    HuggingFace,
    Licence,
    Model,
    NetworkArchitecture,
    Source,
    Zipped,
)


def _rawnind(member: str) -> Zipped:
    archive = GitHub("darktable-org/darktable-ai", "release-5.6.0", "rawdenoise-nind.dtmodel")
    sha256 = "d71b5f1e727c85a359e6f74dca9e2016c9d8fc3e2f7ac3e9b347d80ceca969af"
    return Zipped(archive, f"rawdenoise-nind/{member}", 57_700_134, sha256)


RAWNIND_FACTS = (
    "Sizes and sha256 of archive and members, signature and need of a gain: public code that pins them (darktable's"
    " model, and programs that use it). Trained on RawNIND (B. Brummer, C. De Vleeschouwer, arXiv 2501.08924).",
    "Not run here: quality and memory are not measured.",
)
SCUNET_FACTS = (
    "Size and sha256: public manifests that agree. In and out RGB 0..1. Trained on synthetic degradations (K. Zhang et"
    " al., arXiv 2203.13278).",
    "Not run here: quality and memory are not measured. Others report 15.5 s for a megapixel on an i7-13700KF and 1.7 s"
    " on an RTX 3070.",
)


def _model(
    id: str,
    title: str,
    name: str,
    source: Source,
    size: int,
    sha256: str,
    architecture: NetworkArchitecture,
    licence: Licence,
    quality: int,
    facts: tuple[str, ...],
    *,
    estimated: bool = False,
) -> Model:
    return Model(
        id=id,
        family=id,
        title=title,
        kind="denoiser",
        engine="onnx",
        tasks=("denoise",),
        precision="fp32",
        architecture=architecture,
        files=(File("model", f"denoise/{name}.onnx", source, size, sha256, estimated=estimated),),
        licence=licence,
        quality=quality,
        facts=facts,
    )


MODELS: tuple[Model, ...] = (
    _model(
        "rawnind-bayer",
        "RawNIND for mosaics",
        "rawnind-bayer",
        _rawnind("model_bayer.onnx"),
        31_056_425,
        "da27509dab6a2915da67e988acd86cf71f9d5bbc8d1aa0ed32933578a887b901",
        NetworkArchitecture(parameters=7.76e6, side=512),
        GPL_3,
        4,
        RAWNIND_FACTS,
    ),
    _model(
        "rawnind-linear",
        "RawNIND for linear pictures",
        "rawnind-linear",
        _rawnind("model_linear.onnx"),
        31_053_823,
        "df957efadcc152c007d5d3b0917bdff9e41c0d4a0efe56584ef30b36393cd181",
        NetworkArchitecture(parameters=7.76e6, side=512),
        GPL_3,
        4,
        RAWNIND_FACTS,
    ),
    _model(
        "scunet-psnr",
        "SCUNet",
        "scunet-psnr",
        HuggingFace("deepghs/image_restoration", "SCUNet-PSNR.onnx"),
        91_264_256,
        "b0f8c12f1575bb49e39a85924152f1c6d4b527a4aae0432c9e5c7397123465e3",
        NetworkArchitecture(parameters=18e6, side=256),
        APACHE_2,
        3,
        SCUNET_FACTS,
    ),
    _model(
        "nafnet-sidd-32",
        "NAFNet SIDD",
        "nafnet-sidd-32",
        Zipped(
            GitHub("darktable-org/darktable-ai", "release-5.6.0", "denoise-nafnet.dtmodel"),
            "denoise-nafnet/model.onnx",
            108 << 20,
            "4b5c0b9c2650956eaab9a3fc6ffe3e11d4dc4f55b246b7f3a0d2d72161b6980c",
        ),
        112_000_000,
        "8b437280db2f9f0ef5c733fa0fec70fc10012a62d19dac24a25b80ec8c529230",
        NetworkArchitecture(parameters=29e6, side=768),
        MIT,
        2,
        (
            "sha256 of archive and member, and 768 pixels as the only side: public code that pins them; the sizes are"
            " rounded. Trained on the noise of smartphones (L. Chen et al., arXiv 2204.04676; SIDD).",
            "Not run here: quality and memory are not measured.",
        ),
        estimated=True,
    ),
)
