"""Preset files: XMP as Adobe's programs and ours write it, and the Lua tables of older Lightroom versions."""

from __future__ import annotations

import base64
import gzip
import io
import logging
import uuid
import zlib
from pathlib import Path
from typing import Any

from stillbytes.core.errors import SidecarError, StillbytesError
from stillbytes.core.filenames import made_plain
from stillbytes.core.saying import said
from stillbytes.edit import corrections, fields, sidecar
from stillbytes.edit.luts import Luts, address_of
from stillbytes.edit.presets import lrtemplate
from stillbytes.edit.presets.preset import LEFT_OUT, Preset
from stillbytes.edit.sidecar import ANY_SIZE
from stillbytes.edit.tables import put_fields
from stillbytes.edit.unmapped import told, unmapped
from stillbytes.edit.xmp import Packet
from stillbytes.photo.lut import MOST_BYTES

log = logging.getLogger(__name__)
EXTENSIONS = (".xmp", ".lrtemplate")
TABLE = "sb:LutContent"
"""The look-up table that a preset names: its file with gzip in base64, so that the preset alone is enough."""
MOST_TABLE = 12 << 20
"""Characters of it."""


def load(path: Path, group: str = "", *, own: bool = True) -> Preset:
    """The preset in a file. group: what it belongs to where the file does not tell. Raises SidecarError."""
    return opened(sidecar.content_of(path), path.name, group, own=own)


def opened(content: bytes, name: str, group: str = "", *, own: bool = True) -> Preset:
    """The preset in the content of the file `name`. Raises SidecarError."""
    stem, _, extension = name.rpartition(".")
    if f".{extension.lower()}" not in EXTENSIONS:
        raise SidecarError(
            said("{name} is no preset.", name=name),
            said("Choose a file that ends in {these}.", these=" or ".join(EXTENSIONS)),
        )
    if extension.lower() == "xmp":
        packet = Packet(content, name, changing=False)
        title, of_file = _first(packet, "crs:Name"), _first(packet, "crs:Group")
    else:
        (packet, title), of_file = _from_table(lrtemplate.parse(content, name), name), ""
    settings, notes = fields.read(packet, 1, ANY_SIZE)
    _take_table(packet, str(settings.value("lut")))
    settings, remarks = corrections.read(packet, settings, 1, ANY_SIZE)
    kept = settings.without(LEFT_OUT)
    notes += [*remarks, *filter(None, (told(unmapped(packet)),))]
    if not kept:
        raise SidecarError(
            said("{name} sets nothing that Stillbytes has.", name=name), " ".join(notes) or "Choose another file."
        )
    return Preset(made_plain(title or stem), kept, made_plain(of_file or group or "My presets"), own, tuple(notes))


def stored(preset: Preset) -> bytes:
    """The preset as a file that Adobe's programs read too."""
    packet = Packet()
    fields.put(packet, preset.settings, 1, ANY_SIZE)
    corrections.put(packet, preset.settings, (), 1, ANY_SIZE)
    for name, value in (("PresetType", "Normal"), ("UUID", uuid.uuid4().hex.upper()), ("SupportsAmount", "True")):
        packet.put(f"crs:{name}", value)
    if "lut" in preset.settings:
        named = str(preset.settings["lut"])
        content = Luts().content(named.partition(" ")[0])
        packed = base64.b64encode(gzip.compress(content, mtime=0)).decode() if content else ""
        if 0 < len(packed) < MOST_TABLE:
            packet.put(TABLE, packed)
    packet.put("crs:Name", [preset.name], "Alt")
    packet.put("crs:Group", [preset.group], "Alt")
    return packet.content()


def _take_table(packet: Packet, named: str) -> None:
    """Keep the look-up table that the preset brings, if it is the one that it names and not there yet."""
    packed = packet.text(TABLE)
    address, _, name = named.partition(" ")
    if not packed or not address or Luts().content(address) is not None:
        return
    try:
        with gzip.open(io.BytesIO(base64.b64decode(packed))) as file:
            content = file.read(MOST_BYTES + 1)
        if address_of(content) == address:
            Luts().add(content, name)
    except (ValueError, OSError, EOFError, zlib.error, StillbytesError) as problem:
        log.warning("the look-up table of a preset was not taken over: %s", problem)


def _first(packet: Packet, name: str) -> str:
    return next(iter(packet.items(name) or []), "")


def _from_table(table: dict[str, Any], name: str) -> tuple[Packet, str]:
    """The same fields as XMP, and the title. Raises SidecarError."""
    value = table.get("value")
    settings = value.get("settings") if isinstance(value, dict) else None
    if table.get("type", "Develop") != "Develop" or not isinstance(settings, dict):
        raise SidecarError(said("{name} is not a preset for developing.", name=name), "Choose another file.")
    packet = Packet()
    put_fields(packet, settings)
    return packet, str(table.get("title") or table.get("internalName") or "")
