"""What is on a card or in a folder: photos as they were taken, each with the files that belong to it. Only read."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from stillbytes.core.errors import Cancelled, NotFound
from stillbytes.core.jobs import Control
from stillbytes.core.saying import said
from stillbytes.edit import sidecar
from stillbytes.library.catalogue.scan.pool import Readers, look_at
from stillbytes.library.catalogue.scan.walk import hidden
from stillbytes.library.folder import natural
from stillbytes.library.ingest.choices import whole
from stillbytes.photo.formats import EXTENSIONS, is_photo, kind
from stillbytes.photo.metadata import Metadata

DCIM = "DCIM"
"""The folder in which cameras keep photos (CIPA DC-009, "Design rule for Camera File system")."""
BESIDE = (".xmp", ".pp3", ".thm", ".wav")
"""Extensions of files that belong to the photo of the same name: settings, thumbnails, spoken notes."""
PIXELS = ".stillbytes"
"""Ending of the folder with the pixels of a photo's masks and patches."""
AT_ONCE = 24
_DARKTABLE = re.compile(r"(.+)_\d\d(\.[^.]+)\.xmp")
"""Of its duplicates of a photo."""
_ORDER = {found: rank for rank, found in enumerate(("raw", "dng", *dict.fromkeys(EXTENSIONS.values())))}


@dataclass(frozen=True, slots=True)
class Source:
    """A place where a camera has put photos: where, what it is called, and whether it can be taken out."""

    path: Path
    name: str
    removable: bool


@dataclass(frozen=True, slots=True)
class File:
    """rest: what follows the name that its shot shares, such as ".NEF", ".JPG.xmp" or ".stillbytes/mask.png".

    size in bytes; changed in nanoseconds; content: of a photo, as the catalogue knows it, else empty.
    """

    path: Path
    rest: str
    size: int
    changed: int
    content: bytes = b""


@dataclass(frozen=True, slots=True)
class Shot:
    """One press of the button. photos: the RAW first, then those beside it; beside: what belongs to them. problem: why
    it cannot be imported, in words; empty when nothing is wrong. keywords: as paths, levels apart by "|"."""

    name: str
    photos: tuple[File, ...]
    beside: tuple[File, ...] = ()
    facts: Metadata = field(default_factory=Metadata)
    keywords: tuple[str, ...] = ()
    problem: str = ""

    @property
    def size(self) -> int:
        return sum(file.size for file in (*self.photos, *self.beside))


@dataclass(frozen=True, slots=True)
class Card:
    """What was found, in the order in which it was taken. problems: (path, why it could not be looked at) of folders
    and files, among them photos that are missing from a shot whose others can be read."""

    source: Path
    shots: tuple[Shot, ...]
    problems: tuple[tuple[str, str], ...] = ()

    @property
    def top(self) -> Path:
        """The folder: the source, or where it lies."""
        return self.source if self.source.is_dir() else self.source.parent


def sources() -> list[Source]:
    """The mounted volumes with photos of a camera, those that can be taken out first."""
    import psutil  # noqa: PLC0415 - only where a person chooses

    found = {}
    for volume in psutil.disk_partitions(all=False):
        place = Path(volume.mountpoint)
        try:
            if not (place / DCIM).is_dir():
                continue
        except OSError:  # a drive without a card
            continue
        under = place.parts[1:2] and place.parts[1] in ("media", "run", "Volumes", "mnt")
        removable = "removable" in volume.opts.split(",") or bool(under)
        found[place] = Source(place, place.name or str(place), removable)
    return sorted(found.values(), key=lambda one: (not one.removable, natural(one.name)))


def look(source: str | Path, control: Control | None = None, readers: Readers | None = None) -> Card:
    """Everything below a folder; for a file, what belongs to it. Raises NotFound, Cancelled.

    Links are not followed; hidden folders are left out. A photo that cannot be read costs that photo only.
    """
    try:
        place = whole(source).resolve()
        there = place.exists()
    except (ValueError, OSError) as error:
        raise NotFound(said("{source} is no path.", source=str(source)[:200]), "Check it.") from error
    if not there:
        raise NotFound(said("{place} does not exist.", place=place), "Connect the card, or check the path.")
    if place.is_file() and not is_photo(place):
        raise NotFound(said("{place} is not a photo.", place=place.name), "Name a card, a folder or a photo.")
    control = control or Control(lambda done, total, message: None)
    problems: list[tuple[str, str]] = []
    shots: list[Shot] = []
    for folder in _folders(place if place.is_dir() else place.parent, place.is_dir(), problems):
        if control.cancelled():
            raise Cancelled()
        control.progress(0, 0, said("Looking through {folder}", folder=folder.name))
        shots += _shots(folder, problems)
    if place.is_file():
        shots = [shot for shot in shots if any(file.path == place for file in shot.photos)]
    own = readers or Readers()
    try:
        read = list(_read(shots, own, control, problems))
    finally:
        if readers is None:
            own.close()
    read.sort(key=lambda shot: (shot.facts.taken or datetime.max, natural(str(shot.photos[0].path))))
    return Card(place, tuple(read), tuple(dict.fromkeys(problems)))


def _folders(top: Path, deep: bool, problems: list[tuple[str, str]]) -> Iterator[Path]:
    waiting = [top]
    while waiting:
        folder = waiting.pop()
        yield folder
        below = []
        if deep:
            try:
                with os.scandir(folder) as entries:
                    below = [Path(e.path) for e in entries if e.is_dir(follow_symlinks=False) and not hidden(e.name)]
            except OSError as error:
                problems.append((str(folder), f"The folder cannot be read: {error.strerror or error}."))
        waiting += sorted(below, reverse=True)


def _shots(folder: Path, problems: list[tuple[str, str]]) -> list[Shot]:
    """The shots of one folder. What belongs to none of them is left out."""
    photos: dict[str, list[File]] = {}
    others: list[os.DirEntry[str]] = []
    for entry in _entries(folder, problems):
        path = Path(entry.path)
        if is_photo(path) and entry.is_file(follow_symlinks=False):
            photos.setdefault(path.stem.casefold(), []).append(_file(entry, path.suffix))
        else:
            others.append(entry)
    beside: dict[str, list[File]] = {}
    wholes = {file.path.name.casefold(): stem for stem, files in photos.items() for file in files}
    for entry in others:
        if (stem := _stem_of(entry.name, photos, wholes)) is None:
            continue
        rest = _after(entry.name, stem)
        if entry.name.endswith(PIXELS) and entry.is_dir(follow_symlinks=False):
            inside = [e for e in _entries(Path(entry.path), problems) if e.is_file(follow_symlinks=False)]
            beside.setdefault(stem, []).extend(_file(e, f"{rest}/{e.name}") for e in inside)
        elif Path(entry.name).suffix.lower() in BESIDE and entry.is_file(follow_symlinks=False):
            beside.setdefault(stem, []).append(_file(entry, rest))
    made = []
    for stem, files in photos.items():
        files.sort(key=lambda file: (_ORDER[kind(file.path) or "jpeg"], file.path.name))
        belonging = sorted(beside.get(stem, ()), key=lambda file: file.rest)
        made.append(Shot(files[0].path.stem, tuple(files), tuple(belonging)))
    return made


def _entries(folder: Path, problems: list[tuple[str, str]]) -> list[os.DirEntry[str]]:
    """Those that are not hidden and can be looked at."""
    found = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if not entry.name.startswith("."):
                    try:
                        entry.stat(follow_symlinks=False)
                        found.append(entry)
                    except OSError as error:
                        problems.append((entry.path, f"It cannot be looked at: {error.strerror or error}."))
    except OSError as error:
        problems.append((str(folder), f"The folder cannot be read: {error.strerror or error}."))
    return sorted(found, key=lambda entry: entry.name)


def _file(entry: os.DirEntry[str], rest: str) -> File:
    status = entry.stat(follow_symlinks=False)  # read before, and kept by the entry
    return File(Path(entry.path), rest, status.st_size, status.st_mtime_ns)


def _stem_of(name: str, photos: dict[str, list[File]], wholes: dict[str, str]) -> str | None:
    """The shared name of the photos that a file beside them belongs to: IMG_1 of IMG_1.xmp, of IMG_1.JPG.xmp, of
    IMG_1.JPG.version-2.xmp, and of darktable's IMG_1_01.JPG.xmp. wholes: the photos' whole names -> those."""
    name = name.casefold()
    stem = name.rpartition(".")[0]
    if stem in photos:
        return stem
    if (duplicate := _DARKTABLE.fullmatch(name)) is not None and f"{duplicate[1]}{duplicate[2]}" in wholes:
        return wholes[f"{duplicate[1]}{duplicate[2]}"]
    dots = (place for place, letter in enumerate(name) if letter == ".")
    return next((wholes[name[:dot]] for dot in dots if name[:dot] in wholes), None)


def _after(name: str, stem: str) -> str:
    """What follows in a name after what is `stem` with its case folded, which may make it longer: "ß" is "ss" then."""
    return name[next(end for end in range(len(name) + 1) if name[:end].casefold() == stem) :]


def _read(shots: Sequence[Shot], readers: Readers, control: Control, problems: list[tuple[str, str]]) -> Iterator[Shot]:
    """The shots with what their photos say of themselves."""
    parts = [shots[at : at + AT_ONCE] for at in range(0, len(shots), AT_ONCE)]
    asked = [[(file, beside_of(shot, file)) for shot in part for file in shot.photos] for part in parts]
    done = 0
    with ThreadPoolExecutor(readers.count, "look") as threads:

        def read(photos: Sequence[tuple[File, File | None]]) -> list[dict[str, Any] | None]:
            if control.cancelled():
                return []
            return look_at(readers, [(str(one.path), str(xmp.path) if xmp else None) for one, xmp in photos])

        for part, found in zip(parts, threads.map(read, asked), strict=True):
            if control.cancelled():
                raise Cancelled()
            rows = iter(found)
            yield from (_with_facts(shot, [next(rows) for _ in shot.photos], problems) for shot in part)
            done += len(part)
            control.progress(done, len(shots), said("Reading photos"))


def beside_of(shot: Shot, photo: File) -> File | None:
    """The XMP that holds a photo's settings, as `edit.sidecar` finds it."""
    packets = {file.path.name: file for file in shot.beside if file.rest.lower().endswith(".xmp")}
    if not packets:
        return None
    names = [file.path.name for file in (*shot.photos, *shot.beside)]
    return packets.get(sidecar.path_for(photo.path, names).name) or packets.get(f"{photo.path.name}.xmp")


def _with_facts(shot: Shot, rows: Sequence[dict[str, Any] | None], problems: list[tuple[str, str]]) -> Shot:
    photos, facts, keywords, lost = [], None, (), []
    for file, row in zip(shot.photos, rows, strict=True):
        if row is None or "error" in row:
            lost.append((str(file.path), str(row["error"]) if row else f"{file.path.name} is gone."))
            continue
        photos.append(replace(file, content=bytes.fromhex(row["content"])))
        if facts is None or (facts.taken is None and row["taken"]):
            facts, keywords = _facts(row), tuple(row["keywords"])
    if not photos:
        return replace(shot, problem=" ".join(why for _, why in lost))
    problems += lost
    return replace(shot, photos=tuple(photos), facts=facts or Metadata(), keywords=keywords)


def _facts(row: dict[str, Any]) -> Metadata:
    return Metadata(
        model=row["camera"], lens=row["lens"], iso=row["iso"], rating=row["rating"], label=row["label"],
        title=row["title"], taken=datetime.fromisoformat(row["taken"]) if row["taken"] else None,
        width=row["width"], height=row["height"], orientation=row["orientation"],
    )  # fmt: skip
