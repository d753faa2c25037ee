"""FLUX.1 Fill: puts what the words say under a mask, or continues the picture there.

`guidance` is the model's own, which it was distilled with; there is no unconditional pass.
"""

from __future__ import annotations

from typing import ClassVar

from stillbytes.engines.comfyui import nodes
from stillbytes.engines.comfyui.workflow import Workflow
from stillbytes.generate.workflows import parts
from stillbytes.generate.workflows.graph import Drawing, Files, Graph, Sampling, Served
from stillbytes.generate.workflows.unet import words


class FluxFill(Graph):
    name = "flux-fill"
    title = "FLUX.1 Fill"
    version = 2
    families: ClassVar[Served] = {"flux.1-fill": ("fill", "expand", "remove")}
    takes = frozenset({"picture", "mask", "denoise"})
    sampling = Sampling(20, 30.0)
    loras = "flux.1-lora"

    def build(self, drawing: Drawing, files: Files) -> Workflow:
        model, clip, vae = parts.load(files, "flux")
        how = parts.sampling(drawing, files)
        text = nodes.encode_text(words(drawing).positive, clip)
        picture, mask = nodes.load_image(drawing.picture).image, nodes.load_mask(drawing.mask)
        good, bad, latent = nodes.inpaint_model_conditioning(
            nodes.flux_guidance(text, how.guidance), nodes.zero_out(text), vae, picture, mask
        )
        samples = nodes.ksampler(
            nodes.differential_diffusion(model),
            drawing.seed,
            drawing.taken(how.steps),
            1.0,
            how.sampler,
            how.scheduler,
            good,
            bad,
            parts.several(latent, drawing),
            drawing.denoise,
        )
        return parts.shown(samples, vae)
