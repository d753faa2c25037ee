"""Asking for changes of one photo: who understands the request, and how its proposal is applied."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from stillbytes.assistant import facts, vocabulary
from stillbytes.assistant.proposal import Proposal
from stillbytes.assistant.situation import Situation
from stillbytes.core.errors import InvalidSetting
from stillbytes.develop.camera import WhitePoint
from stillbytes.develop.settings import Settings
from stillbytes.edit.finding import Told, complete
from stillbytes.edit.history import Entry, History, difference, now
from stillbytes.edit.photo import Edit, Photo

if TYPE_CHECKING:
    from stillbytes.edit.document import Document
    from stillbytes.gpu.access import Access

AUTO = "auto"
MOST_LABEL = 80


def situation(photo: Photo, history: History) -> Situation:
    """What a request to this photo is about. The photo is decoded only if its white point is asked for."""

    def white(settings: Settings) -> WhitePoint:
        return photo.pipeline.white_balance(settings)

    return Situation(history, lambda: photo.upright[1], white)


def propose(
    request: str,
    about: Situation,
    engine: str = AUTO,
    photo: Photo | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Proposal:
    """What the request would change.

    engine: "vocabulary"; "auto", which asks a language model of this machine where the vocabulary does not understand;
    or the URL of a language server. photo: what a language model is told about. Raises InvalidSetting for an engine
    that there is not, Cancelled, Refused, and EngineError when a server that was named does not answer.
    """
    if engine not in (vocabulary.NAME, AUTO) and not engine.startswith(("http://", "https://")):
        remedy = f"Use {vocabulary.NAME}, {AUTO} or the URL of a language server."
        raise InvalidSetting(f"There is no engine {engine[:80]!r}.", remedy)
    if engine in (vocabulary.NAME, AUTO):
        found = vocabulary.understand(request, about)
        if found.understood or engine == vocabulary.NAME or photo is None:
            return found
    from stillbytes.assistant import models  # noqa: PLC0415 - engines load only when one is asked

    told = facts.facts(photo, about.settings) if photo is not None else {}
    if engine == AUTO:
        return models.by_broker(request, about, told, cancelled) or found
    return models.by_url(engine, request, about, told)


def apply(
    document: Document,
    proposal: Proposal,
    networks: Callable[[], Access],
    amounts: Mapping[str, float] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> list[Told]:
    """Do what was proposed, as one step of the document's history; returns what was found for masks.

    amounts: key of a row -> how much of it, see `Proposal.applied`. Nothing is changed when something a mask asks for
    is not found. Raises InvalidSetting when the settings changed since, NotFound, Cancelled, and what engines raise.
    """
    history = document.history
    position = min(max(history.position - proposal.back(), 0), len(history.entries))
    if history.settings_at(position) != proposal.base:
        raise InvalidSetting("The photo was changed since this was proposed.", "Ask again.")
    found: list[Told] = []
    settings = proposal.base
    if proposal.changes:
        settings, found = complete(document.photo, proposal.applied(amounts), networks, keep=True, cancelled=cancelled)
    if position != history.position:
        document.go_to(position)
    if settings != proposal.base:
        document.commit(settings, label(proposal.request))
    return found


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
    return Answer(proposal, replace(edit, settings=proposal.applied(), before=edit.settings))


def _history(edit: Edit) -> History:
    """Of an edit, which knows the settings before its last change."""
    steps = [edit.settings] if edit.before is None else [edit.before, edit.settings]
    entries, last = [], Settings()
    for settings in steps:
        if settings != last:
            entries.append(Entry(now(), "", difference(last, settings)))
        last = settings
    return History(tuple(entries), len(entries))
