"""Stable Diffusion XL, its inpainting network, and the LoRAs that make it quick."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from stillbytes.generate.workflows.graph import Adapter, Sampling, Served
from stillbytes.generate.workflows.unet import Unet


class Sdxl(Unet):
    name = "sdxl"
    title = "Stable Diffusion XL"
    version = 2
    families: ClassVar[Served] = {
        "sdxl": ("create", "restyle"),
        "realvisxl": ("create", "restyle"),
        "sdxl-inpaint": ("fill", "expand", "remove"),
    }
    makeshift: ClassVar[Served] = {"sdxl": ("fill", "expand", "remove"), "realvisxl": ("fill", "expand", "remove")}
    clip_type = "sdxl"
    inpaint = frozenset({"sdxl-inpaint"})
    sampling = Sampling(25, 6.0, "dpmpp_2m", "karras")
    adapters = (
        Adapter("hyper-sdxl-8step-cfg", Sampling(8, 5.0, "euler", "sgm_uniform")),
        Adapter("sdxl-lightning-4step", Sampling(4, 1.0, "euler", "sgm_uniform")),
        Adapter("lcm-lora-sdxl", Sampling(6, 1.5, "lcm", "sgm_uniform")),
    )
    control: ClassVar[Mapping[str, str]] = {
        "union": "controlnet-union-sdxl",
        "canny": "controlnet-canny-sdxl",
        "depth": "controlnet-depth-sdxl",
    }
    style = "ip-adapter-sdxl"
    loras = "sdxl-lora"
    multiple = 64
