"""What there is in a photo, to be pointed at."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from stillbytes.app.server.routes import part
from stillbytes.app.server.shape import Shape, Strict
from stillbytes.app.server.workspace import Workspace
from stillbytes.core.errors import NotFound
from stillbytes.core.jobs import Control
from stillbytes.core.saying import said

AT_ONCE = 0.0
"""Who points does not wait for a server that has just begun."""
KEPT = "private, max-age=600"


class ThingModel(Shape):
    """box: left, top, right, bottom in units of the photo's long edge. person: its index as a mask, -1 for others."""

    what: str
    box: tuple[float, float, float, float]
    person: int


class Things(Shape):
    """anywhere: whether every place can be asked for its outline as the pointer moves; else places beside things take
    a moment."""

    things: list[ThingModel]
    anywhere: bool


class FramePlace(Strict):
    """In units of the photo's long edge."""

    x: Annotated[float, Field(ge=0, le=1)]
    y: Annotated[float, Field(ge=0, le=1)]


class Outline(Shape):
    """Closed lines, in units of the photo's long edge."""

    lines: list[list[tuple[float, float]]]


def router(workspace: Workspace) -> APIRouter:
    routes = part("masks", "/api/photos/{id}/masks")

    @routes.get("/things")
    def list_things(id: str) -> Things:
        photo, networks = workspace.document(id).photo, workspace.networks(AT_ONCE)
        look = workspace.looks.at(photo, networks)
        if look.decoder is not None:
            _encoded(workspace, id)
        found = [ThingModel(what=thing.what, box=thing.box, person=thing.person) for thing in look.things]
        return Things(things=found, anywhere=look.decoder is not None)

    @routes.get("/things/{number}/thumbnail", response_class=Response)
    def get_thing_thumbnail(id: str, number: int) -> Response:
        look = workspace.looks.at(workspace.document(id).photo, workspace.networks(AT_ONCE))
        if not 0 <= number < len(look.thumbnails):
            raise NotFound("There is no such thing in this photo.")
        return Response(look.thumbnails[number], media_type="image/jpeg", headers={"cache-control": KEPT})

    @routes.get("/things/{number}/outline")
    def get_thing_outline(id: str, number: int) -> Outline:
        lines = workspace.looks.outline(workspace.document(id).photo, number, workspace.networks(AT_ONCE))
        return Outline(lines=[list(line) for line in lines])

    @routes.post("/under")
    def get_outline_under(id: str, place: FramePlace) -> Outline:
        lines = workspace.looks.under(workspace.document(id).photo, (place.x, place.y), workspace.networks(AT_ONCE))
        return Outline(lines=[list(line) for line in lines])

    return routes


def _encoded(workspace: Workspace, id: str) -> None:
    """In the background, unless it is: the network that answers clicks sees the photo."""
    from stillbytes.masks.detect import sam  # noqa: PLC0415 - loaded by now

    photo, networks = workspace.document(id).photo, workspace.networks(AT_ONCE)
    look = workspace.looks.at(photo, networks)
    if look.decoder is None or sam.remembered(look.picture, look.decoder):
        return

    def work(control: Control) -> str:
        workspace.looks.encode(photo, networks)
        return "Ready for clicks"

    workspace.finds.start(said("Look at {place}", place=photo.path.name), 0, work)
