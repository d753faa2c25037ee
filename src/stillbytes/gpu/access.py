"""Access for detectors: through the machine's broker, from code that does not wait for coroutines."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import hashlib
import threading
import uuid
from collections.abc import Awaitable, Callable, Iterator, Mapping
from concurrent import futures
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from numpy.typing import NDArray

from stillbytes.core.errors import Cancelled, ModelError
from stillbytes.core.saying import said
from stillbytes.gpu.broker.messages import Request, Way
from stillbytes.gpu.models import own, registry

if TYPE_CHECKING:
    from stillbytes.engines.comfyui.engine import ComfyUI
    from stillbytes.engines.comfyui.workflow import Workflow
    from stillbytes.engines.engine import Engine
    from stillbytes.engines.onnx import Onnx
    from stillbytes.gpu.broker.broker import Broker, Lease
    from stillbytes.gpu.broker.messages import Snapshot
    from stillbytes.gpu.models.store import Store

T = TypeVar("T")
Engines = Mapping[str, "Engine"]
Cancel = Callable[[], bool]

PATIENCE = 0.05
"""Seconds between two looks at whether anybody still waits."""
WORKING_MIB = 128
"""Beside the network and its arena: what goes in and comes out."""
DRAWN_MIB = 2048
"""Beside a large network in ComfyUI: its activations at about a thousand pixels; an estimate until it was measured."""


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

    def lost(self, model: str) -> bool:
        """Whether it was downloaded, and is damaged or gone."""
        return self.store.lost(registry.get(model))

    def file(self, model: str, role: str) -> Path:
        """Where one of its files is, such as its vocabulary. Raises ModelError when it is not here."""
        found = self.store.files(registry.get(model)).get(role)
        if found is None:
            raise ModelError(
                said("{model} is not complete.", model=model),
                said("`stillbytes models pull {model}` gets what is missing.", model=model),
            )
        return found

    def run(
        self,
        label: str,
        ways: tuple[Way, ...],
        work: Callable[[Lease, Engines], Awaitable[T]],
        *,
        interactive: bool = True,
        idle: bool = False,
        aside: bool = False,
        cancelled: Cancel | None = None,
        waits: Callable[[str], None] | None = None,
    ) -> T:
        """What `work` returns, done under a lease for one of the ways, the best first.

        interactive: a person waits for it. idle: nobody does, so `work` may be stopped and begun anew. aside: it is
        begun only where there is room for it anyway. waits: hears, in words, what it waits for before it begins. Raises
        Cancelled, Refused when it does not fit here, and what `work` raises.
        """
        request = Request(
            uuid.uuid4().hex[:12],
            label,
            ways,
            interactive=interactive and not idle and not aside,
            interruptible=idle,
            idle=idle,
            aside=aside,
        )

        def leased(lease: Lease) -> Awaitable[T]:
            return work(lease, self._broker.engines)

        async def run() -> T:
            with _waiting(self._broker, request.id, waits):
                return await self._broker.run(request, leased)

        if self._loop.is_closed():
            raise Cancelled()
        found = asyncio.run_coroutine_threadsafe(run(), self._loop)
        while True:
            try:
                return found.result(PATIENCE)
            except futures.TimeoutError:
                if found.done():
                    raise
                gone = not self._loop.is_running()  # the server has ended meanwhile: nobody will ever answer
                if gone or (cancelled is not None and cancelled()):
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
        interactive: bool = True,
    ) -> dict[str, NDArray[Any]]:
        """A network's outputs by name. interactive: a person waits for it. Raises Cancelled, Refused, ModelError,
        EngineError."""

        async def work(lease: Lease, engines: Engines) -> dict[str, NDArray[Any]]:
            return await cast("Onnx", engines["onnx"]).run(model, inputs, role=role)

        way = Way((model,), WORKING_MIB)
        return self.run(label, (way,), work, interactive=interactive, cancelled=cancelled)

    def drawn(
        self,
        model: str,
        picture: bytes,
        build: Callable[[str, Mapping[str, str]], Workflow],
        *,
        label: str = "A mask",
        cancelled: Cancel | None = None,
    ) -> tuple[bytes, ...]:
        """What a graph in ComfyUI hands out for an encoded picture, encoded. build: the graph, from the picture's name
        there and the names of the model's files by role. Raises Cancelled, Refused, ModelError, EngineError, and
        InvalidWorkflow where this ComfyUI lacks a node."""
        files = {role: self._named(model, role) for role in self.store.files(registry.get(model))}

        async def work(lease: Lease, engines: Engines) -> tuple[bytes, ...]:
            comfyui = cast("ComfyUI", engines["comfyui"])
            await comfyui.start()
            digest = hashlib.blake2b(picture, digest_size=12).hexdigest()
            name = await comfyui.client.upload(picture, f"stillbytes-{digest}.png")
            done = await comfyui.complete(build(name, files))
            return tuple(output.content for output in done.outputs)

        return self.run(label, (Way((model,), DRAWN_MIB),), work, cancelled=cancelled)

    def _named(self, model: str, role: str) -> str:
        """A file as ComfyUI's loaders call it; one that lies where it does not look gets a link first."""
        [file] = [one for one in registry.get(model).files if one.role == role]
        found = own.visible(self.store, file)
        return found.path.name if found else file.name.rpartition("/")[2]


@contextlib.contextmanager
def _waiting(broker: Broker, id: str, waits: Callable[[str], None] | None) -> Iterator[None]:
    """Tell why a request waits, each reason once."""
    if waits is None:
        yield
        return
    told = ""

    def look(snapshot: Snapshot) -> None:
        nonlocal told
        reason = next((one.reason for one in snapshot.waiting if one.id == id), "")
        if reason and reason != told:
            told = reason
            waits(reason)

    end = broker.watch(look)
    try:
        yield
    finally:
        end()


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
