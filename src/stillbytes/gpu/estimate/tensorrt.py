"""What a TensorRT engine of an image model brings, and what building one takes: what others measured and published.

The rows are in docs/data/published.csv. They are few, of 2023 and 2024, and mostly of another program, whose plain
PyTorch was slower than ComfyUI's is; so the least of them is what can be hoped for.
"""

from __future__ import annotations

from dataclasses import dataclass

FASTER = (1.4, 2.6)
"""Times as fast per step, static engines of SDXL: 1.4 (RTX 4090, NVIDIA/Stable-Diffusion-WebUI-TensorRT#167), 2.1 (RTX
3090, siliconflow/onediff#507), 2.4 to 2.6 (RTX 4080, NVIDIA/Stable-Diffusion-WebUI-TensorRT#152)."""
MISFIT = 5.25
"""Times as slow as without when an engine is run at a size that it was not made for (RTX 4090, #167)."""
BUILD_S = (180.0, 600.0)
"""Seconds, models for pictures (README of comfyanonymous/ComfyUI_TensorRT)."""
LEAST_MIB = {"sd1.5": 6144, "sdxl": 11264, "realvisxl": 11264, "sd3.5-medium": 15360, "flux.1-dev": 24577}
"""Memory of the card, by family. SDXL "12 GB or more", Flux "more than 24 GB" (the same README); the others: estimates
from their size beside those."""
TYPES = {
    "sd1.5": "sd1.x",
    "sdxl": "sdxl_base",
    "realvisxl": "sdxl_base",
    "sd3.5-medium": "sd3",
    "flux.1-dev": "flux_dev",
}
"""What the loader of the node pack calls them; other families it cannot load."""


@dataclass(frozen=True, slots=True)
class Prospect:
    """Before anything is built. seconds: of one picture now, with everything loaded, None where nothing is known; then:
    least and most with an engine. build_s: least and most."""

    seconds: float | None
    then: tuple[float, float] | None
    build_s: tuple[float, float] = BUILD_S


def prospect(seconds: float | None) -> Prospect:
    """seconds: of one picture as it is drawn now."""
    if seconds is None:
        return Prospect(None, None)
    return Prospect(seconds, (seconds / FASTER[1], seconds / FASTER[0]))
