"""Pieces that several graphs have: loading a model with what is hung onto it, structure to keep to, the end."""

from __future__ import annotations

from typing import NamedTuple

from stillbytes.core.errors import ModelError
from stillbytes.core.saying import said
from stillbytes.engines.comfyui import nodes
from stillbytes.engines.comfyui.edge import Clip, Conditioning, Image, Latent, Model, Vae
from stillbytes.engines.comfyui.workflow import Workflow
from stillbytes.generate.workflows.graph import Drawing, Files, Sampling

CANNY = (0.2, 0.5)
"""Thresholds for photos, which have softer edges than drawings."""
SVDQUANT = "int4"
"""The precision of models with loaders of their own."""
KEPT_UNTIL = 0.8
"""Of the steps, those in which structure is held; the last are the model's own."""
UNION = {"canny": "canny/lineart/anime_lineart/mlsd", "depth": "depth"}
"""What a ControlNet for everything is told, in ComfyUI's words."""


class Loaded(NamedTuple):
    model: Model
    clip: Clip
    vae: Vae


def load(files: Files, clip_type: str) -> Loaded:
    """The model with its encoders and VAE, by the kind of their files, and the LoRAs put onto it.

    clip_type: ComfyUI's name for how the encoders belong together. Raises ModelError for a model without them.
    """
    if files.whole:
        model, clip, vae = nodes.load_checkpoint(files.main)
        vae = nodes.load_vae(files.vae) if files.vae else vae
    else:
        model, clip = _diffusion(files), _encoders(files, clip_type)
        vae = nodes.load_vae(files.vae)
    hang = nodes.load_lora_svdquant if files.precision == SVDQUANT else nodes.load_lora_model_only
    for lora in files.loras:
        model = hang(model, lora.name, lora.strength)
    return Loaded(model, clip, vae)


def _diffusion(files: Files) -> Model:
    if files.precision == SVDQUANT:
        return nodes.load_diffusion_model_svdquant(files.main)
    if files.main.lower().endswith(".gguf"):
        return nodes.load_diffusion_model_gguf(files.main)
    return nodes.load_diffusion_model(files.main, files.cast)


def _encoders(files: Files, clip_type: str) -> Clip:
    names = files.encoders
    quantised = any(name.lower().endswith(".gguf") for name in names)
    match names:
        case (one,):
            return nodes.load_clip_gguf(one, clip_type) if quantised else nodes.load_clip(one, clip_type)
        case (one, two):
            load = nodes.load_dual_clip_gguf if quantised else nodes.load_dual_clip
            return load(one, two, clip_type)
        case (one, two, three):
            load_three = nodes.load_triple_clip_gguf if quantised else nodes.load_triple_clip
            return load_three(one, two, three)
    raise ModelError(
        said("{model} needs one to three text encoders, not {number}.", model=files.main, number=len(names)),
        "Pull the model again: it brings them.",
    )


def sampling(drawing: Drawing, files: Files) -> Sampling:
    """As the drawing says, else as the files are made for."""
    usual = files.sampling
    return Sampling(
        usual.steps if drawing.steps is None else drawing.steps,
        usual.guidance if drawing.guidance is None else drawing.guidance,
        usual.sampler,
        usual.scheduler,
    )


def controlled(
    drawing: Drawing, files: Files, good: Conditioning, bad: Conditioning, vae: Vae | None = None
) -> tuple[Conditioning, Conditioning]:
    """Both with the structure that the drawing keeps. Raises ModelError when there is no ControlNet for it.

    vae: for models whose ControlNets work on latents.
    """
    for kind, strength in (("canny", drawing.canny), ("depth", drawing.depth)):
        if not strength:
            continue
        if kind in files.control:
            net = nodes.load_control_net(files.control[kind])
        elif "union" in files.control:
            net = nodes.set_union_control_net_type(nodes.load_control_net(files.control["union"]), UNION[kind])
        else:
            raise ModelError(
                said("Nothing here keeps {kind} for {model}.", kind=kind, model=files.main),
                "Pull a ControlNet, or leave it at 0.",
            )
        picture = nodes.load_image(drawing.picture if kind == "canny" else drawing.depths).image
        hint = nodes.canny(picture, *CANNY) if kind == "canny" else picture
        good, bad = nodes.apply_control_net(good, bad, net, hint, strength, end_percent=KEPT_UNTIL, vae=vae)
    return good, bad


def several(latent: Latent, drawing: Drawing) -> Latent:
    return nodes.repeat_latent(latent, drawing.batch) if drawing.batch > 1 else latent


def shown(samples: Latent, vae: Vae) -> Workflow:
    """The end: decoded, and sent as it is."""
    return sent(nodes.vae_decode(samples, vae))


def sent(picture: Image) -> Workflow:
    return Workflow(nodes.save_image_websocket(picture))
