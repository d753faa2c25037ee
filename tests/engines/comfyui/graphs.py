"""Workflows in ComfyUI's API format, written out, small enough for the tiny models on a processor."""

from typing import Any

Graph = dict[str, dict[str, Any]]
CHECKPOINT, INPAINT = "tiny-sd15.safetensors", "tiny-sd15-inpaint.safetensors"


def node(class_type: str, **inputs: Any) -> dict[str, Any]:
    return {"class_type": class_type, "inputs": inputs}


def sampler(latent: list[Any], steps: int = 3, denoise: float = 1.0, seed: int = 1, **more: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {"model": ["1", 0], "positive": ["2", 0], "negative": ["3", 0], "latent_image": latent}
    return node(
        "KSampler", seed=seed, steps=steps, cfg=5.0, sampler_name="euler", scheduler="normal", denoise=denoise,
        **{**usual, **more},
    )  # fmt: skip


def _loaded(checkpoint: str = CHECKPOINT) -> Graph:
    return {
        "1": node("CheckpointLoaderSimple", ckpt_name=checkpoint),
        "2": node("CLIPTextEncode", text="a boat at dusk", clip=["1", 1]),
        "3": node("CLIPTextEncode", text="", clip=["1", 1]),
    }


def text_to_image(
    steps: int = 3, seed: int = 1, size: int = 128, batch: int = 1, checkpoint: str = CHECKPOINT
) -> Graph:
    return {
        **_loaded(checkpoint),
        "4": node("EmptyLatentImage", width=size, height=size, batch_size=batch),
        "5": sampler(["4", 0], steps, seed=seed),
        "6": node("VAEDecode", samples=["5", 0], vae=["1", 2]),
        "7": node("SaveImageWebsocket", images=["6", 0]),
    }


def image_to_image(picture: str) -> Graph:
    return {
        **_loaded(),
        "4": node("LoadImage", image=picture),
        "5": node("VAEEncode", pixels=["4", 0], vae=["1", 2]),
        "6": sampler(["5", 0], denoise=0.6),
        "7": node("VAEDecode", samples=["6", 0], vae=["1", 2]),
        "8": node("SaveImageWebsocket", images=["7", 0]),
    }


def inpaint(picture: str, mask: str) -> Graph:
    return {
        **_loaded(INPAINT),
        "4": node("LoadImage", image=picture),
        "5": node("LoadImageMask", image=mask, channel="red"),
        "6": node(
            "InpaintModelConditioning", positive=["2", 0], negative=["3", 0], vae=["1", 2], pixels=["4", 0],
            mask=["5", 0], noise_mask=True,
        ),
        "7": sampler(["6", 2], positive=["6", 0], negative=["6", 1]),
        "8": node("VAEDecode", samples=["7", 0], vae=["1", 2]),
        "9": node(
            "ImageCompositeMasked", destination=["4", 0], source=["8", 0], x=0, y=0, resize_source=False, mask=["5", 0]
        ),
        "10": node("SaveImageWebsocket", images=["9", 0]),
    }  # fmt: skip


def canny(picture: str) -> Graph:
    return {
        **_loaded(),
        "4": node("LoadImage", image=picture),
        "5": node("Canny", image=["4", 0], low_threshold=0.2, high_threshold=0.6),
        "6": node("ControlNetLoader", control_net_name="tiny-canny.safetensors"),
        "7": node(
            "ControlNetApplyAdvanced", positive=["2", 0], negative=["3", 0], control_net=["6", 0], image=["5", 0],
            strength=0.8, start_percent=0.0, end_percent=1.0,
        ),
        "8": node("EmptyLatentImage", width=128, height=128, batch_size=1),
        "9": sampler(["8", 0], positive=["7", 0], negative=["7", 1]),
        "10": node("VAEDecode", samples=["9", 0], vae=["1", 2]),
        "11": node("SaveImageWebsocket", images=["10", 0]),
        "12": node("PreviewImage", images=["5", 0]),
    }  # fmt: skip


def tiled(size: int = 256) -> Graph:
    graph = text_to_image(size=size)
    graph["6"] = node(
        "VAEDecodeTiled", samples=["5", 0], vae=["1", 2], tile_size=128, overlap=32, temporal_size=64,
        temporal_overlap=8,
    )  # fmt: skip
    graph["7"] = node("PreviewImage", images=["6", 0])
    return graph


def upscale(picture: str) -> Graph:
    return {
        "1": node("LoadImage", image=picture),
        "2": node("UpscaleModelLoader", model_name="tiny-x4.safetensors"),
        "3": node("ImageUpscaleWithModel", upscale_model=["2", 0], image=["1", 0]),
        "4": node("SaveImageWebsocket", images=["3", 0]),
    }


def trivial(colour: int = 0x203040, batch: int = 1, size: int = 64, end: str = "SaveImageWebsocket") -> Graph:
    return {
        "1": node("EmptyImage", width=size, height=size, batch_size=batch, color=colour),
        "2": node(end, images=["1", 0]),
    }


def unknown_node() -> Graph:
    return {"1": node("UnetLoaderGGUF", unet_name="x.gguf"), "2": node("PreviewImage", images=["1", 0])}
