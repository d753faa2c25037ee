"""What a generative task is: its fields are its parameters, each with range, label and meaning."""

from __future__ import annotations

import secrets
from typing import ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

from stillbytes.core.saying import said
from stillbytes.generate.painters.diffusion import Words
from stillbytes.generate.workflows import graph

Result = Literal["patch", "settings", "picture"]
Need = Literal["photo", "mask", "picture", "reference"]
"""picture: one to begin with. reference: one to be like."""
EngineChoice = Literal["auto", "comfyui", "onnx", "classical"]
LARGEST_SEED = (1 << 32) - 1
MOST_WORDS = 4000


class Task(BaseModel):
    """Base of all tasks. A field's title is its label, its description what it means.

    name, label, says: for options and menus. result: what becomes of it. needs: what it works on, takes: what it can do
    without. covers: the kind of mask that it looks for where it is given none. seldom: fields that forms show when
    asked. draws: what graphs call it. begins: whether the model has to begin with the picture, with a denoising
    strength, and not only look at it. order: in menus.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: ClassVar[str]
    label: ClassVar[str]
    says: ClassVar[str]
    result: ClassVar[Result] = "patch"
    needs: ClassVar[frozenset[Need]] = frozenset({"photo", "mask"})
    takes: ClassVar[frozenset[Need]] = frozenset()
    covers: ClassVar[str] = ""
    draws: ClassVar[graph.Task]
    begins: ClassVar[bool] = False
    engines: ClassVar[tuple[EngineChoice, ...]] = ("auto", "comfyui")
    order: ClassVar[int] = 50

    seldom: ClassVar[frozenset[str]] = frozenset({"engine", "model", "quality"})

    engine: EngineChoice = Field("auto", title="Engine", description="What does it; auto takes the best that is here.")
    quality: graph.Tier = Field("fast", title="Quality", description="Few steps, or as many as the model is made for.")
    model: str = Field("", max_length=200, title="Model", description="One by its id; empty for the best that is here.")

    @property
    def seeds(self) -> tuple[int, ...]:
        """One for each variant."""
        return (0,)

    @property
    def words(self) -> Words:
        """What the model is told."""
        return Words()

    @property
    def uses(self) -> frozenset[graph.Input]:
        """What a graph has to take for it, beside what all of its kind do."""
        return frozenset()

    @property
    def denoise(self) -> float:
        """Denoising strength: 1 for something new."""
        return 1.0

    @property
    def title(self) -> str:
        """What history and lists call it."""
        return self.label

    @classmethod
    def options(cls) -> str:
        """What can be said, for errors."""
        return said("It takes {these}.", these=", ".join(cls.model_fields))


class Varied(Task):
    """A task that comes out otherwise with another seed."""

    seldom: ClassVar[frozenset[str]] = frozenset({"engine", "model", "seed", "negative", "steps", "guidance"})

    seed: int | None = Field(
        None, ge=0, le=LARGEST_SEED, title="Seed", description="The same seed gives the same picture; empty for any."
    )
    variants: int = Field(1, ge=1, le=4, title="Variants", description="So many to choose from.")

    @property
    def seeds(self) -> tuple[int, ...]:
        first = secrets.randbelow(LARGEST_SEED + 1) if self.seed is None else self.seed
        return tuple((first + number) % (LARGEST_SEED + 1) for number in range(self.variants))


class Prompted(Varied):
    """A task that is told in words what to make."""

    prompt: str = Field("", max_length=MOST_WORDS, title="Prompt", description="What is to be seen there, in words.")
    negative: str = Field("", max_length=MOST_WORDS, title="Not", description="What is not to be seen.")
    steps: int | None = Field(
        None, ge=1, le=150, title="Steps", description="Of the sampler; empty for what the model is made for."
    )
    guidance: float | None = Field(
        None, ge=0, le=30, title="Guidance", description="How strictly the words are kept; empty for the model's own."
    )

    _reference: bytes = PrivateAttr(b"")

    def like(self, reference: bytes) -> Self:
        """The same, with an encoded picture to be like."""
        made = self.model_copy()
        made._reference = reference
        return made

    @property
    def words(self) -> Words:
        return Words(self.prompt, self.negative, self.steps, self.guidance, self._reference)

    @property
    def uses(self) -> frozenset[graph.Input]:
        return frozenset({"reference"}) if self._reference else frozenset()

    @property
    def title(self) -> str:
        first = self.prompt.strip().split("\n")[0]
        return f"{self.label}: {first[:60]}" if first else self.label
