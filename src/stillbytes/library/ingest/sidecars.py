"""The sidecar that a photo begins with: the card's, if there is one, with the preset and what is said about all."""

from __future__ import annotations

import tempfile
from pathlib import Path

from stillbytes.develop.settings import Settings
from stillbytes.edit import sidecar
from stillbytes.edit.document import FOUND
from stillbytes.edit.foreign.rawtherapee import EXTENSION
from stillbytes.edit.history import History
from stillbytes.edit.photo import Photo
from stillbytes.edit.presets import Presets
from stillbytes.edit.sidecar import Sidecar
from stillbytes.edit.xmp import NO_XML, Packet
from stillbytes.library.catalogue import describe
from stillbytes.library.ingest.choices import Choices
from stillbytes.library.ingest.plan import Copy


def composed(copy: Copy, choices: Choices) -> bytes:
    """The content for a copy that is `of` a photo. The preset is a step of the history, which can be undone.

    Raises SidecarError for a sidecar that cannot be read, InvalidSetting for a preset that there is not.
    """
    if copy.of is None:
        raise ValueError("It is copied as it is.")
    photo, name = Path(copy.of[0]), copy.of[1]
    target = choices.to / Path(copy.target).parent / name
    before = copy.source or _of_rawtherapee(photo)
    packet = Packet(sidecar.content_of(copy.source), copy.source.name) if copy.source else Packet()
    if choices.preset or (before is not None and copy.source is None):
        packet = _developed(packet, before, photo, target, choices)
    if copy.source is None or packet.text("crs:RawFileName") in (None, NO_XML.sub("?", photo.name)):
        packet.put("crs:RawFileName", NO_XML.sub("?", name))
    remarks = {**choices.remarks, **({"keywords": list(copy.keywords)} if copy.keywords else {})}
    describe.put(packet, describe.check(remarks))
    return packet.content()


def _developed(packet: Packet, before: Path | None, photo: Path, target: Path, choices: Choices) -> Packet:
    upright = Photo(photo).upright
    found = sidecar.read_file(before, *upright) if before else Sidecar(Settings())
    history = History(found.history, found.position)
    if history.settings != found.settings:
        history = history.appended(found.settings, FOUND)
    if choices.preset:
        preset = Presets().find(choices.preset)
        history = history.committed(preset.applied(history.settings), f"Preset {preset.name}")
    with tempfile.TemporaryDirectory(prefix="stillbytes-import-") as folder:
        draft = Path(folder, "draft.xmp")
        draft.write_bytes(packet.content())
        content = sidecar.write(target, history.settings, history.entries, history.position, *upright, path=draft)
    return Packet(content, target.name)


def _of_rawtherapee(photo: Path) -> Path | None:
    """Its settings count as long as there is no XMP, and go into one that is made."""
    profile = photo.with_name(f"{photo.name}{EXTENSION}")
    return profile if profile.is_file() else None
