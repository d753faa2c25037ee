"""Where camera profiles are: inside the DNG, a person's own in STILLBYTES_HOME/camera-profiles, Adobe's and those of
other programs, and those that edits use beside the photos.

An edit names a profile as Adobe's programs do, by its name, with the digest of the one that was chosen. Where that is
not to be had, one of the same name for the same camera takes its place, so that presets suit any camera.
"""

from __future__ import annotations

import logging
import os
import re
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from stillbytes.core.errors import InvalidSetting, SidecarError
from stillbytes.core.files import write_atomically
from stillbytes.core.paths import home
from stillbytes.core.saying import said
from stillbytes.develop.parameter import NAMED_PROFILE
from stillbytes.edit.own_files import OwnFiles
from stillbytes.photo.dcp import (
    EXTENSIONS,
    MOST_BYTES,
    CameraProfile,
    Embedded,
    UnreadableProfile,
    digest,
    embedded,
    read,
)
from stillbytes.photo.dcp.reading import UNNAMED
from stillbytes.photo.metadata import Metadata

BESIDE = "profiles.stillbytes"
"""In a folder of photos."""
FOLDERS = "STILLBYTES_CAMERA_PROFILES"
"""A variable with folders in which profiles are looked for instead of in those of other programs."""
KEPT = 8
"""Profiles in memory."""
FRESH_SECONDS = 5.0
"""For so long folders of other programs are not listed again, and what a name means is not asked again."""
_DIGEST = re.compile(r"[0-9A-F]{32} (?=.)")
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kept:
    """A profile that there is. path: its file, the DNG itself for one inside it. place: whose it is. camera: the model
    that it is for, as its maker writes it. copies: whether its maker lets it be copied."""

    path: Path
    name: str
    camera: str
    digest: str
    place: str
    copies: bool

    @property
    def value(self) -> str:
        """What a setting names it by."""
        return f"{self.digest} {self.name}"


class CameraProfiles:
    """A person's own, in files below `folder`. What is there is read anew each time, so files may be put there."""

    def __init__(self, folder: Path | None = None) -> None:
        where = home() / "camera-profiles" if folder is None else folder
        self._own = OwnFiles(where, "camera profile", EXTENSIONS, MOST_BYTES, UnreadableProfile)

    def all(self) -> list[Kept]:
        """By camera and name."""
        found = filter(None, (_of_file(path, "yours") for path in self._own.paths()))
        return sorted(found, key=lambda one: (one.camera.casefold(), one.name.casefold(), one.path))

    def find(self, name: str) -> Kept:
        """By the name of its file, with or without the extension, or its own. Raises InvalidSetting for one that there
        is not, and for a name that several have."""
        wanted = name.casefold()
        every = self.all()
        files = [one for one in every if wanted in (one.path.name.casefold(), one.path.stem.casefold())]
        found = files or [one for one in every if wanted in (one.name.casefold(), one.value.casefold())]
        if len(found) == 1:
            return found[0]
        remedy = said("`stillbytes profiles list` shows what there is.")
        if found:
            raise InvalidSetting(
                said("{number} camera profiles are called {name!r}.", number=len(found), name=name[:80]),
                said("Name the file: {remedy}", remedy=remedy),
            )
        raise InvalidSetting(said("There is no camera profile {name!r} of your own.", name=name[:80]), remedy)

    def add(self, content: bytes, name: str) -> Kept:
        """Keep the profile in the content of the file `name`; one that says the same stays as it is.

        Raises UnreadableProfile, SidecarError when it cannot be written.
        """
        if not name.lower().endswith(EXTENSIONS):
            raise UnreadableProfile(said("{name} is no camera profile.", name=name), "Choose a file that ends in .dcp.")
        profile = read(content, name)
        known = next((one for one in self.all() if (one.digest, one.camera) == (digest(profile), profile.camera)), None)
        if known is not None:
            return known
        path = self._own.keep(content, name)
        _forget()
        found = _of_file(path, "yours")
        assert found is not None
        return found

    def take(self, path: Path) -> Kept:
        """Keep the profile in a file. Raises UnreadableProfile, SidecarError."""
        return self.add(self._own.content(path), path.name)

    def remove(self, name: str) -> Kept:
        """Raises InvalidSetting for one that there is not, SidecarError."""
        one = self.find(name)
        self._own.remove(one.path)
        _forget()
        return one


class OfPhoto:
    """The camera profiles that a photo may be developed with."""

    def __init__(self, path: Path, facts: Metadata | None) -> None:
        self._path, self._facts = path, facts
        self._known: dict[str, tuple[float, int, CameraProfile | None]] = {}

    @cached_property
    def inside(self) -> Embedded:
        return embedded(self._path) if self._path.suffix.lower() == ".dng" else Embedded()

    @property
    def camera(self) -> str:
        """For a person."""
        return self.inside.camera or (self._facts.camera if self._facts else "")

    @cached_property
    def _models(self) -> frozenset[str]:
        """What a profile for this camera may say."""
        if self.inside.camera:
            return frozenset({_plain(self.inside.camera)})
        if self._facts is None or not self._facts.model:
            return frozenset()
        make = self._facts.make.split(" ")[0]
        return frozenset(map(_plain, (self._facts.model, f"{make} {self._facts.model}", self._facts.camera)))

    def all(self) -> list[Kept]:
        """Those inside the photo first, then the others by name; each once."""
        found: dict[str, Kept] = {}
        for one in (*self._inside(), *sorted(self._outside(), key=lambda one: one.name.casefold())):
            found.setdefault(one.digest, one)
        return list(found.values())

    def profile(self, named: str) -> CameraProfile | None:
        """What a setting names; None when there is none of that name for the camera."""
        now, known = time.monotonic(), self._known.get(named)
        if known is not None and known[1] == _changes and now - known[0] < FRESH_SECONDS:
            return known[2]
        chosen = self.chosen(named)
        found = self._loaded(chosen) if chosen else None
        self._known[named] = now, _changes, found
        return found

    def chosen(self, named: str) -> Kept | None:
        """Which profile a setting names: that of the digest, else one of the name."""
        if not NAMED_PROFILE.fullmatch(named) or not named:
            return None
        wanted, name = divided(named)
        inside = self._inside()
        if name == UNNAMED and inside and not wanted:
            return inside[0]
        same = [one for one in (*inside, *self._outside()) if one.name.casefold() == name.casefold()]
        return min(same, key=lambda one: one.digest != wanted, default=None)

    def _inside(self) -> list[Kept]:
        return [
            Kept(self._path, one.name, one.camera, digest(one), "photo", one.policy.copies)
            for one in self.inside.profiles
        ]

    def _outside(self) -> Iterator[Kept]:
        beside = self._path.parent / BESIDE
        for path in sorted(beside.glob("*.dcp")) if beside.is_dir() else []:
            yield from self._fitting(_of_file(path, "folder"))
        for own in CameraProfiles().all():
            yield from self._fitting(own)
        for place, folder in places():
            for path in _listed(folder):
                # Files of many cameras: each is called as the camera that it is for.
                if any(_plain(path.stem).startswith(model) for model in self._models if model):
                    yield from self._fitting(_of_file(path, place))

    def _fitting(self, one: Kept | None) -> Iterator[Kept]:
        if one is not None and (not one.camera or _plain(one.camera) in self._models):
            yield one

    def _loaded(self, one: Kept) -> CameraProfile | None:
        if one.place == "photo":
            return next((profile for profile in self.inside.profiles if digest(profile) == one.digest), None)
        return _loaded(one)


def divided(named: str) -> tuple[str, str]:
    """The digest, empty where there is none, and the name."""
    found = _DIGEST.match(named)
    return (found[0].strip(), named[found.end() :]) if found else ("", named)


def joined(found: str, name: str) -> str:
    """A setting of a name and, where it is one, a digest; empty where they make none."""
    value = f"{found} {name}" if _DIGEST.match(f"{found} x") else name
    return value if NAMED_PROFILE.fullmatch(value) and value.isprintable() else ""


def put_beside(photos: Path, values: Iterable[str]) -> None:
    """Copy the profiles that edits of photos in that folder name to where the photos are, as far as their makers allow
    it. Raises SidecarError."""
    for value in dict.fromkeys(values):
        wanted, name = divided(value)
        path = photos / BESIDE / f"{wanted}.dcp"
        if not wanted or path.exists():
            continue
        source = next((one for one in (*_seen.values(), *CameraProfiles().all()) if one.digest == wanted), None)
        if source is None or not source.copies or source.place == "folder":
            continue
        try:
            write_atomically(path, source.path.read_bytes())
        except OSError as error:
            problem = said(
                "The camera profile {name} could not be written to {parent}: {why}.",
                name=name,
                parent=path.parent,
                why=str(error.strerror or error),
            )
            raise SidecarError(problem, "Check that the folder is writable and the disk not full.") from error


def places() -> list[tuple[str, Path]]:
    """Folders of other programs with whose they are."""
    if (given := os.environ.get(FOLDERS)) is not None:
        return [("system", Path(one).expanduser()) for one in given.split(os.pathsep) if one]
    adobe = "Adobe/CameraRaw/CameraProfiles"
    if sys.platform == "win32":
        roots = [Path(os.environ[name]) for name in ("APPDATA", "PROGRAMDATA") if name in os.environ]
    elif sys.platform == "darwin":
        roots = [Path.home() / "Library/Application Support", Path("/Library/Application Support")]
    else:
        roots = [Path.home() / ".config", Path.home() / ".local/share"]
    found = [("Adobe", root / adobe) for root in roots]
    shared = [Path("/usr/local/share"), Path("/usr/share"), Path.home() / ".config"]
    found += [("system", root / name / "dcpprofiles") for root in shared for name in ("rawtherapee", "RawTherapee")]
    return found


_lock = threading.Lock()
_changes = 0
"""Counts what this program changed."""
_files: dict[Path, tuple[tuple[int, int], Kept | None]] = {}
_seen: dict[str, Kept] = {}
"""Digest -> a file of it."""
_lists: dict[Path, tuple[float, list[Path]]] = {}
_held: OrderedDict[tuple[str, str], CameraProfile] = OrderedDict()


def _forget() -> None:
    global _changes  # noqa: PLW0603 - who remembers what a name means compares it
    with _lock:
        _changes += 1
        _lists.clear()


def _listed(folder: Path) -> list[Path]:
    now = time.monotonic()
    with _lock:
        known = _lists.get(folder)
    if known is None or now - known[0] > FRESH_SECONDS:
        paths = sorted(folder.rglob("*.[dD][cC][pP]")) if folder.is_dir() else []
        known = now, paths
        with _lock:
            _lists[folder] = known
    return known[1]


def _of_file(path: Path, place: str) -> Kept | None:
    """None for what cannot be read, of which it is told once."""
    try:
        status = path.stat()
    except OSError:
        return None
    stamp = (status.st_mtime_ns, status.st_size)
    with _lock:
        known = _files.get(path)
    if known is not None and known[0] == stamp:
        return known[1]
    found = None
    try:
        if status.st_size <= MOST_BYTES:
            profile = read(path.read_bytes(), path.name)
            found = Kept(path, profile.name, profile.camera, digest(profile), place, profile.policy.copies)
    except (OSError, UnreadableProfile) as problem:
        log.warning("%s", problem)
    with _lock:
        _files[path] = stamp, found
        if found is not None:
            _seen[found.digest] = found
    return found


def _loaded(one: Kept) -> CameraProfile | None:
    key = (one.digest, one.camera)
    with _lock:
        if key in _held:
            _held.move_to_end(key)
            return _held[key]
    try:
        profile = read(one.path.read_bytes(), one.path.name)
    except (OSError, UnreadableProfile) as problem:
        log.warning("%s", problem)
        return None
    with _lock:
        _held[key] = profile
        while len(_held) > KEPT:
            _held.popitem(last=False)
    return profile


def _plain(model: str) -> str:
    """A camera's name for comparing: makers write it in different letters and with different marks between."""
    return "".join(letter for letter in model.casefold() if letter.isalnum())
