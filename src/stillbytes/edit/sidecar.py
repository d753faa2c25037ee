"""The file beside a photo that holds its edit: XMP as Adobe's programs write it, and our history in it.

A photo's sidecar is NAME.xmp. Where several photos share a name, the RAW file owns NAME.xmp and the others have
NAME.EXTENSION.xmp (IMG_1.jpg beside IMG_1.nef: IMG_1.jpg.xmp). A further version of a photo has a sidecar of its own,
NAME.EXTENSION.version-NUMBER.xmp (see `stillbytes.edit.versions`). Whatever else a sidecar holds stays as it is.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from stillbytes.core.errors import InvalidSetting, NotFound, SidecarError
from stillbytes.core.files import write_atomically
from stillbytes.core.geometry import Size
from stillbytes.core.saying import said
from stillbytes.develop import parameters
from stillbytes.develop.settings import Settings
from stillbytes.edit import camera_profiles, corrections, fields, parts, processes
from stillbytes.edit.foreign import Foreign, darktable, rawtherapee
from stillbytes.edit.foreign.rawtherapee import EXTENSION
from stillbytes.edit.history import Entry
from stillbytes.edit.luts import put_beside
from stillbytes.edit.snapshots import Snapshots
from stillbytes.edit.snapshots import read as read_snapshots
from stillbytes.edit.snapshots import written as written_snapshots
from stillbytes.edit.unmapped import told, unmapped
from stillbytes.edit.version_names import MAIN, darktable_name, sidecar_name
from stillbytes.edit.xmp import MOST_BYTES, NO_XML, Packet
from stillbytes.photo.formats import EXTENSIONS, kind

ANY_SIZE = Size(3, 2)
changing = threading.RLock()
"""Held from reading a sidecar to writing it, so that of two changes of this process neither is lost."""
_ORDER = {found: i for i, found in enumerate(("raw", "dng", *dict.fromkeys(EXTENSIONS.values())))}
_CLAIM = re.compile(rb"RawFileName\s*(?:=\s*[\"']|>)([^\"'<]*)")
_EDITED = re.compile(rb"HasSettings\s*(?:=\s*[\"']|>)\s*True")


@dataclass(frozen=True, slots=True)
class Sidecar:
    """notes: what was out of range, not understood or not taken over, as far as it was not told before. rating:
    xmp:Rating. unmapped: what of other programs' settings has no counterpart here, in words. ours: whether what only we
    write is in it; a program that does not know it may drop it."""

    settings: Settings
    history: tuple[Entry, ...] = ()
    position: int = 0
    notes: tuple[str, ...] = ()
    rating: int | None = None
    unmapped: tuple[str, ...] = ()
    snapshots: Snapshots = field(default_factory=Snapshots)
    ours: bool = False


def path_for(photo: Path, names: Collection[str] | None = None, version: int = MAIN) -> Path:
    """Where the sidecar of a version of a photo is, or would be. names: of the files in its folder, where they are
    known."""
    if version != MAIN:
        return photo.with_name(sidecar_name(photo.name, version))
    plain, own = photo.with_suffix(".xmp"), photo.with_name(f"{photo.name}.xmp")
    if names is None:
        names = _names_beside(photo)
    twins = [n for n in names if Path(n).stem == photo.stem and n != photo.name and kind(Path(n)) is not None]
    if twins:
        owner = min([photo.name, *twins], key=_rank)
        claimed = _claim(plain) if plain.name in names else None
        if claimed in (photo.name, *twins):
            owner = claimed
        if owner != photo.name:
            return own
    if plain.name not in names:
        written = (n for n in names if n.casefold() == plain.name.casefold())
        return photo.with_name(next(written, plain.name))
    return plain


def pixels_for(photo: Path) -> Path:
    """The folder of what is kept for a photo beside its sidecar: masks, patches, denoised light, deleted versions."""
    return path_for(photo).with_suffix(".stillbytes")


def existing(photo: Path, version: int = MAIN) -> Path | None:
    """The file to read: the version's sidecar, else one that is named as darktable or RawTherapee name them."""
    if version == MAIN:
        others = [photo.with_name(f"{photo.name}{ending}") for ending in (".xmp", EXTENSION)]
    else:
        theirs = darktables(photo, version)
        others = [] if theirs is None else [theirs]
    for path in (path_for(photo, version=version), *others):
        if path.is_file():
            return path
    return None


def darktables(photo: Path, version: int) -> Path | None:
    """The file of darktable's duplicate that is this further version, or was before there was a sidecar of ours."""
    path = photo.with_name(darktable_name(photo.name, version))
    own = path.with_suffix("").is_file()  # it is of a photo of its own
    return path if path.is_file() and not own else None


def expect(photo: Path, version: int) -> None:
    """Before a version is written: its sidecar is what makes it one, so one that was deleted is not begun anew.

    Raises NotFound.
    """
    if version != MAIN and existing(photo, version) is None:
        raise NotFound(
            said("{photo} has no version {version} any more.", photo=photo.name, version=version),
            "It was deleted; bring it back first.",
        )


def edited(path: Path) -> bool:
    """Whether the sidecar at `path` says that there are develop settings; quick, for lists."""
    try:
        return has_settings(path.read_bytes())
    except OSError:
        return False


def has_settings(content: bytes) -> bool:
    """Whether a sidecar with this content says that there are develop settings; quick, for lists."""
    return _EDITED.search(content) is not None


def read(photo: Path, orientation: int = 1, upright: Size = ANY_SIZE, version: int = MAIN) -> Sidecar | None:
    """The version's sidecar; None if it has none. Raises SidecarError when it cannot be read."""
    path = existing(photo, version)
    return None if path is None else read_file(path, orientation, upright)


def read_file(path: Path, orientation: int = 1, upright: Size = ANY_SIZE) -> Sidecar:
    """orientation, upright: of the photo, since Adobe's crop is relative to the unrotated picture.

    Raises SidecarError.
    """
    return parsed(content_of(path), path.name, orientation, upright)


def content_of(path: Path) -> bytes:
    """The bytes of a sidecar. Raises SidecarError."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise SidecarError(said("{file} is larger than any honest XMP file.", file=path.name), "Move it away.")
        return path.read_bytes()
    except OSError as error:
        raise SidecarError(
            said("{file} could not be read: {why}.", file=path.name, why=str(error.strerror or error)),
            "Check its rights.",
        ) from error


def parsed(content: bytes, name: str, orientation: int = 1, upright: Size = ANY_SIZE) -> Sidecar:
    """The sidecar `name` with this content. Settings of darktable and RawTherapee count where there are none of Adobe's
    or ours. Raises SidecarError."""
    if name.lower().endswith(EXTENSION):
        return _of_others(rawtherapee.read(content, name, upright), "RawTherapee")
    packet = Packet(content, name, changing=False)
    if packet.text("crs:HasSettings") is None and packet.text("sb:Settings") is None and darktable.there(packet):
        return _of_others(darktable.read(packet), "darktable")
    settings, notes = fields.read(packet, orientation, upright)
    ours = packet.text("sb:Settings") is not None
    if ours:
        settings = settings.changed(**processes.unread(packet.text("sb:Process")))
    lost = unmapped(packet) if packet.text("crs:AlreadyApplied") != "True" else []
    notes += filter(None, (told(lost),))
    exact = _exact(packet)
    if exact is not None and _as_fields(exact, orientation, upright) == settings:
        settings, notes = exact, []
    elif exact is not None:  # another program changed the fields; what it did to our masks, the corrections tell
        settings = Settings({**settings, **exact.only(["Masks"])})
    older = processes.as_it_was(packet.text("sb:Process")) if ours else {}
    if older:  # it looks as it did
        settings = processes.brought(settings, packet.text("sb:Process"))
    if packet.text("crs:AlreadyApplied") != "True":
        settings, remarks = corrections.read(packet, settings, orientation, upright)
        notes = [*notes, *remarks]
    history, position = _history(packet)
    if older and history:
        first = history[0]
        history = (Entry(first.at, first.label, {**older, **first.changes}), *history[1:])
    snapshots = read_snapshots(packet.items("sb:Snapshots") or [], packet.items("sb:SnapshotParts") or [])
    rating = _integer(packet.text("xmp:Rating"))
    return Sidecar(settings, history, position, tuple(notes), rating, tuple(lost), snapshots, ours)


def _of_others(found: Foreign, program: str) -> Sidecar:
    notes = [f"The settings are {program}'s, as far as they mean the same here.", *found.notes, told(found.unmapped)]
    return Sidecar(found.settings, (), 0, tuple(filter(None, notes)), found.rating, found.unmapped)


def write(
    photo: Path,
    settings: Settings,
    history: Sequence[Entry] = (),
    position: int = 0,
    orientation: int = 1,
    upright: Size = ANY_SIZE,
    path: Path | None = None,
    snapshots: Snapshots | None = None,
) -> bytes:
    """Put settings and history into the photo's sidecar; whatever else stands there stays. Returns the file's content.

    path: of the sidecar, where it is known. snapshots: those in the file stay when None.

    Raises SidecarError when the file there is damaged (it is left as it is) or cannot be written.
    """
    with changing:
        path = path or path_for(photo)
        packet = Packet(content_of(path), path.name) if path.exists() else Packet()
        corrections.put(packet, settings, _adjusted(packet, history), orientation, upright)
        fields.put(packet, settings, orientation, upright)
        if packet.text("crs:RawFileName") is None:
            packet.put("crs:RawFileName", NO_XML.sub("?", photo.name))
        packet.put("sb:Settings", json.dumps(dict(settings)))
        packet.put("sb:Process", processes.CURRENT)
        packet.put("xmp:MetadataDate", datetime.now().astimezone().isoformat(timespec="seconds"))
        if history:
            changes, texts = parts.packed([dict(entry.changes) for entry in history])
            steps = zip(history, changes, strict=True)
            lines = [json.dumps({"at": e.at, "label": e.label, "changes": changed}) for e, changed in steps]
            packet.put("sb:History", lines)
            packet.put("sb:Parts", texts)
            packet.put("sb:HistoryPosition", str(position))
        else:
            packet.remove("sb:History")
            packet.remove("sb:Parts")
            packet.remove("sb:HistoryPosition")
        if snapshots is not None:
            lines, texts = written_snapshots(snapshots, processes.CURRENT)
            for name, held in (("sb:Snapshots", lines), ("sb:SnapshotParts", texts)):
                if held:
                    packet.put(name, held)
                else:
                    packet.remove(name)
        content = packet.content()
        if len(content) > MOST_BYTES:  # it could not be read back
            raise SidecarError(
                said("{file} would grow larger than a sidecar can be.", file=path.name),
                "Move it away to start a new history.",
            )
        for name, put in (("lut", put_beside), ("camera_profile", camera_profiles.put_beside)):
            values = [settings.value(name), *(entry.changes.get(name) for entry in history)]
            put(photo.parent, (named for named in values if isinstance(named, str)))
        replace(path, content)
        return content


def replace(path: Path, content: bytes) -> None:
    """Write a sidecar, whole or not at all. Raises SidecarError."""
    try:
        write_atomically(path, content)
    except OSError as error:
        problem = said("{file} could not be written: {why}.", file=path.name, why=str(error.strerror or error))
        raise SidecarError(problem, "Check that the folder is writable and the disk not full.") from error


def move_aside(path: Path) -> Path:
    """Rename a damaged sidecar to NAME.xmp.broken-1 (or the next free number) and return that. Raises SidecarError."""
    number = 1
    while (aside := path.with_name(f"{path.name}.broken-{number}")).exists():
        number += 1
    try:
        path.rename(aside)
    except OSError as error:
        problem = said("{file} could not be renamed: {why}.", file=path.name, why=str(error.strerror or error))
        raise SidecarError(problem, "Check that the folder is writable.") from error
    return aside


def _names_beside(photo: Path) -> list[str]:
    try:
        return [path.name for path in photo.parent.iterdir()]
    except OSError:
        return []


def _rank(name: str) -> tuple[int, str]:
    found = kind(Path(name))
    return (_ORDER[found] if found else len(_ORDER), name)


def _claim(path: Path) -> str | None:
    """The photo that a sidecar says it belongs to."""
    try:
        found = _CLAIM.search(path.read_bytes())
    except OSError:
        return None
    return found[1].decode(errors="replace").strip() if found else None


def _exact(packet: Packet) -> Settings | None:
    """The settings with all their digits, as we wrote them beside the fields."""
    try:
        values = json.loads(packet.text("sb:Settings") or "")
        return Settings({k: v for k, v in values.items() if k in parameters()})
    except (ValueError, AttributeError, TypeError, OverflowError, RecursionError, InvalidSetting):
        return None


def _adjusted(packet: Packet, history: Sequence[Entry]) -> set[str]:
    """The ids of the adjustments that there are or were."""
    try:
        lists = [json.loads(packet.text("sb:Settings") or "{}").get("adjustments")]
    except (ValueError, AttributeError, RecursionError):
        lists = []
    lists += [entry.changes.get("adjustments") for entry in history]
    return {
        str(one.get("id"))
        for found in lists
        if isinstance(found, list | tuple)
        for one in found
        if isinstance(one, Mapping)
    }


def _as_fields(settings: Settings, orientation: int, upright: Size) -> Settings:
    """What reading the fields gives that we would write for these settings."""
    packet = Packet()
    fields.put(packet, settings, orientation, upright)
    return fields.read(packet, orientation, upright)[0]


def _history(packet: Packet) -> tuple[tuple[Entry, ...], int]:
    entries = []
    texts = packet.items("sb:Parts") or []
    for line in packet.items("sb:History") or []:
        try:
            step: Any = json.loads(line)
            changes = {k: _change(k, parts.unpacked(v, texts)) for k, v in step["changes"].items()}
            entries.append(Entry(str(step["at"]), str(step["label"]), changes))
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError, InvalidSetting):
            return (), 0  # a history with a hole would lead elsewhere
    return tuple(entries), min(max(_integer(packet.text("sb:HistoryPosition")) or 0, 0), len(entries))


def _change(name: str, value: Any) -> Any:
    """A value in canonical form; that of a parameter which only a newer release knows is kept as it is."""
    known = parameters()
    return value if value is None or name not in known else known[name].check(value)


def _integer(text: str | None) -> int | None:
    try:
        return int(float(text)) if text is not None else None
    except (ValueError, OverflowError):
        return None
