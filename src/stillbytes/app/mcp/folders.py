"""The folders that another program's assistant may reach: photos in them are opened, and nothing else is there."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import stillbytes
from stillbytes.app.mcp.verb import Arguments, Done
from stillbytes.assistant import facts
from stillbytes.core.errors import ExportError, InvalidSetting, NotFound
from stillbytes.develop.settings import Settings
from stillbytes.edit.document import Document
from stillbytes.edit.exporting.formats import format_of
from stillbytes.edit.photo import Edit
from stillbytes.library.catalogue.scan.walk import hidden
from stillbytes.photo.formats import is_photo
from stillbytes.photo.output.encode import preview_jpeg

MOST_LISTED = 500
PREVIEW = 1024
SMALLEST, LARGEST = 64, 2048


class Folders:
    """Links are followed before it is looked whether a file is inside."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = tuple(folder.expanduser().resolve() for folder in folders)

    def path(self, given: Any) -> Path:
        """A photo in one of the folders. Raises NotFound."""
        if isinstance(given, str) and "\0" not in given and len(given) < 4096:
            path = Path(given).expanduser()
            places = [path] if path.is_absolute() else [folder / path for folder in self._folders]
            for place in places:
                real = place.resolve()
                if self.holds(real) and real.is_file() and is_photo(real):
                    return real
        raise NotFound(f"There is no photo {str(given)[:120]!r} in the folders.", "list_photos tells which there are.")

    def holds(self, path: Path) -> bool:
        """Whether a place, links followed already, is in one of them."""
        return any(path.is_relative_to(folder) for folder in self._folders)

    def photos(self) -> tuple[list[str], bool]:
        """Paths, and whether there are more than are told."""
        found: list[str] = []
        for folder in self._folders:
            for root, inside, names in os.walk(folder):
                inside[:] = sorted(name for name in inside if not hidden(name))
                found += [str(Path(root) / name) for name in sorted(names) if is_photo(Path(name))]
                if len(found) > MOST_LISTED:
                    return found[:MOST_LISTED], True
        return found, False

    def document(self, arguments: Arguments) -> Document:
        return Document(stillbytes.open(self.path(arguments["photo"])))

    def new_file(self, name: Any, beside: Path | None = None) -> Path:
        """Where a file of that name would be written: beside a photo, else in the first folder. Raises ExportError."""
        if not isinstance(name, str) or Path(name).name != name or name.startswith(".") or len(name) > 200:
            raise ExportError(f"{str(name)[:60]!r} is no name of a file.", "Give a name without a folder.")
        target = (beside.parent if beside is not None else self._folders[0]) / name
        format_of(target)
        if target.exists() or target.is_symlink():
            raise ExportError(f"{name} is there already; nothing is overwritten.", "Choose another name.")
        return target


def shown(document: Document, more: Mapping[str, Any], size: int = PREVIEW) -> Done:
    """The photo as it is edited now, with facts about it."""
    told = {"photo": str(document.photo.path), **facts.facts(document.photo, document.settings), **more}
    if document.problem:
        told["problem"] = document.problem
    return Done(told, (jpeg(document, document.settings, size),))


def jpeg(document: Document, settings: Settings, size: int) -> bytes:
    return preview_jpeg(np.asarray(Edit(document.photo, settings).render(size=size)), space="srgb")


def size_of(arguments: Arguments) -> int:
    size = arguments.get("size", PREVIEW)
    if isinstance(size, bool) or not isinstance(size, int) or not SMALLEST <= size <= LARGEST:
        raise InvalidSetting(f"size is from {SMALLEST} to {LARGEST} pixels.")
    return size
