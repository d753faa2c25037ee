"""Qwen-Image-Edit: edits a picture by instruction, with a second one as reference.

Newer ComfyUI can also show the model its references as of time step zero (`index_timestep_zero`). That is not asked
for: 0.3.64, which the graphs are held against, does not have it.
"""

from __future__ import annotations

from typing import ClassVar

from stillbytes.engines.comfyui import nodes
from stillbytes.engines.comfyui.workflow import Workflow
from stillbytes.generate.workflows import parts
from stillbytes.generate.workflows.graph import Adapter, Drawing, Files, Graph, Sampling, Served
from stillbytes.generate.workflows.instruct import beginning, instruction

SHIFT = 3.1


class QwenEdit(Graph):
    name = "qwen-edit"
    title = "Qwen-Image-Edit"
    families: ClassVar[Served] = {"qwen-image-edit-2511": ("edit", "remove", "restyle")}
    makeshift: ClassVar[Served] = {"qwen-image-edit-2511": ("fill", "expand")}
    takes = frozenset({"negative", "picture", "mask", "reference"})
    sampling = Sampling(20, 4.0)
    adapters = (Adapter("qwen-image-edit-2511-lightning", Sampling(4, 1.0)),)

    def build(self, drawing: Drawing, files: Files) -> Workflow:
        model, clip, vae = parts.load(files, "qwen_image")
        how = parts.sampling(drawing, files)
        picture = nodes.load_image(drawing.picture).image
        other = nodes.load_image(drawing.reference).image if drawing.reference else None
        good = nodes.encode_qwen_edit_plus(clip, instruction(drawing), vae, picture, other)
        bad = nodes.encode_qwen_edit_plus(clip, drawing.negative, vae, picture, other)
        model, latent = beginning(drawing, model, vae)
        samples = nodes.ksampler(
            nodes.cfg_norm(nodes.model_sampling_aura_flow(model, SHIFT)),
            drawing.seed,
            how.steps,
            how.guidance,
            how.sampler,
            how.scheduler,
            good,
            bad,
            parts.several(latent, drawing),
        )
        return parts.shown(samples, vae)
