"""Match: the look of another picture, in the tones and colours of each photo's own scene."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from stillbytes.core.errors import UnreadablePhoto
from stillbytes.core.saying import said
from stillbytes.develop.settings import Settings
from stillbytes.edit.photo import Photo
from stillbytes.library.batch.task import Changing, Means

if TYPE_CHECKING:
    from stillbytes.edit.picture import Picture


class Match(Changing):
    shown: ClassVar[frozenset[str]] = frozenset({"kind", "amount", "table"})

    kind: Literal["match"] = "match"
    like: Path = Field(description="The picture whose look to take.")
    amount: float = Field(default=100, ge=0, le=150, description="Of the look, in percent.")
    table: bool = Field(default=False, description="The look may have a small look-up table.")

    @property
    def title(self) -> str:
        return said("Look of {photo}", photo=self.like.name)

    def check(self) -> None:
        if not self.like.is_file():
            raise UnreadablePhoto(said("{like} does not exist or is no file.", like=self.like), "Check the path.")

    def change(self, photo: Photo, means: Means) -> tuple[Settings, str]:
        from stillbytes.edit.looks import matched  # noqa: PLC0415 - loads OpenCV

        like = Photo(self.like)
        reference = _reference(self.like, like.content, like.settings.digest)
        settings, found = matched(
            photo, photo.settings, reference, self.like.stem, self.amount / 100,
            table=self.table, keep=True, cancelled=means.cancelled,
        )  # fmt: skip
        return settings, f"Distance of the look: {found.before:.1f} before, {found.after:.1f} with all of it."


@lru_cache(maxsize=2)
def _reference(path: Path, content: str, digest: str) -> Picture:
    """content, digest: of the file and its settings, so that it is rendered again when they change."""
    from stillbytes.edit.looks import REFERENCE_EDGE  # noqa: PLC0415

    return Photo(path).edit().render(REFERENCE_EDGE, dtype="float32")
