"""All corrections of a sidecar: read into the adjustments, written from them, those of other programs kept."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from lxml import etree

from stillbytes.core.errors import InvalidSetting
from stillbytes.develop.adjustment import MOST, Adjustment
from stillbytes.edit.corrections import correction
from stillbytes.edit.corrections.components import sync_id
from stillbytes.edit.corrections.correction import Found
from stillbytes.edit.corrections.places import Frame
from stillbytes.edit.corrections.structure import Node, Unmapped, digest, fill, parsed
from stillbytes.edit.xmp import Packet

ARRAY = "crs:MaskGroupBasedCorrections"
WRITTEN = "sb:Corrections"
"""The CorrectionSyncIDs of our adjustments that were in the array when we last wrote it."""
LEFT = "sb:CorrectionsLeft"
"""Those of the others, which were told of before."""
OLD_ARRAYS = ("crs:GradientBasedCorrections", "crs:CircularGradientBasedCorrections", "crs:PaintBasedCorrections")
MOST_NOTES = 6
MOST_BYTES = 4 << 20
"""That corrections of ours may take of a sidecar; what is beyond that is in our namespace only."""


def read(packet: Packet, ours: Sequence[Adjustment], frame: Frame) -> tuple[list[Adjustment], list[str]]:
    """The adjustments with what other programs changed since we wrote them, and notes on what was not understood."""
    notes: list[str] = []
    written, left = _listed(packet, WRITTEN), _listed(packet, LEFT)
    mine = _by_key(ours)
    there: set[str] = set()
    changed: dict[str, Adjustment] = {}
    added: list[Adjustment] = []
    for number, (_, key, node) in enumerate(_items(packet), 1):
        there.add(key)
        if correction.without_effect(node):
            continue
        try:
            found = correction.read(node, key.lower(), frame)
            if key in mine:
                changed[key] = correction.merged(mine[key], found, frame)
                if changed[key] == mine[key]:
                    continue
            elif len(ours) + len(added) == MOST:
                raise Unmapped(f"there are more than {MOST}")
            else:
                added.append(found.adjustment)
        except (Unmapped, InvalidSetting) as problem:
            if key not in left:
                name = correction.name_of(node, number)
                notes.append(f"The mask {name} of another program was left as it is: {problem}.")
            continue
        notes.extend(f"The mask {correction.name_of(node, number)}: {note}." for note in found.notes)
    if not ours and any(packet.elements(name) for name in OLD_ARRAYS):
        notes.append("Masks of Lightroom before its version 11 were left as they are.")
    gone = written - there
    kept = [changed.get(sync_id(one.id), one) for one in ours if sync_id(one.id) not in gone]
    if len(notes) > MOST_NOTES:
        notes[MOST_NOTES:] = [f"So it is with {len(notes) - MOST_NOTES} more."]
    return [*kept, *added], notes


def put(packet: Packet, adjustments: Sequence[Adjustment], known: Collection[str], frame: Frame) -> None:
    """Write the adjustments as corrections where Lightroom has such.

    known: ids of adjustments that were there before: their corrections go with them. Those of other programs, those
    that say what we would write, and those that are not understood stay as they are.
    """
    mine = _by_key(adjustments)
    dropped = {sync_id(id) for id in known} | _listed(packet, WRITTEN)
    written: dict[str, None] = {}
    left: list[str] = []
    for item, key, node in list(_items(packet)):
        found = _understood(node, key, frame)
        if key in mine:
            if found is None or _rewritten(item, node, mine[key], found, frame):
                written[key] = None
        elif found is not None and key in dropped:
            _take_out(item)
        elif not correction.without_effect(node):
            left.append(key)
    new = [one for key, one in mine.items() if key not in written]
    if not (packet.text(ARRAY) or "").strip():  # that would be no list, and not ours
        written |= dict.fromkeys(_appended(packet, new, frame))
        if not packet.elements(ARRAY):
            packet.remove(ARRAY)
    for name, keys in ((WRITTEN, [*written]), (LEFT, left)):
        if keys:
            packet.put(name, " ".join(keys))
        else:
            packet.remove(name)


def _by_key(adjustments: Sequence[Adjustment]) -> dict[str, Adjustment]:
    found: dict[str, Adjustment] = {}
    for one in adjustments:
        found.setdefault(sync_id(one.id), one)
    return found


def _listed(packet: Packet, name: str) -> set[str]:
    return set((packet.text(name) or "").split())


def _appended(packet: Packet, adjustments: Sequence[Adjustment], frame: Frame) -> Iterator[str]:
    """Write those that Lightroom can have, and give their CorrectionSyncIDs."""
    room = MOST_BYTES
    for one in adjustments:
        try:
            masks = correction.masks(one, frame)
        except (Unmapped, InvalidSetting):
            continue
        room -= len(str(masks))
        if room >= 0:
            fill(packet.append(ARRAY), correction.values(one) | {correction.MASKS: masks})
            yield sync_id(one.id)


def _items(packet: Packet) -> Iterator[tuple[etree._Element, str, Node]]:
    """Each correction with what tells it apart: its CorrectionSyncID, or what it says."""
    seen: set[str] = set()
    for item in packet.elements(ARRAY):
        node = parsed(item)
        key = node.get("CorrectionSyncID") if isinstance(node, dict) else None
        key = key.strip().upper() if isinstance(key, str) else ""
        if sync_id(key.lower()) != key:
            key = digest(node)
        while key in seen:
            key = digest([key, node])
        seen.add(key)
        yield item, key, node


def _understood(node: Node, key: str, frame: Frame) -> Found | None:
    if correction.without_effect(node):
        return None
    try:
        return correction.read(node, key.lower(), frame)
    except Unmapped:
        return None


def _rewritten(item: etree._Element, node: Node, one: Adjustment, found: Found, frame: Frame) -> bool:
    """Bring a correction up to date, touching nothing that says the same already; False if it had to go."""
    if not correction.same_mask(one, found, frame):
        try:
            fill(item, {correction.MASKS: correction.masks(one, frame)})
        except (Unmapped, InvalidSetting):
            _take_out(item)
            return False
    if isinstance(node, dict) and not correction.same_values(one, node):
        fill(item, correction.values(one))
    return True


def _take_out(item: etree._Element) -> None:
    array = item.getparent()
    if array is not None:
        array.remove(item)
