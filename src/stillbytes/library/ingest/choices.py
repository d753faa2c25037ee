"""What a person chooses for an import: declared once, for the command line, the REST interface and the page."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from stillbytes.library.ingest.errors import IngestError
from stillbytes.photo import naming

TEMPLATE = "{year}/{date:%Y-%m-%d}/{name}"
"""Folders by day, and the camera's own names."""


class Choices(BaseModel):
    """Folders begin with the root of a disk. Raises ValidationError for values that cannot be; see `chosen`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    to: Path = Field(description="Folder that the photos are copied into.")
    name: str = Field(
        default=TEMPLATE,
        max_length=400,
        description=f'Names, with folders before them if wanted: {naming.SHAPES_OF_FILES}. "/" ends a folder.',
    )
    second_copy: Path | None = Field(default=None, description="Another folder that gets the same, on another disk.")
    start: int = Field(default=1, ge=0, le=10_000_000, description="The first {sequence}.")
    preset: str = Field(
        default="", max_length=200, description="Preset of develop settings that each photo begins with."
    )
    keywords: tuple[Annotated[str, Field(max_length=500)], ...] = Field(
        default=(), max_length=200, description='Keyword for each photo, levels apart by "|".'
    )
    creator: str = Field(default="", max_length=500, description="Who took the photos.")
    copyright: str = Field(default="", max_length=500, description="The notice that each photo bears.")
    caption: str = Field(default="", max_length=5000, description="What all the photos show.")
    exact: bool = Field(
        default=False, description="Take a photo for a duplicate only when every byte was read and is the same."
    )
    duplicates: bool = Field(default=False, description="Import what is there already, too.")

    @field_validator("name")
    @classmethod
    def _is_template(cls, name: str) -> str:
        naming.check(name, imported=True)
        return name

    @field_validator("to", "second_copy")
    @classmethod
    def _whole(cls, path: Path | None) -> Path | None:
        return None if path is None else whole(path)

    @property
    def remarks(self) -> dict[str, Any]:
        """What is said about each photo, without the keywords, which are added to its own."""
        said = {"creator": self.creator, "copyright": self.copyright, "caption": self.caption}
        return {name: text.strip() for name, text in said.items() if text.strip()}


def whole(path: str | Path) -> Path:
    """A path from the root of its disk, "~" included. Raises ValueError for what is no path."""
    try:
        found = Path(path).expanduser().absolute()
        os.fsencode(found)
    except RuntimeError as error:  # "~" of nobody
        raise ValueError(f"{path} is no path") from error
    if "\0" in str(found):
        raise ValueError("a path cannot hold a zero byte")
    return found


def chosen(**values: Any) -> Choices:
    """Raises IngestError for values that cannot be, a template that is none say."""
    try:
        return Choices(**values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        why = str(first["msg"]).removeprefix("Value error, ")
        raise IngestError(f"{where}: {why}.".replace("..", "."), "") from error
