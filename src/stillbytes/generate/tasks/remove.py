"""Remove: what a mask covers gives way to what is around it."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from stillbytes.generate.painters.diffusion import Words
from stillbytes.generate.task import EngineChoice, Varied


class Remove(Varied):
    name = "remove"
    label = "Remove"
    says = "What the mask covers gives way to what is around it."
    draws = "remove"
    engines: ClassVar[tuple[EngineChoice, ...]] = ("auto", "onnx", "comfyui", "classical")
    order = 10

    steps: int | None = Field(
        None, ge=1, le=150, title="Steps", description="Of a diffusion model; empty for what it is made for."
    )

    @property
    def words(self) -> Words:
        return Words(steps=self.steps)
