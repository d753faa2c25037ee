"""Which language model is asked: the best one on this machine, through its broker, or a server that somebody runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, cast

from stillbytes.assistant.conversation import converse
from stillbytes.assistant.proposal import Proposal
from stillbytes.assistant.situation import Situation
from stillbytes.core import preferences
from stillbytes.core.errors import EngineError
from stillbytes.core.preferences import LlamaPreferences
from stillbytes.engines.llama.find import find
from stillbytes.engines.llama.guest import Guest

if TYPE_CHECKING:
    from stillbytes.engines.llama.engine import Llama
    from stillbytes.gpu.access import Access, Engines
    from stillbytes.gpu.broker.broker import Lease

LABEL = "The assistant"


def by_url(url: str, request: str, about: Situation, facts: Mapping[str, Any]) -> Proposal:
    """Ask the server at that address. Raises EngineError when none answers there."""

    async def ask() -> Proposal:
        found = await find(LlamaPreferences(url=url), ports=())
        if found.running is None:
            raise next(iter(found.problems), EngineError(f"No language server answers at {url[:200]}.", "Start it."))
        guest = Guest(found.running)
        try:
            return await converse(guest.chat, request, about, facts, engine=url)
        finally:
            await guest.close()

    return asyncio.run(ask())


def by_broker(
    request: str, about: Situation, facts: Mapping[str, Any], cancelled: Callable[[], bool] | None = None
) -> Proposal | None:
    """Ask the model of this machine; None where there is none. Raises Refused, Cancelled, EngineError."""
    from stillbytes.gpu.access import shared_access  # noqa: PLC0415 - only when a model is asked
    from stillbytes.gpu.broker.messages import Way  # noqa: PLC0415
    from stillbytes.gpu.models import actions  # noqa: PLC0415
    from stillbytes.gpu.models.store import open_store  # noqa: PLC0415

    choices = preferences.load()
    store = open_store(choices)
    here = {one.model.id: one.model for one in actions.list_models(store, task="chat") if one.installed}
    wanted = choices.llama.model if choices.llama.model in here else None
    model = wanted or (max(here.values(), key=lambda one: one.quality).id if here else None)
    if model is None:
        return by_url(choices.llama.url, request, about, facts) if choices.llama.url else None
    access: Access = shared_access()

    async def work(lease: Lease, engines: Engines) -> Proposal:
        return await converse(cast("Llama", engines["llama"]).chat, request, about, facts, engine=model)

    return access.run(LABEL, (Way((model,)),), work, cancelled=cancelled)
