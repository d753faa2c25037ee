"""Fill: something new where a mask is, told in words."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from stillbytes.generate.task import Need, Prompted


class Fill(Prompted):
    name = "fill"
    label = "Fill"
    says = "Something new where the mask is, told in words."
    takes: ClassVar[frozenset[Need]] = frozenset({"reference"})
    draws = "fill"
    order = 20

    strength: float = Field(
        1.0, ge=0.05, le=1, title="Strength", description="Denoising strength; less keeps more of what is there."
    )

    @property
    def denoise(self) -> float:
        return self.strength
