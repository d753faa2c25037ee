"""The opened folder and its photos: facts, settings, history."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Response

from stillbytes.app.server.models import (
    Commit,
    Extent,
    FolderModel,
    HistoryEntry,
    HistoryModel,
    Paste,
    Pasted,
    PhotoEntry,
    PhotoModel,
    Place,
    UnfitPhoto,
    White,
    readable,
    settings_of,
)
from stillbytes.app.server.workspace import Workspace
from stillbytes.edit.document import Document
from stillbytes.library.folder import Listed
from stillbytes.photo.formats import kind
from stillbytes.photo.metadata import Metadata

LONG = "private, max-age=31536000, immutable"


def router(workspace: Workspace) -> APIRouter:
    routes = APIRouter(prefix="/api", tags=["photos"])

    def shown(id: str) -> PhotoModel:
        document = workspace.document(id)
        document.refresh()
        return described(workspace, document)

    def edited(listed: Listed) -> bool:
        known = workspace.settings(listed.id)
        return listed.edited if known is None else bool(known)

    @routes.get("/folder")
    def get_folder() -> FolderModel:
        folder = workspace.folder
        listed = folder.photos()
        first = next((p.id for p in listed if p.path == folder.first), None)
        photos = [PhotoEntry(id=p.id, name=readable(p.name), kind=p.kind, edited=edited(p)) for p in listed]
        return FolderModel(path=readable(str(folder.path)), name=readable(folder.name), first=first, photos=photos)

    @routes.get("/photos/{id}")
    def get_photo(id: str) -> PhotoModel:
        return shown(id)

    @routes.get("/photos/{id}/thumbnail", response_class=Response)
    def get_thumbnail(id: str, v: str = "") -> Response:
        return Response(
            workspace.thumbnail(id), media_type="image/jpeg", headers={"cache-control": LONG if v else "no-cache"}
        )

    @routes.get("/photos/{id}/preview", response_class=Response)
    def get_preview(id: str) -> Response:
        return Response(workspace.preview(id), media_type="image/jpeg", headers={"cache-control": "no-cache"})

    @routes.put("/photos/{id}/settings")
    def put_settings(id: str, commit: Commit) -> PhotoModel:
        document, settings = workspace.document(id), settings_of(commit.settings)
        workspace.bring(id, settings)
        document.commit(settings, commit.label)
        return described(workspace, document)

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

    @routes.post("/photos/{id}/white-balance")
    def pick_white_balance(id: str, place: Place) -> White:
        white = workspace.pipeline(id).pick_white(workspace.document(id).settings, place.x, place.y)
        return White(temperature=round(white.temperature), tint=round(white.tint))

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


def entry(document: Document) -> PhotoEntry:
    photo = document.photo
    name, edited = readable(photo.path.name), bool(document.settings)
    return PhotoEntry(id=photo.id, name=name, kind=kind(photo.path) or "raw", edited=edited)


def described(workspace: Workspace, document: Document) -> PhotoModel:
    photo, history = document.photo, document.history
    pipeline = workspace.pipeline(photo.id)
    settings = history.settings
    white, as_shot = pipeline.white_balance(settings), pipeline.as_shot
    developed = pipeline.developed_size(settings)
    entries = [HistoryEntry(index=i, label=e.label, at=e.at) for i, e in enumerate(history.entries, 1)]
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
        problem=readable(document.problem),
    )


def facts(metadata: Metadata) -> dict[str, Any]:
    """The metadata's fields that say something, in JSON's types."""
    found = {key: value for key, value in dataclasses.asdict(metadata).items() if value not in (None, "", (), [])}
    return {key: value.isoformat() if isinstance(value, datetime) else value for key, value in found.items()}
