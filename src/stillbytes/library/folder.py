"""The photos of one opened folder. Only what lies in it can be reached through it."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from stillbytes.core.errors import NotFound
from stillbytes.core.saying import said
from stillbytes.edit import sidecar
from stillbytes.edit.photo import Photo, id_of, photo_id
from stillbytes.edit.version_names import MAIN, further
from stillbytes.edit.versions import name_in
from stillbytes.photo.formats import Kind, is_photo, kind


@dataclass(frozen=True, slots=True)
class Listed:
    """A version of a photo as the filmstrip shows it, known without decoding. of: id of the photo's own version."""

    id: str
    path: Path
    kind: Kind
    edited: bool
    of: str
    version: int = MAIN
    version_name: str = ""

    @property
    def name(self) -> str:
        return self.path.name


class Folder:
    """A folder, or one photo and its neighbours. Raises NotFound when there is no such place.

    more: further photos that were meant; those in the same folder are `chosen` too.
    """

    def __init__(self, place: Path, more: Sequence[Path] = ()) -> None:
        if not place.exists():
            raise NotFound(said("{place} does not exist.", place=place), "Check the path.")
        if place.is_file() and not is_photo(place):
            raise NotFound(said("{place} is not a photo.", place=place.name), "Open a folder or a photo.")
        self.first: Path | None = place.resolve() if place.is_file() else None
        self.path = (place.parent if place.is_file() else place).resolve()
        others = [one.resolve() for one in more if is_photo(one) and one.is_file()]
        self.chosen = frozenset(one for one in (self.first, *others) if one is not None and one.parent == self.path)
        self._lock = threading.Lock()
        self._known: dict[str, tuple[Path, int]] = {}

    @property
    def name(self) -> str:
        return self.path.name or str(self.path)

    def photos(self) -> list[Listed]:
        """Sorted as people count: IMG_2 before IMG_10; each photo's versions after it. A file that a link leads to
        outside the folder is left out.

        Raises NotFound when the folder cannot be read any more.
        """
        files: list[tuple[Path, Kind, str]] = []
        names: set[str] = set()
        try:
            listing = os.scandir(self.path)
        except OSError as error:
            problem = said("The folder {file} cannot be read: {why}.", file=self.path, why=str(error.strerror or error))
            raise NotFound(problem, "It may have been moved, or its disk taken away.") from error
        with listing as entries:
            for entry in entries:
                path = Path(entry.path)
                names.add(entry.name)
                found_kind = kind(path)
                if found_kind is None or not entry.is_file():
                    continue
                if not entry.is_symlink():  # then it is itself inside, as the folder's own path has no links in it
                    files.append((path, found_kind, id_of(path)))
                elif self._inside(path):
                    files.append((path, found_kind, photo_id(path)))
        kin = _by_stem(names)
        found = [
            Listed(id, path, its_kind, sidecar.path_for(path, kin[_stem(path.name)]).name in names, id)
            for path, its_kind, id in files
        ]
        found += _versions(found, names)
        found.sort(key=lambda photo: (natural(photo.name), photo.name, photo.version))
        with self._lock:
            self._known = {photo.id: (photo.path, photo.version) for photo in found}
        return found

    def photo(self, id: str) -> Photo:
        """Raises NotFound for a photo that is not, or no longer, in the folder."""
        with self._lock:
            known = self._known.get(id)
        if known is None or not _there(*known):
            self.photos()
            with self._lock:
                known = self._known.get(id)
        if known is None or not _there(*known) or not self._inside(known[0]):
            raise NotFound("This photo is not in the opened folder.", "It may have been moved; reload the folder.")
        return Photo(*known)

    def knows(self, id: str) -> bool:
        """Whether it held this photo when it was last looked into."""
        with self._lock:
            return id in self._known

    def _inside(self, path: Path) -> bool:
        try:
            return path.resolve().is_relative_to(self.path)
        except (OSError, RuntimeError):
            return False


def _stem(name: str) -> str:
    return name.rpartition(".")[0].casefold()


def _by_stem(names: set[str]) -> dict[str, list[str]]:
    """The names of a folder by what is before their last dot: only those matter to where a sidecar is."""
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(_stem(name), []).append(name)
    return found


def _versions(photos: list[Listed], names: set[str]) -> list[Listed]:
    """Their further versions. names: of the files in the folder."""
    more = further(names)
    found = []
    for one in photos:
        for number, name in more.get(one.name, {}).items():
            beside, id = one.path.with_name(name), photo_id(one.path, number)
            edited = sidecar.edited(beside)
            found.append(Listed(id, one.path, one.kind, edited, one.id, number, name_in(beside, number)))
    return found


def is_there(photo: Photo) -> bool:
    """Whether the file of a photo is, and that of its version."""
    return _there(photo.path, photo.number)


def _there(path: Path, version: int) -> bool:
    return path.is_file() and (version == MAIN or sidecar.existing(path, version) is not None)


def natural(name: str) -> list[tuple[int, int, str]]:
    """A sort key in which numbers count as numbers."""
    parts = re.split(r"(\d+)", name.casefold())
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts if part]
