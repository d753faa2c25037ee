"""A language server that somebody else runs (LM Studio, Ollama, a llama-server): used as it is, its memory its own."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Mapping

from stillbytes.core.errors import ModelError
from stillbytes.core.saying import said
from stillbytes.engines.engine import Loadable
from stillbytes.engines.llama.client import LIMITS, Client, Properties
from stillbytes.engines.llama.find import Running
from stillbytes.engines.llama.talk import Chunk, Limits, Request


class Guest:
    """An Engine without memory control: loading only checks that it is there, unloading does nothing."""

    name = "llama"
    divisible = False

    def __init__(self, running: Running, model: str | None = None) -> None:
        """model: which of its models to use, by its own name; its first one without."""
        self._running = running
        self._model = model
        self._client = Client(running.url, native=running.kind == "llama-server")
        self._jobs = 0

    @property
    def model(self) -> str:
        """What it is asked for."""
        return self._model or (self._running.models[0] if self._running.models else "")

    async def load(self, model: Loadable) -> None:
        """Raises Unreachable when it is gone, ModelError when it has no such model."""
        offered = await self._client.models()
        if self._model and self._model not in offered:
            raise ModelError(
                said("The language server at {url} has no model {model}.", url=self._client.url, model=self._model),
                said("It has: {these}.", these=", ".join(offered)[:300])
                if offered
                else said("It has none: load one there."),
            )

    async def properties(self) -> Properties | None:
        """What it says of itself; None of a server that is no llama-server."""
        return await self._client.properties() if self._client.native else None

    async def unload(self, model: str, mib: int | None = None) -> None:
        return

    async def footprint(self) -> Mapping[str, int]:
        return {}

    def in_use(self) -> bool:
        return self._jobs > 0

    async def restart(self) -> None:
        return

    async def close(self) -> None:
        await self._client.close()

    async def chat(self, request: Request, limits: Limits = LIMITS) -> AsyncGenerator[Chunk, None]:
        self._jobs += 1
        try:
            async with contextlib.aclosing(self._client.chat(request, self.model, limits)) as chunks:
                async for chunk in chunks:
                    yield chunk
        finally:
            self._jobs -= 1
