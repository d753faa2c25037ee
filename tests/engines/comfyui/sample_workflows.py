"""Workflows of every kind that we send, for tests and for trying them on a real ComfyUI with the tiny models."""

from collections.abc import Callable

from stillbytes.engines.comfyui import nodes
from stillbytes.engines.comfyui.edge import Conditioning, Latent, Model
from stillbytes.engines.comfyui.workflow import Workflow

CHECKPOINT, INPAINT = "tiny-sd15.safetensors", "tiny-sd15-inpaint.safetensors"
PICTURE, MASK = "stillbytes-picture.png", "stillbytes-mask.png"


def sampled(
    model: Model,
    positive: Conditioning,
    negative: Conditioning,
    latent: Latent,
    seed: int = 1,
    denoise: float = 1.0,
    steps: int = 2,
) -> Latent:
    return nodes.ksampler(model, seed, steps, 5, "euler", "normal", positive, negative, latent, denoise)


def text_to_image(seed: int = 1, steps: int = 2, size: int = 256) -> Workflow:
    model, clip, vae = nodes.load_checkpoint(CHECKPOINT)
    good, bad = nodes.encode_text("a boat at dusk", clip), nodes.encode_text("", clip)
    latent = sampled(model, good, bad, nodes.empty_latent(size, size), seed, steps=steps)
    return Workflow(nodes.save_image_websocket(nodes.vae_decode(latent, vae)))


def image_to_image() -> Workflow:
    model, clip, vae = nodes.load_checkpoint(CHECKPOINT)
    good, bad = nodes.encode_text("a boat at dusk", clip), nodes.encode_text("", clip)
    picture = nodes.scale_image(nodes.load_image(PICTURE).image, "lanczos", 256, 256)
    latent = sampled(model, good, bad, nodes.vae_encode(picture, vae), denoise=0.6)
    return Workflow(nodes.save_image_websocket(nodes.vae_decode(latent, vae)))


def inpaint() -> Workflow:
    model, clip, vae = nodes.load_checkpoint(INPAINT)
    picture = nodes.load_image(PICTURE).image
    mask = nodes.feather_mask(nodes.grow_mask(nodes.load_mask(MASK), 8), 4, 4, 4, 4)
    good, bad, latent = nodes.inpaint_model_conditioning(
        nodes.encode_text("sky", clip), nodes.encode_text("", clip), vae, picture, mask
    )
    made = nodes.vae_decode(sampled(nodes.differential_diffusion(model), good, bad, latent), vae)
    return Workflow(nodes.save_image_websocket(nodes.composite(picture, made, mask=mask)))


def inpaint_with_any_model() -> Workflow:
    model, clip, vae = nodes.load_checkpoint(CHECKPOINT)
    picture, mask = nodes.load_image(PICTURE).image, nodes.load_mask(MASK)
    latent = nodes.set_latent_noise_mask(nodes.vae_encode(picture, vae), mask)
    good, bad = nodes.encode_text("sky", clip), nodes.encode_text("", clip)
    made = nodes.vae_decode(sampled(nodes.differential_diffusion(model), good, bad, latent, denoise=0.8), vae)
    filled = nodes.vae_encode_for_inpaint(picture, vae, nodes.invert_mask(mask))
    other = nodes.vae_decode(sampled(model, good, bad, filled), vae)
    return Workflow(nodes.save_image_websocket(made), nodes.preview_image(nodes.image_invert(other)))


def canny_control() -> Workflow:
    model, clip, vae = nodes.load_checkpoint(CHECKPOINT)
    edges = nodes.canny(nodes.crop_image(nodes.load_image(PICTURE).image, 256, 256, 0, 0))
    control = nodes.load_control_net("tiny-canny.safetensors")
    good, bad = nodes.apply_control_net(
        nodes.encode_text("a boat", clip), nodes.encode_text("", clip), control, edges, 0.8, end_percent=0.9
    )
    latent = sampled(model, good, bad, nodes.empty_latent(256, 256))
    return Workflow(nodes.save_image_websocket(nodes.vae_decode(latent, vae)), nodes.preview_image(edges))


def upscale() -> Workflow:
    picture = nodes.scale_image_by(nodes.load_image(PICTURE).image, "area", 0.5)
    large = nodes.upscale_with_model(nodes.load_upscale_model("tiny-x4.safetensors"), picture)
    return Workflow(nodes.save_image(nodes.scale_image_to_megapixels(large, "lanczos", 0.25), "stillbytes-test"))


def custom_sampling() -> Workflow:
    model, clip, vae = nodes.load_checkpoint(CHECKPOINT)
    good, bad = nodes.encode_text("a boat", clip), nodes.encode_text("", clip)
    _, low = nodes.split_sigmas(nodes.basic_scheduler(model, "karras", 4), 1)
    latent = nodes.vae_encode(nodes.load_image(PICTURE).image, vae)
    guider = nodes.cfg_guider(nodes.rescale_cfg(model), good, bad, 4)
    output, _ = nodes.sample_custom(nodes.random_noise(2**53 - 1), guider, nodes.select_sampler("lcm"), low, latent)
    return Workflow(nodes.save_image_websocket(nodes.vae_decode_tiled(output, vae, tile_size=128, overlap=32)))


RUNNABLE: dict[str, Callable[[], Workflow]] = {
    maker.__name__: maker
    for maker in (
        text_to_image,
        image_to_image,
        inpaint,
        inpaint_with_any_model,
        canny_control,
        upscale,
        custom_sampling,
    )
}
"""Those that the tiny models can run."""


def flux_fill() -> Workflow:
    model = nodes.load_diffusion_model_gguf("flux1-fill-dev-Q4_K_S.gguf")
    clip = nodes.load_dual_clip_gguf("clip_l.safetensors", "t5-v1_1-xxl-encoder-Q5_K_M.gguf", "flux")
    vae = nodes.load_vae("ae.safetensors")
    picture, mask = nodes.load_image(PICTURE).image, nodes.load_mask(MASK)
    text = nodes.flux_guidance(nodes.encode_text("a lighthouse", clip), 30)
    good, bad, latent = nodes.inpaint_model_conditioning(text, nodes.zero_out(text), vae, picture, mask)
    made = sampled(nodes.differential_diffusion(model), good, bad, latent)
    return Workflow(nodes.save_image_websocket(nodes.vae_decode(made, vae)))


def flux_kontext() -> Workflow:
    model = nodes.load_diffusion_model("flux1-dev-kontext_fp8_scaled.safetensors", "fp8_e4m3fn")
    clip = nodes.load_dual_clip("clip_l.safetensors", "t5xxl_fp8_e4m3fn.safetensors", "flux")
    vae = nodes.load_vae("ae.safetensors")
    latent = nodes.vae_encode(nodes.kontext_scale(nodes.load_image(PICTURE).image), vae)
    text = nodes.encode_text("make it night", clip)
    good = nodes.flux_guidance(nodes.reference_latent(text, latent), 2.5)
    made = sampled(model, good, nodes.zero_out(text), latent)
    return Workflow(nodes.save_image_websocket(nodes.vae_decode(made, vae)))


def qwen_edit() -> Workflow:
    model = nodes.load_diffusion_model("qwen_image_edit_2509_fp8_e4m3fn.safetensors")
    model = nodes.load_lora_model_only(model, "Qwen-Image-Edit-Lightning-4steps.safetensors")
    clip = nodes.load_clip("qwen_2.5_vl_7b_fp8_scaled.safetensors", "qwen_image")
    vae = nodes.load_vae("qwen_image_vae.safetensors")
    picture = nodes.load_image(PICTURE).image
    good = nodes.encode_qwen_edit_plus(clip, "remove the bin", vae, picture)
    bad = nodes.encode_qwen_edit_plus(clip, "", vae, picture)
    shifted = nodes.cfg_norm(nodes.model_sampling_aura_flow(model, 3))
    made = sampled(shifted, good, bad, nodes.vae_encode(picture, vae))
    return Workflow(nodes.save_image_websocket(nodes.vae_decode(made, vae)))


def restyle_sdxl() -> Workflow:
    model, clip, vae = nodes.load_checkpoint("sd_xl_base_1.0.safetensors")
    model, clip = nodes.load_lora(model, clip, "sdxl_lightning_4step_lora.safetensors")
    picture = nodes.load_image(PICTURE).image
    adapter = nodes.load_ip_adapter("ip-adapter-plus_sdxl_vit-h.safetensors")
    vision = nodes.load_clip_vision("CLIP-ViT-H-14.safetensors")
    prepared = nodes.prepare_for_clip_vision(picture)
    model = nodes.apply_ip_adapter(model, adapter, prepared, 0.7, "style transfer", clip_vision=vision)
    control = nodes.set_union_control_net_type(nodes.load_control_net("union-promax.safetensors"), "depth")
    good, bad = nodes.apply_control_net(
        nodes.encode_text("autumn", clip), nodes.encode_text("", clip), control, picture
    )
    made = sampled(model, good, bad, nodes.vae_encode_tiled(picture, vae))
    return Workflow(nodes.save_image_websocket(nodes.vae_decode_tiled(made, vae)))


def flux2_edit() -> Workflow:
    model = nodes.load_diffusion_model("flux-2-klein-4b-fp8.safetensors")
    clip, vae = nodes.load_clip("qwen_3_4b.safetensors", "flux2"), nodes.load_vae("flux2-vae.safetensors")
    latent = nodes.vae_encode(nodes.load_image(PICTURE).image, vae)
    text = nodes.reference_latent(nodes.encode_text("make it rain", clip), latent)
    output, _ = nodes.sample_custom(
        nodes.random_noise(1),
        nodes.basic_guider(model, text),
        nodes.select_sampler("euler"),
        nodes.flux2_scheduler(4, 1024, 1024),
        nodes.empty_latent_flux2(1024, 1024),
    )
    return Workflow(nodes.save_image_websocket(nodes.vae_decode(output, vae)))


ALL = {
    **RUNNABLE,
    **{maker.__name__: maker for maker in (flux_fill, flux_kontext, qwen_edit, restyle_sdxl, flux2_edit)},
}
