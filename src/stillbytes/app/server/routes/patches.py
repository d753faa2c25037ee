"""Patches: the tasks that make them, making one, what the page cannot know of those there are, and small pictures."""

from __future__ import annotations

import dataclasses
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field

from stillbytes.app.languages import told
from stillbytes.app.server.models import Id, JobModel, PhotoModel, Told, readable
from stillbytes.app.server.routes import part
from stillbytes.app.server.routes.masks import MaskField
from stillbytes.app.server.routes.photos import LONG, described
from stillbytes.app.server.shape import Shape, Strict
from stillbytes.app.server.spoken import Spoken, Telling
from stillbytes.app.server.workspace import Workspace
from stillbytes.core import preferences
from stillbytes.core.errors import StillbytesError
from stillbytes.core.jobs import Control
from stillbytes.core.saying import said


class TaskModel(Shape):
    """Something that makes patches, settings or new pictures. takes: what it needs to know of a place: a round spot, a
    mask, or nothing. covers: what it looks for where it is given no mask. also: other pictures that may go in.

    generated: whether a model makes its pixels. exports: whether it can be on the way to an exported file. fields: its
    parameters, for a form. seldom: of these, by name, those that a form shows when asked.
    """

    name: str
    label: str
    says: str
    takes: Literal["spot", "mask", "photo"]
    covers: str = ""
    also: list[Literal["picture", "reference"]] = Field(default_factory=list)
    makes: Literal["patch", "settings", "picture"] = "patch"
    generated: bool
    exports: bool = False
    fields: list[MaskField]
    seldom: list[str]


class Tasks(Shape):
    """generated: whether tasks whose pixels a model makes are wanted, and shown. problems: why workflows of a person's
    own cannot be used."""

    tasks: list[TaskModel]
    problems: list[Told] = Field(default_factory=list)
    generated: bool


class GeneratedSwitch(Strict):
    generated: bool


class PatchRequest(Strict):
    """task: by name. patch: the id of one to make again, else there is one more. parameters: of the task; for a spot
    its centre, radius, feather, and source unless it is to be found. mask: as adjustments have it. reference, picture:
    ids of photos in the folder, one to be like and one to begin with."""

    task: Annotated[str, Field(max_length=40)]
    patch: Id | None = None
    parameters: dict[str, Any] = Field(default_factory=dict)
    mask: dict[str, Any] | None = None
    reference: Id | None = None
    picture: Id | None = None


class PatchAnswer(Shape):
    """What was made at once, with the id of the patch, or the job that makes it."""

    photo: PhotoModel | None = None
    patch: str | None = None
    job: JobModel | None = None


class SpotModel(Shape):
    """In units of the photo's long edge."""

    centre: tuple[float, float]
    radius: float
    feather: float
    source: tuple[float, float]
    found: bool


class PatchState(Shape):
    """lost: its pixels are not there. generated: a model made them. spot: of one that is evaluated."""

    id: str
    lost: bool
    generated: bool
    spot: SpotModel | None


class PatchStates(Shape):
    patches: list[PatchState]


class ForecastModel(Shape):
    """What a task would take: engine and model, seconds and MiB as estimated or measured, None where not known, so many
    pictures, and the part of the photo that changes; or the problem that keeps it from being done, and its remedy.
    doubt: what is to be said before it is done."""

    engine: str = ""
    model: str = ""
    seconds: float | None = None
    memory_mib: int | None = None
    pictures: int = 1
    covered: float | None = None
    doubt: str = ""
    problem: str = ""
    remedy: str = ""


SPOTS = (
    TaskModel(
        name="heal", label="Heal", takes="spot", generated=False, fields=[], seldom=[],
        says="A spot gets the texture of a place nearby, in its own light: dust, blemishes.",
    ),
    TaskModel(
        name="clone", label="Clone", takes="spot", generated=False, fields=[], seldom=[],
        says="A spot shows another place of the photo as it is.",
    ),
)  # fmt: skip


def router(workspace: Workspace) -> APIRouter:
    routes = part("patches")

    @routes.get("/tasks")
    def list_tasks(spoken: Spoken) -> Tasks:
        from stillbytes.app.server.drawing import described_tasks  # noqa: PLC0415 - loads OpenCV
        from stillbytes.generate.workflows import own  # noqa: PLC0415

        problems = [Told(message=readable(one.message), remedy=readable(one.remedy)) for one in own.found().problems]
        listed = Tasks(tasks=[*SPOTS, *described_tasks()], problems=problems, generated=preferences.generated())
        return told(listed, spoken)

    @routes.put("/generated")
    def switch_generated(switch: GeneratedSwitch) -> GeneratedSwitch:
        """Whether pixels that a model made are shown and made, everywhere on this machine."""
        preferences.change(generated=switch.generated)
        return GeneratedSwitch(generated=preferences.generated())

    @routes.post("/photos/{id}/patches")
    def make_patch(id: str, request: PatchRequest, response: Response, telling: Telling) -> PatchAnswer:
        from stillbytes.app.server import creating, drawing, retouch  # noqa: PLC0415 - loads OpenCV

        document, again = workspace.document(id), request.patch or ""
        if any(one.name == request.task for one in SPOTS):
            patch = retouch.place_spot(document, request.task, request.parameters, again)
            return PatchAnswer(photo=described(workspace, document), patch=patch)
        asked = drawing.Asked.of(
            request.task, request.parameters, request.mask, again, request.reference, request.picture
        )
        if again:
            retouch.found(document, again)

        def work(control: Control) -> str:
            return drawing.draw(workspace, document, asked, control)

        def create(control: Control) -> str:
            return creating.create(workspace, document, asked, control)

        response.status_code = 202
        name = readable(document.photo.path.name)
        if asked.task.result == "picture":  # these wait for each other, edits do not wait for them
            label = readable(asked.task.title)
            if "photo" in asked.task.needs:
                label = said("{what}: {photo}", what=said(asked.task.label), photo=name)
            return PatchAnswer(job=telling(workspace.pictures.start(label, 0, create)))
        label = said("{what} in {photo}", what=said(asked.task.label), photo=name)
        return PatchAnswer(job=telling(workspace.drawings.start(label, 0, work)))

    @routes.post("/photos/{id}/patches/forecast")
    def forecast_patch(id: str, request: PatchRequest) -> ForecastModel:
        """What making it would take. Nothing is begun."""
        from stillbytes.app.server import creating, drawing  # noqa: PLC0415 - loads OpenCV

        document = workspace.document(id)
        try:
            asked = drawing.Asked.of(
                request.task,
                request.parameters,
                request.mask,
                request.patch or "",
                request.reference,
                request.picture,
            )
            told = creating.forecast if asked.task.result == "picture" else drawing.forecast
            return ForecastModel(**told(workspace, document, asked))
        except StillbytesError as error:
            return ForecastModel(problem=readable(error.message), remedy=readable(error.remedy))

    @routes.get("/photos/{id}/patches")
    def list_patches(id: str) -> PatchStates:
        from stillbytes.edit.patching import below, lost, spot_of  # noqa: PLC0415 - only for photos with patches

        document, pipeline = workspace.document(id), workspace.pipeline(id)
        settings = document.settings
        gone = {patch.id for patch in lost(settings, document.photo.patches)}
        states = []
        for patch in settings.patches:
            spot = spot_of(patch)
            if spot is not None:
                under = below(settings, patch.id)
                spot = spot.located(pipeline.light(under), pipeline.frame, partial(pipeline.known_on, under))
            told = SpotModel(**dataclasses.asdict(spot)) if spot is not None else None
            states.append(PatchState(id=patch.id, lost=patch.id in gone, generated=patch.generated, spot=told))
        return PatchStates(patches=states)

    @routes.get("/photos/{id}/patches/{patch}/thumbnail", response_class=Response)
    def get_patch_thumbnail(
        id: str, patch: str, variant: Annotated[int | None, Query(ge=0, le=1000)] = None, v: str = ""
    ) -> Response:
        from stillbytes.app.server import retouch  # noqa: PLC0415 - loads OpenCV

        content = retouch.thumbnail(workspace, workspace.document(id), patch, variant)
        return Response(content, media_type="image/jpeg", headers={"cache-control": LONG if v else "no-cache"})

    return routes
