"""Asking for changes of one photo: who understands the request, and how its proposal is applied."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from stillbytes.assistant import facts, vocabulary
from stillbytes.assistant.carrying_out import Done, Means, carry_out
from stillbytes.assistant.errands import Split, split
from stillbytes.assistant.explaining import explained
from stillbytes.assistant.light import light
from stillbytes.assistant.progress import Tell, nobody, stage
from stillbytes.assistant.proposal import MOST_REQUEST, Proposal, Step, not_understood
from stillbytes.assistant.searching import NAME as SEARCH
from stillbytes.assistant.searching import searched
from stillbytes.assistant.sight import look
from stillbytes.assistant.situation import Situation
from stillbytes.assistant.subjects import subjects
from stillbytes.assistant.transcript import Turn
from stillbytes.core.errors import InvalidSetting
from stillbytes.core.saying import joined as sentences
from stillbytes.core.saying import said
from stillbytes.develop.camera import WhitePoint
from stillbytes.develop.parameter import Value
from stillbytes.develop.settings import Settings
from stillbytes.edit.automatic import Meter, found, people_in
from stillbytes.edit.finding import Told
from stillbytes.edit.history import Entry, History, difference, now
from stillbytes.edit.photo import Edit, Photo

if TYPE_CHECKING:
    from stillbytes.develop.pipeline import Pipeline
    from stillbytes.edit.document import Document
    from stillbytes.gpu.access import Access

AUTO = "auto"
MOST_LABEL = 80
NOBODY = said("No language model is here to be asked: `stillbytes gpu plan` tells which one fits this machine.")


def no_engine(engine: str) -> tuple[str, str]:
    """What is said of an engine that there is not, and what to do."""
    return (
        said("There is no engine “{name}”.", name=engine[:80]),
        said("Use {vocabulary}, {auto} or the URL of a language server.", vocabulary=vocabulary.NAME, auto=AUTO),
    )


def situation(photo: Photo, history: History) -> Situation:
    """What a request to this photo is about. The photo is decoded only if its white point is asked for."""

    def white(settings: Settings) -> WhitePoint:
        return photo.pipeline.white_balance(settings)

    return Situation(history, lambda: photo.upright[1], white, lambda s, names: looked(photo.pipeline, s, names))


def looked(
    pipeline: Pipeline, settings: Settings, names: Sequence[str], networks: Callable[[], Access] | None = None
) -> Mapping[str, Value]:
    """What is found of these settings in the photo and in the people in it. networks: who is asked for people, by
    default that of this process. Raises InvalidSetting."""
    return found(Meter(pipeline, people_in(pipeline, networks)), settings, names)


def propose(
    request: str,
    about: Situation,
    engine: str = AUTO,
    photo: Photo | None = None,
    cancelled: Callable[[], bool] | None = None,
    tell: Tell = nobody,
    before: Sequence[Turn] = (),
) -> Proposal:
    """What the request would change.

    engine: "vocabulary"; "auto", which asks a language model of this machine where the vocabulary does not understand;
    or the URL of a language server, with "#MODEL" where it has several. photo: what a language model is told about.
    tell: hears what the model is doing. before: what was asked earlier, which a language model is told. What is asked
    for beside sliders, such as to remove something, is understood with every engine but "vocabulary", which only moves
    sliders. Raises InvalidSetting for an engine that there is not, Cancelled, Refused, ModelError, and EngineError when
    a server that was named does not answer.
    """
    if engine not in (vocabulary.NAME, AUTO) and not engine.startswith(("http://", "https://")):
        raise InvalidSetting(*no_engine(engine))
    if not vocabulary.says_anything(request):
        return vocabulary.understand(request, about)
    if engine in (vocabulary.NAME, AUTO):
        found = without_model(request, about, photo, errands=engine == AUTO)
        if found.understood or engine == vocabulary.NAME or photo is None:
            return found
    if len(request) > MOST_REQUEST:  # of which a model would hear the beginning only
        who = vocabulary.NAME if engine == AUTO else engine
        return not_understood(request, who, said("That is longer than {most} characters.", most=MOST_REQUEST))
    parted = split(request)
    if parted.errands and not parted.rest:
        return joined(request, None, parted.errands, about)
    asked = parted.rest if parted.errands else request
    answer = _by_model(asked, about, engine, photo, cancelled, tell, before)
    if answer is None:
        return replace(found, message=sentences((found.message, NOBODY)))
    return joined(request, answer, parted.errands, about) if parted.errands else answer


def without_model(request: str, about: Situation, photo: Photo | None = None, *, errands: bool = True) -> Proposal:
    """What is understood without a language model: questions, the vocabulary's requests and, if so wanted, errands."""
    lit = None if photo is None else lambda: light(photo, about.settings)
    answer = explained(request, about.settings, lit, lambda: photo.metadata.iso if photo else None)
    if answer is not None:
        return answer
    found = vocabulary.understand(request, about)
    if not found.understood and (step := searched(request)) is not None:
        return joined(request, None, (step,), about)
    parted = Split(request, ()) if found.understood or not errands else split(request)
    if not parted.errands:
        return found
    rest = vocabulary.understand(parted.rest, about) if parted.rest else None
    return joined(request, rest, parted.errands, about)


def elsewhere(request: str) -> Proposal | None:
    """Photos of the library that the request looks for, whatever photo is open; None where it is about a photo, by the
    same reading as `propose`."""
    found = without_model(request, Situation(), errands=False)
    return found if any(step.tool == SEARCH for step in found.steps) else None


def joined(request: str, rest: Proposal | None, errands: Sequence[Step], about: Situation) -> Proposal:
    """What was understood of the rest of a request, and then its errands. Not understood when the rest is not."""
    if rest is not None and not rest.understood:
        return replace(rest, request=request)
    start = rest or Proposal(request, vocabulary.NAME, True, "", (), about.settings)
    both = replace(start, request=request, steps=(*start.steps, *errands))
    told = vocabulary.described(replace(start, steps=tuple(errands)))
    return replace(both, message=sentences(filter(None, (start.message, told))))


def _by_model(
    request: str,
    about: Situation,
    engine: str,
    photo: Photo | None,
    cancelled: Callable[[], bool] | None,
    tell: Tell,
    before: Sequence[Turn],
) -> Proposal | None:
    """None where there is no model to ask."""
    from stillbytes.assistant import models  # noqa: PLC0415 - engines load only when one is asked

    tell(stage("looking"))
    told = facts.facts(photo, about.settings) if photo is not None else {}
    if photo is not None:
        told[models.SUBJECTS] = partial(subjects, photo)
    told["last_change"] = facts.last_change(about.history)
    sees = look(photo, about.settings) if photo is not None else None
    if engine != AUTO:
        return models.by_url(engine, request, about, told, cancelled, tell, sees, before)
    return models.by_broker(request, about, told, cancelled, tell, sees, before)


def apply(
    document: Document,
    proposal: Proposal,
    networks: Callable[[], Access],
    amounts: Mapping[str, float] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> list[Told]:
    """Do what was proposed, as one step of the document's history; returns what was found for masks. See `carried`."""
    means = Means(networks, cancelled=cancelled or (lambda: False))
    return carried(document, document.photo, proposal, amounts, means).found


def carried(
    document: Document, photo: Photo, proposal: Proposal, amounts: Mapping[str, float] | None, means: Means
) -> Done:
    """Do what was proposed, as one step of the document's history.

    photo: that of the document, decoded or not. amounts: key of a row -> how much of it, see `Proposal.applied`.
    Nothing is changed when something that is asked for is not found or cannot be made. Raises InvalidSetting when the
    settings changed since, and as `carry_out` does.
    """
    _position(document, proposal)
    done = carry_out(photo, proposal, amounts, means) if proposal.changes else Done(proposal.base)
    position = _position(document, proposal)  # it may have taken minutes
    if position != document.history.position:
        document.go_to(position)
    if done.settings != proposal.base:
        document.commit(done.settings, label(proposal.request))
    return done


def _position(document: Document, proposal: Proposal) -> int:
    """Where in the history the proposal begins. Raises InvalidSetting when that is no longer so."""
    history = document.history
    position = min(max(history.position - proposal.back(), 0), len(history.entries))
    if history.settings_at(position) != proposal.base:
        raise InvalidSetting("The photo was changed since this was proposed.", "Ask again.")
    return position


def label(request: str) -> str:
    """What the step is called in the history: the request, on one line."""
    said = " ".join("".join(c if c.isprintable() else " " for c in request).split())
    return said if len(said) <= MOST_LABEL else said[: MOST_LABEL - 1] + "…"


@dataclass(frozen=True)
class Answer:
    """What came of `edit.ask`. edit: with the proposal applied; the same as before when nothing was understood."""

    proposal: Proposal
    edit: Edit

    @property
    def understood(self) -> bool:
        return self.proposal.understood

    @property
    def message(self) -> str:
        return self.proposal.message

    def to_json(self) -> dict[str, Any]:
        return self.proposal.to_json()

    def taken(self, amounts: Mapping[str, float] | None = None, amount: float = 1.0) -> Edit:
        """The edit with a part of the proposal: see `Proposal.applied`."""
        return replace(self.edit, settings=self.proposal.applied(amounts, amount))


def ask(edit: Edit, request: str, engine: str = AUTO) -> Answer:
    """See `Edit.ask`."""
    proposal = propose(request, situation(edit.photo, _history(edit)), engine, edit.photo)
    if proposal.back() > 0 and not proposal.changes:
        return Answer(proposal, replace(edit, settings=proposal.base, before=None))
    if not proposal.understood:
        return Answer(proposal, edit)
    settings = proposal.applied()
    if proposal.tasks:
        from stillbytes.gpu.access import shared_access  # noqa: PLC0415 - only where something is made

        settings = carry_out(edit.photo, proposal, None, Means(shared_access, keep=False)).settings
    return Answer(proposal, replace(edit, settings=settings, before=edit.settings))


def _history(edit: Edit) -> History:
    """Of an edit, which knows the settings before its last change."""
    steps = [edit.settings] if edit.before is None else [edit.before, edit.settings]
    entries, last = [], Settings()
    for settings in steps:
        if settings != last:
            entries.append(Entry(now(), "", difference(last, settings)))
        last = settings
    return History(tuple(entries), len(entries))
