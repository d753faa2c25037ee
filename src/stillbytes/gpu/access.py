"""Access for detectors: through the machine's broker, from code that does not wait for coroutines."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import threading
import uuid
from collections.abc import Awaitable, Callable, Iterator, Mapping
from concurrent import futures
from typing import TYPE_CHECKING, Any, TypeVar, cast

from numpy.typing import NDArray

from stillbytes.core.errors import Cancelled
from stillbytes.gpu.broker.messages import Request, Way
from stillbytes.gpu.models import registry

if TYPE_CHECKING:
    from stillbytes.engines.engine import Engine
    from stillbytes.engines.onnx import Onnx
    from stillbytes.gpu.broker.broker import Broker, Lease
    from stillbytes.gpu.models.store import Store

T = TypeVar("T")
Engines = Mapping[str, "Engine"]
Cancel = Callable[[], bool]

PATIENCE = 0.05
"""Seconds between two looks at whether anybody still waits."""
WORKING_MIB = 128
"""Beside the network and its arena: what goes in and comes out."""


class Access:
    """Work on this machine's engines. Thread-safe.

    broker: used in `loop` only, which runs in another thread. store: says which models are here.
    """

    def __init__(self, broker: Broker, loop: asyncio.AbstractEventLoop, store: Store) -> None:
        self._broker, self._loop, self.store = broker, loop, store

    @property
    def on_card(self) -> bool:
        """Whether there is a graphics card; without one, large models take minutes."""
        return self._broker.memory.kind == "card"

    def here(self, model: str) -> bool:
        """Whether all files of a model are on this machine."""
        return self.store.installed(registry.get(model))

    def run(
        self,
        label: str,
        ways: tuple[Way, ...],
        work: Callable[[Lease, Engines], Awaitable[T]],
        *,
        interactive: bool = True,
        cancelled: Cancel | None = None,
    ) -> T:
        """What `work` returns, done under a lease for one of the ways, the best first.

        interactive: a person waits for it. Raises Cancelled, Refused when it does not fit here, and what `work` raises.
        """
        request = Request(uuid.uuid4().hex[:12], label, ways, interactive=interactive)

        def leased(lease: Lease) -> Awaitable[T]:
            return work(lease, self._broker.engines)

        found = asyncio.run_coroutine_threadsafe(self._broker.run(request, leased), self._loop)
        while True:
            try:
                return found.result(PATIENCE)
            except futures.TimeoutError:
                if found.done():
                    raise
                if cancelled is not None and cancelled():
                    found.cancel()
                    raise Cancelled() from None
            except futures.CancelledError:
                raise Cancelled() from None

    def ask(
        self,
        model: str,
        inputs: Mapping[str, NDArray[Any]],
        role: str = "model",
        *,
        label: str = "A mask",
        cancelled: Cancel | None = None,
    ) -> dict[str, NDArray[Any]]:
        """A network's outputs by name. Raises Cancelled, Refused, ModelError, EngineError."""

        async def work(lease: Lease, engines: Engines) -> dict[str, NDArray[Any]]:
            return await cast("Onnx", engines["onnx"]).run(model, inputs, role=role)

        return self.run(label, (Way((model,), WORKING_MIB),), work, cancelled=cancelled)


@contextlib.contextmanager
def own_access() -> Iterator[Access]:
    """A broker and engines of this process' own, for commands and notebooks; ended afterwards."""
    from stillbytes.core import preferences  # noqa: PLC0415 - only when an engine is needed
    from stillbytes.gpu.models.store import open_store  # noqa: PLC0415
    from stillbytes.gpu.start import start  # noqa: PLC0415

    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="engines", daemon=True)
    thread.start()
    choices = preferences.load()
    store = open_store(choices)

    async def begin() -> Broker:
        return start(choices, store=store)

    broker = asyncio.run_coroutine_threadsafe(begin(), loop).result()
    try:
        yield Access(broker, loop, store)
    finally:
        asyncio.run_coroutine_threadsafe(broker.close(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


_shared: list[Access] = []
_sharing = threading.Lock()
_own = contextlib.ExitStack()


def share(access: Access | None) -> None:
    """Make this the one of this process: the server's, whose broker is there anyway; None at its end."""
    with _sharing:
        _shared[:] = [access] if access is not None else []


def shared_access() -> Access:
    """That of this process; if nobody shared any, begun with the first call and ended with the process."""
    with _sharing:
        if not _shared:
            _shared.append(_own.enter_context(own_access()))
            atexit.register(_own.close)
        return _shared[0]


def release() -> None:
    """End what this process began for itself."""
    with _sharing:
        _shared.clear()
        _own.close()
