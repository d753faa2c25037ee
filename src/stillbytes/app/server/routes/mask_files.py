"""Masks as pictures: taken in from files, given out as files."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Body, Query, Response

from stillbytes.app.server.models import readable
from stillbytes.app.server.routes import part
from stillbytes.app.server.shape import Shape
from stillbytes.app.server.workspace import Workspace
from stillbytes.core.errors import NotFound


class MaskPicture(Shape):
    """kind: to be put into a mask of this photo."""

    kind: dict[str, Any]


def router(workspace: Workspace) -> APIRouter:
    routes = part("masks", "/api/photos/{id}/masks")

    @routes.post("/picture", status_code=201)
    def import_mask(id: str, content: Annotated[bytes, Body(media_type="application/octet-stream")]) -> MaskPicture:
        """A grey PNG or TIFF of 8 or 16 bits in the photo's proportions, white where the mask is."""
        from stillbytes.masks.kinds.picture import imported  # noqa: PLC0415 - loads with the first mask

        photo, pipeline = workspace.document(id).photo, workspace.pipeline(id)
        return MaskPicture(kind=imported(content, pipeline.frame, photo.rasters).to_json())

    @routes.get("/{adjustment}/picture", response_class=Response)
    def export_mask(
        id: str,
        adjustment: str,
        format: Literal["png", "tiff"] = "png",
        bits: Annotated[int, Query(ge=8, le=16)] = 8,
        component: Annotated[int | None, Query(ge=0, le=1000)] = None,
    ) -> Response:
        """The mask of an adjustment, or one component of it, over the whole uncropped photo. More than 8 bits: 16."""
        from stillbytes.develop.resampling.frame_grid import FrameGrid  # noqa: PLC0415
        from stillbytes.masks.local import local_of, rendered  # noqa: PLC0415
        from stillbytes.photo.grey import WRITERS  # noqa: PLC0415

        document, pipeline = workspace.document(id), workspace.pipeline(id)
        local = local_of(document.settings, adjustment, component, document.photo.rasters)
        if local is None:
            raise NotFound("There is no such mask, or it was not found yet.", "Let it be found first.")
        frame = pipeline.frame
        pixels = rendered(local, FrameGrid.whole(frame, frame.long_edge, pipeline.light(document.settings)), bits)
        content = WRITERS[format](pixels)
        named = next((one.name for one in document.settings.adjustments if one.id == adjustment), "")
        name = f"{document.photo.path.stem} {named or 'mask'}.{format}"
        told = f"attachment; filename*=UTF-8''{quote(readable(name), safe='')}"
        return Response(content, media_type=f"image/{format}", headers={"content-disposition": told})

    return routes
