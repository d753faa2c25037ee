"""Models that edit by instruction or continue a picture: FLUX Fill and Kontext, Qwen-Image-Edit."""
# mypy: disable-error-code="empty-body"

from __future__ import annotations

from stillbytes.engines.comfyui.declare import Choice, node
from stillbytes.engines.comfyui.edge import Clip, Conditioning, Image, Latent, Vae


@node("CLIPTextEncodeFlux")
def encode_text_flux(clip: Clip, clip_l: str, t5xxl: str, guidance: float = 3.5) -> Conditioning: ...


@node("FluxGuidance")
def flux_guidance(conditioning: Conditioning, guidance: float = 3.5) -> Conditioning:
    """The guidance that FLUX.1 dev was distilled with: 3.5 as a rule, 30 for Fill, 2.5 for Kontext."""


@node("FluxDisableGuidance")
def flux_disable_guidance(conditioning: Conditioning) -> Conditioning: ...


@node("ReferenceLatent")
def reference_latent(conditioning: Conditioning, latent: Latent | None = None) -> Conditioning:
    """A picture that the model sees while it makes another: Kontext, FLUX.2, Qwen-Image-Edit."""


@node("FluxKontextImageScale")
def kontext_scale(image: Image) -> Image:
    """To the nearest of the sizes that Kontext was trained at."""


@node("FluxKontextMultiReferenceLatentMethod")
def reference_latent_method(conditioning: Conditioning, reference_latents_method: Choice) -> Conditioning: ...


@node("TextEncodeQwenImageEdit")
def encode_qwen_edit(clip: Clip, prompt: str, vae: Vae | None = None, image: Image | None = None) -> Conditioning: ...


@node("TextEncodeQwenImageEditPlus")
def encode_qwen_edit_plus(
    clip: Clip,
    prompt: str,
    vae: Vae | None = None,
    image1: Image | None = None,
    image2: Image | None = None,
    image3: Image | None = None,
) -> Conditioning: ...
