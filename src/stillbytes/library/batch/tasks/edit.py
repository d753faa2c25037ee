"""Edit: presets, values, masks and what is found by looking, into each photo's sidecar."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from stillbytes.core.saying import said
from stillbytes.develop.settings import Settings
from stillbytes.edit.changes import Changes
from stillbytes.edit.photo import Photo
from stillbytes.library.batch.task import Changing, Means


class Edit(Changing):
    shown: ClassVar[frozenset[str]] = frozenset({"kind", "label"})

    kind: Literal["edit"] = "edit"
    changes: Changes
    label: str = Field(default="", max_length=200, description="What the step is called in the photos' histories.")

    @property
    def title(self) -> str:
        return self.label or " and ".join(preset.name for preset in self.changes.presets) or said("Edit")

    def check(self) -> None:
        self.changes.check()

    def change(self, photo: Photo, means: Means) -> tuple[Settings, str]:
        settings, said = self.changes.applied(photo, means.networks, keep=True, cancelled=means.cancelled)
        return settings, " ".join(said)
