"""ComfyUI as an engine: one server that loads models by itself, job by job, and gives memory back when it is asked.

It is divisible where our node pack is in it; without, memory comes back whole: `/free`, or the end of the process.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping

from stillbytes.core.errors import EngineError, ModelError
from stillbytes.core.saying import said
from stillbytes.engines.comfyui.adapt import Tiles, adapt
from stillbytes.engines.comfyui.client import LIMITS, Client, Limits
from stillbytes.engines.comfyui.find import Found
from stillbytes.engines.comfyui.job import Event, Finished, Prompt
from stillbytes.engines.comfyui.model_paths import shared
from stillbytes.engines.comfyui.problems import ModelOf
from stillbytes.engines.comfyui.validate import InvalidWorkflow, check
from stillbytes.engines.comfyui.workflow import Workflow
from stillbytes.engines.engine import Loadable
from stillbytes.engines.supervise import records
from stillbytes.engines.supervise.process import Launch, Process, Unreachable

READY_WITHIN = 300.0
"""Seconds for a start: 20 here, minutes with many node packs on a hard disk."""
GONE_WITHIN, LOOK_AGAIN = 30.0, 0.2
"""Seconds in which freed memory is watched, and between two looks."""
ALWAYS = {"--listen": "127.0.0.1", "--disable-auto-launch": ""}
"""Options of every start of ours: heard on this machine only, and without a browser window."""
HOST = frozenset({"cpu", "mps", ""})
"""Kinds of devices for which PyTorch tells the machine's memory, not its own."""


class ComfyUI:
    """An Engine with one ComfyUI server. One event loop.

    where: which ComfyUI there is, asked before each start. flags: options of its start, as planned; a change of them
    holds from the next start on. model_of: for the remedies of missing models. process: for tests.
    """

    name = "comfyui"

    def __init__(
        self,
        where: Callable[[], Awaitable[Found]],
        *,
        flags: tuple[str, ...] = (),
        model_of: ModelOf | None = None,
        limits: Limits = LIMITS,
        ready_within: float = READY_WITHIN,
        process: Process | None = None,
    ) -> None:
        self.divisible = False
        self.flags = flags
        self.process = process if process is not None else Process(self.name)
        self._where, self._model_of = where, model_of
        self._limits, self._ready_within = limits, ready_within
        self._lock = asyncio.Lock()
        self._client: Client | None = None
        self._models: dict[str, int] = {}

    # The engine.

    async def load(self, model: Loadable, *, detached: bool = False) -> None:
        """Have a server that answers; it loads the model itself, with the first job that needs it.

        detached: a server that is started outlives this process. Raises ModelError for files that are not there,
        EngineError when there is no ComfyUI or it does not start.
        """
        size = await asyncio.to_thread(_sizes, model)
        await self.start(detached=detached)
        self._models[model.id] = size

    async def start(self, *, detached: bool = False) -> None:
        """Have a server that answers, started or adopted; at once when there is one. Raises as `load`."""
        async with self._lock:
            if self._client is not None and self.process.running:
                if await self._client.server.healthy():
                    return
                if self.process.state == "ready" and self.process.running:
                    raise EngineError(
                        "ComfyUI runs, but does not answer.", "`stillbytes engines stop comfyui`, then try again."
                    )
            await self._end()
            await self._begin(detached)

    async def unload(self, model: str, mib: int | None = None) -> None:
        """Have memory given back: at least `mib` where it is divisible, otherwise that of all models.

        ComfyUI frees as soon as no job runs. Returns when it has, or after GONE_WITHIN seconds.
        """
        async with self._lock:
            if self._client is None or not self.process.running or model not in self._models:
                return
            server = self._client.server
            if mib is not None and self.divisible:
                await server.free_bytes(max(mib, 1) << 20, GONE_WITHIN)
                memory = await server.memory()
                if memory is not None and memory.models:
                    return
            else:
                await self._free(self._client)
            self._models.clear()

    async def footprint(self) -> Mapping[str, int]:
        """What ComfyUI holds for models. It tells that as a whole; several models share it by the size of their files.

        Without a device: what its process holds, as the system sees it.
        """
        if self._client is None or not self.process.running or not self._models:
            return {}
        try:
            held = await self._held(self._client)
        except Unreachable:
            return {}
        whole = sum(self._models.values())
        shares = {id: size / whole if whole else 1 / len(self._models) for id, size in self._models.items()}
        return {id: round(held * share / (1 << 20)) for id, share in shares.items()}

    def in_use(self) -> bool:
        return self.process.jobs > 0 or (self._client is not None and self._client.busy)

    async def restart(self) -> None:
        """End the process; one that somebody else started is only asked for its memory."""
        async with self._lock:
            if self._client is not None and self._foreign():
                with contextlib.suppress(EngineError):
                    await self._free(self._client)
            await self._end()

    async def close(self) -> None:
        """As `restart`, without waiting for the memory of somebody else's."""
        async with self._lock:
            if self._client is not None and self._models and self._foreign():
                with contextlib.suppress(EngineError):
                    await self._client.server.free()
            await self._end()

    # The work.

    async def run(
        self, workflow: Workflow | Prompt, tiles: Tiles | None = None, limits: Limits | None = None
    ) -> AsyncGenerator[Event, None]:
        """A job's news; the last is Finished. Closing the iterator, or cancelling its reader, stops the job.

        A Workflow is fitted to the server first (tiles: for its VAE, as planned) and checked; a Prompt is sent as is.
        Raises as Client.run does, and EngineCrashed with ComfyUI's last words when it ends meanwhile: load again then.
        """
        client = self.client
        async with self.process.job():
            prompt = await _fitted(client, workflow, tiles) if isinstance(workflow, Workflow) else workflow
            async with contextlib.aclosing(client.run(prompt, limits)) as events:
                async for event in events:
                    yield event

    async def complete(
        self, workflow: Workflow | Prompt, tiles: Tiles | None = None, limits: Limits | None = None
    ) -> Finished:
        """A job's end."""
        async with contextlib.aclosing(self.run(workflow, tiles, limits)) as events:
            async for event in events:
                if isinstance(event, Finished):
                    return event
        raise EngineError("The job ended without a result.", "This is a mistake of ours: please report it.")

    @property
    def client(self) -> Client:
        """For uploads, and for what only ComfyUI can do. Raises EngineError when none runs."""
        if self._client is None or not self.process.running:
            raise EngineError("ComfyUI does not run.", "Load a model, then try again.")
        return self._client

    # What it takes.

    async def _begin(self, detached: bool) -> None:
        found = await self._where()
        if found.running is None and found.installed is None:
            if found.problems:
                raise found.problems[0]
            raise EngineError(
                "There is no ComfyUI on this machine.",
                "`stillbytes engines install comfyui` installs one; or choose yours in the settings (comfyui.folder).",
            )
        if await self._adopt(found):
            return
        assert found.installed is not None
        given = {flag for flag in self.flags if flag.startswith("--")}
        always = [word for flag, value in ALWAYS.items() if flag not in given for word in (flag, value) if word]
        folders = await asyncio.to_thread(shared, found.installed.base)
        base = (*found.installed.command(), *self.flags, *always, *folders)
        if await self._adopt_record(base):
            return
        port = _free_port()
        self._client = client = self._connected(f"http://127.0.0.1:{port}")
        await self.process.start(
            Launch(
                (*base, "--port", str(port)),
                client.server.url,
                client.server.healthy,
                environment={"PYTHONUTF8": "1"},
                folder=found.installed.folder,
                ready_within=self._ready_within,
                detached=detached,
            )
        )
        await self._look()

    async def _adopt(self, found: Found) -> bool:
        if found.running is None:
            return False
        ours = next(
            (r for r in await asyncio.to_thread(records.running, self.name) if r.url == found.running.url), None
        )
        self._client = self._connected(found.running.url)
        await self.process.adopt(found.running.url, ours)
        await self._look()
        return True

    async def _adopt_record(self, base: tuple[str, ...]) -> bool:
        """Use a server that a command left running, if it was started just so; end others of that kind."""
        for record in await asyncio.to_thread(records.running, self.name):
            if not record.detached:
                continue
            client = self._connected(record.url)
            if record.command[: len(base)] == base and await client.server.healthy():
                self._client = client
                await self.process.adopt(record.url, record)
                await self._look()
                return True
            await client.close()
            await asyncio.to_thread(records.end, record)
        return False

    def _connected(self, url: str) -> Client:
        return Client(url, limits=self._limits, model_of=self._model_of, alive=lambda: self.process.running)

    async def _look(self) -> None:
        """What this server can do."""
        assert self._client is not None
        memory = await self._client.server.memory()
        self.divisible = memory is not None and memory.frees

    def _foreign(self) -> bool:
        """Whether somebody else started it, so that it goes on without us."""
        return self.process.state == "adopted" and self.process.pid is None

    async def _end(self) -> None:
        if self._client is not None:
            await self._client.close()
        self._client, self.divisible = None, False
        self._models.clear()
        # A crash is remembered, so that what cannot work is not started over and over.
        if self.process.state != "crashed":
            await self.process.stop()

    async def _free(self, client: Client) -> None:
        """Ask for everything, and watch until it is done: memory that falls, then rests."""
        server = client.server
        before = await self._held(client)
        await server.free()
        least = before
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GONE_WITHIN):
                rest = 0
                while rest < 5:
                    await asyncio.sleep(LOOK_AGAIN)
                    memory = await server.memory()
                    if memory is not None and not memory.models and memory.device not in HOST:
                        return
                    busy = bool((await server.queue()).running)
                    held = await self._held(client)
                    rest = rest + 1 if held >= least and not busy else 0
                    least = min(least, held)

    async def _held(self, client: Client) -> int:
        """Bytes of the device, or of host memory where there is none."""
        memory = await client.server.memory()
        if memory is not None:
            loaded, kind = sum(size for _, size in memory.models), memory.device
            reserved = memory.reserved
        else:
            devices = (await client.server.system()).devices
            loaded, kind = 0, devices[0].kind if devices else ""
            reserved = devices[0].reserved if devices else 0
        if kind not in HOST:
            return max(reserved, loaded)
        return max(loaded, await asyncio.to_thread(_resident, self.process.pid))


async def _fitted(client: Client, workflow: Workflow, tiles: Tiles | None) -> Prompt:
    server = client.server
    fitted = adapt(workflow, await server.nodes(), tiles)
    try:
        check(fitted, await server.nodes())
    except InvalidWorkflow as error:
        if not any(problem.kind == "missing-model" for problem in error.problems):
            raise
        # It may have been downloaded since we last asked.
        fitted = adapt(workflow, await server.nodes(again=True), tiles)
        check(fitted, await server.nodes())
    return fitted.prompt()


def _sizes(model: Loadable) -> int:
    """Bytes of all its files. Raises ModelError for one that is not there."""
    whole = 0
    for role, path in model.files.items():
        try:
            whole += path.stat().st_size
        except OSError as error:
            raise ModelError(
                said(
                    "The {role} of {model} cannot be read: {why} ({path}).",
                    role=role,
                    model=model.id,
                    why=str(error.strerror or error),
                    path=path,
                ),
                said("`stillbytes models pull {model}`", model=model.id),
            ) from error
    return whole


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _resident(pid: int | None) -> int:
    """Bytes of host memory of a process and its children; 0 when it is not ours to see."""
    if pid is None:
        return 0
    import psutil  # noqa: PLC0415 - only when asked

    try:
        root = psutil.Process(pid)
        return int(sum(one.memory_info().rss for one in (root, *root.children(recursive=True))))
    except psutil.Error:
        return 0
