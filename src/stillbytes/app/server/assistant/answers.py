"""A language model's answer to a request about an open photo: told while it is written, brought as a proposal."""

from __future__ import annotations

import dataclasses
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from stillbytes.app.languages import Language, in_language
from stillbytes.app.server.assistant.shapes import shown
from stillbytes.app.server.models import readable
from stillbytes.assistant import asking, checking, tools
from stillbytes.assistant.beside import beside
from stillbytes.assistant.carrying_out import Done, Means, News, works
from stillbytes.assistant.eyes import eyes
from stillbytes.assistant.progress import Progress, Tell
from stillbytes.core.saying import joined, said

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stillbytes.app.server.assistant.chats import Chats
    from stillbytes.app.server.workspace import Workspace
    from stillbytes.assistant.proposal import Proposal
    from stillbytes.assistant.situation import Situation
    from stillbytes.core.jobs import Control
    from stillbytes.edit.document import Document
    from stillbytes.edit.photo import Photo


def situation(workspace: Workspace, document: Document) -> Situation:
    """Of the photo that is kept decoded."""
    from stillbytes.assistant.situation import Situation  # noqa: PLC0415 - beside its name for types

    pipeline, id = workspace.pipeline, document.photo.id
    return Situation(
        document.history,
        lambda: document.photo.upright[1],
        lambda settings: pipeline(id).white_balance(settings),
        lambda settings, names: asking.looked(pipeline(id), settings, names, workspace.networks_now),
    )


def answered(
    workspace: Workspace,
    chats: Chats,
    document: Document,
    request: str,
    who: str,
    control: Control,
    language: Language,
) -> str:
    """Ask the language model; the event "proposed" brings what it proposes, in that language. Returns that in words.

    Raises what asking raises.
    """
    id, about = document.photo.id, situation(workspace, document)
    tell = _telling(workspace, id, request, control, language)
    with chats.asking(document, request, who, language):
        if "://" not in who:
            workspace.networks()  # a server that has just begun has no broker yet
        photo = document.photo.already(workspace.pipeline(id))
        earlier = chats.of(document).said
        found = asking.propose(request, about, asking.AUTO, photo, control.cancelled, tell, earlier)
    answer = shown(document, found, language, turn=chats.proposed(document, found, language)).model_dump(by_alias=True)
    workspace.events.emit("proposed", {"photo": id, "proposal": answer})
    return readable(found.message)


def _telling(workspace: Workspace, photo: str, request: str, control: Control, language: Language) -> Tell:
    """Passes on what the model is doing, as the event "asking" and as the job's message."""
    begun = time.monotonic()

    def tell(progress: Progress) -> None:
        known = beside()
        worded = (in_language(readable(tools.worded(call, known)), language) for call in progress.calls)
        steps = [words for words in worded if words]
        told = {**dataclasses.asdict(progress), "says": readable(progress.says), "say": readable(progress.say[:300])}
        del told["calls"]
        seconds = round(time.monotonic() - begun, 1)
        control.progress(0, 0, told["says"])
        event = {"photo": photo, "request": readable(request), **told, "steps": steps, "seconds": seconds}
        workspace.events.emit("asking", event, kept=False)

    return tell


def carried(
    workspace: Workspace,
    chats: Chats,
    document: Document,
    turn: str,
    proposal: Proposal,
    amounts: Mapping[str, float],
    control: Control,
    language: Language,
) -> str:
    """Do what was proposed step by step; the event "carrying" tells how far it is. Returns what was done, in words."""
    from stillbytes.app.server.drawing import telling  # noqa: PLC0415 - loads OpenCV

    steps = [
        {
            "says": in_language(readable(joined(checking.lines_of(step, place, amounts), ", ") or step.says), language),
            "state": "waiting",
            "checks": [],
        }
        for place, step in enumerate(proposal.steps)
    ]
    id = document.photo.id
    work = works(proposal, amounts)

    def emit() -> None:
        told = [steps[place] for place in work]
        workspace.events.emit("carrying", {"photo": id, "turn": turn, "steps": [dict(step) for step in told]})

    def tell(news: News) -> None:
        steps[news.place] |= {
            "state": news.state,
            "checks": [in_language(readable(check), language) for check in news.checks],
        }
        if news.state == "running":
            control.progress(work.index(news.place), len(work), str(steps[news.place]["says"]))
        emit()

    emit()
    draw = telling(workspace, id, control) if proposal.tasks else None
    means = Means(workspace.networks, cancelled=control.cancelled, tell=tell, draw=draw)

    def work_on(photo: Photo) -> Done:
        return asking.carried(document, photo, proposal, amounts, replace(means, eyes=eyes(photo, control.cancelled)))

    done = chats.applied(document, turn, proposal, amounts, work_on, language)
    document.flush()
    return said("Stopped; {left} not done", left=done.stopped) if done.stopped else said("Done")
