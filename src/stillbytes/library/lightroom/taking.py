"""Edits and remarks of a catalogue of Lightroom's, put into the sidecars of its photos."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from stillbytes.core.errors import Cancelled, StillbytesError
from stillbytes.core.jobs import Control
from stillbytes.develop.settings import Settings
from stillbytes.edit import sidecar, tables, versions
from stillbytes.edit.snapshots import named
from stillbytes.edit.version_names import MAIN, MOST
from stillbytes.edit.xmp import NO_XML, Packet
from stillbytes.library.catalogue import describe
from stillbytes.library.lightroom.reading import Image, images

State = Literal["taken", "missing", "edited", "outside", "failed"]


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one photo or virtual copy: "taken" over, its file "missing", "edited" here already and left as it
    is, "outside" the folders that are allowed, or "failed". settings: what is in effect now, or would be. unmapped:
    what has no counterpart, in words. version: what a virtual copy is called, empty for the photo itself. root: the
    folder of the catalogue that it is below."""

    path: Path
    state: State
    settings: Settings = field(default_factory=Settings)
    unmapped: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    version: str = ""
    root: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """photos: each one of the catalogue, virtual copies too. collections: name -> photos that were taken over, as far
    as they are there; the sidecar stands for a virtual copy."""

    photos: tuple[Taken, ...]
    collections: dict[str, tuple[Path, ...]]

    def count(self, state: State) -> int:
        return sum(one.state == state for one in self.photos)


def import_lightroom(
    catalogue: str | Path,
    *,
    dry_run: bool = False,
    replace: bool = False,
    moved: Sequence[tuple[str, str]] = (),
    control: Control | None = None,
    inside: Sequence[Path] | None = None,
    told: Callable[[Taken], None] = lambda one: None,
) -> Report:
    """Take over the edits, ratings, flags, labels, keywords and captions of a catalogue.

    They go into the photos' sidecars, where they become a step of the history that can be undone; virtual copies become
    versions. dry_run: only look.
    replace: also where a photo was edited here. moved: (folder as the catalogue knows it, where it is now). inside:
    folders, whose photos alone are touched; links that lead out of them are not followed. told: hears of each photo, so
    that what was done is known where it is stopped. The catalogue is never written. Raises LibraryError, Cancelled.
    """
    stopped = control.cancelled if control is not None else lambda: False
    roots = None if inside is None else [folder.resolve() for folder in inside]
    taken: list[Taken] = []
    called: dict[Path, set[str]] = {}
    collections: dict[str, list[Path]] = {}
    for number, image in enumerate(images(Path(catalogue).expanduser(), stopped)):
        path = _moved(image.path, moved)
        if control is not None:
            if control.cancelled():
                raise Cancelled()
            control.progress(number, 0, path.name)
        version = "" if image.copy is None else _called(image.copy, called.setdefault(path, set()))
        try:
            path, allowed = (path, True) if roots is None else _within(path, roots)
            one = _take(image, path, version, dry_run, replace) if allowed else Taken(path, "outside", version=version)
        except (StillbytesError, OSError, ValueError, RuntimeError) as error:  # the last: links that lead in a circle
            one = Taken(path, "failed", notes=(str(error),), version=version)
        one = dataclasses.replace(one, root=image.root)
        taken.append(one)
        told(one)
        if one.state in ("taken", "edited") and (place := _place(path, version)) is not None:
            for name in image.collections:
                collections.setdefault(name, []).append(place)
    return Report(tuple(taken), {name: tuple(paths) for name, paths in sorted(collections.items())})


def _take(image: Image, path: Path, version: str, dry_run: bool, replace: bool) -> Taken:
    if not path.is_file():
        return Taken(path, "missing", version=version)
    with sidecar.changing:
        number = _number(path, version)
        if number is None and not dry_run:
            number = versions.create(path, version, None).number
        beside = sidecar.path_for(path, version=number or MOST)
        content = sidecar.content_of(beside) if beside.exists() else None
        if content is not None and sidecar.has_settings(content) and not replace:
            return Taken(path, "edited", version=version)
        packet = Packet(content, beside.name)
        if image.settings is not None:
            _put_settings(packet, image, path)
        found = sidecar.parsed(packet.content(), beside.name)
        remarks = describe.check(image.remarks)
        if not dry_run:
            if image.settings is not None:
                sidecar.replace(beside, packet.content())
            if remarks:
                describe.write(path, remarks, number or MAIN)
    notes = (*((image.problem,) if image.problem else ()), *found.notes)
    return Taken(path, "taken", found.settings, found.unmapped, notes, version)


def _called(name: str, taken: set[str]) -> str:
    """The name of a copy, with a number where another copy of its photo has it already."""
    number, plain = 1, named(name)
    while (called := plain if number == 1 else f"{plain} {number}").casefold() in taken:
        number += 1
    taken.add(called.casefold())
    return called


def _number(path: Path, version: str) -> int | None:
    """Of the version of that name, None where there is none; the photo's own where the name is empty."""
    if not version:
        return MAIN
    return next((one.number for one in versions.listed(path) if one.name.casefold() == version.casefold()), None)


def _place(path: Path, version: str) -> Path | None:
    """What stands for it in a collection."""
    number = _number(path, version)
    return path if number == MAIN else None if number is None else sidecar.path_for(path, version=number)


def _put_settings(packet: Packet, image: Image, path: Path) -> None:
    for name in packet.names("crs"):
        packet.remove(name)
    tables.put_fields(packet, image.settings or {})
    packet.put("crs:RawFileName", NO_XML.sub("?", path.name))
    packet.put("crs:HasSettings", "True")
    packet.put("crs:AlreadyApplied", "False")
    if packet.text("crs:HasCrop") is None:
        packet.put("crs:HasCrop", "True" if packet.text("crs:CropLeft") is not None else "False")
    if image.orientation is not None:
        packet.put("tiff:Orientation", str(image.orientation))


def _within(path: Path, roots: Sequence[Path]) -> tuple[Path, bool]:
    """Where a path really leads, and whether that is below one of the folders. What is no whole path here, such as
    another system's, is nowhere."""
    if not path.is_absolute():
        return path, False
    real = path.resolve()
    return real, any(real.is_relative_to(root) for root in roots)


def _moved(path: Path, moved: Sequence[tuple[str, str]]) -> Path:
    for before, now in moved:
        if path.is_relative_to(before):
            return Path(now) / path.relative_to(before)
    return path
