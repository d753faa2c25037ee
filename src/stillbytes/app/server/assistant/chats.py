"""What was asked of open photos: kept with each, and told of when it changes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from stillbytes.app.languages import Language, in_language
from stillbytes.assistant import carrying_out, checking
from stillbytes.assistant.light import pixels_of
from stillbytes.assistant.transcript import Outcome, Transcript, Turn, transcript
from stillbytes.core.errors import Cancelled, StillbytesError
from stillbytes.core.saying import joined, said

if TYPE_CHECKING:
    from stillbytes.app.server.workspace import Workspace
    from stillbytes.assistant.carrying_out import Done
    from stillbytes.assistant.proposal import Proposal
    from stillbytes.edit.document import Document
    from stillbytes.edit.photo import Photo


class Chats:
    """Thread-safe. Whatever changes a transcript emits "chat-changed" with the id of the photo."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._lock = threading.Lock()
        self._held: WeakKeyDictionary[Document, Transcript] = WeakKeyDictionary()

    def of(self, document: Document) -> Transcript:
        with self._lock:
            if document not in self._held:
                self._held[document] = transcript(document.photo)
            return self._held[document]

    def proposed(self, document: Document, proposal: Proposal, language: Language) -> str:
        """Keep what was understood of a request, in the language of who asked; returns the id of the turn."""
        answered = all(step.tool == "search" for step in proposal.steps)
        outcome: Outcome = "unclear" if not proposal.understood else "answered" if answered else "proposed"
        return self._add(
            document, Turn.of(proposal.request, proposal.engine, in_language(proposal.message, language), outcome)
        )

    @contextmanager
    def asking(self, document: Document, request: str, who: str, language: Language) -> Iterator[None]:
        """Keep it when asking comes to nothing."""
        try:
            yield
        except Cancelled:
            self._add(document, Turn.of(request, who, in_language("Stopped.", language), "stopped"))
            raise
        except StillbytesError as error:
            self._add(document, Turn.of(request, who, _told(error, language), "failed"))
            raise

    def applied(
        self,
        document: Document,
        id: str,
        proposal: Proposal,
        amounts: Mapping[str, float],
        work: Callable[[Photo], Done],
        language: Language,
    ) -> Done:
        """Do it, and keep what was applied and what the numbers say of it, or why it was not.

        work: is given the photo as it is kept decoded.
        """
        photo = document.photo.already(self._workspace.pipeline(document.photo.id))
        before = pixels_of(photo, document.settings, checking.EDGE)
        try:
            done = work(photo)
        except Cancelled:
            self.change(
                document, id, outcome="stopped", checks=(in_language("Stopped; nothing was changed.", language),)
            )
            raise
        except StillbytesError as error:
            self.change(document, id, outcome="failed", checks=(_told(error, language),))
            raise
        after = pixels_of(photo, document.settings, checking.EDGE)
        told = checking.checks(before, after) if proposal.changes or proposal.back() else ()
        lines = checking.lines(proposal, amounts)
        if done.stopped:
            places = carrying_out.works(proposal, amounts)
            each = [tuple(checking.lines_of(proposal.steps[place], place, amounts)) for place in places]
            left = len(places) - done.stopped
            lines = tuple(line for held in each[:left] for line in held)
            undone = joined([line for held in each[left:] for line in held], "; ")
            told = (said("Stopped; not done: {what}.", what=undone), *told)
        lines, told = (tuple(in_language(one, language) for one in held) for held in (lines, told))
        self.change(document, id, outcome="applied", lines=lines, checks=told)
        return done

    def done(self, document: Document, proposal: Proposal, amounts: Mapping[str, float], language: Language) -> None:
        """Keep what was applied to this photo among others."""
        message = in_language(proposal.message, language)
        lines = tuple(in_language(line, language) for line in checking.lines(proposal, amounts))
        self._add(document, replace(Turn.of(proposal.request, proposal.engine or "", message, "applied"), lines=lines))

    def change(self, document: Document, id: str, **changes: object) -> None:
        if self.of(document).change(id, **changes) is not None:
            self._workspace.events.emit("chat-changed", {"id": document.photo.id})

    def clear(self, document: Document) -> None:
        """Raises SidecarError."""
        self.of(document).clear()
        self._workspace.events.emit("chat-changed", {"id": document.photo.id})

    def _add(self, document: Document, turn: Turn) -> str:
        kept = self.of(document).add(turn)
        self._workspace.events.emit("chat-changed", {"id": document.photo.id})
        return kept.id


def _told(error: StillbytesError, language: Language) -> str:
    """What happened, and what to do about it."""
    return " ".join(in_language(text, language) for text in (error.message, error.remedy) if text)
