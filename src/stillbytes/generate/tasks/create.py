"""Create: a new picture from words, or from words and a photo."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from stillbytes.generate.task import Need, Prompted, Result


class Create(Prompted):
    name = "create"
    label = "Create"
    says = "A new picture from words; it waits for edits, so that these never wait for it."
    result: ClassVar[Result] = "picture"
    needs: ClassVar[frozenset[Need]] = frozenset()
    draws = "create"
    order = 70

    width: int = Field(
        1024, ge=64, le=4096, title="Width", description="Pixels, about: models have sizes of their own."
    )
    height: int = Field(1024, ge=64, le=4096, title="Height", description="Pixels, about.")
