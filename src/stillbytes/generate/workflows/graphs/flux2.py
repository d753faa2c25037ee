"""FLUX.2 [klein]: creates and edits in four steps."""

from __future__ import annotations

from typing import ClassVar

from stillbytes.engines.comfyui import nodes
from stillbytes.engines.comfyui.workflow import Workflow
from stillbytes.generate.workflows import parts
from stillbytes.generate.workflows.graph import Drawing, Files, Graph, Sampling, Served
from stillbytes.generate.workflows.instruct import beginning, instruction

REFERENCE_MEGAPIXELS = 1.0


class Flux2(Graph):
    name = "flux2"
    title = "FLUX.2 [klein]"
    families: ClassVar[Served] = {"flux.2-klein-4b": ("create", "edit", "fill", "expand", "restyle", "remove")}
    takes = frozenset({"picture", "mask", "reference", "denoise"})
    sampling = Sampling(4, 1.0)

    def build(self, drawing: Drawing, files: Files) -> Workflow:
        model, clip, vae = parts.load(files, "flux2")
        how = parts.sampling(drawing, files)
        seen = nodes.encode_text(instruction(drawing), clip)
        latent = nodes.empty_latent_flux2(drawing.width, drawing.height)
        if drawing.picture:
            seen = nodes.reference_latent(seen, nodes.vae_encode(nodes.load_image(drawing.picture).image, vae))
            model, latent = beginning(drawing, model, vae)
        if drawing.reference:
            other = nodes.load_image(drawing.reference).image
            other = nodes.scale_image_to_megapixels(other, "lanczos", REFERENCE_MEGAPIXELS)
            seen = nodes.reference_latent(seen, nodes.vae_encode(other, vae))
        sigmas = nodes.flux2_scheduler(how.steps, drawing.width, drawing.height)
        if drawing.picture and drawing.denoise < 1:
            sigmas = nodes.split_sigmas_by_denoise(sigmas, drawing.denoise).low_sigmas
        samples, _ = nodes.sample_custom(
            nodes.random_noise(drawing.seed),
            nodes.cfg_guider(model, seen, nodes.zero_out(seen), how.guidance),
            nodes.select_sampler(how.sampler),
            sigmas,
            parts.several(latent, drawing),
        )
        return parts.shown(samples, vae)
