"""The same request for many photos: asked about first, done one photo after the other, each one step of its history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from stillbytes.app.languages import Language
from stillbytes.app.server.assistant.answers import situation
from stillbytes.app.server.assistant.shapes import seeks
from stillbytes.app.server.models import readable
from stillbytes.assistant import asking, told, vocabulary
from stillbytes.assistant.carrying_out import Means
from stillbytes.core.errors import Cancelled, InvalidSetting, StillbytesError
from stillbytes.core.saying import about, joined, said

if TYPE_CHECKING:
    from stillbytes.app.server.assistant.chats import Chats
    from stillbytes.app.server.workspace import Workspace
    from stillbytes.assistant.proposal import Proposal
    from stillbytes.core.jobs import Control
    from stillbytes.edit.document import Document

MOST_TOLD = 5
"""Photos that are named in the end when something did not work."""


def check(photos: Sequence[str], confirmed: int, steps: Sequence[Mapping[str, Any]]) -> None:
    """Raises InvalidSetting unless a person said yes to so many photos, and for what is of one photo's history."""
    if len(set(photos)) != confirmed:
        count = len(set(photos))
        raise InvalidSetting(
            said("{count} photo would be changed. | {count} photos would be changed.", count=count),
            "Ask first, and confirm that number.",
        )
    if any(step["tool"] in ("undo", "redo") for step in steps):
        raise InvalidSetting("Undo and redo are of one photo's history.", "Choose one photo.")


def carry(
    workspace: Workspace,
    chats: Chats,
    photos: Sequence[str],
    request: str,
    engine: str,
    steps: Sequence[Mapping[str, Any]],
    amounts: Mapping[str, float],
    control: Control,
    language: Language,
) -> str:
    """Returns what was done, in words. One photo that fails costs the others nothing. Raises Cancelled when nothing was
    done yet, InvalidSetting when nothing could be.
    """
    done, problems = 0, []
    wanted = list(dict.fromkeys(photos))
    for number, id in enumerate(wanted):
        if control.cancelled():
            break
        document = workspace.document(id)
        name = readable(document.photo.path.name)
        control.progress(number, len(wanted), name)
        try:
            proposal = _proposed(workspace, document, request, engine, steps)
            _one(workspace, chats, document, proposal, amounts, control, language)
            done += 1
        except Cancelled:
            break
        except StillbytesError as error:
            problems.append(about(name, readable(error.message)))
    if not done and control.cancelled():
        raise Cancelled()
    if not done and problems:
        raise InvalidSetting(joined(problems[:MOST_TOLD]))
    changed = said("Changed {done} of {all} photos.", done=done, all=len(wanted))
    return joined((changed, *problems[:MOST_TOLD]))


def _proposed(
    workspace: Workspace, document: Document, request: str, engine: str, steps: Sequence[Mapping[str, Any]]
) -> Proposal:
    if engine == vocabulary.NAME:
        found = asking.without_model(request, situation(workspace, document))
        if not found.understood:
            raise InvalidSetting(found.message)
        return found
    return told.restored(request, None, steps, document.history)


def _one(
    workspace: Workspace,
    chats: Chats,
    document: Document,
    proposal: Proposal,
    amounts: Mapping[str, float],
    control: Control,
    language: Language,
) -> None:
    photo = document.photo
    if proposal.tasks or seeks(document, proposal, dict(amounts)):
        photo = photo.already(workspace.pipeline(photo.id))
    means = Means(workspace.networks, cancelled=control.cancelled)
    asking.carried(document, photo, proposal, amounts, means)
    document.flush()
    chats.done(document, proposal, amounts, language)
