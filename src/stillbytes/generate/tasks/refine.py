"""Refine: detail that a diffusion model draws into the developed picture, tile by tile.

Each tile is noised a little and drawn again, so that the composition stays; what is broader than some pixels stays the
picture's own, and so do its colours. The detail is invented: unlike that of a network for upscaling it was never there.
"""

from __future__ import annotations

import math
from typing import Annotated, ClassVar, Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, Field

from stillbytes.core.geometry import Size
from stillbytes.generate.larger import Floats, Larger, number
from stillbytes.generate.painters.diffusion import Diffusion, Words
from stillbytes.generate.painters.painter import Cancel, Painting, Tell
from stillbytes.generate.task import LARGEST_SEED, MOST_WORDS
from stillbytes.generate.workflows.graph import Task as Drawn


class Refine(Larger):
    name = "refine"
    label = "Refine"
    says = "Detail that a diffusion model invents, tile by tile, in the developed picture, as a new file."
    draws: ClassVar[Drawn] = "restyle"
    begins: ClassVar[bool] = True
    invents: ClassVar[bool] = True
    broad: ClassVar[float] = 8.0
    seldom: ClassVar[frozenset[str]] = frozenset({"engine", "model", "seed", "steps"})
    order: ClassVar[int] = 82

    prompt: str = Field(
        "sharp, finely detailed photograph", max_length=MOST_WORDS, title="Prompt", description="What is to be seen."
    )
    strength: float = Field(
        0.25, ge=0.05, le=0.6, title="Strength", description="Denoising strength: how much of the detail is new."
    )
    scale: Annotated[Literal[1, 2], BeforeValidator(number)] = Field(
        1, title="Scale", description="So many times as many pixels along each edge."
    )
    amount: float = Field(1.0, ge=0.05, le=1, title="Amount", description="How much of what was drawn is seen.")
    seed: int = Field(
        0, ge=0, le=LARGEST_SEED, title="Seed", description="The same seed gives the same detail, another one other."
    )
    steps: int | None = Field(
        None, ge=1, le=150, title="Steps", description="Of the sampler; empty for what the model is made for."
    )

    @property
    def seeds(self) -> tuple[int, ...]:
        return (self.seed,)

    @property
    def words(self) -> Words:
        return Words(self.prompt, steps=self.steps)

    @property
    def denoise(self) -> float:
        return self.strength

    @property
    def factor(self) -> int:
        return self.scale

    @property
    def part(self) -> float:
        return self.amount

    def side(self, who: Diffusion) -> int:
        """As many of the picture's pixels as are what the model draws best."""
        return max(128, math.isqrt(who.native.pixels) // self.scale)

    def priced(self, who: Diffusion, tile: Size) -> tuple[Size, float]:
        side = self.side(who) * self.scale
        return Size(side, side), 0.0

    def drawn(
        self, seen: NDArray[np.uint8], who: Diffusion, number: int, tell: Tell, cancelled: Cancel | None
    ) -> Floats:
        """All tiles are drawn at the size that the model draws best; smaller ones are filled up with their mirror."""
        height, width = seen.shape[0] * self.scale, seen.shape[1] * self.scale
        large = seen if self.scale == 1 else cv2.resize(seen, (width, height), interpolation=cv2.INTER_CUBIC)
        multiple = who.native.multiple
        side = self.side(who) * self.scale
        down, right = (-(-max(length, side) // multiple) * multiple - length for length in (height, width))
        filled = cv2.copyMakeBorder(large, 0, down, 0, right, cv2.BORDER_REFLECT)
        everywhere = np.ones(filled.shape[:2], np.float32)
        seed = (self.seed + number) % (LARGEST_SEED + 1)
        answer = who.paint(Painting(np.asarray(filled, np.uint8), everywhere, seed, self.denoise), tell, cancelled)
        return np.ascontiguousarray(answer[:height, :width])
