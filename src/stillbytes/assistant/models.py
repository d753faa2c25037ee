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


def asked() -> str:
    """Who is asked where no server is named: the id of the installed model, the URL that was set, or "" for nobody."""
    from stillbytes.gpu.models import actions  # noqa: PLC0415 - only when a model is asked
    from stillbytes.gpu.models.store import open_store  # noqa: PLC0415

    choices = preferences.load()
    listed = actions.list_models(open_store(choices), task="chat")
    here = {one.model.id: one.model for one in listed if one.installed}
    if choices.llama.model in here:
        return choices.llama.model
    return max(here.values(), key=lambda one: one.quality).id if here else choices.llama.url or ""


def by_broker(
    request: str, about: Situation, facts: Mapping[str, Any], cancelled: Callable[[], bool] | None = None
) -> Proposal | None:
    """Ask the model of this machine; None where there is none. Raises Refused, Cancelled, EngineError."""
    from stillbytes.gpu.access import shared_access  # noqa: PLC0415 - only when a model is asked
    from stillbytes.gpu.broker.messages import Way  # noqa: PLC0415

    model = asked()
    if not model or model.startswith(("http://", "https://")):
        return by_url(model, request, about, facts) if model else None
    access: Access = shared_access()

    async def work(lease: Lease, engines: Engines) -> Proposal:
        return await converse(cast("Llama", engines["llama"]).chat, request, about, facts, engine=model)

    return access.run(LABEL, (Way((model,)),), work, cancelled=cancelled)
