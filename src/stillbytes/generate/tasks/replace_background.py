"""Replace the background: a fill where the subject is not."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from stillbytes.generate.task import MOST_WORDS, Need
from stillbytes.generate.tasks.fill import Fill


class ReplaceBackground(Fill):
    name = "replace-background"
    label = "Replace background"
    says = "Another place behind the subject."
    needs: ClassVar[frozenset[Need]] = frozenset({"photo"})
    covers: ClassVar[str] = "background"
    order = 41

    prompt: str = Field(
        "soft out of focus garden, photograph", max_length=MOST_WORDS, title="Prompt", description="Which place."
    )
