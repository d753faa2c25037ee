"""The lens of a photo and its corrections, lenses by name, and lines that are to be upright or level."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from stillbytes.app.server.models import PhotoModel, readable
from stillbytes.app.server.routes import part
from stillbytes.app.server.routes.photos import described
from stillbytes.app.server.shape import Strict
from stillbytes.app.server.workspace import Workspace
from stillbytes.core.errors import StillbytesError, UnreadablePhoto
from stillbytes.edit.automatic.find import straightened_by

Coordinate = Annotated[float, Field(ge=-2, le=3)]


class LensModel(Strict):
    """stated: what the file says. profile: the lens whose corrections are used, empty if none is known. corrects: what
    is known of it. embedded: whether the file has corrections of its own. notes: what could not be followed."""

    stated: str
    profile: str
    corrects: list[str]
    embedded: bool
    notes: list[str]


class LensEntry(Strict):
    model: str
    maker: str
    fits: bool


class LensList(Strict):
    lenses: list[LensEntry]


class Guides(Strict):
    """lines: (x1, y1, x2, y2) of each in frame units."""

    lines: Annotated[list[tuple[Coordinate, Coordinate, Coordinate, Coordinate]], Field(min_length=1, max_length=8)]


def router(workspace: Workspace) -> APIRouter:
    routes = part("lenses")

    @routes.get("/photos/{id}/lens")
    def get_lens(id: str, lens: Annotated[str, Query(max_length=200)] = "") -> LensModel:
        """lens: a name in place of what the file says."""
        document, pipeline = workspace.document(id), workspace.pipeline(id)
        photo, notes = document.photo, list(pipeline.remarks)
        found, stated = None, ""
        try:
            stated = photo.metadata.lens
            found = photo.lens(document.settings.changed(lens=lens))
        except UnreadablePhoto as error:
            notes.append(str(error))
        return LensModel(
            stated=readable(stated),
            profile=found.model if found else "",
            corrects=list(found.corrects) if found else [],
            embedded=pipeline.embedded,
            notes=notes,
        )

    @routes.get("/photos/{id}/lenses")
    def find_lenses(id: str, query: Annotated[str, Query(max_length=200)] = "") -> LensList:
        """Those first that fit the photo's camera."""
        from stillbytes.photo.lens import found  # noqa: PLC0415 - with the first search

        photo = workspace.document(id).photo
        try:
            facts = photo.metadata
        except StillbytesError:
            facts = None
        return LensList(
            lenses=[LensEntry(model=one.model, maker=one.maker, fits=one.fits) for one in found(query, facts)]
        )

    @routes.post("/photos/{id}/upright")
    def straighten(id: str, guides: Guides) -> PhotoModel:
        """Turn the camera so that these lines are upright or level: one step that can be undone."""
        document = workspace.document(id)
        changes = straightened_by(workspace.pipeline(id), document.settings, guides.lines)
        document.commit(document.settings.changed(**changes), "Guided upright")
        return described(workspace, document)

    return routes
