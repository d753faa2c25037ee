"""The same request for many photos, understood for each by itself: what a batch asks of the assistant."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from stillbytes.assistant import asking, vocabulary
from stillbytes.assistant.carrying_out import Means, carry_out
from stillbytes.assistant.situation import Situation
from stillbytes.core.errors import InvalidSetting
from stillbytes.core.saying import joined, said
from stillbytes.edit.document import Document

if TYPE_CHECKING:
    from stillbytes.assistant.proposal import Proposal
    from stillbytes.develop.settings import Settings
    from stillbytes.edit.photo import Photo
    from stillbytes.gpu.access import Access

BACK = ("undo", "redo")


def check(request: str, engine: str) -> None:
    """Raises InvalidSetting for what cannot be asked of many photos at once."""
    if engine not in (vocabulary.NAME, asking.AUTO) and not engine.startswith(("http://", "https://")):
        raise InvalidSetting(*asking.no_engine(engine))
    if asking.elsewhere(request) is not None:
        raise InvalidSetting("This looks for photos and changes none.", "`stillbytes ask` finds them.")
    found = _at_once(request, engine)
    if any(step.tool in BACK for step in found.steps):
        raise InvalidSetting("Undo and redo are of one photo's history.", "Choose one photo.")
    if not found.understood and engine == vocabulary.NAME:
        raise InvalidSetting(found.message, "Say it in other words, or let a language model understand it.")


def engines(request: str, engine: str) -> tuple[str, ...]:
    """Those without which it certainly cannot be done: of whoever carries it out."""
    if engine.startswith(("http://", "https://")):
        return ()
    found = _at_once(request, engine)
    if not found.understood:
        return ("llama",)
    from stillbytes.generate.tasks import tasks  # noqa: PLC0415 - only where there are some

    wanted = [tasks()[(step.task or {})["name"]] for step in found.steps if step.tool == "task"]
    return ("comfyui",) if any("classical" not in task.engines for task in wanted) else ()


def settings(
    photo: Photo, request: str, engine: str, networks: Callable[[], Access], cancelled: Callable[[], bool]
) -> tuple[Settings, str]:
    """What the photo's settings become, and what is to be said about it. Masks and patches are kept beside the photo.

    Raises InvalidSetting when it is not understood, NotFound for what is not in the photo, Cancelled, and what engines
    raise.
    """
    document = Document(photo)
    about = asking.situation(photo, document.history)
    proposal = asking.propose(request, about, engine, photo, cancelled)
    if not proposal.understood:
        raise InvalidSetting(proposal.message, "Say it in other words.")
    if proposal.back():
        raise InvalidSetting("Undo and redo are of one photo's history.", "Choose one photo.")
    done = carry_out(photo, proposal, None, Means(networks, cancelled=cancelled))
    told_of = [proposal.message]
    if any(step.tool == "export" for step in proposal.steps):
        told_of.append(said("Nothing is exported here: `stillbytes batch export` does that."))
    guessed = [told.adjustment for told in done.found if "classical" in told.result.used]
    told_of += [said("{name} was found without a model: look whether it is right.", name=name) for name in guessed]
    return done.settings, joined(told_of)


def _at_once(request: str, engine: str) -> Proposal:
    """As it is understood whatever the photo is."""
    return asking.without_model(request, Situation(), errands=engine != vocabulary.NAME)
