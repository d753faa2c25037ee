"""Where the library's photos were taken, for a map."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query

from stillbytes.app.server.library.models import Number
from stillbytes.app.server.routes import part
from stillbytes.app.server.shape import Shape
from stillbytes.app.server.workspace import Workspace
from stillbytes.library.catalogue.search import cells


class CellModel(Shape):
    """Photos that were taken close to each other. latitude, longitude: their mean, in degrees. box: south, west, north
    and east of them all. photo: number of one of them."""

    latitude: float
    longitude: float
    photos: int
    photo: int
    box: tuple[float, float, float, float]


class CellsModel(Shape):
    cells: list[CellModel]


def router(workspace: Workspace) -> APIRouter:
    routes = part("library", "/api/library/places")
    shelf = workspace.shelf

    @routes.get("")
    def list_places(
        query: Annotated[str, Query(max_length=2000)] = "",
        box: Annotated[str, Query(max_length=200)] = "",
        zoom: Annotated[int, Query(ge=0, le=cells.DEEPEST)] = 0,
        tops: bool = False,
        opened: Annotated[list[Number] | None, Query(max_length=500)] = None,
        meaning: bool = False,
    ) -> CellsModel:
        """The photos that a search asks for and that say where they were taken, together in cells of a map.

        box: `south,west,north,east` in degrees, from west eastwards over the date line where west is the greater one;
        the whole world by default. zoom: at 0 the world is 8 cells wide, and twice as many at each step; where that
        would be thousands of cells, they are larger. meaning: as for their order.
        """
        among = shelf.meant(query) if meaning else None
        found = shelf.catalogue.cells(query, zoom=zoom, box=box, tops=tops, opened=opened or (), among=among)
        return CellsModel(cells=[CellModel(**asdict(cell)) for cell in found])

    return routes
