"""All corrections of a sidecar: read into the adjustments, written from them, those of other programs kept."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from lxml import etree

from stillbytes.core.errors import InvalidSetting, SidecarError
from stillbytes.develop.adjustment import MOST, Adjustment
from stillbytes.edit.corrections import correction
from stillbytes.edit.corrections.components import sync_id
from stillbytes.edit.corrections.correction import Found
from stillbytes.edit.corrections.names import ARRAY, ASIDE, LEFT, OLD_ARRAYS, WRITTEN
from stillbytes.edit.corrections.places import Frame
from stillbytes.edit.corrections.structure import Node, Unmapped, digest, fill, parsed
from stillbytes.edit.xmp import Packet, parse

MOST_NOTES = 6
MOST_BYTES = 4 << 20
"""That corrections of ours may take of a sidecar; what is beyond that is in our namespace only."""
MOST_BYTES_ASIDE = 1 << 20


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
        if correction.without_effect(node) or (key in mine and correction.as_written(node, mine[key], frame)):
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
    aside = _brought_back(packet, mine)
    written, left, removed = _up_to_date(packet, mine, known, frame)
    if _is_list(packet):
        new = [one for key, one in mine.items() if key not in written]
        written += _appended(packet, new, frame)
        large = _without_the_largest(packet, mine)
        written = [key for key in written if key not in large]
        if not packet.elements(ARRAY):
            packet.remove(ARRAY)
    aside += removed
    while sum(map(len, aside)) > MOST_BYTES_ASIDE:
        del aside[0]
    for name, value in ((WRITTEN, " ".join(written)), (LEFT, " ".join(left)), (ASIDE, aside)):
        if value:
            packet.put(name, value)
        else:
            packet.remove(name)


def _up_to_date(
    packet: Packet, mine: Mapping[str, Adjustment], known: Collection[str], frame: Frame
) -> tuple[list[str], list[str], list[str]]:
    """Change the corrections that are there. Returns which are of ours, which of others, and those of other programs
    that were removed, as XML."""
    dropped = {sync_id(id) for id in known} | _listed(packet, WRITTEN)
    ours, left, removed = [], [], []
    for item, key, node in list(_items(packet)):
        if key in mine and correction.as_written(node, mine[key], frame):
            ours.append(key)
            continue
        found = _understood(node, key, frame)
        if key in mine and (found is None or _rewritten(item, node, mine[key], found, frame)):
            ours.append(key)
        elif key in mine or (found is not None and key in dropped):
            if key.lower() in known:  # another program gave it that
                removed.append(etree.tostring(item, encoding="unicode", with_tail=False))
            _take_out(item)
        elif not correction.without_effect(node):
            left.append(key)
    return ours, left, removed


def _is_list(packet: Packet) -> bool:
    """Whether the corrections are a list or not there. Anything else is not ours to touch."""
    return not (packet.text(ARRAY) or "").strip()


def _brought_back(packet: Packet, mine: Mapping[str, Adjustment]) -> list[str]:
    """Put back what was set aside and belongs to an adjustment again; returns what stays aside."""
    there = {key for _, key, _ in _items(packet)}
    stay = []
    for text in packet.items(ASIDE) or []:
        try:
            item = parse(text.encode(), "A correction")
        except SidecarError:
            continue
        key = _key(parsed(item))
        if key not in mine:
            stay.append(text)
        elif key not in there and _is_list(packet):
            place = packet.append(ARRAY)
            array = place.getparent()
            if array is not None:
                array.replace(place, item)
            there.add(key)
    return stay


def _by_key(adjustments: Sequence[Adjustment]) -> dict[str, Adjustment]:
    found: dict[str, Adjustment] = {}
    for one in adjustments:
        found.setdefault(sync_id(one.id), one)
    return found


def _listed(packet: Packet, name: str) -> set[str]:
    return set((packet.text(name) or "").split())


def _appended(packet: Packet, adjustments: Sequence[Adjustment], frame: Frame) -> Iterator[str]:
    """Write those that Lightroom can have, and give their CorrectionSyncIDs."""
    for one in adjustments:
        try:
            masks = correction.masks(one, frame)
        except (Unmapped, InvalidSetting):
            continue
        fill(packet.append(ARRAY), correction.values(one) | {correction.MASKS: masks})
        yield sync_id(one.id)


def _without_the_largest(packet: Packet, ours: Mapping[str, Adjustment]) -> set[str]:
    """Take out our largest corrections until the others have room; returns which. They are ours in full elsewhere."""
    sizes = [(len(etree.tostring(item)), key, item) for item, key, _ in _items(packet) if key in ours]
    total, gone = sum(size for size, _, _ in sizes), set()
    for size, key, item in sorted(sizes, key=lambda one: one[0], reverse=True):
        if total <= MOST_BYTES:
            break
        if ours[key].id != key.lower():  # not one that another program made
            _take_out(item)
            gone.add(key)
            total -= size
    return gone


def _items(packet: Packet) -> Iterator[tuple[etree._Element, str, Node]]:
    """Each correction with what tells it apart: its CorrectionSyncID, or what it says."""
    seen: set[str] = set()
    for item in packet.elements(ARRAY):
        node = parsed(item)
        key = _key(node)
        while key in seen:
            key = digest([key, node])
        seen.add(key)
        yield item, key, node


def _key(node: Node) -> str:
    given = node.get("CorrectionSyncID") if isinstance(node, dict) else None
    key = given.strip().upper() if isinstance(given, str) else ""
    return key if sync_id(key.lower()) == key else digest(node)


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
            return False
    if isinstance(node, dict) and not correction.same_values(one, node):
        fill(item, correction.values(one))
    return True


def _take_out(item: etree._Element) -> None:
    array = item.getparent()
    if array is not None:
        array.remove(item)
