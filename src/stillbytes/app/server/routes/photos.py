"""The opened folder and its photos: facts, settings, history."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from stillbytes.app.languages import ENGLISH, Language, in_language
from stillbytes.app.server.models import (
    Commit,
    Extent,
    Faded,
    FolderModel,
    HistoryEntry,
    HistoryModel,
    Looked,
    Paste,
    Pasted,
    PhotoEntry,
    PhotoModel,
    Place,
    SnapshotModel,
    Target,
    Targeted,
    UnfitPhoto,
    White,
    readable,
    settings_of,
)
from stillbytes.app.server.routes import part
from stillbytes.app.server.spoken import Spoken
from stillbytes.app.server.workspace import Workspace
from stillbytes.develop import parameters
from stillbytes.edit.automatic import Meter, found, people_in
from stillbytes.edit.document import Document
from stillbytes.edit.fading import MOST, can_fade, fade
from stillbytes.edit.photo import Photo
from stillbytes.edit.targeting import at_place
from stillbytes.library.folder import Listed
from stillbytes.photo.formats import kind
from stillbytes.photo.metadata import Metadata

LONG = "private, max-age=31536000, immutable"


def router(workspace: Workspace) -> APIRouter:
    routes = part("photos")

    def shown(id: str, language: Language) -> PhotoModel:
        document = workspace.document(id)
        document.refresh()
        return described(workspace, document, language)

    def edited(listed: Listed) -> bool:
        known = workspace.settings(listed.id)
        return listed.edited if known is None else bool(known)

    @routes.get("/folder")
    def get_folder() -> FolderModel:
        folder = workspace.folder
        listed = folder.photos()
        first = next((p.id for p in listed if p.path == folder.first), None)  # its own version comes first
        photos = [
            PhotoEntry(
                id=p.id, name=readable(p.name), kind=p.kind, edited=edited(p), of=p.of, version=p.version,
                version_name=readable(p.version_name),
            )
            for p in listed
        ]  # fmt: skip
        chosen = [p.id for p in listed if p.path in folder.chosen and p.id == p.of]
        path, name = readable(str(folder.path)), readable(folder.name)
        return FolderModel(path=path, name=name, first=first, chosen=chosen, photos=photos)

    @routes.get("/photos/{id}")
    def get_photo(id: str, language: Spoken) -> PhotoModel:
        return shown(id, language)

    @routes.get("/photos/{id}/thumbnail", response_class=Response)
    def get_thumbnail(id: str, v: str = "") -> Response:
        return Response(
            workspace.thumbnail(id), media_type="image/jpeg", headers={"cache-control": LONG if v else "no-cache"}
        )

    @routes.get("/photos/{id}/preview", response_class=Response)
    def get_preview(id: str) -> Response:
        return Response(workspace.preview(id), media_type="image/jpeg", headers={"cache-control": "no-cache"})

    @routes.put("/photos/{id}/settings")
    def put_settings(id: str, commit: Commit, language: Spoken) -> PhotoModel:
        document, settings = workspace.document(id), settings_of(commit.settings)
        workspace.bring(id, settings)
        document.commit(settings, commit.label)
        return described(workspace, document, language)

    @routes.post("/photos/{id}/undo")
    def undo(id: str) -> PhotoModel:
        workspace.document(id).undo()
        return described(workspace, workspace.document(id))

    @routes.post("/photos/{id}/redo")
    def redo(id: str) -> PhotoModel:
        workspace.document(id).redo()
        return described(workspace, workspace.document(id))

    @routes.post("/photos/{id}/history/{index}")
    def go_to_step(id: str, index: int) -> PhotoModel:
        workspace.document(id).go_to(index)
        return described(workspace, workspace.document(id))

    @routes.get("/photos/{id}/history/{index}/faded")
    def faded(id: str, index: int, amount: Annotated[float, Query(ge=0, le=MOST)]) -> Faded:
        """The settings now with so much of that step, 1 being what it did; nothing is changed."""
        history = workspace.document(id).history
        as_shot = workspace.pipeline(id).as_shot_under(history.settings)
        return Faded(settings=dict(fade(history, index, amount, as_shot)))

    @routes.post("/photos/{id}/white-balance")
    def pick_white_balance(id: str, place: Place) -> White:
        white = workspace.pipeline(id).pick_white(workspace.document(id).settings, place.x, place.y)
        return White(temperature=round(white.temperature), tint=round(white.tint))

    @routes.post("/photos/{id}/target")
    def target(id: str, target: Target) -> Targeted:
        """What those parameters have to do with a place of the developed picture; nothing is changed."""
        settings = workspace.document(id).settings
        return Targeted(values=at_place(workspace.pipeline(id), settings, target.names, target.x, target.y))

    @routes.post("/photos/{id}/automatic")
    def look(id: str, looked: Looked) -> PhotoModel:
        """Find settings by looking at the photo: one step that can be undone."""
        document, pipeline = workspace.document(id), workspace.pipeline(id)
        changes = found(Meter(pipeline, people_in(pipeline, workspace.networks_now)), document.settings, looked.names)
        document.commit(document.settings.changed(**changes), _label(looked.names))
        return described(workspace, document)

    @routes.post("/paste")
    def paste(request: Paste) -> Pasted:
        pasted = workspace.paste(request.photos, settings_of(request.settings), request.groups, request.label)
        unfit = [
            UnfitPhoto(id=document.photo.id, name=readable(document.photo.path.name), masks=masks)
            for document in pasted
            if (masks := workspace.pictureless(document))
        ]
        return Pasted(photos=[entry(document) for document in pasted], unfit=unfit)

    return routes


def _label(names: Sequence[str]) -> str:
    """Of the step that found them."""
    asked = [parameters()[name].label if name in parameters() else name.replace("-", " ") for name in names or ["tone"]]
    return f"Auto {', '.join(asked)}"


def entry(document: Document) -> PhotoEntry:
    return entry_of(document.photo, bool(document.settings))


def entry_of(photo: Photo, edited: bool) -> PhotoEntry:
    return PhotoEntry(
        id=photo.id, name=readable(photo.path.name), kind=kind(photo.path) or "raw", edited=edited, of=photo.file_id,
        version=photo.number, version_name=readable(photo.version_name),
    )  # fmt: skip


def described(workspace: Workspace, document: Document, language: Language = ENGLISH) -> PhotoModel:
    photo, history = document.photo, document.history
    pipeline = workspace.pipeline(photo.id)
    settings = history.settings
    white, as_shot = pipeline.white_balance(settings), pipeline.as_shot_under(settings)
    developed = pipeline.developed_size(settings)
    entries = [
        HistoryEntry(index=i, label=e.label, at=e.at, gradual=can_fade(e.changes))
        for i, e in enumerate(history.entries, 1)
    ]
    return PhotoModel(
        id=photo.id,
        name=readable(photo.path.name),
        kind=kind(photo.path) or "raw",
        frame=Extent(width=pipeline.frame.width, height=pipeline.frame.height),
        developed=Extent(width=developed.width, height=developed.height),
        as_shot=White(temperature=round(as_shot.temperature), tint=round(as_shot.tint)),
        white_balance=White(temperature=round(white.temperature), tint=round(white.tint)),
        settings=dict(settings),
        metadata=facts(photo.metadata),
        history=HistoryModel(
            position=history.position, entries=entries, can_undo=history.can_undo, can_redo=history.can_redo
        ),
        of=photo.file_id,
        version=photo.number,
        version_name=readable(photo.version_name),
        snapshots=[SnapshotModel(id=one.id, name=readable(one.name), at=one.at) for one in document.snapshots.all],
        problem=in_language(readable(document.problem), language),
    )


def facts(metadata: Metadata) -> dict[str, Any]:
    """The metadata's fields that say something, in JSON's types."""
    found = {key: value for key, value in dataclasses.asdict(metadata).items() if value not in (None, "", (), [])}
    return {key: value.isoformat() if isinstance(value, datetime) else value for key, value in found.items()}
