"""Larger by a network that was trained for it, four times along each side, in tiles that ComfyUI chooses."""

from __future__ import annotations

from typing import ClassVar

from stillbytes.engines.comfyui import nodes
from stillbytes.engines.comfyui.workflow import Workflow
from stillbytes.generate.workflows import parts
from stillbytes.generate.workflows.graph import Drawing, Files, Graph, Sampling, Served

FACTOR = 4.0
"""Of every declared network; of a person's own it may be another."""


class Upscale(Graph):
    name = "upscale"
    title = "Upscaling network"
    families: ClassVar[Served] = {
        "realesrgan-x4": ("upscale",),
        "nmkd-superscale-x4": ("upscale",),
        "ultrasharp-x4": ("upscale",),
        "upscaler": ("upscale",),
    }
    takes = frozenset({"picture"})
    sampling = Sampling(1, 1.0)
    most = 16384 * 16384
    multiple = 1

    def build(self, drawing: Drawing, files: Files) -> Workflow:
        network = nodes.load_upscale_model(files.main)
        picture = nodes.upscale_with_model(network, nodes.load_image(drawing.picture).image)
        if drawing.scale != FACTOR or files.family == "upscaler":
            width, height = round(drawing.width * drawing.scale), round(drawing.height * drawing.scale)
            picture = nodes.scale_image(picture, "area" if drawing.scale < FACTOR else "bicubic", width, height)
        return parts.sent(picture)
