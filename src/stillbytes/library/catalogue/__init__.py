"""The catalogue of a library: an index over photo folders, which can be made again from them at any time.

>>> import stillbytes as sb
>>> with sb.library.open() as library:                               # doctest: +SKIP
...     library.add("~/Pictures")
...     for photo in library.search("camera:d750 -is:edited").photos:
...         print(photo.path, photo.rating)
"""

from __future__ import annotations

from pathlib import Path

from stillbytes.library.catalogue.catalogue import Catalogue, Change, Folder, Place
from stillbytes.library.catalogue.errors import InvalidQuery, LibraryBusy, LibraryError
from stillbytes.library.catalogue.scan.scan import Scanned
from stillbytes.library.catalogue.search.run import Entry, Found
from stillbytes.library.catalogue.verify import Problem, Verified

__all__ = [
    "Catalogue", "Change", "Entry", "Folder", "Found", "InvalidQuery", "LibraryBusy", "LibraryError", "Place",
    "Problem", "Scanned", "Verified", "open",
]  # fmt: skip


def open(place: str | Path | None = None) -> Catalogue:
    """The catalogue in the folder `place`, by default this person's own. Made if there is none. Raises LibraryError."""
    return Catalogue(None if place is None else Path(place))
