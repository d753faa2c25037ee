"""Places for what is imported: by the template, and free."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from stillbytes.core.filenames import MOST, MOST_BYTES
from stillbytes.library.ingest.card import Card, File, Shot
from stillbytes.library.ingest.choices import Choices
from stillbytes.photo import naming
from stillbytes.photo.naming import Named

EXAMPLES = 3


class Names:
    """Gives each shot a name that no file bears, neither in the destination nor in the second copy, nor one that was
    given before, whatever the case and however an accent is written. Nothing would be overwritten anywhere."""

    def __init__(self, choices: Choices) -> None:
        self._choices = choices
        self._tops = [top for top in (choices.to, choices.second_copy) if top is not None]
        self._taken: dict[str, set[str]] = {}
        self._number = choices.start - 1
        self._again: dict[tuple[str, str], int] = {}

    def free(self, shot: Shot, files: Sequence[File], already: Path | None = None) -> tuple[str, str, int]:
        """(folder below the destination, empty or with "/" at its end; name; number) for files of one shot.

        already: where another photo of the shot is: there the files go if they can. A template with {sequence} gives
        the next number that is free, another one NAME-2, NAME-3 ...
        """
        self._number += 1
        if already is not None and already.is_relative_to(self._choices.to):
            folder = "".join(f"{part}/" for part in already.parent.relative_to(self._choices.to).parts)
            if not any((top / f"{folder}{already.stem}{f.rest}").exists() for f in files for top in self._tops):
                self._take(folder, already.stem, files)
                return folder, already.stem, self._number
        folder, stem = self._by_template(shot)
        if naming.numbered(self._choices.name):
            before = None
            while self._used(folder, stem) and before != (folder, stem):  # a name that is cut short may hold no number
                before = folder, stem
                self._number += 1
                folder, stem = self._by_template(shot)
        plain, key = stem, (_folded(folder), _folded(stem))
        while self._used(folder, stem):
            again = self._again[key] = self._again.get(key, 1) + 1
            stem = f"{_cut(plain, MOST - 8, MOST_BYTES - 8)}-{again}"
        self._take(folder, stem, files)
        return folder, stem, self._number

    def _by_template(self, shot: Shot) -> tuple[str, str]:
        *folders, stem = naming.place(self._choices.name, _named(shot, self._number))
        return "".join(f"{part}/" for part in folders), stem

    def _used(self, folder: str, stem: str) -> bool:
        return _folded(stem) in self._names_in(folder)

    def _take(self, folder: str, stem: str, files: Sequence[File]) -> None:
        for file in files:
            self._names_in(folder).update(_claimed(f"{stem}{file.rest.split('/')[0]}"))
        self._names_in(folder).add(_folded(stem))

    def _names_in(self, folder: str) -> set[str]:
        key = _folded(folder)
        if key not in self._taken:
            self._taken[key] = set()
            for top in self._tops:
                with suppress(FileNotFoundError, NotADirectoryError):
                    for path in (top / folder).iterdir():
                        self._taken[key].update(_claimed(path.name))
        return self._taken[key]


def example(card: Card, choices: Choices, most: int = EXAMPLES) -> Iterator[str]:
    """Names of the first shots by the template, with their folders and extensions."""
    for place, shot in enumerate([one for one in card.shots if one.photos][:most]):
        yield "/".join(naming.place(choices.name, _named(shot, choices.start + place))) + shot.photos[0].rest


def _named(shot: Shot, number: int) -> Named:
    return Named(shot.photos[0].path, shot.facts, number)


def _claimed(name: str) -> Iterator[str]:
    """What a file's name keeps others from being called: itself, and what stands before each dot in it."""
    name = _folded(name)
    yield name
    for place, letter in enumerate(name):
        if letter == "." and place:
            yield name[:place]


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _cut(name: str, letters: int, most: int) -> str:
    return name[:letters].encode()[:most].decode(errors="ignore").strip(" .") or "Unnamed"
