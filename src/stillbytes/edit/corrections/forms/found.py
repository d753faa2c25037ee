"""What models find, in the form that asks Lightroom to look for it itself; what Lightroom found cannot be read."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from stillbytes.edit.corrections.forms.form import Form
from stillbytes.edit.corrections.places import Frame
from stillbytes.edit.corrections.structure import Fields, Structure, Unmapped
from stillbytes.masks.kind import Found, Kind
from stillbytes.masks.kinds.background import Background
from stillbytes.masks.kinds.landscape import Landscape
from stillbytes.masks.kinds.object import Object
from stillbytes.masks.kinds.person import Person
from stillbytes.masks.kinds.sky import Sky
from stillbytes.masks.kinds.subject import Subject

Meaning = tuple[int, int | None]
"""(MaskSubType, MaskSubCategoryID)."""
ONE_PERSON: Meaning = (0, 20036)
ANYWHERE = "0.500000 0.500000"
MEANINGS: Mapping[Meaning, Found] = MappingProxyType(
    {
        (1, None): Subject(),
        (2, None): Sky(),
        (0, 22): Background(),
        (0, 50001): Landscape("buildings"),
        (0, 50002): Landscape("mountains"),
        (0, 50004): Landscape("ground"),
        (0, 50003): Landscape("ground"),  # made by people; we have one kind of ground
        (0, 50005): Landscape("vegetation"),
        (0, 50006): Sky(),  # that of landscapes
        (0, 50007): Landscape("water"),
        (3, 2): Person(parts=("face skin",)),
        (3, 4): Person(parts=("body skin",)),
        (3, 5): Person(parts=("hair",)),
        (3, 6): Person(parts=("lips",)),
        (3, 11): Person(parts=("clothes",)),
        (3, 12): Person(parts=("teeth",)),
        ONE_PERSON: Person(index=0),
    }
)
"""Of several with the same kind, the first is written."""


def _write(kind: Found, frame: Frame, inverted: bool) -> Structure:
    wanted = kind.forgotten()
    meaning = next((meaning for meaning, of in MEANINGS.items() if of == wanted), None)
    if meaning is None:
        raise Unmapped(f"Lightroom has no such {kind.label.lower()}")
    sub, category = meaning
    fields: Structure = {"What": "Mask/Image", "MaskVersion": "1", "MaskSubType": str(sub)}
    if category is not None:
        fields["MaskSubCategoryID"] = str(category)
    return fields | {"ReferencePoint": ANYWHERE, "ErrorReason": "0"}


def _read(given: Fields, frame: Frame) -> tuple[Kind, bool]:
    if "Gesture" in given.of:
        raise Unmapped("it was selected by hand")
    category = int(given.number("MaskSubCategoryID", 0.0)) or None
    meaning = (int(given.number("MaskSubType")), category)
    if meaning not in MEANINGS:
        raise Unmapped(f"there is no mask of the kind {meaning[0]}/{meaning[1] or 0} here")
    if meaning == ONE_PERSON and given.text("ReferencePoint", ANYWHERE) != ANYWHERE:
        x, y = given.numbers("ReferencePoint", 2)
        return Object(points=(frame.to_ours(x, y),)), False
    return MEANINGS[meaning], False


IMAGE = Form((Subject, Sky, Background, Landscape, Person), ("Mask/Image",), _write, _read)
