"""Restyle: the photo as another picture would have it, in words or by a picture; as settings or as a patch."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from stillbytes.generate.look.blend import MOST
from stillbytes.generate.look.table import ALLOWED
from stillbytes.generate.painters.diffusion import Words
from stillbytes.generate.task import Need, Prompted


class Restyle(Prompted):
    name = "restyle"
    label = "Restyle"
    says = "The photo in another style; by default its look becomes settings, and every pixel stays the photo's own."
    needs: ClassVar[frozenset[Need]] = frozenset({"photo"})
    takes: ClassVar[frozenset[Need]] = frozenset({"reference"})
    draws = "restyle"
    order = 60

    strength: float = Field(
        0.5, ge=0.05, le=1, title="Strength", description="Denoising strength: how far the model goes from the photo."
    )
    style: float = Field(0.7, ge=0, le=1, title="Style", description="How much of the reference picture goes in.")
    structure: float = Field(
        0.7, ge=0, le=1, title="Structure", description="How strictly the photo's edges and depth are kept."
    )
    into: Literal["settings", "patch"] = Field(
        "settings", title="Becomes", description="Settings that can be changed, or a patch over the whole picture."
    )

    amount: float = Field(
        1.0,
        ge=0,
        le=MOST,
        title="Amount",
        description="How much of the look becomes settings; 1 is all that was drawn.",
    )
    table: bool = ALLOWED

    @model_validator(mode="after")
    def _of_settings(self) -> Self:
        if self.into == "patch" and (self.table or self.amount != 1):
            raise ValueError("a patch has an opacity of its own and no table; both are for what becomes settings")
        return self

    @property
    def words(self) -> Words:
        return replace(super().words, style=self.style, canny=self.structure, depth=self.structure)

    @property
    def denoise(self) -> float:
        return self.strength
