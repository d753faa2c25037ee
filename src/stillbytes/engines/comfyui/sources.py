"""Where ComfyUI and its node packs are fetched from: the one table of download addresses for this engine.

Every source is pinned to the commit that was tried here: the workflows ran, and the declared nodes were the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """A git repository at one commit. mib: to download, about; unpacked it is about twice that."""

    name: str
    version: str
    repository: str
    commit: str
    licence: str
    mib: int

    @property
    def archive(self) -> str:
        """The same files as a zip, for machines without git."""
        return f"{self.repository}/archive/{self.commit}.zip"


COMFYUI = Source(
    "ComfyUI",
    "0.3.64",
    "https://github.com/comfyanonymous/ComfyUI",
    "a125cd84b054a57729b5eecab930ca9408719832",
    "GPL-3.0",
    12,
)
PACKS = (
    Source(
        "ComfyUI-GGUF",
        "2.0.0",
        "https://github.com/city96/ComfyUI-GGUF",
        "795e45156ece99afbc3efef911e63fcb46e6a20d",
        "Apache-2.0",
        1,
    ),
    Source(
        "ComfyUI_IPAdapter_plus",
        "2.0.0",
        "https://github.com/cubiq/ComfyUI_IPAdapter_plus",
        "9d076a3df0d2763cef5510ec5ab807f6632c39f5",
        "GPL-3.0",
        5,
    ),
)

TORCH: Mapping[str, tuple[str, int]] = {
    "cuda": ("https://download.pytorch.org/whl/cu128", 3500),
    "rocm": ("https://download.pytorch.org/whl/rocm6.4", 4500),
    "cpu": ("https://download.pytorch.org/whl/cpu", 250),
    "metal": ("", 100),
}
"""By kind of card: the index that has PyTorch for it (empty: the usual one does), and how many MiB that is to download.

CUDA 12.8 wheels go with cards from the GTX 16/RTX 20 series to the RTX 50 series.
"""
REQUIREMENTS_MIB = 700
"""The rest of ComfyUI's Python packages, about: measured 0.7 GB installed without PyTorch."""
