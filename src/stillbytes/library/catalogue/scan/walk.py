"""What lies in a folder and the folders below it, by name, size and time only."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from stillbytes.photo.formats import EXTENSIONS, Kind

Stamp = tuple[int, int]
"""(size, time of modification in nanoseconds)"""


@dataclass(frozen=True, slots=True)
class Seen:
    """A version of a photo: the photo's file, and the version's sidecar if it has one."""

    name: str
    kind: Kind
    stamp: Stamp
    sidecar: str | None = None
    sidecar_stamp: Stamp | None = None
    version: int = 1

    @property
    def stem(self) -> str:
        return self.name.rpartition(".")[0].casefold()


@dataclass(frozen=True, slots=True)
class Listing:
    """One folder. problems: (path, what is wrong) of what could not be looked at; itself in `lost` if it was that."""

    path: str
    photos: list[Seen]
    problems: list[tuple[str, str]] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)


def walk(top: str) -> Iterator[Listing]:
    """Each folder, then those in it, by name. Links are not followed, hidden folders and our pixel files left out."""
    waiting = [top]
    while waiting:
        listing, below = look_into(waiting.pop())
        yield listing
        waiting += sorted(below, reverse=True)


def hidden(name: str) -> bool:
    """Whether a folder of this name is left out: a hidden one, or one of our pixel files."""
    return name.startswith(".") or name.endswith(".stillbytes")


def look_into(path: str) -> tuple[Listing, list[str]]:
    """One folder, and the folders in it."""
    files: dict[str, Stamp] = {}
    below: list[str] = []
    problems: list[tuple[str, str]] = []
    lost: list[str] = []
    try:
        with os.scandir(path) as entries:
            for entry in entries:
                name = entry.name
                if name.startswith("."):
                    continue
                try:
                    if entry.is_dir(follow_symlinks=False):
                        if not hidden(name):
                            _text(name)
                            below.append(entry.path)
                    elif _extension(name) in WANTED and entry.is_file(follow_symlinks=False):
                        _text(name)
                        status = entry.stat(follow_symlinks=False)
                        files[name] = (status.st_size, status.st_mtime_ns)
                except UnicodeEncodeError:
                    shown = os.fsencode(entry.path).decode("utf-8", "backslashreplace")
                    problems.append((shown, "Its name is no text. Rename it to have it in the library."))
                except OSError as error:
                    problems.append((entry.path, f"It cannot be looked at: {error.strerror or error}."))
    except OSError as error:
        problems.append((path, f"The folder cannot be read: {error.strerror or error}."))
        lost.append(path)
    return Listing(path, _photos(path, files), problems, lost), below


WANTED = {*EXTENSIONS, ".xmp"}


def _photos(folder: str, files: dict[str, Stamp]) -> list[Seen]:
    """The photos among the files in all their versions, each with its sidecar, by name."""
    packets: dict[str, list[str]] = {}
    for name in files:
        if _extension(name) == ".xmp":
            packets.setdefault(name[:-4].casefold(), []).append(name)
    kin: dict[str, list[str]] = {}
    more: dict[str, dict[int, str]] = {}
    if packets:
        from stillbytes.edit.version_names import further  # noqa: PLC0415 - folders without sidecars do without it

        more = further(files)
        for name in files:
            kin.setdefault(name.rpartition(".")[0].casefold(), []).append(name)
    found = []
    for name in sorted(files):
        if (kind := EXTENSIONS.get(_extension(name))) is None:
            continue
        stem = name.rpartition(".")[0].casefold()
        beside = _sidecar(folder, name, kin[stem], files) if stem in packets or name.casefold() in packets else None
        found.append(Seen(name, kind, files[name], beside, files[beside] if beside else None))
        for number, own in more.get(name, {}).items():
            found.append(Seen(name, kind, files[name], own, files[own], number))
    return found


def _sidecar(folder: str, name: str, kin: list[str], files: dict[str, Stamp]) -> str | None:
    """As `edit.sidecar.existing` finds it, but from names that are known; only those of one stem matter to it."""
    from stillbytes.edit.sidecar import path_for  # noqa: PLC0415 - folders without sidecars do without it

    photo = Path(folder, name)
    return next((n for n in (path_for(photo, kin).name, f"{name}.xmp") if n in files), None)


def _extension(name: str) -> str:
    stem, dot, extension = name.rpartition(".")
    return f".{extension.lower()}" if dot and stem else ""


def _text(name: str) -> None:
    name.encode()  # raises UnicodeEncodeError for bytes that are no text
