"""Names of exported files, by the templates of `stillbytes.photo.naming`."""

from __future__ import annotations

import re
from pathlib import Path

from stillbytes.core.filenames import made_plain
from stillbytes.photo import naming
from stillbytes.photo.metadata import Metadata
from stillbytes.photo.naming import SHAPES, Named, check, needs_facts

__all__ = ["SHAPES", "check", "filled", "needs_facts"]

VERSION = "{version}"
_NO_VERSION = re.compile(r"^\{version\}[ _.-]*|[ _.-]*\{version\}")
"""A field that says nothing, with what sets it apart from what is beside it."""


def filled(template: str, photo: Path, facts: Metadata, number: int, version: str = "") -> str:
    """The name for one photo, without its extension, that every file system takes. number: its place in the export.
    version: what its version is called, empty for the photo's own; it comes last where the template has no place for
    it, so that versions of one photo have names that tell them apart.

    >>> [filled("{name}_{version}", Path("a.nef"), Metadata(), 1, name) for name in ("", "Grey")]
    ['a', 'a_Grey']
    """
    if version and VERSION not in template:
        template += f"-{VERSION}"
    elif not version and template != VERSION:
        template = _NO_VERSION.sub("", template)
    text = naming.filled(template, Named(photo, facts, number, version))
    return text if template == "{name}" else made_plain(text)
