"""Between pixels and latents."""
# mypy: disable-error-code="empty-body"

from __future__ import annotations

from typing import Literal

from stillbytes.engines.comfyui.declare import node
from stillbytes.engines.comfyui.edge import Image, Latent, Mask, Vae

Resampling = Literal["nearest-exact", "bilinear", "area", "bicubic", "bislerp"]


@node("EmptyLatentImage")
def empty_latent(width: int, height: int, batch_size: int = 1) -> Latent: ...


@node("EmptySD3LatentImage")
def empty_latent_16(width: int, height: int, batch_size: int = 1) -> Latent:
    """Sixteen channels: SD3, FLUX.1, Qwen-Image, Z-Image."""


@node("EmptyFlux2LatentImage", since="0.3.72")
def empty_latent_flux2(width: int, height: int, batch_size: int = 1) -> Latent: ...


@node("VAEEncode")
def vae_encode(pixels: Image, vae: Vae) -> Latent: ...


@node("VAEEncodeTiled")
def vae_encode_tiled(
    pixels: Image,
    vae: Vae,
    tile_size: int = 512,
    overlap: int = 64,
    temporal_size: int = 64,
    temporal_overlap: int = 8,
) -> Latent: ...


@node("VAEEncodeForInpaint")
def vae_encode_for_inpaint(pixels: Image, vae: Vae, mask: Mask, grow_mask_by: int = 6) -> Latent:
    """Greys out what is under the mask first: for full strength only."""


@node("VAEDecode")
def vae_decode(samples: Latent, vae: Vae) -> Image: ...


@node("VAEDecodeTiled")
def vae_decode_tiled(
    samples: Latent,
    vae: Vae,
    tile_size: int = 512,
    overlap: int = 64,
    temporal_size: int = 64,
    temporal_overlap: int = 8,
) -> Image: ...


@node("SetLatentNoiseMask")
def set_latent_noise_mask(samples: Latent, mask: Mask) -> Latent: ...


@node("LatentUpscale")
def scale_latent(
    samples: Latent,
    upscale_method: Resampling,
    width: int,
    height: int,
    crop: Literal["disabled", "center"] = "disabled",
) -> Latent: ...


@node("LatentUpscaleBy")
def scale_latent_by(samples: Latent, upscale_method: Resampling, scale_by: float = 1.5) -> Latent: ...


@node("LatentCompositeMasked")
def composite_latent(
    destination: Latent, source: Latent, x: int = 0, y: int = 0, resize_source: bool = False, mask: Mask | None = None
) -> Latent: ...


@node("RepeatLatentBatch")
def repeat_latent(samples: Latent, amount: int = 1) -> Latent: ...
