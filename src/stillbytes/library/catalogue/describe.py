"""What a person says about photos, written into their sidecars, where every program reads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from stillbytes.core.errors import InvalidSetting
from stillbytes.core.saying import said
from stillbytes.edit import sidecar
from stillbytes.edit.foreign.rawtherapee import EXTENSION
from stillbytes.edit.photo import Photo
from stillbytes.edit.version_names import MAIN
from stillbytes.edit.xmp import NO_XML, Packet


def check(remarks: Mapping[str, Any]) -> dict[str, Any]:
    """The remarks in canonical form. Raises InvalidSetting.

    rating 0..5; flag 1, 0 or -1; label, title, caption, creator, copyright: texts, empty for none; keywords: paths,
    levels apart by "|".
    """
    checked: dict[str, Any] = {}
    for name, value in remarks.items():
        if name not in _WRITERS:
            raise InvalidSetting(
                said("{name} is nothing that can be said about a photo.", name=name),
                said("There are {these}.", these=", ".join(_WRITERS)),
            )
        if name in ("rating", "flag"):
            least, most = (0, 5) if name == "rating" else (-1, 1)
            if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
                raise InvalidSetting(
                    said("{name} cannot be {value!r}.", name=name, value=value),
                    said("It is a whole number from {least} to {most}.", least=least, most=most),
                )
            checked[name] = value
        elif name == "keywords":
            if isinstance(value, str) or not all(isinstance(word, str) for word in value):
                raise InvalidSetting("Keywords are a list of texts.", "")
            words = ("|".join(filter(None, map(str.strip, NO_XML.sub(" ", w).split("|")))) for w in value)
            checked[name] = list(dict.fromkeys(word for word in words if word))
        elif isinstance(value, str):
            checked[name] = NO_XML.sub(" ", value).strip()
        else:
            raise InvalidSetting(said("{name} is a text.", name=name), "")
    return checked


def write(photo: Path, remarks: Mapping[str, Any], version: int = MAIN) -> None:
    """Put remarks (as `check` gives them) into the version's sidecar; the rest of it stays.

    Raises NotFound for a version that there is not, SidecarError.
    """
    with sidecar.changing:
        sidecar.expect(photo, version)
        path = _packet_of(photo, version)
        packet = Packet(sidecar.content_of(path), path.name) if path.exists() else Packet()
        if packet.text("crs:RawFileName") is None:
            packet.put("crs:RawFileName", NO_XML.sub("?", photo.name))
        put(packet, remarks)
        sidecar.replace(path, packet.content())


def put(packet: Packet, remarks: Mapping[str, Any]) -> None:
    """Put remarks (as `check` gives them) into a packet, with the time."""
    for name, value in remarks.items():
        _WRITERS[name](packet, value)
    packet.put("xmp:MetadataDate", datetime.now().astimezone().isoformat(timespec="milliseconds"))


def _packet_of(photo: Path, version: int) -> Path:
    """Where its XMP is or will be. What RawTherapee's profile says counts as long as there is none, and goes along."""
    path = sidecar.existing(photo, version)
    if path is not None and path.name.lower().endswith(EXTENSION):
        upright = Photo(photo).upright
        sidecar.write(photo, sidecar.read_file(path, *upright).settings, (), 0, *upright)
        path = None
    return path or sidecar.path_for(photo, version=version)


def _simple(field: str) -> Callable[[Packet, Any], None]:
    return lambda packet, value: packet.put(field, str(value))


def _alternative(field: str) -> Callable[[Packet, Any], None]:
    return lambda packet, value: packet.put(field, [value], "Alt")


def _creator(packet: Packet, value: str) -> None:
    packet.put("dc:creator", [value])


def _keywords(packet: Packet, value: Sequence[str]) -> None:
    """As Lightroom does: each level by itself, and the paths beside."""
    packet.put("dc:subject", list(dict.fromkeys(level for path in value for level in path.split("|"))), "Bag")
    packet.put("lr:hierarchicalSubject", list(value), "Bag")


_WRITERS: dict[str, Callable[[Packet, Any], None]] = {
    "rating": _simple("xmp:Rating"),
    "flag": _simple("xmpDM:pick"),
    "label": _simple("xmp:Label"),
    "title": _alternative("dc:title"),
    "caption": _alternative("dc:description"),
    "creator": _creator,
    "copyright": _alternative("dc:rights"),
    "keywords": _keywords,
}
FIELDS = tuple(_WRITERS)
