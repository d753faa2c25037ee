"""A mask as the masks of a correction, and those as a mask.

Lightroom lays one over the other: MaskValue 1 where it is added, 0 where it is taken away. To intersect is to take away
what is outside. How it inverts a whole mask is not written down, so that of ours is first spread over its parts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from stillbytes.edit.corrections.forms import form_named, form_of
from stillbytes.edit.corrections.forms.brush import PAINT
from stillbytes.edit.corrections.places import Frame
from stillbytes.edit.corrections.structure import Fields, Node, Structure, Unmapped, truth, written
from stillbytes.edit.xmp import NO_XML
from stillbytes.masks.kinds.brush import Brush
from stillbytes.masks.mask import MOST_COMPONENTS, MOST_NAME, Combine, Component, Mask


def write(mask: Mask, frame: Frame, id: str) -> list[Node]:
    """id: of the adjustment. Raises Unmapped for a mask that Lightroom cannot have."""
    if not any(component.enabled for component in mask.components):
        raise Unmapped("nothing is in it")
    return [_written(component, frame, f"{id}/{n}") for n, component in enumerate(_plain(mask))]


def read(masks: Sequence[Node], frame: Frame) -> Mask:
    """Raises Unmapped when one of them cannot be understood: without it, the mask would mean something else."""
    found: list[Component] = []
    for node in masks:
        given = Fields.check(node)
        component = _read(given, frame)
        last = found[-1].kind if found else None
        if isinstance(component.kind, Brush) and isinstance(last, Brush) and _continues(given):
            found[-1] = replace(found[-1], kind=Brush((*last.strokes, *component.kind.strokes)))
        else:
            found.append(component)
    if len(found) > MOST_COMPONENTS:
        raise Unmapped(f"it has more than {MOST_COMPONENTS} parts")
    return Mask(tuple(found))


def _plain(mask: Mask) -> list[Component]:
    """The same coverage with parts that begin with nothing and are not inverted together (De Morgan)."""
    components = list(mask.components)
    first = next(n for n, component in enumerate(components) if component.enabled)
    if components[first].combine != "add":  # taken from all, or all within all
        components[first] = _added(components[first])
    if mask.inverted:
        components = [_opposite(component, n == first) for n, component in enumerate(components)]
    return components


def _added(component: Component) -> Component:
    return replace(_inverted(component) if component.combine == "subtract" else component, combine="add")


def _opposite(component: Component, first: bool) -> Component:
    if component.combine == "subtract":
        return replace(component, combine="add")
    if component.combine == "intersect" or first:
        return replace(_inverted(component), combine="add")
    return replace(component, combine="subtract")


def _inverted(component: Component) -> Component:
    if component.amount != 1:
        raise Unmapped("a part of it has an amount of its own")
    return replace(component, inverted=not component.inverted)


def _written(component: Component, frame: Frame, id: str) -> Structure:
    if component.feather or component.shift:
        raise Unmapped("the edge of a part of it was moved or feathered")
    if component.amount != 1 and (component.combine != "add" or not component.amount or component.inverted):
        raise Unmapped("a part of it has an amount of its own")
    inverted = component.inverted != (component.combine == "intersect")
    fields = form_of(component.kind).write(component.kind, frame, inverted)
    return fields | {
        "MaskActive": truth(component.enabled),
        "MaskName": NO_XML.sub("?", component.name) or component.kind.label,
        "MaskBlendMode": "0" if component.combine == "add" else "1",
        "MaskInverted": truth(inverted),
        "MaskSyncID": sync_id(id),
        "MaskValue": written(component.amount) if component.combine == "add" else "0",
    }


def _read(given: Fields, frame: Frame) -> Component:
    what = given.text("What")
    kind, turned = form_named(what).read(given, frame)
    mode, value = given.text("MaskBlendMode", "0"), given.number("MaskValue", 1.0)
    if mode not in ("0", "1") or (mode == "1" and value):
        raise Unmapped(f"how its parts are joined ({mode[:9]}, {value:g}) is not known")
    inverted = given.flag("MaskInverted", False) != turned
    amount = 1.0 if what == PAINT or mode == "1" else value
    if not 0 <= amount <= 1 or (amount != 1 and inverted):
        raise Unmapped(f"a part of it has the amount {amount:g}")
    combine: Combine = "add" if mode == "0" else "intersect" if inverted else "subtract"
    name = given.text("MaskName")[:MOST_NAME]
    return Component(
        kind,
        combine=combine,
        inverted=inverted and combine == "add",
        amount=amount,
        enabled=given.flag("MaskActive", True),
        name="" if name == kind.label else name,
    )


def _continues(given: Fields) -> bool:
    """Whether it is a stroke that goes on painting what the one before began, as older files have them."""
    return (
        given.text("What") == PAINT
        and given.text("MaskBlendMode", "0") == "0"
        and not given.flag("MaskInverted", False)
    )


def sync_id(id: str) -> str:
    """32 hexadecimal digits, the same for the same id, and for an id that has this form itself."""
    if len(id) == 32 and all(digit in "0123456789abcdef" for digit in id):
        return id.upper()
    return hashlib.blake2b(id.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest().upper()
