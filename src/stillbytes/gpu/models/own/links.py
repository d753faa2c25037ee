"""Links in our models folder to files that lie where ComfyUI does not look: a person's own, and other programs'.

A file of somebody else's is never moved, changed or removed.
"""

from __future__ import annotations

import os
from pathlib import Path

from stillbytes.core.errors import ModelError
from stillbytes.core.saying import said
from stillbytes.gpu.models.model import File
from stillbytes.gpu.models.store import Found, Store

SEEN = frozenset({"stillbytes", "comfyui"})
"""Kinds of folders that a ComfyUI which we start looks into."""


def visible(store: Store, file: File) -> Found | None:
    """Where ComfyUI finds a file of a model: as `Store.find`, with a link first where it would not see it.

    Raises ModelError when no link can be made.
    """
    found = store.find(file)
    if found is None or found.kind in SEEN:
        return found
    make(found.path, store.home / file.name)
    return store.find(file)


def make(path: Path, at: Path) -> None:
    """A link at `at` to `path`, in place of one that leads nowhere. Raises ModelError."""
    if same(at, path):
        return
    try:
        if at.is_symlink() and not at.exists():
            at.unlink()
        at.parent.mkdir(parents=True, exist_ok=True)
        try:
            at.symlink_to(path)
        except FileExistsError:
            raise
        except OSError:  # Windows without the right to make one: a hard link will do on the same disk
            os.link(path, at)
    except OSError as error:
        raise ModelError(
            said(
                "No link to {path} can be made in {folder}: {why}.",
                path=path,
                folder=at.parent,
                why=str(error.strerror or error),
            ),
            "Copy or move the file there.",
        ) from error


def same(link: Path, path: Path) -> bool:
    """Whether both are one file."""
    try:
        return link.samefile(path)
    except OSError:
        return False


def placed(path: Path) -> Path:
    """Its place, whichever way one comes there; a link is not followed."""
    return path.parent.resolve() / path.name
