"""Asking for a change in words: what is proposed, and doing it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from stillbytes.app.server.models import JobModel, PhotoModel, Strict, readable
from stillbytes.app.server.routes.exports import model
from stillbytes.app.server.routes.photos import described
from stillbytes.app.server.workspace import Workspace
from stillbytes.assistant.proposal import MOST_AMOUNT, Proposal
from stillbytes.core.jobs import Control
from stillbytes.edit.document import Document

MOST_REQUEST = 2000
MOST_STEPS = 64
MOST_ROWS = 400
"""A reset has a row for every slider."""
Words = Annotated[str, Field(min_length=1, max_length=MOST_REQUEST)]
Short = Annotated[str, Field(max_length=200)]


class AskRequest(Strict):
    """engine: "auto" asks the language model of this machine where the vocabulary does not understand."""

    request: Words
    engine: Literal["vocabulary", "auto"] = "auto"


class AskRow(Strict):
    """A slider, switch or choice that moves. from: None is "as the photo says", which `start` is in numbers."""

    model_config = ConfigDict(populate_by_name=True)

    parameter: Short
    label: Short = ""
    unit: Short = ""
    from_: Any = Field(default=None, alias="from")
    to: Any = None
    start: float | None = None


class AskStep(Strict):
    """One thing to do. rows: of the settings, or of an adjustment's delta where there is a mask. count: of undo, redo.

    A row is known by the number of its step and its parameter: "0.exposure".
    """

    tool: Literal["set", "mask", "crop", "turn", "reset", "undo", "redo", "compare"]
    says: Short = ""
    rows: list[AskRow] = Field(default_factory=list, max_length=MOST_ROWS)
    name: Short = ""
    mask: dict[str, Any] | None = None
    adjustment: Short = ""
    count: Annotated[int, Field(ge=1, le=100_000)] = 1


class ProposalModel(BaseModel):
    """What was understood. base: which settings it starts from, to be sent back. settings: these.

    seeks: names of masks that are looked for when it is applied. alone: there was no language model to ask.
    """

    request: str
    engine: str
    understood: bool
    message: str
    steps: list[AskStep]
    base: str
    settings: dict[str, Any]
    seeks: list[str] = Field(default_factory=list)
    alone: bool = False


class AskAnswer(BaseModel):
    """The proposal, or the job whose event "proposed" will bring it."""

    proposal: ProposalModel | None = None
    job: JobModel | None = None


class ApplyRequest(Strict):
    """request, base, steps: as they were proposed. amounts: how much of a row, 0 for none of it; 1 where not named."""

    request: Words
    base: Short
    steps: Annotated[list[AskStep], Field(max_length=MOST_STEPS)]
    amounts: dict[str, Annotated[float, Field(ge=0, le=MOST_AMOUNT)]] = Field(default_factory=dict)


class ApplyAnswer(BaseModel):
    """The photo as it is then, or the job that looks for its masks first."""

    photo: PhotoModel | None = None
    job: JobModel | None = None


def router(workspace: Workspace) -> APIRouter:
    routes = APIRouter(prefix="/api", tags=["assistant"])

    @routes.post("/photos/{id}/ask")
    def ask(id: str, request: AskRequest, response: Response) -> AskAnswer:
        """What a request in words would change. Nothing is changed."""
        from stillbytes.assistant import asking, models, vocabulary  # noqa: PLC0415 - with the first request
        from stillbytes.assistant.situation import Situation  # noqa: PLC0415

        document = workspace.document(id)
        about = Situation(document.history, lambda: document.photo.upright[1], workspace.pipeline(id).white_balance)
        proposal = asking.propose(request.request, about, vocabulary.NAME)
        if proposal.understood or request.engine == vocabulary.NAME:
            return AskAnswer(proposal=shown(document, proposal))
        who = models.asked()
        if not who:
            return AskAnswer(proposal=shown(document, proposal, alone=True))

        def work(control: Control) -> str:
            control.progress(0, 0, f"Asks {readable(who)}")
            if "://" not in who:
                workspace.networks()  # a server that has just begun has no broker yet
            found = asking.propose(request.request, about, asking.AUTO, document.photo, control.cancelled)
            answer = shown(document, found).model_dump(by_alias=True)
            workspace.events.emit("proposed", {"photo": id, "proposal": answer})
            return readable(found.message)

        response.status_code = 202
        return AskAnswer(job=model(workspace.answers.start(f"“{readable(asking.label(request.request))}”", 0, work)))

    @routes.post("/photos/{id}/ask/apply")
    def apply_ask(id: str, request: ApplyRequest, response: Response) -> ApplyAnswer:
        """Do what was proposed, or a part of it, as one step of the history."""
        from stillbytes.assistant import asking, told  # noqa: PLC0415 - with the first request

        document = workspace.document(id)
        steps = [step.model_dump(by_alias=True) for step in request.steps]
        proposal = told.restored(request.request, request.base, steps, document.history)
        if not seeks(document, proposal, request.amounts):
            asking.apply(document, proposal, workspace.networks, request.amounts)
            return ApplyAnswer(photo=described(workspace, document))

        def work(control: Control) -> str:
            asking.apply(document, proposal, workspace.networks, request.amounts, control.cancelled)
            document.flush()
            return "Found and changed"

        response.status_code = 202
        return ApplyAnswer(job=model(workspace.finds.start(readable(asking.label(request.request)), 0, work)))

    return routes


def shown(document: Document, proposal: Proposal, alone: bool = False) -> ProposalModel:
    from stillbytes.assistant.told import told  # noqa: PLC0415 - with the first request

    given = told(proposal)
    words = {name: readable(given[name]) for name in ("request", "message")}
    return ProposalModel(**{**given, **words, "seeks": seeks(document, proposal), "alone": alone})


def seeks(document: Document, proposal: Proposal, amounts: dict[str, float] | None = None) -> list[str]:
    """Names of the masks that would have to be looked for."""
    settings = proposal.applied(amounts)
    if not proposal.changes or "adjustments" not in settings:
        return []
    from stillbytes.masks.local import pending  # noqa: PLC0415 - only for photos with masks

    return [one.name or "Mask" for one in pending(settings, document.photo.rasters)]
