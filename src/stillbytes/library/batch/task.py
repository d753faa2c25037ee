"""What can be done to many photos: one document that is kept in the queue and sent to other machines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from pydantic import BaseModel, ConfigDict

from stillbytes.develop.settings import Settings
from stillbytes.edit.photo import Photo

if TYPE_CHECKING:
    from stillbytes.gpu.access import Access


def shared() -> Access:
    """This process' own engines."""
    from stillbytes.gpu.access import shared_access  # noqa: PLC0415 - only where an engine is wanted

    return shared_access()


@dataclass(frozen=True, slots=True)
class Means:
    """What a task is done with. networks: asked for only where something is looked for or made."""

    networks: Callable[[], Access] = shared
    cancelled: Callable[[], bool] = lambda: False


class Task(BaseModel):
    """Frozen. asks: whether a person has to say yes before more than one photo is changed. shown: fields that tell
    nothing of this machine, for those who may not know it.

    A task never writes where its result belongs: who runs it gives a file its name, and a photo its settings, once.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    asks: ClassVar[bool]
    shown: ClassVar[frozenset[str]]

    kind: str

    @property
    def title(self) -> str:
        """What lists and histories call it."""
        raise NotImplementedError

    @property
    def engines(self) -> tuple[str, ...]:
        """Names of engines without which it certainly cannot be done."""
        return ()

    def check(self) -> None:
        """What a document alone does not show: files that are not there. Raises StillbytesError."""


class Making(Task):
    """A task whose result is a file for each photo."""

    asks: ClassVar[bool] = False

    def place(self, photo: Photo, number: int, taken: set[Path]) -> Path:
        """A path that neither exists nor is taken. number: of the photo, from 1. Raises StillbytesError."""
        raise NotImplementedError

    def make(self, photo: Photo, part: Path, name: str, means: Means) -> str:
        """Write the file to `part`, whole and flushed; returns what is to be said about it. name: what it will be
        called. Raises StillbytesError, OSError."""
        raise NotImplementedError


class Changing(Task):
    """A task whose result is another edit of each photo, one step of its history."""

    asks: ClassVar[bool] = True

    def change(self, photo: Photo, means: Means) -> tuple[Settings, str]:
        """The settings that it leads to from the photo's own, and what is to be said about them. Raises
        StillbytesError."""
        raise NotImplementedError
