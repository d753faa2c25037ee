"""Mask: a grey picture of a mask of each photo."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import Field, field_validator

from stillbytes.core.files import free, write_atomically
from stillbytes.core.saying import said
from stillbytes.edit.photo import Photo
from stillbytes.library.batch.task import Making, Means
from stillbytes.masks.kinds import kinds


class Mask(Making):
    shown: ClassVar[frozenset[str]] = frozenset({"kind", "what", "words"})

    kind: Literal["mask"] = "mask"
    folder: str = Field(max_length=4000, description="Where the files go; what is not a whole path, beside each photo.")
    what: str = Field(max_length=80, description="The kind of mask: what to look for or draw.")
    fields: dict[str, Any] = Field(default_factory=dict, description="Fields of that kind.")
    words: str = Field(default="", max_length=200, description="What an object is.")

    @field_validator("what")
    @classmethod
    def _kind(cls, what: str) -> str:
        if what not in kinds():
            raise ValueError(f"there is no mask of the kind {what!r}; use one of {', '.join(kinds())}")
        return what

    @property
    def title(self) -> str:
        return said("Mask: {what}", what=self.words or said(kinds()[self.what].label))

    def place(self, photo: Photo, number: int, taken: set[Path]) -> Path:
        return free(photo.path.parent / self.folder, f"{photo.path.stem}-{self.what}", ".png", taken)

    def make(self, photo: Photo, part: Path, name: str, means: Means) -> str:
        from stillbytes.edit.mask_picture import Wanted, drawn  # noqa: PLC0415 - with the first mask
        from stillbytes.photo.grey import grey_png  # noqa: PLC0415

        wanted = Wanted(self.what, self.fields, words=self.words)
        found = drawn(photo, wanted, means.networks, means.cancelled)
        write_atomically(part, grey_png(found.pixels))
        guessed = found.result is not None and "classical" in found.result.used
        said = "Found without a model, by colours and edges: look whether it is right." if guessed else ""
        return f"{100 * found.part:.1f} % of the photo. {said}".strip()
