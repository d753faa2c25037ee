"""What makes pictures larger, four times along each side."""

from stillbytes.gpu.models.licences import BSD_3, CC_BY_NC_SA_4, WTFPL
from stillbytes.gpu.models.model import File, HuggingFace, Licence, Model, NetworkArchitecture


def _model(id: str, title: str, file: File, licence: Licence, quality: int, fact: str) -> Model:
    return Model(
        id=id,
        family=id,
        title=title,
        kind="upscaler",
        engine="comfyui",
        tasks=("upscale",),
        precision="fp32",
        architecture=NetworkArchitecture(parameters=16.7e6, side=512),
        files=(file,),
        licence=licence,
        quality=quality,
        facts=(fact, "Parameters: a quarter of the bytes (RRDBNet of 23 blocks)."),
    )


MODELS: tuple[Model, ...] = (
    _model(
        "realesrgan-x4",
        "Real-ESRGAN x4plus",
        File(
            "upscaler",
            "upscale_models/RealESRGAN_x4plus.safetensors",
            HuggingFace("Comfy-Org/Real-ESRGAN_repackaged", "RealESRGAN_x4plus.safetensors"),
            66_857_836,
            "37f9a931c215f040aa6d50f711f2cb115f713c46df1d0d6469a8bd7bfe9a60bb",
        ),
        BSD_3,
        3,
        "Size and sha256: a public inventory, verified there after the download.",
    ),
    _model(
        "nmkd-superscale-x4",
        "NMKD Superscale x4",
        File(
            "upscaler",
            "upscale_models/4x_NMKD-Superscale-SP_178000_G.pth",
            HuggingFace("gemasai/4x_NMKD-Superscale-SP_178000_G", "4x_NMKD-Superscale-SP_178000_G.pth"),
            66_958_607,
            "1d1b0078fe71446e0469d8d4df59e96baa80d83cda600d68237d655830821bcc",
        ),
        WTFPL,
        4,
        "sha256: krita-ai-diffusion ai_diffusion/presets/models.json (0217cd2); size and licence: a public registry.",
    ),
    _model(
        "ultrasharp-x4",
        "UltraSharp x4",
        File(
            "upscaler",
            "upscale_models/4x-UltraSharp.pth",
            HuggingFace("Kim2091/UltraSharp", "4x-UltraSharp.pth"),
            67_000_000,
            estimated=True,
        ),
        CC_BY_NC_SA_4,
        4,
        "Size: 67.0 MB in Comfy-Org/ComfyUI-Manager model-list.json (f39cbd5).",
    ),
)
