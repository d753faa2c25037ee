"""Create: a new picture from words, or from words and a picture to begin with."""

from __future__ import annotations

from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, PrivateAttr

from stillbytes.generate.task import Need, Prompted, Result
from stillbytes.generate.workflows.graph import Input

Bytes = NDArray[np.uint8]


class Create(Prompted):
    name = "create"
    label = "Create"
    says = "A new picture from words, or from a picture; it waits for edits, so that these never wait for it."
    result: ClassVar[Result] = "picture"
    needs: ClassVar[frozenset[Need]] = frozenset()
    takes: ClassVar[frozenset[Need]] = frozenset({"picture", "reference"})
    draws = "create"
    order = 70

    width: int = Field(
        1024,
        ge=64,
        le=4096,
        title="Width",
        description="Pixels, about: models have sizes of their own. A picture to begin with brings its proportions.",
    )
    height: int = Field(1024, ge=64, le=4096, title="Height", description="Pixels, about.")
    strength: float = Field(
        0.6,
        ge=0.05,
        le=1,
        title="Strength",
        description="Denoising strength: how far it goes from the picture to begin with. Without one it has no effect.",
    )

    _start: Bytes | None = PrivateAttr(None)

    def begun(self, start: Bytes) -> Self:
        """The same, with a picture to begin with: (height, width, 3) sRGB."""
        made = self.model_copy()
        made._start = start
        return made

    @property
    def start(self) -> Bytes | None:
        return self._start

    @property
    def denoise(self) -> float:
        return 1.0 if self._start is None else self.strength

    @property
    def uses(self) -> frozenset[Input]:
        return super().uses | (frozenset({"picture"}) if self._start is not None else frozenset())
