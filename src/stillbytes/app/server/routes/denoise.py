"""AI denoise: what networks there are for a photo, what was made of it, and making it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from stillbytes.app.server.models import JobModel
from stillbytes.app.server.routes import part
from stillbytes.app.server.shape import Shape, Strict
from stillbytes.app.server.spoken import Telling
from stillbytes.app.server.workspace import Workspace
from stillbytes.edit.denoising import State
from stillbytes.gpu.models.store import here


class DenoiserModel(Shape):
    """A network. here: whether its file is. made: whether this photo was cleaned by it. size: bytes."""

    model: str
    title: str
    here: bool
    made: bool
    size: int
    licence: str


class DenoiseState(Shape):
    """state: of what the settings show. kept: tiles of `tiles` that stayed as they were, since the network failed
    there. job: the last one that cleaned this photo. networks: for photos of this kind, the best first."""

    state: State
    model: str
    tiles: int
    kept: int
    job: str | None
    networks: list[DenoiserModel]


class DenoiseRequest(Strict):
    """model: by default that of the settings, or the best that is here. amount: that of the settings, or 50, when
    None. again: make it anew where it is there."""

    model: Annotated[str, Field(max_length=200)] = ""
    amount: Annotated[float, Field(ge=1, le=100)] | None = None
    again: bool = False


def router(workspace: Workspace) -> APIRouter:
    routes = part("denoise")

    @routes.get("/photos/{id}/denoise")
    def get_denoise(id: str) -> DenoiseState:
        from stillbytes.edit import denoising  # noqa: PLC0415 - only for who looks at it
        from stillbytes.generate.denoise.networks import denoisers  # noqa: PLC0415

        document = workspace.document(id)
        photo = document.photo.already(workspace.pipeline(id))
        installed = here()
        settings = document.settings
        shown = denoising.wanted(settings)
        recipe = photo.denoised.recipe(shown) if shown else None
        networks = [
            DenoiserModel(
                model=one.id,
                title=one.title,
                here=installed(one),
                made=photo.denoised.recipe(one.id) is not None,
                size=one.size,
                licence=one.licence.name,
            )
            for one in denoisers(photo.pipeline.sensed.layout)
        ]
        state = denoising.state(photo, settings)
        if state in ("missing", "stale"):
            workspace.cleaning.renew(document, state)
        tiles, kept = (recipe.tiles, recipe.kept) if recipe else (0, 0)
        return DenoiseState(
            state=state, model=shown, tiles=tiles, kept=kept, job=workspace.cleaning.job(id), networks=networks
        )

    @routes.post("/photos/{id}/denoise", status_code=202)
    def denoise_photo(id: str, request: DenoiseRequest, telling: Telling) -> JobModel:
        document = workspace.document(id)
        return telling(workspace.cleaning.start(document, request.model, request.amount, again=request.again))

    return routes
