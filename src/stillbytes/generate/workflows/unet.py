"""What the graphs of the Stable Diffusion 1.5 and XL families share: all but their names and numbers."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from stillbytes.core.errors import ModelError
from stillbytes.core.saying import said
from stillbytes.engines.comfyui import nodes
from stillbytes.engines.comfyui.edge import Conditioning, Latent, Mask, Model, Vae
from stillbytes.engines.comfyui.workflow import Workflow
from stillbytes.generate.workflows import parts
from stillbytes.generate.workflows.graph import MASKED, Drawing, Files, Graph, Input

BACKGROUND = "background, continuing its surroundings"
IN_THE_WAY = "object, person, animal, text, watermark"
"""What takes the place of a thing that is removed, and what does not."""


class Words(NamedTuple):
    positive: str
    negative: str


class Start(NamedTuple):
    """What sampling begins with."""

    model: Model
    positive: Conditioning
    negative: Conditioning
    latent: Latent


def words(drawing: Drawing) -> Words:
    """What is to be seen and what not. These models know no instructions: what is removed is what is not to be seen."""
    if drawing.task == "remove":
        return Words(BACKGROUND, ", ".join(filter(None, (drawing.prompt, IN_THE_WAY, drawing.negative))))
    return Words(drawing.prompt, drawing.negative)


class Unet(Graph):
    """inpaint: the families with nine input channels, which see the picture without what is under the mask."""

    clip_type: ClassVar[str]
    inpaint: ClassVar[frozenset[str]]
    takes: ClassVar[frozenset[Input]] = frozenset({"negative", "picture", "mask", "denoise"})

    def build(self, drawing: Drawing, files: Files) -> Workflow:
        model, clip, vae = parts.load(files, self.clip_type)
        told = words(drawing)
        good, bad = nodes.encode_text(told.positive, clip), nodes.encode_text(told.negative, clip)
        good, bad = parts.controlled(drawing, files, good, bad)
        model = _styled(drawing, files, model)
        start = self._start(drawing, files, Start(model, good, bad, _empty(drawing)), vae)
        how = parts.sampling(drawing, files)
        samples = nodes.ksampler(
            start.model,
            drawing.seed,
            drawing.taken(how.steps),
            how.guidance,
            how.sampler,
            how.scheduler,
            start.positive,
            start.negative,
            parts.several(start.latent, drawing) if drawing.picture else start.latent,
            drawing.denoise if drawing.picture else 1.0,
        )
        return parts.shown(samples, vae)

    def _start(self, drawing: Drawing, files: Files, start: Start, vae: Vae) -> Start:
        if not drawing.picture:
            return start
        picture = nodes.load_image(drawing.picture).image
        if drawing.task not in MASKED:
            return start._replace(latent=nodes.vae_encode(picture, vae))
        model, mask = nodes.differential_diffusion(start.model), nodes.load_mask(drawing.mask)
        if files.family not in self.inpaint:
            latent = nodes.set_latent_noise_mask(nodes.vae_encode(picture, vae), mask)
            return start._replace(model=model, latent=latent)
        good, bad, latent = nodes.inpaint_model_conditioning(start.positive, start.negative, vae, picture, mask)
        return Start(model, good, bad, latent)


def _empty(drawing: Drawing) -> Latent:
    return nodes.empty_latent(drawing.width, drawing.height, drawing.batch)


def _styled(drawing: Drawing, files: Files, model: Model) -> Model:
    """The model with a reference picture as a second prompt."""
    if "reference" not in drawing.uses():
        return model
    if not files.style or not files.vision:
        raise ModelError(
            said("{model} cannot follow a reference picture here.", model=files.main),
            "Pull an IP-Adapter, or leave the picture away.",
        )
    reference = nodes.prepare_for_clip_vision(nodes.load_image(drawing.reference).image)
    mask: Mask | None = nodes.load_mask(drawing.mask) if drawing.task in MASKED else None
    return nodes.apply_ip_adapter(
        model,
        nodes.load_ip_adapter(files.style),
        reference,
        drawing.style,
        "style transfer" if drawing.task == "restyle" else "linear",
        attn_mask=mask,
        clip_vision=nodes.load_clip_vision(files.vision),
    )
