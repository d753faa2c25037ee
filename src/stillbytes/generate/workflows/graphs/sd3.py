"""Stable Diffusion 3.5: creates pictures, and draws them anew in another style."""

from __future__ import annotations

from typing import ClassVar

from stillbytes.engines.comfyui import nodes
from stillbytes.engines.comfyui.workflow import Workflow
from stillbytes.generate.workflows import parts
from stillbytes.generate.workflows.graph import Drawing, Files, Graph, Sampling, Served

SHIFT = 3.0


class Sd3(Graph):
    name = "sd3"
    title = "Stable Diffusion 3.5"
    version = 2
    families: ClassVar[Served] = {"sd3.5-medium": ("create", "restyle"), "sd3.5-large": ("create", "restyle")}
    takes = frozenset({"negative", "picture", "denoise"})
    sampling = Sampling(28, 4.5, "dpmpp_2m", "sgm_uniform")
    multiple = 64

    def build(self, drawing: Drawing, files: Files) -> Workflow:
        model, clip, vae = parts.load(files, "sd3")
        good, bad = nodes.encode_text(drawing.prompt, clip), nodes.encode_text(drawing.negative, clip)
        latent = nodes.empty_latent_16(drawing.width, drawing.height)
        if drawing.picture:
            latent = nodes.vae_encode(nodes.load_image(drawing.picture).image, vae)
        how = parts.sampling(drawing, files)
        samples = nodes.ksampler(
            nodes.model_sampling_sd3(model, SHIFT),
            drawing.seed,
            drawing.taken(how.steps),
            how.guidance,
            how.sampler,
            how.scheduler,
            good,
            bad,
            parts.several(latent, drawing),
            drawing.denoise if drawing.picture else 1.0,
        )
        return parts.shown(samples, vae)
