"""FLUX.1 dev and schnell, which nothing is declared of: for those who have one. Creates, and draws anew.

`guidance` is the model's own, which dev was distilled with; there is no unconditional pass.
"""

from __future__ import annotations

from typing import ClassVar

from stillbytes.engines.comfyui import nodes
from stillbytes.engines.comfyui.workflow import Workflow
from stillbytes.generate.workflows import parts
from stillbytes.generate.workflows.graph import Drawing, Files, Graph, Sampling, Served
from stillbytes.generate.workflows.instruct import beginning
from stillbytes.generate.workflows.unet import words

QUICK = Sampling(4, 3.5)


class Flux(Graph):
    name = "flux"
    title = "FLUX.1"
    version = 2
    families: ClassVar[Served] = {"flux.1-dev": ("create", "restyle"), "flux.1-schnell": ("create", "restyle")}
    makeshift: ClassVar[Served] = dict.fromkeys(families, ("fill", "expand", "remove"))
    takes = frozenset({"picture", "mask", "denoise"})
    sampling = Sampling(20, 3.5)
    loras = "flux.1-lora"

    def sampled(self, family: str) -> Sampling:
        return QUICK if family == "flux.1-schnell" else self.sampling

    def build(self, drawing: Drawing, files: Files) -> Workflow:
        model, clip, vae = parts.load(files, "flux")
        how = parts.sampling(drawing, files)
        text = nodes.encode_text(words(drawing).positive, clip)
        latent = nodes.empty_latent_16(drawing.width, drawing.height)
        if drawing.picture:
            model, latent = beginning(drawing, model, vae)
        samples = nodes.ksampler(
            model,
            drawing.seed,
            drawing.taken(how.steps),
            1.0,
            how.sampler,
            how.scheduler,
            nodes.flux_guidance(text, how.guidance),
            nodes.zero_out(text),
            parts.several(latent, drawing),
            drawing.denoise if drawing.picture else 1.0,
        )
        return parts.shown(samples, vae)
