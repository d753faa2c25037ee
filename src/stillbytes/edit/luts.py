"""Where look-up tables are: a person's own in STILLBYTES_HOME/luts, and those that edits use beside the photos.

An edit names a table by the address of its content and the name that its file had. When it is saved, a copy goes to
FOLDER/luts.stillbytes, once for all photos of the folder, so that whoever gets the folder sees the same pictures.
"""

from __future__ import annotations

import gzip
import hashlib
import logging
import threading
import zlib
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from stillbytes.core.errors import InvalidSetting, SidecarError
from stillbytes.core.filenames import made_plain
from stillbytes.core.files import write_atomically
from stillbytes.core.paths import home
from stillbytes.core.saying import said
from stillbytes.develop.parameter import NAMED_FILE
from stillbytes.edit.own_files import OwnFiles
from stillbytes.photo.lut import EXTENSIONS, MOST_BYTES, Lut, UnreadableLut, read

BESIDE = "luts.stillbytes"
"""In a folder of photos."""
KEPT = 6
"""Tables in memory."""
log = logging.getLogger(__name__)
_lock = threading.Lock()
_held: OrderedDict[str, Lut] = OrderedDict()
_addresses: dict[Path, tuple[tuple[int, int], str]] = {}
_folders: dict[str, Path] = {}
"""Address -> a folder of photos that has the table."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A table among a person's own. value: what a setting names it by."""

    path: Path
    value: str

    @property
    def name(self) -> str:
        return self.path.stem


class Luts:
    """Files below `folder`, each a table. What is there is read anew each time, so files may be put there."""

    def __init__(self, folder: Path | None = None) -> None:
        where = home() / "luts" if folder is None else folder
        self._own = OwnFiles(where, "look-up table", EXTENSIONS, MOST_BYTES, UnreadableLut)

    def all(self) -> list[Kept]:
        """By name."""
        found = [Kept(path, f"{address} {_plain(path.name)}") for path, address in self._files()]
        return sorted(found, key=lambda one: (one.name.casefold(), one.path))

    def find(self, name: str) -> Kept:
        """By the name of its file, with or without the extension. Raises InvalidSetting."""
        wanted = name.casefold()
        for one in self.all():
            if wanted in (one.path.name.casefold(), one.name.casefold(), one.value.casefold()):
                return one
        raise InvalidSetting(
            said("There is no look-up table {name!r}.", name=name[:80]), "`stillbytes luts list` shows what there is."
        )

    def add(self, content: bytes, name: str) -> Kept:
        """Keep the table in the content of the file `name`; one with the same content stays as it is.

        Raises UnreadableLut, SidecarError when it cannot be written.
        """
        table = read(content, name)
        address = address_of(content)
        known = next((one for one in self.all() if one.value.startswith(address)), None)
        if known is not None:
            return known
        path = self._own.keep(content, name)
        _keep(address, table)
        return Kept(path, f"{address} {_plain(path.name)}")

    def take(self, path: Path) -> Kept:
        """Keep the table in a file. Raises UnreadableLut."""
        return self.add(self._own.content(path), path.name)

    def remove(self, name: str) -> Kept:
        """Raises InvalidSetting for one that there is not, SidecarError."""
        one = self.find(name)
        self._own.remove(one.path)
        return one

    def content(self, address: str) -> bytes | None:
        """Of the table with that address."""
        for path, known in self._files():
            if known == address:
                try:
                    return path.read_bytes()
                except OSError:
                    return None
        return None

    def _files(self) -> Iterator[tuple[Path, str]]:
        for path in self._own.paths():
            address = _address_of_file(path)
            if address:
                yield path, address


def address_of(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=12).hexdigest()


def table_of(value: str, photos: Path | None = None) -> Lut | None:
    """The table that a setting names, from beside the photos of that folder or from a person's own; None when it is
    in neither, or not as it was."""
    address, _, name = value.partition(" ")
    if not NAMED_FILE.fullmatch(value) or not value:
        return None
    with _lock:
        if address in _held:
            _held.move_to_end(address)
            return _held[address]
    content = _content(address, name, photos)
    if content is None:
        return None
    try:
        table = read(content, name)
    except UnreadableLut as problem:
        log.warning("%s", problem)
        return None
    _keep(address, table)
    return table


def put_beside(photos: Path, values: Iterable[str]) -> None:
    """Copy the tables that edits of photos in that folder name to where the photos are. Raises SidecarError.

    What is nowhere cannot be copied: the edit still names it.
    """
    for value in dict.fromkeys(values):
        address, _, name = value.partition(" ")
        if not value or not NAMED_FILE.fullmatch(value) or _beside(photos, address, name).is_file():
            continue
        content = _content(address, name, _folders.get(address))
        if content is not None:
            path = _beside(photos, address, name)
            try:
                write_atomically(path, gzip.compress(content, mtime=0))
            except OSError as error:
                problem = said(
                    "The look-up table {name} could not be written to {parent}: {why}.",
                    name=name,
                    parent=path.parent,
                    why=str(error.strerror or error),
                )
                raise SidecarError(problem, "Check that the folder is writable and the disk not full.") from error


def _content(address: str, name: str, photos: Path | None) -> bytes | None:
    if photos is not None and name.rpartition(".")[2].lower() in {e[1:] for e in EXTENSIONS}:
        try:
            with gzip.open(_beside(photos, address, name)) as packed:
                content = packed.read(MOST_BYTES + 1)
            if address_of(content) == address:
                _folders[address] = photos
                return content
            log.warning("%s is damaged", _beside(photos, address, name))
        except FileNotFoundError:
            pass
        except (OSError, EOFError, zlib.error) as error:
            log.warning("%s cannot be read: %s", _beside(photos, address, name), error)
    return Luts().content(address)


def _beside(photos: Path, address: str, name: str) -> Path:
    return photos / BESIDE / f"{address}.{name.rpartition('.')[2].lower()[:8]}.gz"


def _keep(address: str, table: Lut) -> None:
    with _lock:
        _held[address] = table
        while len(_held) > KEPT:
            _held.popitem(last=False)


def _plain(name: str) -> str:
    """The name as a setting may hold it."""
    stem, _, extension = name.rpartition(".")
    return f"{made_plain(stem)}.{extension}"


def _address_of_file(path: Path) -> str:
    """Empty for what cannot be a table."""
    try:
        status = path.stat()
        stamp = (status.st_mtime_ns, status.st_size)
        known = _addresses.get(path)
        if known is not None and known[0] == stamp:
            return known[1]
        if not path.is_file() or status.st_size > MOST_BYTES:
            return ""
        address = address_of(path.read_bytes())
    except OSError:
        return ""
    _addresses[path] = (stamp, address)
    return address
