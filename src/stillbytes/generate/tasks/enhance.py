"""Enhance: the developed picture with its noise taken out and its detail drawn, at the size that it has.

What other programs sell under this name cleans noise and restores detail without adding pixels. Here a network for
upscaling draws the picture larger, which it was trained to do from noisy and blurred ones, and what it drew is brought
back to the picture's size.
"""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from stillbytes.generate.larger import Larger


class Enhance(Larger):
    name = "enhance"
    label = "Enhance"
    says = "The developed picture with less noise and clearer detail, at the size that it has, as a new file."
    order: ClassVar[int] = 81

    amount: float = Field(1.0, ge=0.05, le=1, title="Amount", description="How much of what the network drew is seen.")

    @property
    def part(self) -> float:
        return self.amount
