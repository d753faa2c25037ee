"""What was asked of open photos: kept with each, and told of when it changes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from stillbytes.assistant import carrying_out, checking
from stillbytes.assistant.light import pixels_of
from stillbytes.assistant.transcript import Outcome, Transcript, Turn, transcript
from stillbytes.core.errors import Cancelled, StillbytesError

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

    def proposed(self, document: Document, proposal: Proposal) -> str:
        """Keep what was understood of a request; returns the id of the turn."""
        answered = all(step.tool == "search" for step in proposal.steps)
        outcome: Outcome = "unclear" if not proposal.understood else "answered" if answered else "proposed"
        return self._add(document, Turn.of(proposal.request, proposal.engine, proposal.message, outcome))

    @contextmanager
    def asking(self, document: Document, request: str, who: str) -> Iterator[None]:
        """Keep it when asking comes to nothing."""
        try:
            yield
        except Cancelled:
            self._add(document, Turn.of(request, who, "Stopped.", "stopped"))
            raise
        except StillbytesError as error:
            self._add(document, Turn.of(request, who, str(error), "failed"))
            raise

    def applied(
        self,
        document: Document,
        id: str,
        proposal: Proposal,
        amounts: Mapping[str, float],
        work: Callable[[Photo], Done],
    ) -> Done:
        """Do it, and keep what was applied and what the numbers say of it, or why it was not.

        work: is given the photo as it is kept decoded.
        """
        photo = document.photo.already(self._workspace.pipeline(document.photo.id))
        before = pixels_of(photo, document.settings, checking.EDGE)
        try:
            done = work(photo)
        except Cancelled:
            self.change(document, id, outcome="stopped", checks=("Stopped; nothing was changed.",))
            raise
        except StillbytesError as error:
            self.change(document, id, outcome="failed", checks=(str(error),))
            raise
        after = pixels_of(photo, document.settings, checking.EDGE)
        told = checking.checks(before, after) if proposal.changes or proposal.back() else ()
        lines = checking.lines(proposal, amounts)
        if done.stopped:
            places = carrying_out.works(proposal, amounts)
            each = [tuple(checking.lines_of(proposal.steps[place], place, amounts)) for place in places]
            left = len(places) - done.stopped
            lines = tuple(line for held in each[:left] for line in held)
            told = (f"Stopped; not done: {'; '.join(line for held in each[left:] for line in held)}.", *told)
        self.change(document, id, outcome="applied", lines=lines, checks=told)
        return done

    def done(self, document: Document, proposal: Proposal, amounts: Mapping[str, float]) -> None:
        """Keep what was applied to this photo among others."""
        turn = Turn.of(proposal.request, proposal.engine or "", proposal.message, "applied")
        self._add(document, replace(turn, lines=checking.lines(proposal, amounts)))

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
