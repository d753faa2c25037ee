"""One correction as an adjustment, and one adjustment as a correction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from stillbytes.core.errors import InvalidSetting
from stillbytes.develop.adjustment import MOST_AMOUNT, MOST_NAME, Adjustment
from stillbytes.edit.corrections import components, sliders
from stillbytes.edit.corrections.places import Frame
from stillbytes.edit.corrections.structure import Fields, Node, Structure, Unmapped, truth, written
from stillbytes.edit.xmp import NO_XML
from stillbytes.masks.local import mask_of
from stillbytes.masks.mask import Component, Mask

MASKS = "CorrectionMasks"
OLD_RANGE = "CorrectionRangeMask"


@dataclass(frozen=True, slots=True)
class Found:
    """An adjustment that was read. notes: what of it has no counterpart, each without a full stop."""

    adjustment: Adjustment
    mask: Mask
    notes: tuple[str, ...] = ()


def values(adjustment: Adjustment) -> Structure:
    """All but the masks."""
    return {
        "What": "Correction",
        "CorrectionAmount": written(adjustment.amount),
        "CorrectionActive": truth(adjustment.enabled),
        "CorrectionName": NO_XML.sub("?", adjustment.name),
        "CorrectionSyncID": components.sync_id(adjustment.id),
        **sliders.write(adjustment.delta),
    }


def masks(adjustment: Adjustment, frame: Frame) -> list[Node]:
    """Raises Unmapped for what Lightroom cannot have."""
    mask = mask_of(adjustment)
    if mask is None:
        raise Unmapped("a newer release made it")
    return components.write(mask, frame, adjustment.id)


def as_written(node: Node, adjustment: Adjustment, frame: Frame) -> bool:
    """Whether it is to the letter what we write, which is quickly seen."""
    try:
        wrote = {name: value for name, value in values(adjustment).items() if value != []}
        return node == wrote | {MASKS: masks(adjustment, frame)}
    except (Unmapped, InvalidSetting):
        return False


def read(node: Node, id: str, frame: Frame) -> Found:
    """Raises Unmapped with the reason."""
    try:
        return _read(Fields.check(node), id, frame)
    except (InvalidSetting, ValueError, OverflowError) as problem:
        if isinstance(problem, Unmapped):
            raise
        raise Unmapped(str(problem).split(". ")[0].rstrip(".")) from problem


def _read(given: Fields, id: str, frame: Frame) -> Found:
    if given.text("What", "Correction") != "Correction" or given.of.get(OLD_RANGE):
        raise Unmapped("it is of a form that is not known")
    notes: list[str] = []
    delta = sliders.read(given.of, notes)
    amount = min(max(given.number("CorrectionAmount", 1.0), 0.0), MOST_AMOUNT)
    mask = components.read(given.items(MASKS), frame)
    found = {
        "id": id,
        "name": given.text("CorrectionName")[:MOST_NAME],
        "mask": mask.to_json(),
        "delta": delta,
        "amount": amount,
        "enabled": given.flag("CorrectionActive", True),
    }
    return Found(Adjustment.of(found), mask, tuple(notes))


def name_of(node: Node, number: int) -> str:
    """What a note calls it."""
    name = node.get("CorrectionName") if isinstance(node, dict) else None
    return f"“{name.strip()[:40]}”" if isinstance(name, str) and name.strip() else str(number)


def without_effect(node: Node) -> bool:
    """Whether no mask is in it, so that it is nowhere."""
    return isinstance(node, dict) and node.get(MASKS, "") in ("", [], {})


def merged(ours: Adjustment, theirs: Found, frame: Frame) -> Adjustment:
    """Ours, with that in which theirs says something else than what we would have written."""
    wrote = Fields(values(ours))
    ourselves = sliders.read(wrote.of, [])
    delta = {
        name: value for name, value in ours.delta.items() if theirs.adjustment.delta.get(name) == ourselves.get(name)
    } | {name: value for name, value in theirs.adjustment.delta.items() if value != ourselves.get(name)}
    changes: dict[str, Any] = {"delta": delta}
    if theirs.adjustment.name != wrote.text("CorrectionName"):
        changes["name"] = theirs.adjustment.name
    if theirs.adjustment.amount != wrote.number("CorrectionAmount"):
        changes["amount"] = theirs.adjustment.amount
    if theirs.adjustment.enabled != ours.enabled:
        changes["enabled"] = theirs.adjustment.enabled
    if not same_mask(ours, theirs, frame):
        changes["mask"] = _with_found(theirs.mask, mask_of(ours)).to_json()
    return Adjustment.of(replace(ours, **changes).to_json())


def _with_found(theirs: Mask, ours: Mask | None) -> Mask:
    """Theirs, with what was found already for the same kinds in ours."""
    found = [] if ours is None else list(ours.found)

    def known(one: Component) -> Component:
        same = next((kind for kind in found if kind.forgotten() == one.kind), None)
        return one if same is None else replace(one, kind=same)

    return replace(theirs, components=tuple(known(one) for one in theirs.components))


def same_mask(ours: Adjustment, theirs: Found, frame: Frame) -> bool:
    """Whether their mask is what we read ours from, or would write for it."""
    mask = mask_of(ours)
    if mask is None:
        return False
    if mask.forgotten() == theirs.mask:
        return True
    try:
        return components.read(components.write(mask, frame, ours.id), frame) == theirs.mask
    except (Unmapped, InvalidSetting):
        return False


def same_values(ours: Adjustment, given: Mapping[str, Node]) -> bool:
    """Whether a correction says what we would write, its masks aside."""
    wrote = Fields(values(ours))
    there = Fields(given)
    try:
        return (
            there.text("CorrectionName") == wrote.text("CorrectionName").strip()
            and there.number("CorrectionAmount", 1.0) == wrote.number("CorrectionAmount")
            and there.flag("CorrectionActive", True) == ours.enabled
            and sliders.read(given, []) == sliders.read(wrote.of, [])
        )
    except Unmapped:
        return False
