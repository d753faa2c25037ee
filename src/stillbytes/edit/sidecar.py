"""The file beside a photo that holds its edit: XMP as Adobe's programs write it, and our history in it.

A photo's sidecar is NAME.xmp. Where several photos share a name, the RAW file owns NAME.xmp and the others have
NAME.EXTENSION.xmp (IMG_1.jpg beside IMG_1.nef: IMG_1.jpg.xmp). Whatever else a sidecar holds stays as it is.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from stillbytes.core.errors import InvalidSetting, SidecarError
from stillbytes.core.files import write_atomically
from stillbytes.core.geometry import Size
from stillbytes.develop import parameters
from stillbytes.develop.settings import Settings
from stillbytes.edit import corrections, fields, parts
from stillbytes.edit.history import Entry
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
    """notes: what was out of range or not understood. rating: xmp:Rating."""

    settings: Settings
    history: tuple[Entry, ...] = ()
    position: int = 0
    notes: tuple[str, ...] = ()
    rating: int | None = None


def path_for(photo: Path, names: Collection[str] | None = None) -> Path:
    """Where the sidecar of a photo is, or would be. names: of the files in its folder, where they are known."""
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


def existing(photo: Path) -> Path | None:
    """The file to read: the photo's sidecar, else one that is named as darktable names them."""
    for path in (path_for(photo), photo.with_name(f"{photo.name}.xmp")):
        if path.is_file():
            return path
    return None


def edited(path: Path) -> bool:
    """Whether the sidecar at `path` says that there are develop settings; quick, for lists."""
    try:
        return has_settings(path.read_bytes())
    except OSError:
        return False


def has_settings(content: bytes) -> bool:
    """Whether a sidecar with this content says that there are develop settings; quick, for lists."""
    return _EDITED.search(content) is not None


def read(photo: Path, orientation: int = 1, upright: Size = ANY_SIZE) -> Sidecar | None:
    """The photo's sidecar; None if it has none. Raises SidecarError when it cannot be read."""
    path = existing(photo)
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
            raise SidecarError(f"{path.name} is larger than any honest XMP file.", "Move it away.")
        return path.read_bytes()
    except OSError as error:
        raise SidecarError(f"{path.name} could not be read: {error.strerror or error}.", "Check its rights.") from error


def parsed(content: bytes, name: str, orientation: int = 1, upright: Size = ANY_SIZE) -> Sidecar:
    """The sidecar `name` with this content. Raises SidecarError."""
    packet = Packet(content, name)
    settings, notes = fields.read(packet, orientation, upright)
    exact = _exact(packet)
    if exact is not None and _as_fields(exact, orientation, upright) == settings:
        settings, notes = exact, []
    elif exact is not None:  # another program changed the fields; what it did to our masks, the corrections tell
        settings = Settings({**settings, **exact.only(["Masks"])})
    if packet.text("crs:AlreadyApplied") != "True":
        settings, remarks = corrections.read(packet, settings, orientation, upright)
        notes = [*notes, *remarks]
    history, position = _history(packet)
    return Sidecar(settings, history, position, tuple(notes), _integer(packet.text("xmp:Rating")))


def write(
    photo: Path,
    settings: Settings,
    history: Sequence[Entry] = (),
    position: int = 0,
    orientation: int = 1,
    upright: Size = ANY_SIZE,
    path: Path | None = None,
) -> bytes:
    """Put settings and history into the photo's sidecar; whatever else stands there stays. Returns the file's content.

    path: of the sidecar, where it is known. Raises SidecarError when the file there is damaged (it is left as it is)
    or cannot be written.
    """
    with changing:
        path = path or path_for(photo)
        packet = Packet(content_of(path), path.name) if path.exists() else Packet()
        corrections.put(packet, settings, _adjusted(packet, history), orientation, upright)
        fields.put(packet, settings, orientation, upright)
        if packet.text("crs:RawFileName") is None:
            packet.put("crs:RawFileName", NO_XML.sub("?", photo.name))
        packet.put("sb:Settings", json.dumps(dict(settings)))
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
        content = packet.content()
        if len(content) > MOST_BYTES:  # it could not be read back
            raise SidecarError(
                f"{path.name} would grow larger than a sidecar can be.", "Move it away to start a new history."
            )
        try:
            write_atomically(path, content)
        except OSError as error:
            problem = f"{path.name} could not be written: {error.strerror or error}."
            raise SidecarError(problem, "Check that the folder is writable and the disk not full.") from error
        return content


def move_aside(path: Path) -> Path:
    """Rename a damaged sidecar to NAME.xmp.broken-1 (or the next free number) and return that. Raises SidecarError."""
    number = 1
    while (aside := path.with_name(f"{path.name}.broken-{number}")).exists():
        number += 1
    try:
        path.rename(aside)
    except OSError as error:
        problem = f"{path.name} could not be renamed: {error.strerror or error}."
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
