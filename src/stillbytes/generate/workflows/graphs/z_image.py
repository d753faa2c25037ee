"""Z-Image Turbo: creates pictures in eight steps, without guidance."""

from __future__ import annotations

from typing import ClassVar

from stillbytes.engines.comfyui import nodes
from stillbytes.engines.comfyui.workflow import Workflow
from stillbytes.generate.workflows import parts
from stillbytes.generate.workflows.graph import Drawing, Files, Graph, Sampling, Served
from stillbytes.generate.workflows.instruct import beginning
from stillbytes.generate.workflows.unet import words

SHIFT = 3.0


class ZImage(Graph):
    name = "z-image"
    title = "Z-Image"
    version = 2
    families: ClassVar[Served] = {"z-image-turbo": ("create", "restyle")}
    makeshift: ClassVar[Served] = {"z-image-turbo": ("fill", "expand", "remove")}
    takes = frozenset({"picture", "mask", "denoise"})
    sampling = Sampling(8, 1.0, "res_multistep")

    def build(self, drawing: Drawing, files: Files) -> Workflow:
        model, clip, vae = parts.load(files, "lumina2")
        how = parts.sampling(drawing, files)
        text = nodes.encode_text(words(drawing).positive, clip)
        model = nodes.model_sampling_aura_flow(model, SHIFT)
        latent = nodes.empty_latent_16(drawing.width, drawing.height)
        if drawing.picture:
            model, latent = beginning(drawing, model, vae)
        samples = nodes.ksampler(
            model,
            drawing.seed,
            drawing.taken(how.steps),
            how.guidance,
            how.sampler,
            how.scheduler,
            text,
            nodes.zero_out(text),
            parts.several(latent, drawing),
            drawing.denoise if drawing.picture else 1.0,
        )
        return parts.shown(samples, vae)
