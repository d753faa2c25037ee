"""Talking to a language model from code that does not wait for coroutines: the best one on this machine, through its
broker, or one of a server that somebody runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, cast

from stillbytes.core import preferences
from stillbytes.core.errors import Cancelled, EngineCrashed, EngineError, ModelError
from stillbytes.core.saying import joined, said
from stillbytes.engines.engine import Loadable
from stillbytes.engines.llama.client import Properties
from stillbytes.engines.llama.find import probe
from stillbytes.engines.llama.guest import Guest
from stillbytes.engines.llama.talk import Chat

if TYPE_CHECKING:
    from stillbytes.engines.llama.engine import Llama
    from stillbytes.gpu.access import Access, Engines
    from stillbytes.gpu.broker.broker import Lease

PATIENCE = 0.05
"""Seconds between two looks at whether anybody still waits."""
T = TypeVar("T")
Talk = Callable[[Chat, "Properties | None", str], Coroutine[Any, Any, T]]
"""What is done with a model: how it is talked to, what is known of it, and its name."""


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
            said("The language model {model} that was chosen is not here.", model=chosen[:80]),
            said(
                "`stillbytes models pull {model}` brings it; "
                "without `llama.model` in the preferences the best one that is here is asked.",
                model=chosen[:80],
            ),
        )
    return tuple(sorted(here, key=lambda id: -here[id].quality))


def seeing() -> tuple[str, ...]:
    """Those of `candidates` that see, by what is declared of them; of a server it is not known before it is asked."""
    from stillbytes.gpu.models import registry  # noqa: PLC0415 - only when a model is asked

    able = {model.id for model in registry.all_models() if "see" in model.tasks}
    return tuple(name for name in candidates() if "://" in name or name in able)


def by_seeing(
    label: str,
    talk: Talk[T],
    cancelled: Callable[[], bool],
    *,
    idle: bool = False,
    waits: Callable[[str], None] | None = None,
    otherwise: str = "",
) -> T | None:
    """Talk to the best model that sees; None where there is none. idle: nobody waits for it, see `Access.run`.
    otherwise: see `leased`. Raises as `leased` and `at`."""
    names = seeing()
    if not names:
        return None
    if "://" in names[0]:
        return at(names[0], talk, cancelled)
    return leased(label, names, talk, cancelled, idle=idle, waits=waits, otherwise=otherwise)


def at(url: str, talk: Talk[T], cancelled: Callable[[], bool] | None) -> T:
    """Talk to the server at that address; after a "#" the name of the model, without it the server's first one.

    Raises Cancelled, ModelError when it has no such model, and EngineError when none answers there.
    """
    place, _, model = url.partition("#")

    async def ask() -> T:
        guest = Guest(await probe(place), model or None)
        try:
            if model:
                await guest.load(Loadable(model, {}))
            return await talk(guest.chat, await guest.properties(), url)
        finally:
            await guest.close()

    return asyncio.run(awaited(ask(), cancelled or (lambda: False)))


def leased(
    label: str,
    names: Sequence[str],
    talk: Talk[T],
    cancelled: Callable[[], bool] | None,
    *,
    idle: bool = False,
    waits: Callable[[str], None] | None = None,
    otherwise: str = "",
) -> T:
    """Talk to the first of these models that fits, under a lease of the broker. label: of the work. waits: hears what
    it waits for. otherwise: what is told of the errand besides, where the server ends in the middle of it.

    Raises Refused, Cancelled, ModelError, EngineError."""
    from stillbytes.gpu.access import shared_access  # noqa: PLC0415 - only when a model is asked
    from stillbytes.gpu.broker.messages import Way  # noqa: PLC0415

    access: Access = shared_access()

    async def work(lease: Lease, engines: Engines) -> T:
        llama = cast("Llama", engines["llama"])
        return await talk(llama.chat, await llama.client.properties(), names[lease.way])

    ways = tuple(Way((name,)) for name in names)
    try:
        return access.run(label, ways, work, idle=idle, cancelled=cancelled, waits=waits)
    except EngineCrashed as error:  # whoever asks for a warmer picture has no use for the server's log
        raise EngineError(joined(filter(None, (error.brief, otherwise))), error.remedy) from error


async def awaited(work: Coroutine[Any, Any, T], cancelled: Callable[[], bool]) -> T:
    """What the work returns, unless nobody waits for it any more. Raises Cancelled."""
    task = asyncio.ensure_future(work)
    while not task.done():
        await asyncio.wait((task,), timeout=PATIENCE)
        if cancelled() and not task.done():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            raise Cancelled()
    return task.result()
