"""Folders of this machine, for a person to choose one from: names of folders and of catalogues, never what is in
files."""

from __future__ import annotations

import os
from pathlib import Path

from stillbytes.app.server.library.models import Directory, SubFolder
from stillbytes.app.server.library.taking import SUFFIX
from stillbytes.app.server.models import readable
from stillbytes.core.errors import NotFound
from stillbytes.core.saying import said
from stillbytes.library.catalogue.scan.walk import hidden
from stillbytes.photo.formats import is_photo

MOST_FOLDERS = 2000


def directory(text: str) -> Directory:
    """Raises NotFound for what is no folder, or none that may be read."""
    try:
        path = Path(text).expanduser()
        if not path.is_absolute():
            raise NotFound(
                said("{text} is no whole path.", text=readable(text[:200])), "Begin with the root of the disk."
            )
        path = path.resolve()
        folders, catalogues, photos = [], [], 0
        with os.scandir(path) as entries:
            for entry in entries:
                if hidden(entry.name):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    folders.append(SubFolder(name=readable(entry.name), path=readable(entry.path)))
                elif entry.name.lower().endswith(SUFFIX):
                    catalogues.append(SubFolder(name=readable(entry.name), path=readable(entry.path)))
                elif is_photo(Path(entry.name)):
                    photos += 1
    except (OSError, ValueError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or "it is no folder"
        raise NotFound(
            said("{text} cannot be looked into: {why}.", text=readable(text[:200]), why=reason),
            "Choose another folder.",
        ) from error
    for found in (folders, catalogues):
        found.sort(key=lambda one: one.name.casefold())
    parent = None if path.parent == path else readable(str(path.parent))
    return Directory(
        path=readable(str(path)), parent=parent, folders=folders[:MOST_FOLDERS], photos=photos,
        catalogues=catalogues[:MOST_FOLDERS],
    )  # fmt: skip
