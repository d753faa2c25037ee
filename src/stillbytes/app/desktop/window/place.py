"""Where the window was, and what was open in it, for the next start."""

from __future__ import annotations

import contextlib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from stillbytes.core import paths
from stillbytes.core.files import write_atomically

MOST = 100_000
"""Pixels: what is beyond came from nowhere."""


class Place(BaseModel):
    """x, y: None until it was ever moved; the desktop chooses then. opened: the last folder or photo.

    port: of the page's address; a browser keeps what the page remembers by it.
    """

    model_config = ConfigDict(frozen=True)

    width: int = 1500
    height: int = 940
    x: int | None = None
    y: int | None = None
    maximized: bool = False
    opened: Path | None = None
    port: int = 0

    @property
    def sane(self) -> bool:
        at = (self.x or 0, self.y or 0)
        return 200 <= self.width <= MOST and 200 <= self.height <= MOST and all(-MOST <= part <= MOST for part in at)


def remembered() -> Place:
    """The defaults where there is nothing, or nothing that makes sense: a window that cannot be found helps nobody."""
    try:
        found = Place.model_validate_json(_file().read_bytes())
    except (OSError, ValidationError, UnicodeDecodeError):
        return Place()
    return found if found.sane else Place(opened=found.opened, port=found.port)


def remember(place: Place) -> None:
    with contextlib.suppress(OSError):  # a convenience, not worth a message
        write_atomically(_file(), place.model_dump_json().encode())


def _file() -> Path:
    return paths.home() / "window.json"
