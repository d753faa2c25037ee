"""What is there already, by content, whatever it is called and wherever it is."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from stillbytes.library.catalogue import Catalogue
from stillbytes.library.catalogue.scan.walk import walk
from stillbytes.library.ingest.card import Card, File
from stillbytes.library.ingest.choices import Choices
from stillbytes.photo.whereabouts import content_of

SAMPLES = 16
SAMPLE = 4 << 10
"""Bytes of each place that is compared between the two ends of a file, which its content is told by."""
CHUNK = 1 << 20


class Held:
    """Photos of the library, those below the destination, and those that this import has taken already. Not those on
    the card itself, which may be in the library, too: it will be used again."""

    def __init__(self, card: Card, choices: Choices, library: Catalogue | None) -> None:
        self._exact, self._all = choices.exact, choices.duplicates
        files = [file for shot in card.shots for file in shot.photos if file.content]
        self._places: dict[bytes, list[Path]] = {}
        self._offline: tuple[Path, ...] = ()
        if library is not None and not self._all:
            known = library.having(file.content for file in files)
            self._places = {
                content: [path for path in paths if not path.is_relative_to(card.top)]
                for content, paths in known.items()
            }
            self._offline = tuple(folder.path for folder in library.folders() if not folder.online)
        if choices.to.is_dir() and not self._all:
            self._add_below(choices.to, {file.size for file in files}, card.top)

    def find(self, file: File) -> Path | None:
        """Where the same photo is; None for a new one. Of one that is out of reach only its content is known: that
        will do unless every byte is to be compared."""
        for path in self._places.get(file.content, ()):
            try:
                if same(file.path, path, self._exact):
                    return path
            except OSError:  # what cannot be compared is copied, unless its whole folder is out of reach
                if not self._exact and any(path.is_relative_to(top) for top in self._offline):
                    return path
        return None

    def add(self, files: Sequence[File]) -> None:
        """From now on these are there."""
        for file in files if not self._all else ():
            self._places.setdefault(file.content, []).append(file.path)

    def _add_below(self, top: Path, sizes: set[int], card: Path) -> None:
        for listing in walk(str(top)):
            if Path(listing.path).is_relative_to(card):
                continue
            for seen in listing.photos:
                if seen.stamp[0] in sizes:
                    path = Path(listing.path, seen.name)
                    try:
                        places = self._places.setdefault(content_of(path), [])
                    except OSError:  # it cannot be compared, and nothing will take its name
                        continue
                    if path not in places:
                        places.append(path)


def same(one: Path, other: Path, exact: bool) -> bool:
    """Whether two files whose ends are the same are the same between them: at places spread over them, or everywhere.

    Raises OSError.
    """
    with one.open("rb") as first, other.open("rb") as second:
        size = os.fstat(first.fileno()).st_size
        if size != os.fstat(second.fileno()).st_size:
            return False
        count = CHUNK if exact else SAMPLE
        places = range(0, size, CHUNK if exact else max(SAMPLE, size // SAMPLES))
        for place in (*places, max(0, size - SAMPLE)):
            first.seek(place)
            second.seek(place)
            if first.read(count) != second.read(count):
                return False
    return True
