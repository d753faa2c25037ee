"""The library: which photos there are, in which order, what they look like, what is said about them."""

from __future__ import annotations

import contextlib
import struct
import sys
import threading
from array import array
from collections.abc import AsyncIterator, Generator, Sequence
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import iterate_in_threadpool

from stillbytes.app.languages import told as in_language
from stillbytes.app.languages import worded
from stillbytes.app.server.library.models import (
    CaptionsModel,
    CataloguePhotos,
    CollectionModel,
    Described,
    Description,
    Directory,
    DuplicateModel,
    DuplicatesModel,
    Failure,
    FolderChoice,
    HintKindModel,
    HintsModel,
    KeywordModel,
    LibraryModel,
    LookChoice,
    MeaningModel,
    Number,
    PlaceModel,
    RootModel,
    TopChoice,
    TroubleModel,
    Troubles,
    Wanted,
    WantedPreviews,
    told,
)
from stillbytes.app.server.library.places import directory
from stillbytes.app.server.library.shelf import Shelf
from stillbytes.app.server.models import JobModel, readable
from stillbytes.app.server.routes import part
from stillbytes.app.server.spoken import Spoken, Telling
from stillbytes.app.server.workspace import Workspace
from stillbytes.library.catalogue import Change
from stillbytes.library.hints import hints
from stillbytes.library.making import Urgency
from stillbytes.library.previews import TIERS, Tier

RECORD = struct.Struct("<QBxxxI")
"""Of a preview in the stream: number of the photo, state, three bytes of nothing, length of the JPEG after it."""
PART = 16
"""Previews that are sent together."""
FINAL, PROVISIONAL, NONE = 0, 1, 2
"""PROVISIONAL: the camera's picture of a photo that is edited, until the edit is rendered."""


def router(workspace: Workspace) -> APIRouter:
    routes = part("library", "/api/library")
    shelf = workspace.shelf

    @routes.get("")
    def get_library(language: Spoken) -> LibraryModel:
        catalogue = shelf.catalogue
        folders, meaning, captions = catalogue.folders(), shelf.meaning(), workspace.captioning.ready(language)
        return LibraryModel(
            photos=sum(folder.photos for folder in folders),
            meaning=None if meaning is None else MeaningModel(model=meaning[0], photos=meaning[1]),
            captions=None if captions is None else CaptionsModel(**asdict(captions)),
            folders=[
                RootModel(
                    path=str(one.path), name=one.path.name or str(one.path), photos=one.photos, missing=one.missing,
                    online=one.online, scanned=one.scanned,
                )
                for one in folders
            ],
            places=[PlaceModel(path=str(place.path), photos=place.photos) for place in catalogue.places()],
            collections=[
                CollectionModel(id=c.id, name=c.name, query=c.query, photos=c.photos)
                for c in catalogue.collections.all()
            ],
            keywords=[KeywordModel(path=path, photos=photos) for path, photos in catalogue.keywords()],
            cameras=catalogue.cameras(),
            problems=len(catalogue.problems()),
        )  # fmt: skip

    @routes.get("/order", response_class=Response)
    def get_order(
        query: Annotated[str, Query(max_length=2000)] = "",
        sort: Annotated[str, Query(max_length=40)] = "taken",
        descending: bool = True,
        tops: bool = False,
        opened: Annotated[list[Number] | None, Query(max_length=500)] = None,
        like: Annotated[Number | None, Query()] = None,
        meaning: bool = False,
    ) -> Response:
        """The numbers of all photos that the search asks for, in order: unsigned, 32 bits each, little-endian.

        opened: tops of stacks of which all photos are listed although only tops are. like: sorts by likeness to the
        picture of this photo instead. meaning: the free words are what is meant; the few hundred nearest photos, the
        nearest first.
        """
        if meaning:
            return _numbers(shelf.meant(query))
        found = shelf.catalogue.numbers(query, sort=sort, descending=descending, tops=tops, opened=opened or ())
        if like is not None:
            listed = set(found)
            found = [number for number in shelf.catalogue.alike.to(like, query) if number in listed]
        return _numbers(found)

    @routes.post("/photos")
    def list_catalogue_photos(wanted: Wanted, spoken: Spoken) -> CataloguePhotos:
        return CataloguePhotos(photos=told(shelf, shelf.catalogue.photos(wanted.photos), spoken))

    @routes.post("/previews", response_class=StreamingResponse)
    async def stream_previews(wanted: WantedPreviews) -> StreamingResponse:
        """Previews as records (see `RECORD`), first those that are there, then the others as they are made."""
        workspace.presence.glanced()
        gone = threading.Event()
        urgency = Urgency.AHEAD if wanted.ahead else Urgency.SEEN
        records = _records(shelf, wanted.photos, TIERS[wanted.tier], urgency, gone)
        return StreamingResponse(_until_left(records, gone), media_type="application/octet-stream")

    @routes.post("/describe")
    def describe_photos(description: Description, spoken: Spoken) -> Described:
        """Written into the sidecars before it is answered."""
        catalogue = shelf.catalogue
        remarks = description.remarks.model_dump(exclude_none=True)
        changes: list[Change] = catalogue.describe(description.photos, **remarks) if remarks else []
        failed = {change.number for change in changes if change.error is not None}
        if description.add_keywords or description.remove_keywords:
            rest = [number for number in description.photos if number not in failed]
            changes += catalogue.tag(rest, description.add_keywords, description.remove_keywords)
        failures = [
            Failure(number=one.number, message=readable(one.error.message), remedy=readable(one.error.remedy))
            for one in changes
            if one.error is not None
        ]
        shelf.told(description.photos)
        return Described(photos=told(shelf, catalogue.photos(description.photos), spoken), failures=failures)

    @routes.get("/problems")
    def list_problems() -> Troubles:
        found = shelf.catalogue.problems()[:1000]
        return Troubles(problems=[TroubleModel(path=p.path, message=p.message, remedy=p.remedy) for p in found])

    @routes.get("/hints")
    def list_hints(spoken: Spoken) -> HintsModel:
        """The kinds of hints, and how many photos each is about."""
        looked, failed, photos = shelf.catalogue.looks.looked()
        kinds = [
            HintKindModel(
                kind=kind, label=one.label, says=one.says, threshold=one.threshold, above=one.above, unit=one.unit,
                photos=photos[kind],
            )
            for kind, one in hints().items()
        ]  # fmt: skip
        return in_language(HintsModel(looked=looked, failed=failed, kinds=kinds), spoken)

    @routes.post("/look", status_code=202)
    def look_at_photos(choice: LookChoice, telling: Telling) -> JobModel:
        """Look at the photos' pictures for hints, in the background. It begins by itself, too."""
        return telling(shelf.look(again=choice.again))

    @routes.get("/duplicates")
    def list_duplicates(spoken: Spoken, query: Annotated[str, Query(max_length=2000)] = "") -> DuplicatesModel:
        """The same photos more than once. Files whose ends are the same are read whole."""
        found = shelf.catalogue.alike.duplicates(query)
        groups = [
            DuplicateModel(
                **worded({"how": one.how, "reason": one.reason}, spoken), photos=told(shelf, one.photos, spoken)
            )
            for one in found
        ]
        return DuplicatesModel(groups=groups)

    @routes.post("/top", status_code=204, response_class=Response)
    def put_on_top(choice: TopChoice) -> Response:
        """Have a photo be the one that is shown of its burst."""
        shelf.catalogue.alike.put_on_top(choice.photo)
        shelf.told()
        return Response(status_code=204)

    @routes.get("/directory")
    def get_directory(path: Annotated[str, Query(max_length=4000)] = "") -> Directory:
        """Folders of this machine, to choose one for the library; by default that of the opened photos."""
        return directory(path or str(workspace.folder.path))

    @routes.post("/folders", status_code=202)
    def add_folder(choice: FolderChoice, telling: Telling) -> JobModel:
        return telling(shelf.add(choice.path))

    @routes.delete("/folders", status_code=204, response_class=Response)
    def remove_folder(path: Annotated[str, Query(max_length=4000)]) -> Response:
        """Forget a folder; its photos and sidecars stay."""
        shelf.remove(path)
        return Response(status_code=204)

    @routes.post("/update", status_code=202)
    def update_library(telling: Telling) -> JobModel:
        return telling(shelf.update())

    return routes


def _numbers(found: Sequence[int]) -> Response:
    numbers = array("I", found)
    if sys.byteorder == "big":
        numbers.byteswap()
    return Response(numbers.tobytes(), media_type="application/octet-stream")


def _records(
    shelf: Shelf, numbers: Sequence[int], tier: Tier, urgency: Urgency, gone: threading.Event
) -> Generator[bytes, None, None]:
    pictures, there, wanted = shelf.pictures, bytearray(), []
    photos = shelf.shown(numbers)
    for place, shown in enumerate(photos, 1):  # what needs no thought first, in parts: nobody waits for the last one
        jpeg = pictures.first(shown, tier)
        settled = jpeg is not None and not pictures.changed(shown)
        if jpeg is not None:
            there += RECORD.pack(shown.number, FINAL if settled else PROVISIONAL, len(jpeg)) + jpeg
        if not settled:
            wanted.append(shown)
        if place % PART == 0 or place == len(photos):
            yield bytes(there)
            there.clear()
    for shown in [shown for shown in wanted if pictures.changed(shown)]:
        jpeg, final = pictures.cached(shown, tier)
        if jpeg is not None and final:
            wanted.remove(shown)
            yield RECORD.pack(shown.number, FINAL, len(jpeg)) + jpeg
    for ready in pictures.make(wanted, tier, urgency, gone.is_set):
        for shown, made, final in ready:
            state = NONE if made is None else FINAL if final else PROVISIONAL
            there += RECORD.pack(shown.number, state, len(made or b"")) + (made or b"")
        yield bytes(there)
        there.clear()


async def _until_left(records: Generator[bytes, None, None], gone: threading.Event) -> AsyncIterator[bytes]:
    """Ends the making when the page is no longer interested."""
    try:
        async for part in iterate_in_threadpool(records):
            if part:
                yield part
    finally:
        gone.set()
        with contextlib.suppress(ValueError):  # it is at work in a thread, and ends by itself
            records.close()
