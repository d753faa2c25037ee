"""Graphs for ComfyUI, and which of them draws what with the models that are here.

>>> from stillbytes.gpu.models import registry
>>> here = {"sdxl-inpaint-fp16", "sdxl-lightning-4step", *registry.get("sdxl-inpaint-fp16").needs}
>>> best = serving("fill", lambda model: model.id in here, tier="fast")[0]
>>> best.id, best.tier, best.sampling.steps
('sdxl-inpaint-fp16+sdxl-lightning-4step', 'fast', 4)
>>> drawing = Drawing(task="fill", width=1024, height=1024, prompt="a boat", picture="a.png", mask="b.png", seed=7)
>>> best.workflow(drawing).prompt()["1"]["class_type"]
'UNETLoader'
"""

from __future__ import annotations

from stillbytes.generate.workflows.choose import Candidate, candidate, graphs, loras, names, serving
from stillbytes.generate.workflows.graph import Drawing, Files, Graph, Input, Lora, Sampling, Task, Tier

__all__ = [
    "Candidate",
    "Drawing",
    "Files",
    "Graph",
    "Input",
    "Lora",
    "Sampling",
    "Task",
    "Tier",
    "candidate",
    "graphs",
    "loras",
    "names",
    "serving",
]
