"""Collections of a Lightroom catalogue, made of those photos that the library has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from stillbytes.core.jobs import Control
from stillbytes.edit.version_names import MAIN
from stillbytes.library.catalogue import Catalogue, LibraryError


def collect(library: Catalogue, collections: Mapping[str, Sequence[Path]], control: Control | None = None) -> list[str]:
    """Makes those of which there is none of that name, and returns their names. Raises LibraryBusy, Cancelled."""
    made: list[str] = []
    if not collections or not library.folders():
        return made
    library.update(control)
    numbers = {
        str(one.path if one.version == MAIN else one.sidecar): one.number for one in library.photos(library.numbers(""))
    }
    for name, paths in collections.items():
        chosen = [numbers[str(path.resolve())] for path in paths if str(path.resolve()) in numbers]
        if chosen:
            try:
                library.collections.create(name, chosen)
            except LibraryError:  # there is one of that name
                continue
            made.append(name)
    return made
