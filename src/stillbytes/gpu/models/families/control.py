"""What steers Stable Diffusion besides words: ControlNets, and IP-Adapter with its picture encoder."""

from stillbytes.gpu.models.licences import APACHE_2, MIT, OPENRAIL
from stillbytes.gpu.models.model import File, HuggingFace, Kind, Licence, Model, NetworkArchitecture, Task

_AGREED = "Size and sha256: several public manifests that agree."
_SD15 = "comfyanonymous/ControlNet-v1-1_fp16_safetensors"


def _model(
    id: str,
    title: str,
    kind: Kind,
    parameters: float,
    file: File,
    fact: str,
    licence: Licence = APACHE_2,
    side: int = 1024,
    needs: tuple[str, ...] = (),
) -> Model:
    tasks: tuple[Task, ...] = () if kind == "image-encoder" else ("restyle", "fill")
    return Model(
        id=id,
        family=id,
        title=title,
        kind=kind,
        engine="comfyui",
        tasks=tasks,
        precision="fp16",
        architecture=NetworkArchitecture(parameters=parameters, side=side),
        files=(file,),
        licence=licence,
        quality=4,
        facts=(fact,),
        needs=needs,
    )


MODELS: tuple[Model, ...] = (
    _model(
        "controlnet-union-sdxl",
        "ControlNet union for SDXL (canny, depth, tile and more)",
        "controlnet",
        1.2566e9,
        File(
            "controlnet",
            "controlnet/xinsir-controlnet-union-sdxl-1.0-promax.safetensors",
            HuggingFace("xinsir/controlnet-union-sdxl-1.0", "diffusion_pytorch_model_promax.safetensors"),
            2_513_342_408,
            "9fae2e50cb431bfcbe05822b59ec2228df545ef27f711dea8949e9f4ed9f7cdc",
        ),
        _AGREED,
    ),
    _model(
        "controlnet-canny-sdxl",
        "ControlNet canny for SDXL",
        "controlnet",
        1.251e9,
        File(
            "controlnet",
            "controlnet/xinsir-controlnet-canny-sdxl-1.0_V2.safetensors",
            HuggingFace("xinsir/controlnet-canny-sdxl-1.0", "diffusion_pytorch_model_V2.safetensors"),
            2_500_000_000,
            estimated=True,
        ),
        "Size: 2.50 GB in Comfy-Org/ComfyUI-Manager model-list.json (f39cbd5).",
    ),
    _model(
        "controlnet-depth-sdxl",
        "ControlNet depth for SDXL",
        "controlnet",
        1.251e9,
        File(
            "controlnet",
            "controlnet/xinsir-controlnet-depth-sdxl-1.0.safetensors",
            HuggingFace("xinsir/controlnet-depth-sdxl-1.0", "diffusion_pytorch_model.safetensors"),
            2_500_000_000,
            estimated=True,
        ),
        "Size: 2.50 GB in Comfy-Org/ComfyUI-Manager model-list.json (f39cbd5).",
    ),
    _model(
        "controlnet-canny-sd15",
        "ControlNet canny for Stable Diffusion 1.5",
        "controlnet",
        361e6,
        File(
            "controlnet",
            "controlnet/control_v11p_sd15_canny_fp16.safetensors",
            HuggingFace(_SD15, "control_v11p_sd15_canny_fp16.safetensors"),
            722_601_100,
            "8932b66e15aae835b3490dbf989f56c253104cee08a88bf21283762f557c9f10",
        ),
        "sha256: krita-ai-diffusion ai_diffusion/presets/models.json (053a46a); size: a public manifest with the same.",
        licence=OPENRAIL,
        side=512,
    ),
    _model(
        "controlnet-depth-sd15",
        "ControlNet depth for Stable Diffusion 1.5",
        "controlnet",
        361e6,
        File(
            "controlnet",
            "controlnet/control_v11f1p_sd15_depth_fp16.safetensors",
            HuggingFace(_SD15, "control_v11f1p_sd15_depth_fp16.safetensors"),
            722_601_100,
        ),
        "Size: a public application's list of models.",
        licence=OPENRAIL,
        side=512,
    ),
    _model(
        "ip-adapter-sd15",
        "IP-Adapter for Stable Diffusion 1.5",
        "adapter",
        22e6,
        File(
            "adapter",
            "ipadapter/ip-adapter_sd15.safetensors",
            HuggingFace("h94/IP-Adapter", "models/ip-adapter_sd15.safetensors"),
            44_642_768,
            "289b45f16d043d0bf542e45831f971dcdaabe18b656f11e86d9dfba7e9ee3369",
        ),
        _AGREED,
        needs=("clip-vit-h",),
    ),
    _model(
        "ip-adapter-sdxl",
        "IP-Adapter for SDXL",
        "adapter",
        349e6,
        File(
            "adapter",
            "ipadapter/ip-adapter_sdxl_vit-h.safetensors",
            HuggingFace("h94/IP-Adapter", "sdxl_models/ip-adapter_sdxl_vit-h.safetensors"),
            698_391_064,
            "ebf05d918348aec7abb02a5e9ecef77e0aaea6914a5c4ea13f50d45eb1681831",
        ),
        _AGREED,
        needs=("clip-vit-h",),
    ),
    _model(
        "clip-vit-h",
        "CLIP ViT-H picture encoder",
        "image-encoder",
        632e6,
        File(
            "image-encoder",
            "clip_vision/CLIP-ViT-H-14-laion2B-s32B-b79K.safetensors",
            HuggingFace("h94/IP-Adapter", "models/image_encoder/model.safetensors"),
            2_528_373_448,
            "6ca9667da1ca9e0b0f75e46bb030f7e011f44f86cbfb8d5a36590fcd7507b030",
        ),
        _AGREED + " The file holds 32-bit weights, which are loaded as 16-bit ones.",
        licence=MIT,
        side=224,
    ),
)
