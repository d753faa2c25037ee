"""Importing from cards: what is on them, what would be copied where, and the copying as a job."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field, create_model

from stillbytes.app.server.library.importing import chosen
from stillbytes.app.server.models import JobModel, readable
from stillbytes.app.server.routes import part
from stillbytes.app.server.shape import Shape, Strict
from stillbytes.app.server.spoken import Telling
from stillbytes.app.server.workspace import Workspace
from stillbytes.library.ingest.card import Card
from stillbytes.library.ingest.choices import Choices
from stillbytes.library.ingest.plan import Plan
from stillbytes.photo.naming import FIELDS

MOST_SHOTS = 200_000
_PATHS: dict[Any, Any] = {
    Path: Annotated[str, Field(min_length=1, max_length=4000)],
    Path | None: Annotated[str, Field(min_length=1, max_length=4000)] | None,
}
ImportChoices: type[BaseModel] = create_model(
    "ImportChoices",
    __base__=Strict,
    __doc__="What is chosen for an import; folders are whole paths.",
    **{name: (_PATHS.get(field.annotation, field.annotation), field) for name, field in Choices.model_fields.items()},  # type: ignore[call-overload]
)


class ImportSource(Shape):
    path: str
    name: str
    removable: bool


class NameField(Shape):
    example: str
    says: str


class UnfinishedImport(Shape):
    """An import that was stopped. copied of files."""

    id: str
    begun: str
    source: str
    to: str
    files: int
    copied: int


class ImportState(Shape):
    """sources: volumes with photos of a camera. template: the names by default. fields: what a template may hold."""

    sources: list[ImportSource]
    unfinished: list[UnfinishedImport]
    template: str
    fields: list[NameField]


class CardChoice(Strict):
    path: Annotated[str, Field(min_length=1, max_length=4000)]


class ImportLook(Shape):
    """id: of the card, once the job has looked at it."""

    id: str
    job: JobModel


class ImportShot(Shape):
    """kinds: extensions of its photos, the RAW's first. size in bytes. taken: by the camera's clock, ISO 8601."""

    name: str
    kinds: list[str]
    taken: str | None
    camera: str
    size: int
    problem: str


class ImportProblem(Shape):
    """A folder or file of a card that cannot be read, and why."""

    path: str
    message: str


class ImportCard(Shape):
    """shots: null while it is being looked at. problems: of what is in none of them because it cannot be read."""

    source: str
    shots: list[ImportShot] | None
    problems: list[ImportProblem]


class PlannedShot(Shape):
    """state: new, duplicate, unreadable or left. target: below the destination. already: where a duplicate is."""

    state: str
    target: str
    already: str | None


class ImportPlan(Shape):
    """examples: names as the template makes them. size: bytes to copy."""

    shots: list[PlannedShot]
    examples: list[str]
    size: int


Places = Annotated[list[Annotated[int, Field(ge=0, lt=MOST_SHOTS)]], Field(max_length=MOST_SHOTS)]


class NewImport(Strict):
    """shots: places of those that are chosen, in the card's order; all when left out."""

    choices: ImportChoices  # type: ignore[valid-type]
    shots: Places | None = None


def router(workspace: Workspace) -> APIRouter:
    routes = part("imports", "/api/imports")
    importing = workspace.importing

    @routes.get("")
    def get_imports() -> ImportState:
        return ImportState(
            sources=[
                ImportSource(path=readable(str(one.path)), name=readable(one.name), removable=one.removable)
                for one in importing.sources()
            ],
            unfinished=[
                UnfinishedImport(
                    id=one.id, begun=one.begun, source=readable(str(one.source)), to=readable(str(one.choices.to)),
                    files=one.files, copied=one.copied,
                )
                for one in importing.unfinished()
            ],
            template=Choices.model_fields["name"].default,
            fields=[NameField(example=f.example, says=f.says) for f in FIELDS.values() if not f.edited],
        )  # fmt: skip

    @routes.post("/cards", status_code=202)
    def look_at_import_card(choice: CardChoice, telling: Telling) -> ImportLook:
        """Read what is in a folder and below it."""
        id, job = importing.look(choice.path)
        return ImportLook(id=id, job=telling(job))

    @routes.get("/cards/{id}")
    def get_import_card(id: str) -> ImportCard:
        card = importing.card(id)
        return _told(card) if card is not None else ImportCard(source="", shots=None, problems=[])

    @routes.get("/cards/{id}/pictures/{place}", response_class=Response)
    def get_import_picture(id: str, place: int) -> Response:
        """A small JPEG of a shot on the card."""
        headers = {"cache-control": "private, max-age=3600"}
        return Response(importing.picture(id, place), media_type="image/jpeg", headers=headers)

    @routes.post("/cards/{id}/plan")
    def plan_import(id: str, wanted: NewImport) -> ImportPlan:
        """What would be copied where. Nothing is written."""
        return _planned(importing.plan(id, chosen(wanted.choices.model_dump()), wanted.shots and set(wanted.shots)))  # type: ignore[attr-defined]

    @routes.post("/cards/{id}/import", status_code=202)
    def start_import(id: str, wanted: NewImport, telling: Telling) -> JobModel:
        """Copy, verify, and take into the library, as a job."""
        shots = None if wanted.shots is None else set(wanted.shots)
        return telling(importing.start(id, chosen(wanted.choices.model_dump()), shots))  # type: ignore[attr-defined]

    @routes.post("/unfinished/{id}", status_code=202)
    def resume_import(id: str, telling: Telling) -> JobModel:
        """Go on with an import that was stopped."""
        return telling(importing.resume(id))

    @routes.delete("/unfinished/{id}", status_code=204, response_class=Response)
    def forget_import(id: str) -> Response:
        """Leave the rest undone; what was copied stays."""
        importing.forget(id)
        return Response(status_code=204)

    return routes


def _told(card: Card) -> ImportCard:
    return ImportCard(
        source=readable(str(card.source)),
        shots=[
            ImportShot(
                name=readable(shot.name), kinds=[file.rest.lstrip(".").upper() for file in shot.photos],
                taken=shot.facts.taken.isoformat() if shot.facts.taken else None, camera=shot.facts.camera,
                size=shot.size, problem=readable(shot.problem),
            )
            for shot in card.shots
        ],
        problems=[ImportProblem(path=readable(path), message=readable(why)) for path, why in card.problems],
    )  # fmt: skip


def _planned(plan: Plan) -> ImportPlan:
    return ImportPlan(
        shots=[
            PlannedShot(
                state=one.state,
                target=readable(one.target),
                already=readable(str(one.already)) if one.already else None,
            )
            for one in plan.shots
        ],
        examples=[readable(name) for name in plan.examples],
        size=plan.size,
    )
