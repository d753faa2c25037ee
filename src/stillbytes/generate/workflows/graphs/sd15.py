"""Stable Diffusion 1.5: small and quick, runs on any card."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from stillbytes.generate.workflows.graph import Adapter, Sampling, Served
from stillbytes.generate.workflows.unet import Unet


class Sd15(Unet):
    name = "sd15"
    title = "Stable Diffusion 1.5"
    version = 2
    families: ClassVar[Served] = {
        "sd1.5": ("create", "restyle"),
        "sd1.5-inpaint": ("fill", "expand", "remove"),
    }
    makeshift: ClassVar[Served] = {"sd1.5": ("fill", "expand", "remove")}
    clip_type = "stable_diffusion"
    inpaint = frozenset({"sd1.5-inpaint"})
    sampling = Sampling(25, 7.0, "dpmpp_2m", "karras")
    adapters = (
        Adapter("hyper-sd15-8step-cfg", Sampling(8, 5.0, "euler", "sgm_uniform")),
        Adapter("lcm-lora-sd15", Sampling(6, 1.5, "lcm", "sgm_uniform")),
    )
    control: ClassVar[Mapping[str, str]] = {"canny": "controlnet-canny-sd15", "depth": "controlnet-depth-sd15"}
    style = "ip-adapter-sd15"
    loras = "sd1.5-lora"
    pixels = 512 * 512
    most = 768 * 768
    multiple = 32
