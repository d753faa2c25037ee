"""FLUX.1 Kontext: edits a picture by instruction.

`guidance` is the model's own, which it was distilled with; there is no unconditional pass.
"""

from __future__ import annotations

from typing import ClassVar

from stillbytes.engines.comfyui import nodes
from stillbytes.engines.comfyui.workflow import Workflow
from stillbytes.generate.workflows import parts
from stillbytes.generate.workflows.graph import Drawing, Files, Graph, Sampling, Served
from stillbytes.generate.workflows.instruct import beginning, instruction

SIZES = (
    (672, 1568), (688, 1504), (720, 1456), (752, 1392), (800, 1328), (832, 1248), (880, 1184), (944, 1104),
    (1024, 1024), (1104, 944), (1184, 880), (1248, 832), (1328, 800), (1392, 752), (1456, 720), (1504, 688),
    (1568, 672),
)  # fmt: skip
"""What it was trained at, width and height: the values of ComfyUI's node FluxKontextImageScale."""


class FluxKontext(Graph):
    name = "flux-kontext"
    title = "FLUX.1 Kontext"
    families: ClassVar[Served] = {"flux.1-kontext": ("edit", "remove", "restyle")}
    makeshift: ClassVar[Served] = {"flux.1-kontext": ("fill", "expand")}
    takes = frozenset({"picture", "mask", "reference"})
    sampling = Sampling(20, 2.5)
    loras = "flux.1-lora"

    def size(self, width: float, height: float) -> tuple[int, int]:
        return min(SIZES, key=lambda size: abs(size[0] / size[1] - width / height))

    def build(self, drawing: Drawing, files: Files) -> Workflow:
        model, clip, vae = parts.load(files, "flux")
        how = parts.sampling(drawing, files)
        text = nodes.encode_text(instruction(drawing), clip)
        seen = nodes.reference_latent(text, nodes.vae_encode(nodes.load_image(drawing.picture).image, vae))
        if drawing.reference:
            other = nodes.kontext_scale(nodes.load_image(drawing.reference).image)
            seen = nodes.reference_latent(seen, nodes.vae_encode(other, vae))
        model, latent = beginning(drawing, model, vae)
        samples = nodes.ksampler(
            model,
            drawing.seed,
            how.steps,
            1.0,
            how.sampler,
            how.scheduler,
            nodes.flux_guidance(seen, how.guidance),
            nodes.zero_out(text),
            parts.several(latent, drawing),
        )
        return parts.shown(samples, vae)
