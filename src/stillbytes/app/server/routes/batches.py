"""Batches: tasks for many photos, in a queue that goes on after whatever stopped it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import Field

from stillbytes.app.languages import Language, in_language
from stillbytes.app.server.models import Id, JobModel, readable
from stillbytes.app.server.routes import part
from stillbytes.app.server.shape import Shape, Strict
from stillbytes.app.server.spoken import Spoken, Telling
from stillbytes.app.server.workspace import Workspace
from stillbytes.library.batch.queue import Batch, BatchState, Item, ItemState
from stillbytes.library.batch.tasks import AnyTask

MOST_PHOTOS = 100_000
MOST_SHOWN = 1000


class NewBatch(Strict):
    """photos: ids. query: photos that a search of the library finds, too. confirmed: the number of photos that a person
    said yes to; needed where a task changes more than one. In a task, `folder` is the name of one beside each photo,
    and `like` the id of a photo. begin: at once, else it waits in the queue."""

    task: AnyTask
    photos: Annotated[list[Id], Field(max_length=MOST_PHOTOS)] = Field(default_factory=list)
    query: Annotated[str, Field(max_length=2000)] | None = None
    confirmed: Annotated[int, Field(ge=0)] = 0
    begin: bool = True


class BatchModel(Shape):
    """made: ISO 8601, UTC. The counts are of photos. state: `stopped` is what was begun and nobody works on."""

    id: str
    made: str
    kind: str
    title: str
    state: BatchState
    total: int
    waiting: int
    running: int
    done: int
    failed: int


class BatchList(Shape):
    batches: list[BatchModel]


class BatchPhoto(Shape):
    """name: of the photo's file. target: of the file that is made, empty where none is. message, remedy: why it failed.
    note: what is to be said about the result."""

    number: int
    name: str
    version: int
    state: ItemState
    target: str
    attempts: int
    note: str
    message: str
    remedy: str


class BatchDetail(BatchModel):
    """task: without the paths of this machine. photos: a page of them."""

    task: dict[str, Any]
    photos: list[BatchPhoto]


class StartedBatch(Shape):
    batch: BatchModel
    job: JobModel | None = None


class BatchGoesOn(Strict):
    failed: bool = Field(default=False, description="Also try again what failed.")


def router(workspace: Workspace) -> APIRouter:
    routes = part("batches", "/api/batches")
    batching = workspace.batching

    def told(one: Batch, language: Language) -> BatchModel:
        return BatchModel(
            id=one.id, made=one.made, kind=one.kind, title=in_language(readable(batching.title(one)), language),
            state=one.state, total=one.total, waiting=one.waiting, running=one.running, done=one.done,
            failed=one.failed,
        )  # fmt: skip

    @routes.get("")
    def list_batches(language: Spoken) -> BatchList:
        """Oldest first, those of the command line too."""
        return BatchList(batches=[told(one, language) for one in batching.queue.batches()])

    @routes.post("", status_code=202)
    def create_batch(new: NewBatch, telling: Telling, language: Spoken) -> StartedBatch:
        """Put a task for many photos into the queue, and begin."""
        made = batching.add(new.task, new.photos, new.query, new.confirmed)
        return StartedBatch(batch=told(made, language), job=telling(batching.start(made.id)) if new.begin else None)

    @routes.get("/{id}")
    def get_batch(
        id: str,
        language: Spoken,
        state: ItemState | None = None,
        offset: Annotated[int, Query(ge=0, le=10 * MOST_PHOTOS)] = 0,
        limit: Annotated[int, Query(ge=0, le=MOST_SHOWN)] = 100,
    ) -> BatchDetail:
        """What became of each photo."""
        one = batching.queue.batch(id)
        items = batching.queue.items(one.id, (state,) if state else (), limit=limit, offset=offset)
        task = batching.queue.task(one.id)
        shown = task.model_dump(mode="json", include=set(task.shown))
        return BatchDetail(**told(one, language).model_dump(), task=shown, photos=[_photo(item) for item in items])

    @routes.post("/{id}/run", status_code=202)
    def run_batch(id: str, how: BatchGoesOn, telling: Telling) -> JobModel:
        """Go on with what was stopped or cancelled."""
        return telling(batching.start(batching.queue.again(id, failed=how.failed).id))

    @routes.post("/{id}/cancel")
    def cancel_batch(id: str, language: Spoken) -> BatchModel:
        """Stop it, also when another program works on it. What is done stays."""
        return told(batching.queue.cancel(id), language)

    @routes.delete("/{id}", status_code=204, response_class=Response)
    def forget_batch(id: str) -> Response:
        """Take it off the list. What it did stays."""
        batching.queue.forget(id)
        return Response(status_code=204)

    return routes


def _photo(item: Item) -> BatchPhoto:
    return BatchPhoto(
        number=item.number, name=readable(item.photo.name), version=item.version, state=item.state,
        target=readable(item.target.name) if item.target else "", attempts=item.attempts, note=readable(item.note),
        message=readable(item.message), remedy=readable(item.remedy),
    )  # fmt: skip
