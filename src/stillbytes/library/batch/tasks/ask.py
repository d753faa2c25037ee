"""Ask: a change in words, understood for each photo by itself."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from stillbytes.core.verbs import verb
from stillbytes.develop.settings import Settings
from stillbytes.edit.photo import Photo
from stillbytes.library.batch.task import Changing, Means


class Ask(Changing):
    shown: ClassVar[frozenset[str]] = frozenset({"kind", "request"})

    kind: Literal["ask"] = "ask"
    request: str = Field(min_length=1, max_length=2000, description="What should change, in words.")
    engine: str = Field(default="auto", max_length=1000, description="vocabulary, auto, or a language server's URL.")

    @property
    def title(self) -> str:
        found: str = verb("ask-label")(self.request)
        return found

    @property
    def engines(self) -> tuple[str, ...]:
        found: tuple[str, ...] = verb("ask-engines")(self.request, self.engine)
        return found

    def check(self) -> None:
        verb("ask-check")(self.request, self.engine)

    def change(self, photo: Photo, means: Means) -> tuple[Settings, str]:
        found: tuple[Settings, str] = verb("ask-settings")(
            photo, self.request, self.engine, means.networks, means.cancelled
        )
        return found
