"""Where ComfyUI and its node packs are fetched from: the one table of download addresses for this engine.

Every source is pinned to the commit that was tried: our workflows ran on it, and its nodes are as we declare them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """A git repository at one commit. mib: to download, about; unpacked it is about three times that."""

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


@dataclass(frozen=True, slots=True)
class Torch:
    """PyTorch for one kind of card. index: where its packages are; empty for where all others are.

    mib: to download. disk: MiB installed.
    """

    index: str
    mib: int
    disk: int


@dataclass(frozen=True, slots=True)
class Sources:
    """requirements, requirements_disk: MiB of ComfyUI's other Python packages, to download and installed."""

    comfyui: Source
    packs: tuple[Source, ...]
    torch: Mapping[str, Torch]
    requirements: int
    requirements_disk: int


SOURCES = Sources(
    Source(
        "ComfyUI",
        "0.3.64",
        "https://github.com/comfyanonymous/ComfyUI",
        "a125cd84b054a57729b5eecab930ca9408719832",
        "GPL-3.0",
        10,
    ),
    (
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
            1,
        ),
    ),
    {
        # CUDA 12.8 goes with cards from the GTX 16 and RTX 20 series to the RTX 50 series.
        "cuda": Torch("https://download.pytorch.org/whl/cu128", 3000, 5300),
        "rocm": Torch("https://download.pytorch.org/whl/rocm6.4", 4500, 16000),
        "cpu": Torch("https://download.pytorch.org/whl/cpu", 250, 900),
        "metal": Torch("", 100, 500),
    },
    250,
    700,
)
"""Sizes of PyTorch for CUDA and of the other packages are those of an installation on Linux; the rest is about."""
