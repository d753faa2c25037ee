"""Asking for a change in words: what is proposed, and doing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Response

from stillbytes.app.server.assistant.shapes import (
    ApplyAnswer,
    ApplyRequest,
    AskAnswer,
    AskRequest,
    BatchRequest,
    seeks,
    shown,
)
from stillbytes.app.server.models import JobModel, readable
from stillbytes.app.server.routes import part
from stillbytes.app.server.routes.photos import described
from stillbytes.app.server.spoken import Spoken, Telling
from stillbytes.app.server.workspace import Workspace
from stillbytes.core.jobs import Control
from stillbytes.core.saying import said

if TYPE_CHECKING:
    from stillbytes.app.server.assistant.chats import Chats


def router(workspace: Workspace, chats: Chats) -> APIRouter:
    routes = part("assistant")

    @routes.post("/photos/{id}/ask")
    def ask(id: str, request: AskRequest, response: Response, telling: Telling, spoken: Spoken) -> AskAnswer:
        """What a request in words would change. Nothing is changed."""
        from stillbytes.app.server.assistant import answers  # noqa: PLC0415 - with the first request
        from stillbytes.assistant import asking, vocabulary  # noqa: PLC0415
        from stillbytes.gpu import talking  # noqa: PLC0415

        document = workspace.document(id)
        about = answers.situation(workspace, document)
        photo = document.photo.already(workspace.pipeline(id))
        proposal = asking.without_model(request.request, about, photo, errands=request.engine != vocabulary.NAME)
        if proposal.understood or request.engine == vocabulary.NAME:
            return AskAnswer(
                proposal=shown(document, proposal, spoken, turn=chats.proposed(document, proposal, spoken))
            )
        who = talking.asked()
        if not who:
            turn = chats.proposed(document, proposal, spoken)
            return AskAnswer(proposal=shown(document, proposal, spoken, alone=True, turn=turn))

        def work(control: Control) -> str:
            return answers.answered(workspace, chats, document, request.request, who, control, spoken)

        response.status_code = 202
        return AskAnswer(job=telling(workspace.answers.start(f"“{readable(asking.label(request.request))}”", 0, work)))

    @routes.post("/photos/{id}/ask/apply")
    def apply_ask(id: str, request: ApplyRequest, response: Response, telling: Telling, spoken: Spoken) -> ApplyAnswer:
        """Do what was proposed, or a part of it, as one step of the history."""
        from stillbytes.app.server.assistant import answers  # noqa: PLC0415 - with the first request
        from stillbytes.assistant import asking, told  # noqa: PLC0415
        from stillbytes.assistant.carrying_out import Means  # noqa: PLC0415

        document = workspace.document(id)
        steps = [step.model_dump(by_alias=True) for step in request.steps]
        proposal = told.restored(request.request, request.base, steps, document.history)
        if not seeks(document, proposal, request.amounts) and not proposal.tasks:
            means = Means(workspace.networks)
            chats.applied(
                document, request.turn, proposal, request.amounts,
                lambda photo: asking.carried(document, photo, proposal, request.amounts, means),
                spoken,
            )  # fmt: skip
            return ApplyAnswer(photo=described(workspace, document))

        def work(control: Control) -> str:
            return answers.carried(workspace, chats, document, request.turn, proposal, request.amounts, control, spoken)

        response.status_code = 202
        queue = workspace.drawings if proposal.tasks else workspace.finds
        return ApplyAnswer(job=telling(queue.start(readable(asking.label(request.request)), 0, work)))

    @routes.post("/ask/batch", status_code=202)
    def apply_to_many(request: BatchRequest, telling: Telling, spoken: Spoken) -> JobModel:
        """Do what was proposed for one photo to many, when a person has said yes to that many."""
        from stillbytes.app.server.assistant import batch  # noqa: PLC0415 - with the first request

        steps = [step.model_dump(by_alias=True) for step in request.steps]
        batch.check(request.photos, request.confirmed, steps)
        for id in request.photos:  # all are there, or none is begun
            workspace.photo(id)

        def work(control: Control) -> str:
            return batch.carry(
                workspace,
                chats,
                request.photos,
                request.request,
                request.engine,
                steps,
                request.amounts,
                control,
                spoken,
            )

        label = said(
            "“{request}” in {count:,} photo | “{request}” in {count:,} photos",
            request=readable(request.request[:60]),
            count=request.confirmed,
        )
        return telling(workspace.jobs.start(label, request.confirmed, work))

    return routes
