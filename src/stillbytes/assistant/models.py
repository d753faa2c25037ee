"""Which language model is asked: the best one on this machine, through its broker, or a server that somebody runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

from stillbytes.assistant.conversation import converse
from stillbytes.assistant.progress import Tell, nobody, stage
from stillbytes.assistant.proposal import Proposal
from stillbytes.assistant.sight import Look, edge
from stillbytes.assistant.situation import Situation
from stillbytes.assistant.transcript import Turn
from stillbytes.core import preferences
from stillbytes.core.errors import EngineError
from stillbytes.engines.llama.client import Properties
from stillbytes.engines.llama.failures import ContextExceeded
from stillbytes.engines.llama.talk import Chat
from stillbytes.gpu import talking

LABEL = "The assistant"
SUBJECTS = "subjects"
"""The fact that only models without eyes are told, and that is only then looked for: a function that tells it."""


def by_url(
    url: str,
    request: str,
    about: Situation,
    facts: Mapping[str, Any],
    cancelled: Callable[[], bool] | None = None,
    tell: Tell = nobody,
    look: Look | None = None,
    before: Sequence[Turn] = (),
) -> Proposal:
    """Ask the server at that address; after a "#" the name of the model, without it the server's first one.

    before: what was asked earlier, for follow-ups. Raises Cancelled, ModelError when it has no such model, and
    EngineError when none answers there.
    """

    def talk(chat: Chat, properties: Properties | None, name: str) -> Coroutine[Any, Any, Proposal]:
        return _conversed(chat, properties, request, about, facts, url, tell, look, before)

    tell(stage("waiting"))
    return talking.at(url, talk, cancelled)


async def _conversed(
    chat: Chat,
    properties: Properties | None,
    request: str,
    about: Situation,
    facts: Mapping[str, Any],
    engine: str,
    tell: Tell,
    look: Look | None,
    before: Sequence[Turn],
) -> Proposal:
    """As `converse`, with the picture that the model's context affords, and with fewer words where it is short."""
    size = edge(properties) if look is not None else 0
    picture = await asyncio.to_thread(look, size) if look is not None and size else None
    looked_for = facts.get(SUBJECTS)
    facts = {name: value for name, value in facts.items() if name != SUBJECTS}
    if picture is None and looked_for is not None:  # who sees needs no hearsay
        facts[SUBJECTS] = await asyncio.to_thread(looked_for)
    think = preferences.load().llama.think
    try:
        return await converse(
            chat, request, about, facts, engine=engine, picture=picture, think=think, tell=tell, before=before
        )
    except ContextExceeded:
        try:
            return await converse(chat, request, about, facts, engine=engine, examples=False, think=think, tell=tell)
        except ContextExceeded as error:
            raise EngineError(error.message, "Start the server with a context of at least 4096 tokens.") from error


def by_broker(
    request: str,
    about: Situation,
    facts: Mapping[str, Any],
    cancelled: Callable[[], bool] | None = None,
    tell: Tell = nobody,
    look: Look | None = None,
    before: Sequence[Turn] = (),
) -> Proposal | None:
    """Ask the best model of this machine that fits; None where there is none.

    Raises Refused, Cancelled, ModelError, EngineError.
    """
    names = talking.candidates()
    if not names or "://" in names[0]:
        return by_url(names[0], request, about, facts, cancelled, tell, look, before) if names else None

    def talk(chat: Chat, properties: Properties | None, name: str) -> Coroutine[Any, Any, Proposal]:
        return _conversed(chat, properties, request, about, facts, name, tell, look, before)

    tell(stage("waiting"))

    def waits(why: str) -> None:
        tell(stage("waiting", why))

    return talking.leased(LABEL, names, talk, cancelled, waits=waits, otherwise="Nothing was changed.")
