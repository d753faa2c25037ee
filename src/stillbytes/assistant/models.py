"""Which language model is asked: the best one on this machine, through its broker, or a server that somebody runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, cast

from stillbytes.assistant.conversation import Chat, converse
from stillbytes.assistant.progress import Tell, nobody, stage
from stillbytes.assistant.proposal import Proposal
from stillbytes.assistant.sight import Look, edge
from stillbytes.assistant.situation import Situation
from stillbytes.assistant.transcript import Turn
from stillbytes.core import preferences
from stillbytes.core.errors import Cancelled, EngineCrashed, EngineError, ModelError
from stillbytes.engines.engine import Loadable
from stillbytes.engines.llama.client import Properties
from stillbytes.engines.llama.failures import ContextExceeded
from stillbytes.engines.llama.find import probe
from stillbytes.engines.llama.guest import Guest

if TYPE_CHECKING:
    from stillbytes.engines.llama.engine import Llama
    from stillbytes.gpu.access import Access, Engines
    from stillbytes.gpu.broker.broker import Lease

LABEL = "The assistant"
SUBJECTS = "subjects"
"""The fact that only models without eyes are told, and that is only then looked for: a function that tells it."""
PATIENCE = 0.05
"""Seconds between two looks at whether anybody still waits."""
T = TypeVar("T")
Talk = Callable[[Chat, "Properties | None", str], Coroutine[Any, Any, T]]
"""What is done with a model: how it is talked to, what is known of it, and its name."""


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

    return _at(url, talk, cancelled, tell)


def _at(url: str, talk: Talk[T], cancelled: Callable[[], bool] | None, tell: Tell = nobody) -> T:
    place, _, model = url.partition("#")

    async def ask() -> T:
        tell(stage("waiting"))
        guest = Guest(await probe(place), model or None)
        try:
            if model:
                await guest.load(Loadable(model, {}))
            return await talk(guest.chat, await guest.properties(), url)
        finally:
            await guest.close()

    return asyncio.run(_awaited(ask(), cancelled or (lambda: False)))


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


async def _awaited(work: Coroutine[Any, Any, T], cancelled: Callable[[], bool]) -> T:
    """What the work returns, unless nobody waits for it any more. Raises Cancelled."""
    task = asyncio.ensure_future(work)
    while not task.done():
        await asyncio.wait((task,), timeout=PATIENCE)
        if cancelled() and not task.done():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            raise Cancelled()
    return task.result()


def by_seeing(
    talk: Callable[[Chat, Properties | None], Coroutine[Any, Any, T]], cancelled: Callable[[], bool]
) -> T | None:
    """Talk to the best model that sees; None where there is none. Raises as `by_broker`."""
    names = seeing()
    if not names:
        return None
    if "://" in names[0]:
        return _at(names[0], lambda chat, properties, name: talk(chat, properties), cancelled)
    return _leased(names, lambda chat, properties, name: talk(chat, properties), cancelled, nobody)


def seeing() -> tuple[str, ...]:
    """Those of `candidates` that see, by what is declared of them; of a server it is not known before it is asked."""
    from stillbytes.gpu.models import actions  # noqa: PLC0415 - only when a model is asked
    from stillbytes.gpu.models.store import open_store  # noqa: PLC0415

    able = {one.model.id for one in actions.list_models(open_store(preferences.load()), task="see")}
    return tuple(name for name in candidates() if "://" in name or name in able)


def asked() -> str:
    """Who is asked first where no server is named: the id of the installed model, the URL that was set, or "" for
    nobody. Raises ModelError when a model was chosen that is not here.
    """
    return next(iter(candidates()), "")


def candidates() -> tuple[str, ...]:
    """Ids of the models to ask, the best first, or the one URL. Raises as `asked`."""
    from stillbytes.gpu.models import actions  # noqa: PLC0415 - only when a model is asked
    from stillbytes.gpu.models.store import open_store  # noqa: PLC0415

    choices = preferences.load()
    listed = actions.list_models(open_store(choices), task="chat")
    here = {one.model.id: one.model for one in listed if one.installed}
    chosen = choices.llama.model
    if chosen in here:
        return (chosen,)
    if choices.llama.url and (chosen or not here):
        return (f"{choices.llama.url}#{chosen}" if chosen else choices.llama.url,)
    if chosen:
        raise ModelError(
            f"The language model {chosen[:80]} that was chosen is not here.",
            f"`stillbytes models pull {chosen[:80]}` brings it; without `llama.model` in the preferences the best one "
            "that is here is asked.",
        )
    return tuple(sorted(here, key=lambda id: -here[id].quality))


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
    first = asked()
    if not first or "://" in first:
        return by_url(first, request, about, facts, cancelled, tell, look, before) if first else None

    def talk(chat: Chat, properties: Properties | None, name: str) -> Coroutine[Any, Any, Proposal]:
        return _conversed(chat, properties, request, about, facts, name, tell, look, before)

    return _leased(candidates(), talk, cancelled, tell)


def _leased(names: Sequence[str], talk: Talk[T], cancelled: Callable[[], bool] | None, tell: Tell) -> T:
    """Talk to the first of these models that fits, under a lease of the broker."""
    from stillbytes.gpu.access import shared_access  # noqa: PLC0415 - only when a model is asked
    from stillbytes.gpu.broker.messages import Way  # noqa: PLC0415

    access: Access = shared_access()

    async def work(lease: Lease, engines: Engines) -> T:
        llama = cast("Llama", engines["llama"])
        return await talk(llama.chat, await llama.client.properties(), names[lease.way])

    tell(stage("waiting"))
    ways = tuple(Way((name,)) for name in names)
    try:
        return access.run(LABEL, ways, work, cancelled=cancelled, waits=lambda why: tell(stage("waiting", why)))
    except EngineCrashed as error:  # whoever asks for a warmer picture has no use for the server's log
        raise EngineError(f"{error.brief} Nothing was changed.", error.remedy) from error
