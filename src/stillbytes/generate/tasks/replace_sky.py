"""Replace the sky: a fill where the sky is."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from stillbytes.generate.task import MOST_WORDS, Need
from stillbytes.generate.tasks.fill import Fill


class ReplaceSky(Fill):
    name = "replace-sky"
    label = "Replace sky"
    says = "Another sky; the light on the ground stays as it is."
    needs: ClassVar[frozenset[Need]] = frozenset({"photo"})
    covers: ClassVar[str] = "sky"
    order = 40

    prompt: str = Field(
        "dramatic evening clouds, photograph", max_length=MOST_WORDS, title="Prompt", description="Which sky."
    )
