"""What is asked, proposed and applied, as REST has it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from stillbytes.app.languages import Language, in_language, worded
from stillbytes.app.server.models import Id, JobModel, PhotoModel, readable
from stillbytes.app.server.shape import Shape, Strict
from stillbytes.assistant.proposal import MOST_AMOUNT, MOST_REQUEST, Proposal, Tool
from stillbytes.core.saying import Said
from stillbytes.edit.document import Document
from stillbytes.edit.photo import photo_id

MOST_STEPS = 64
MOST_PHOTOS = 10_000
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
    task: name, parameters and mask of what is made, or name and parameters of an export.

    A row is known by the number of its step and its parameter: "0.exposure".
    """

    tool: Tool
    says: Short = ""
    rows: list[AskRow] = Field(default_factory=list, max_length=MOST_ROWS)
    name: Short = ""
    mask: dict[str, Any] | None = None
    adjustment: Short = ""
    count: Annotated[int, Field(ge=0, le=100_000)] = 1
    task: dict[str, Any] | None = None


class FoundModel(Shape):
    """A photo of the library that was looked for. id: among those of the open folder, "" for one elsewhere."""

    id: str
    name: str
    path: str
    rating: int
    taken: str


class ProposalModel(Shape):
    """What was understood. base: which settings it starts from, to be sent back. settings: these.

    found: photos that were looked for, at most some dozens of them; their query stands in the step's task. seeks: names
    of masks that are looked for when it is applied. alone: there was no language model to ask. turn: the id under which
    the photo keeps what became of it.
    """

    request: str
    engine: str
    understood: bool
    message: str
    steps: list[AskStep]
    base: str
    settings: dict[str, Any]
    found: list[FoundModel] = Field(default_factory=list)
    seeks: list[str] = Field(default_factory=list)
    alone: bool = False
    turn: str = ""


class AskAnswer(Shape):
    """The proposal, or the job whose event "proposed" will bring it."""

    proposal: ProposalModel | None = None
    job: JobModel | None = None


class ApplyRequest(Strict):
    """request, base, steps, turn: as they were proposed. amounts: how much of a row, 0 for none of it; 1 where not
    named."""

    request: Words
    base: Short
    steps: Annotated[list[AskStep], Field(max_length=MOST_STEPS)]
    amounts: dict[str, Annotated[float, Field(ge=0, le=MOST_AMOUNT)]] = Field(default_factory=dict)
    turn: Annotated[str, Field(max_length=40)] = ""


class BatchRequest(Strict):
    """To do the same to many photos. engine: as it was proposed: what the vocabulary understood is understood anew for
    each photo, so that "brighter" is from where each is; what a model proposed becomes the same values everywhere.

    confirmed: how many photos the person was told would be changed, and said yes to.
    """

    photos: Annotated[list[Id], Field(min_length=1, max_length=MOST_PHOTOS)]
    request: Words
    engine: Annotated[str, Field(max_length=2000)]
    steps: Annotated[list[AskStep], Field(max_length=MOST_STEPS)]
    amounts: dict[str, Annotated[float, Field(ge=0, le=MOST_AMOUNT)]] = Field(default_factory=dict)
    confirmed: int


class ApplyAnswer(Shape):
    """The photo as it is then, or the job that looks for its masks first."""

    photo: PhotoModel | None = None
    job: JobModel | None = None


def shown(
    document: Document, proposal: Proposal, language: Language, alone: bool = False, turn: str = ""
) -> ProposalModel:
    """As the page shows it, in the language of who asked."""
    from stillbytes.assistant.told import told  # noqa: PLC0415 - with the first request

    given = worded(told(proposal), language)
    words: dict[str, Any] = {name: readable(given[name]) for name in ("request", "message")}
    looked = next((step.task for step in proposal.steps if step.tool == "search" and step.task), None)
    words["found"] = [_found(document, one) for one in looked["found"]["photos"]] if looked else []
    names = {str(step.name): spoken_name(step.name, language) for step in proposal.steps}
    for step in given["steps"]:
        if step["tool"] == "search":
            step["task"] = {name: value for name, value in step["task"].items() if name != "found"}
        if "name" in step:
            step["name"] = names[str(step["name"])]
    words["seeks"] = [names.get(name, name) for name in seeks(document, proposal)]
    return ProposalModel(**{**given, **words, "alone": alone, "turn": turn})


def spoken_name(name: str, language: Language) -> str:
    """What a mask is called, in the language; a name that somebody gave it stays."""
    return readable(in_language(name, language)) if isinstance(name, Said) else name


def _found(document: Document, one: dict[str, Any]) -> FoundModel:
    path = Path(one["path"])
    beside = path.parent == document.photo.path.parent
    told = {"name": readable(path.name), "path": readable(str(path)), "taken": readable(one["taken"])}
    return FoundModel(id=photo_id(path) if beside else "", rating=one["rating"], **told)


def seeks(document: Document, proposal: Proposal, amounts: dict[str, float] | None = None) -> list[str]:
    """Names of the masks that would have to be looked for."""
    settings = proposal.applied(amounts)
    if not proposal.changes or "adjustments" not in settings:
        return []
    from stillbytes.masks.local import pending  # noqa: PLC0415 - only for photos with masks

    return [one.name or "Mask" for one in pending(settings, document.photo.rasters)]
