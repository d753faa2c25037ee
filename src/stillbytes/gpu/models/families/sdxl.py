"""Stable Diffusion XL: checkpoints, the inpainting network, and what makes them fast."""

from stillbytes.gpu.models.licences import MIT, OPENRAIL_PP
from stillbytes.gpu.models.model import DiffusionArchitecture, File, HuggingFace, Model, NetworkArchitecture

_UNET = DiffusionArchitecture(parameters=2.567e9, activation=0.8, step_tflop=5.98, steps=25)
_FACTS = (
    "Parameters: shared notes on ComfyUI's own estimates. Activation factor: memory_usage_factor of SDXL in"
    " comfy/supported_models.py (a125cd8).",
    "One pass at 1024 x 1024: 2.99 T multiply-adds, from the 149.4 T of 50 passes in table 1 of T-GATE"
    " (arXiv 2404.02747).",
)
_SPEED = "Steps: the number in the file's name, as its model card prescribes."

MODELS: tuple[Model, ...] = (
    Model(
        id="sdxl-base-fp16",
        family="sdxl",
        title="Stable Diffusion XL base 1.0",
        kind="diffusion",
        engine="comfyui",
        tasks=("create", "restyle"),
        precision="fp16",
        architecture=_UNET,
        files=(
            File(
                "checkpoint",
                "checkpoints/sd_xl_base_1.0.safetensors",
                HuggingFace("stabilityai/stable-diffusion-xl-base-1.0", "sd_xl_base_1.0.safetensors"),
                6_938_078_334,
                "31e35c80fc4829d14f90153f4c74cd59c90b779f6afe05a74cd6120b893f7e5b",
            ),
        ),
        licence=OPENRAIL_PP,
        quality=3,
        facts=(*_FACTS, "Size and sha256: several public manifests that agree. Holds its text encoders and VAE."),
    ),
    Model(
        id="realvisxl-v5-fp16",
        family="realvisxl",
        title="RealVisXL 5.0",
        kind="diffusion",
        engine="comfyui",
        tasks=("create", "restyle"),
        precision="fp16",
        architecture=_UNET,
        files=(
            File(
                "checkpoint",
                "checkpoints/RealVisXL_V5.0_fp16.safetensors",
                HuggingFace("SG161222/RealVisXL_V5.0", "RealVisXL_V5.0_fp16.safetensors"),
                6_938_000_000,
                "6a35a7855770ae9820a3c931d4964c3817b6d9e3c6f9c4dabb5b3a94e5643b80",
                estimated=True,
            ),
        ),
        licence=OPENRAIL_PP,
        quality=4,
        facts=(
            *_FACTS,
            "File and sha256: krita-ai-diffusion ai_diffusion/presets/models.json (0217cd2). Size: that of SDXL base,"
            " whose layout it has.",
        ),
    ),
    Model(
        id="sdxl-inpaint-fp16",
        family="sdxl-inpaint",
        title="Stable Diffusion XL inpainting 0.1",
        kind="diffusion",
        engine="comfyui",
        tasks=("fill", "remove"),
        precision="fp16",
        architecture=_UNET,
        files=(
            File(
                "diffusion",
                "diffusion_models/sdxl_inpainting_0.1_unet_fp16.safetensors",
                HuggingFace(
                    "diffusers/stable-diffusion-xl-1.0-inpainting-0.1", "unet/diffusion_pytorch_model.fp16.safetensors"
                ),
                5_135_000_000,
                estimated=True,
            ),
        ),
        licence=OPENRAIL_PP,
        quality=3,
        facts=(*_FACTS, "Nine input channels; the size is computed from the parameters at 16 bits."),
        needs=("clip-l-fp16", "clip-g-fp16", "sdxl-vae-fp32"),
    ),
    Model(
        id="sdxl-lightning-4step",
        family="sdxl-lightning",
        title="SDXL-Lightning, 4 steps",
        kind="lora",
        engine="comfyui",
        tasks=("create", "restyle", "fill"),
        precision="fp16",
        architecture=NetworkArchitecture(parameters=197e6, side=0),
        files=(
            File(
                "lora",
                "loras/sdxl_lightning_4step_lora.safetensors",
                HuggingFace(
                    "ByteDance/SDXL-Lightning",
                    "sdxl_lightning_4step_lora.safetensors",
                    "c9a24f48e1c025556787b0c58dd67a091ece2e44",
                ),
                393_854_592,
                "bf56cf2657efb15e465d81402ed481d1e11c4677e4bcce1bc11fe71ad8506b79",
            ),
        ),
        licence=OPENRAIL_PP,
        quality=3,
        facts=(
            _SPEED,
            "Revision and sha256: finegrain-ai/refiners, scripts of its test weights; size: public inventories with the"
            " same sha256.",
        ),
    ),
    Model(
        id="lcm-lora-sdxl",
        family="sdxl-lcm",
        title="LCM-LoRA for SDXL, 4 to 8 steps",
        kind="lora",
        engine="comfyui",
        tasks=("create", "restyle", "fill"),
        precision="fp16",
        architecture=NetworkArchitecture(parameters=196.9e6, side=0),
        files=(
            File(
                "lora",
                "loras/lcm-lora-sdxl.safetensors",
                HuggingFace(
                    "latent-consistency/lcm-lora-sdxl",
                    "pytorch_lora_weights.safetensors",
                    "a18548dd4956b174ec5b0d78d340c8dae0a129cd",
                ),
                393_855_224,
                "a764e6859b6e04047cd761c08ff0cee96413a8e004c9f07707530cd776b19141",
            ),
        ),
        licence=OPENRAIL_PP,
        quality=2,
        facts=("Revision, size and sha256: several public manifests that agree.",),
    ),
    Model(
        id="hyper-sdxl-8step-cfg",
        family="sdxl-hyper",
        title="Hyper-SD for SDXL, 8 steps with guidance",
        kind="lora",
        engine="comfyui",
        tasks=("create", "restyle", "fill"),
        precision="fp16",
        architecture=NetworkArchitecture(parameters=393.5e6, side=0),
        files=(
            File(
                "lora",
                "loras/Hyper-SDXL-8steps-CFG-lora.safetensors",
                HuggingFace("ByteDance/Hyper-SD", "Hyper-SDXL-8steps-CFG-lora.safetensors"),
                825_798_408,
                "55b51334c85061afff5eff7c550b61963c8b8607a5868bbe4f26db49374719b1",
            ),
        ),
        licence=OPENRAIL_PP,
        quality=3,
        facts=(
            _SPEED,
            "sha256: krita-ai-diffusion ai_diffusion/presets/models.json (0217cd2); size: a public inventory with the"
            " same sha256. Licence: SDXL's, of which it is a derivative.",
        ),
    ),
    Model(
        id="sdxl-vae-fp32",
        family="sdxl-vae",
        title="VAE of SDXL",
        kind="vae",
        engine="comfyui",
        tasks=(),
        precision="fp32",
        architecture=NetworkArchitecture(parameters=83.65e6, side=1024, activation_bytes=2178 * 1024 * 1024 * 2),
        files=(
            File(
                "vae",
                "vae/sdxl_vae.safetensors",
                HuggingFace("stabilityai/sdxl-vae", "sdxl_vae.safetensors"),
                334_641_164,
                "63aeecb90ff7bc1c115395962d3e803571385b61938377bc7089b36e81e92e2e",
            ),
        ),
        licence=MIT,
        quality=3,
        facts=(
            "Size and sha256: several public manifests that agree.",
            "Activation: ComfyUI's law for decoding, 2178 bytes x pixels x 2 (comfy/sd.py, a125cd8).",
        ),
    ),
)
