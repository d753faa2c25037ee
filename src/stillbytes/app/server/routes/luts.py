"""Colour look-up tables: what there is, and the user's own."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Query

from stillbytes.app.server.models import readable
from stillbytes.app.server.routes import part
from stillbytes.app.server.shape import Strict
from stillbytes.edit.luts import Kept, Luts


class LutModel(Strict):
    """value: what the parameter `lut` is set to."""

    name: str
    value: str


class LutList(Strict):
    luts: list[LutModel]


def router() -> APIRouter:
    routes = part("luts")

    @routes.get("/luts")
    def list_luts() -> LutList:
        return LutList(luts=[_shown(one) for one in Luts().all()])

    @routes.post("/luts/file", status_code=201)
    def import_lut(
        name: Annotated[str, Query(max_length=255)],
        content: Annotated[bytes, Body(media_type="application/octet-stream")],
    ) -> LutModel:
        """A .cube, .3dl or HaldCLUT (.png) file. name: of the file."""
        return _shown(Luts().add(content, name.replace("\\", "/").rpartition("/")[2]))

    @routes.delete("/luts")
    def remove_lut(lut: Annotated[str, Query(max_length=255)]) -> LutModel:
        return _shown(Luts().remove(lut))

    return routes


def _shown(one: Kept) -> LutModel:
    return LutModel(name=readable(one.name), value=readable(one.value))
