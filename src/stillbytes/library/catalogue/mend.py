"""Opening a catalogue whose database may be damaged, to make it again."""

from __future__ import annotations

from pathlib import Path

from stillbytes.core import paths
from stillbytes.library.catalogue.catalogue import Catalogue, set_aside
from stillbytes.library.catalogue.database import Database
from stillbytes.library.catalogue.errors import DamagedLibrary


def opened_anew(place: Path | None = None) -> Catalogue:
    """The catalogue; a database that cannot be opened is set aside for a new, empty one. Raises LibraryError."""
    try:
        return Catalogue(place)
    except DamagedLibrary:
        database = (place or paths.home() / "library") / Database.NAME
        set_aside(database)
        return Catalogue(place)
