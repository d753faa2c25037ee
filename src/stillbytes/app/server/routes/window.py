"""What another start of the program hands over, and what the page asks of the window that it is in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field, StringConstraints

from stillbytes.app.server.models import readable
from stillbytes.app.server.routes import part
from stillbytes.app.server.shape import Shape
from stillbytes.app.server.workspace import Workspace
from stillbytes.core.errors import NotFound, StillbytesError
from stillbytes.core.saying import said

MOST_PLACES = 10_000
PathText = Annotated[str, StringConstraints(min_length=1, max_length=4000)]


class Places(Shape):
    """places: whole paths; the first one's folder is opened. Without any the window only comes to the front."""

    places: list[PathText] = Field(max_length=MOST_PLACES)


class OpenedModel(Shape):
    path: str
    name: str


class WindowModel(Shape):
    """own: the window is ours, with dialogs of the desktop and a full screen of its own."""

    own: bool


class Start(Shape):
    start: str = Field(default="", max_length=4000, description="Folder that the dialog begins in.")


class ChosenFolder(Shape):
    path: str | None = Field(description="None when the dialog was left.")


def router(workspace: Workspace) -> APIRouter:
    routes = part("window")

    @routes.post("/open")
    def open_place(asked: Places) -> OpenedModel:
        """Open a folder of this machine, or a photo and its neighbours, in place of what is opened."""
        if workspace.window is not None:
            workspace.window.come_forward()
        if asked.places:
            try:
                workspace.open_place([_whole(place) for place in asked.places])
            except StillbytesError as error:  # whoever asked may have no place to show it
                workspace.events.emit(
                    "place-refused", {"message": readable(error.message), "remedy": readable(error.remedy)}
                )
                raise
        folder = workspace.folder
        return OpenedModel(path=readable(str(folder.path)), name=readable(folder.name))

    @routes.get("/window")
    def get_window() -> WindowModel:
        return WindowModel(own=workspace.window is not None and workspace.window.own)

    @routes.post("/window/folder")
    def choose_folder(asked: Start) -> ChosenFolder:
        """Let the person choose a folder in the desktop's own dialog."""
        window = workspace.window
        if window is None or not window.own:
            raise NotFound("The page is not in a window of ours.", "Type the path.")
        chosen = window.choose_folder(asked.start)
        return ChosenFolder(path=None if chosen is None else str(chosen))

    @routes.post("/window/full-screen", status_code=204, response_class=Response)
    def toggle_full_screen() -> Response:
        """Of a window of ours; a browser's page does that by itself."""
        if workspace.window is None or not workspace.window.own:
            raise NotFound("The page is not in a window of ours.", "Use the browser's full screen.")
        workspace.window.toggle_full_screen()
        return Response(status_code=204)

    @routes.post("/window/left", status_code=204, response_class=Response)
    def left_window() -> Response:
        """The page has sent everything that it held."""
        workspace.left.set()
        return Response(status_code=204)

    return routes


def _whole(text: str) -> Path:
    path = Path(text)
    if "\0" in text or not path.is_absolute():
        raise NotFound(said("{text} is no whole path.", text=readable(text[:200])), "Begin with the root of the disk.")
    return path
