"""The smallest workflow that makes a picture from words with an installed image model, for measuring it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from stillbytes.core.errors import ModelError
from stillbytes.engines.comfyui import nodes
from stillbytes.engines.comfyui.edge import Clip, Latent, Model, Vae
from stillbytes.engines.comfyui.nodes import gguf
from stillbytes.engines.comfyui.workflow import Workflow

CLIP_TYPES: Mapping[str, str] = {
    "flux.1": "flux",
    "flux.2": "flux2",
    "qwen-image": "qwen_image",
    "sdxl": "sdxl",
    "z-image": "lumina2",
}
"""By how a family's name begins, what ComfyUI's loaders of its text encoders are told."""
LATENTS: Mapping[int, Callable[[int, int], Latent]] = {
    4: nodes.empty_latent,
    16: nodes.empty_latent_16,
    128: nodes.empty_latent_flux2,
}


@dataclass(frozen=True, slots=True)
class Parts:
    """The files of a model and of what it needs. channels: of its latents. guided: needs the unconditional pass too."""

    family: str
    precision: str
    checkpoint: Path | None = None
    diffusion: Path | None = None
    encoders: tuple[Path, ...] = ()
    vae: Path | None = None
    channels: int = 4
    guided: bool = True


def picture(parts: Parts, width: int, height: int, steps: int, seed: int) -> Workflow:
    """With other words for each seed, so that nothing is taken from the cache. Raises ModelError for a kind of model
    that we have no such workflow for."""
    model, clip, vae = _loaded(parts)
    good = nodes.encode_text(f"a harbour at dusk, the {seed}th of many boats", clip)
    bad = nodes.encode_text(f"{seed} people", clip) if parts.guided else nodes.zero_out(good)
    empty = LATENTS[parts.channels](width, height)
    scheduler = "normal" if parts.channels == 4 else "simple"
    latent = nodes.ksampler(model, seed, steps, 5.0 if parts.guided else 1.0, "euler", scheduler, good, bad, empty)
    return Workflow(nodes.save_image_websocket(nodes.vae_decode(latent, vae)))


def _loaded(parts: Parts) -> tuple[Model, Clip, Vae]:
    if parts.checkpoint is not None:
        return nodes.load_checkpoint(parts.checkpoint.name)
    if parts.diffusion is None or parts.vae is None or parts.precision == "int4" or parts.channels not in LATENTS:
        raise ModelError(f"There is no workflow to measure {parts.family} {parts.precision} with.")
    quantised = parts.diffusion.suffix == ".gguf"
    model = (
        gguf.load_diffusion_model_gguf(parts.diffusion.name)
        if quantised
        else nodes.load_diffusion_model(parts.diffusion.name)
    )
    return model, _clip(parts), nodes.load_vae(parts.vae.name)


def _clip(parts: Parts) -> Clip:
    names = [path.name for path in parts.encoders]
    quantised = any(path.suffix == ".gguf" for path in parts.encoders)
    if len(names) == 3:
        one, two, three = names
        return gguf.load_triple_clip_gguf(one, two, three) if quantised else nodes.load_triple_clip(one, two, three)
    kind = next((told for begin, told in CLIP_TYPES.items() if parts.family.startswith(begin)), None)
    if kind is None or not 1 <= len(names) <= 2:
        raise ModelError(f"There is no workflow to measure {parts.family} {parts.precision} with.")
    first, last = names[0], names[-1]
    if len(names) == 2:
        return gguf.load_dual_clip_gguf(first, last, kind) if quantised else nodes.load_dual_clip(first, last, kind)
    return gguf.load_clip_gguf(first, kind) if quantised else nodes.load_clip(first, kind)
