"""Networks for detectors: through the machine's broker, from code that does not wait for coroutines."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from concurrent import futures
from typing import TYPE_CHECKING, Any, cast

from numpy.typing import NDArray

from stillbytes.core.errors import Cancelled
from stillbytes.gpu.broker.messages import Request, Way
from stillbytes.gpu.models import registry

if TYPE_CHECKING:
    from stillbytes.engines.onnx import Onnx
    from stillbytes.gpu.broker.broker import Broker, Lease
    from stillbytes.gpu.models.store import Store

PATIENCE = 0.05
"""Seconds between two looks at whether anybody still waits."""
WORKING_MIB = 128
"""Beside the network and its arena: what goes in and comes out."""


class Networks:
    """Asks networks by the ids of their models. Thread-safe.

    broker: used in `loop` only, which runs in another thread. store: says which models are here.
    """

    def __init__(self, broker: Broker, loop: asyncio.AbstractEventLoop, store: Store) -> None:
        self._broker, self._loop, self._store = broker, loop, store

    def here(self, model: str) -> bool:
        """Whether all files of a model are on this machine."""
        return self._store.installed(registry.get(model))

    def ask(
        self,
        model: str,
        inputs: Mapping[str, NDArray[Any]],
        role: str = "model",
        *,
        label: str = "A mask",
        cancelled: Callable[[], bool] | None = None,
    ) -> dict[str, NDArray[Any]]:
        """Outputs by name. Raises Cancelled, Refused, ModelError, EngineError."""

        async def work(lease: Lease) -> dict[str, NDArray[Any]]:
            return await cast("Onnx", self._broker.engines["onnx"]).run(model, inputs, role=role)

        way = Way((model,), WORKING_MIB)
        request = Request(uuid.uuid4().hex[:12], label, (way,), interactive=True)
        found = asyncio.run_coroutine_threadsafe(self._broker.run(request, work), self._loop)
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


@contextlib.contextmanager
def own_networks() -> Iterator[Networks]:
    """A broker and engines of this process' own, for commands and notebooks; ended afterwards."""
    from stillbytes.core import preferences  # noqa: PLC0415 - only when a mask is looked for
    from stillbytes.gpu.models.store import open_store  # noqa: PLC0415
    from stillbytes.gpu.start import start  # noqa: PLC0415

    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="networks", daemon=True)
    thread.start()
    choices = preferences.load()
    store = open_store(choices)

    async def begin() -> Broker:
        return start(choices, store=store)

    broker = asyncio.run_coroutine_threadsafe(begin(), loop).result()
    try:
        yield Networks(broker, loop, store)
    finally:
        asyncio.run_coroutine_threadsafe(broker.close(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


_shared: list[Networks] = []
_sharing = threading.Lock()
_own = contextlib.ExitStack()


def share(networks: Networks | None) -> None:
    """Make these the ones of this process: the server's, whose broker is there anyway; None at its end."""
    with _sharing:
        _shared[:] = [networks] if networks is not None else []


def shared_networks() -> Networks:
    """Those of this process; if nobody shared any, begun with the first call and ended with the process."""
    with _sharing:
        if not _shared:
            _shared.append(_own.enter_context(own_networks()))
            atexit.register(_own.close)
        return _shared[0]


def release() -> None:
    """End those that this process began for itself."""
    with _sharing:
        _shared.clear()
        _own.close()
