"""What the library's routes take and give; a photo's fields are those of the catalogue's entries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints

from pydantic import BaseModel, Field, create_model

from stillbytes.app.languages import ENGLISH, Language, worded
from stillbytes.app.server.library.shelf import Shelf
from stillbytes.app.server.models import readable
from stillbytes.app.server.shape import Shape, Strict
from stillbytes.library.catalogue import Entry
from stillbytes.library.hints.hint import Noted

MOST_PHOTOS = 100_000
Number = Annotated[int, Field(ge=0, le=2**62)]
Numbers = Annotated[list[Number], Field(max_length=MOST_PHOTOS)]
Text = Annotated[str, Field(max_length=20_000)]
Query = Annotated[str, Field(max_length=2000)]


class HintModel(Shape):
    """What was noticed in a photo's picture. value is beyond threshold; reason: a sentence about that."""

    kind: str
    label: str
    value: float
    threshold: float
    unit: str
    reason: str
    fires: bool


_HINTS = get_type_hints(Entry)
_JSON: dict[Any, Any] = {
    Path: str, Path | None: str | None, tuple[str, ...]: list[str], tuple[Noted, ...]: list[HintModel],
}  # fmt: skip
_FIELDS: dict[str, Any] = {name: (_JSON.get(_HINTS[name], _HINTS[name]), ...) for name in Entry.__dataclass_fields__}
CataloguePhoto: type[BaseModel] = create_model(
    "CataloguePhoto",
    __base__=Shape,
    __doc__="A photo as the library knows it. id: what the routes of photos call it.",
    **{"id": (str, ...), "name": (str, ...), **_FIELDS},
)


class CataloguePhotos(Shape):
    photos: list[CataloguePhoto]  # type: ignore[valid-type]


class RootModel(Shape):
    """A folder of the library. scanned: end of the last whole look through it; null while one has to go on."""

    path: str
    name: str
    photos: int
    missing: int
    online: bool
    scanned: str | None


class PlaceModel(Shape):
    """A folder with photos in it. photos: without those of folders below."""

    path: str
    photos: int


class CollectionModel(Shape):
    """query: of a smart one."""

    id: str
    name: str
    query: str | None
    photos: int


class KeywordModel(Shape):
    path: str
    photos: int


class MeaningModel(Shape):
    """The network that finds photos by what is meant. photos: pictures that it has seen."""

    model: str
    photos: int


class CaptionsModel(Shape):
    """The model that suggests captions and keywords. asked: pictures that it, or one before it, was asked about.
    itself: whether it is asked by itself while nothing else is done."""

    model: str
    asked: int
    itself: bool


class LibraryModel(Shape):
    """meaning: null where no network for that is installed. captions: null where no model is that could see."""

    photos: int
    captions: CaptionsModel | None
    meaning: MeaningModel | None
    folders: list[RootModel]
    places: list[PlaceModel]
    collections: list[CollectionModel]
    keywords: list[KeywordModel]
    cameras: list[str]
    problems: int


class TroubleModel(Shape):
    path: str
    message: str
    remedy: str


class Troubles(Shape):
    problems: list[TroubleModel]


class HintKindModel(Shape):
    """A kind of hint. photos: those that it is about."""

    kind: str
    label: str
    says: str
    threshold: float
    above: bool
    unit: str
    photos: int


class HintsModel(Shape):
    """looked: photos whose pictures were looked at. failed: of these, those in which nothing could be seen."""

    looked: int
    failed: int
    kinds: list[HintKindModel]


class DuplicateModel(Shape):
    """how: "bytes" or "picture"."""

    how: Literal["bytes", "picture"]
    reason: str
    photos: list[CataloguePhoto]  # type: ignore[valid-type]


class DuplicatesModel(Shape):
    groups: list[DuplicateModel]


class TopChoice(Strict):
    photo: Number


class LookChoice(Strict):
    again: bool = Field(default=False, description="All pictures, as if none had been looked at.")


class Wanted(Strict):
    photos: Annotated[list[Number], Field(max_length=2000)]


class WantedPreviews(Wanted):
    tier: Literal["grid", "screen", "full"] = "grid"
    ahead: bool = Field(default=False, description="Nobody looks at them yet: others go first.")


class Remarks(Strict):
    """What is said about photos; what is left out stays."""

    rating: Annotated[int, Field(ge=0, le=5)] | None = None
    flag: Annotated[int, Field(ge=-1, le=1)] | None = None
    label: Annotated[str, Field(max_length=200)] | None = None
    title: Text | None = None
    caption: Text | None = None
    creator: Text | None = None
    copyright: Text | None = None
    keywords: Annotated[list[Annotated[str, Field(max_length=500)]], Field(max_length=1000)] | None = None


Words = Annotated[list[Annotated[str, Field(max_length=500)]], Field(max_length=1000)]


class Description(Strict):
    photos: Numbers
    remarks: Remarks = Remarks()
    add_keywords: Words = Field(default_factory=list)
    remove_keywords: Words = Field(default_factory=list)


class Failure(Shape):
    number: int
    message: str
    remedy: str


class Described(Shape):
    """photos: as they are now, those that were changed. failures: those that could not be."""

    photos: list[CataloguePhoto]  # type: ignore[valid-type]
    failures: list[Failure]


class NewCollection(Strict):
    """query: makes it a smart one."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    query: Query | None = None
    photos: Numbers = Field(default_factory=list)


class ChangedCollection(Strict):
    name: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    query: Query | None = None
    add: Numbers = Field(default_factory=list)
    remove: Numbers = Field(default_factory=list)


class FolderChoice(Strict):
    path: Annotated[str, Field(min_length=1, max_length=4000)]


class SubFolder(Shape):
    name: str
    path: str


class Directory(Shape):
    """A folder of this machine, to choose one from. photos: how many files in it are photos. catalogues:
    Lightroom's."""

    path: str
    parent: str | None
    folders: list[SubFolder]
    photos: int
    catalogues: list[SubFolder]


def told(shelf: Shelf, entries: Sequence[Entry], spoken: Language = ENGLISH) -> list[Any]:
    """spoken: what hints are called in, and tell their reasons."""
    return [
        CataloguePhoto(
            **entry.fields() | {"hints": [worded(asdict(hint), spoken) for hint in entry.hints]},
            id=shelf.id(entry),
            name=readable(entry.name),
        )
        for entry in entries
    ]
