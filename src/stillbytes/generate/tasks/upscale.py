"""Upscale: the developed picture with more pixels, as a new file or on its way into an export."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field

from stillbytes.generate.larger import Larger, number


class Upscale(Larger):
    name = "upscale"
    label = "Upscale"
    says = "The developed picture with two or four times as many pixels along each edge, as a new file."
    order: ClassVar[int] = 80

    scale: Annotated[Literal[2, 4], BeforeValidator(number)] = Field(
        2, title="Scale", description="So many times as many pixels along each edge."
    )

    @property
    def factor(self) -> int:
        return self.scale
