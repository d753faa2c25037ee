"""A stand-in for a ComfyUI server that replays what a real one said, and breaks in every way a test asks for.

Messages, refusals, history entries and pictures come from `recordings/` (see `recorded.py`); the queue,
the history and the sockets behave as in that version's server.py and execution.py.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from typing import Any

from .recorded import Recorded, answers
from .wire import Closed, Reply, Request, Socket, Wire


@dataclass
class Faults:
    """What goes wrong; numbers count the frames of the first job.

    cut_at: its socket breaks before that frame. patient: the server then waits for the client to be back.
    no_sockets: sockets are refused, from the cut on if there is one. lose: frames that never arrive.
    change: done to the list of frames before any is sent. stall_at: it goes on, but nothing more is told.
    die_at: the server ends. forget_at: it is started again, and knows nothing.
    statuses: by the first part of a path, what the next requests are answered instead. hang: paths without any answer.
    late: seconds after the end until the job is in the history.
    """

    cut_at: int | None = None
    patient: bool = True
    no_sockets: bool = False
    change: Callable[[list[str | bytes]], list[str | bytes]] = lambda frames: frames
    stall_at: int | None = None
    die_at: int | None = None
    forget_at: int | None = None
    statuses: dict[str, list[int]] = field(default_factory=dict)
    hang: set[str] = field(default_factory=set)
    late: float = 0.0


@dataclass
class _Job:
    number: int
    id: str
    prompt: dict[str, Any]
    client: str
    recorded: Recorded

    def listed(self) -> list[Any]:
        return [self.number, self.id, self.prompt, {"client_id": self.client}, []]


class StandIn:
    """A server with these recorded jobs: `async with StandIn(jobs("canny")).serving() as server`.

    own_ids: it gives jobs ids of its own, as old versions do. cancels: it has the newer route for stopping a job.
    hold: jobs wait in the queue until it is set. asked: every request. interrupted: bodies of `/interrupt`.
    """

    def __init__(
        self,
        *recorded: Recorded,
        faults: Faults | None = None,
        own_ids: bool = False,
        cancels: bool = False,
        pack: bool = False,
        system: Any = None,
        port: int = 0,
    ) -> None:
        self.faults = faults or Faults()
        self.wire = Wire(self._answer, self._talk, port)
        self.asked: list[Request] = []
        self.interrupted: list[Any] = []
        self.uploads: dict[str, int] = {}
        self.features: Any = answers("about", "/features")
        self.system: Any = system or answers("about", "/system_stats")
        self.freed: list[Any] = []
        self.memory: Any = answers("about", "/stillbytes/memory") if pack else None
        self.nodes: bytes = b"{}"
        self.hold = asyncio.Event()
        self.hold.set()
        self.waiting: list[_Job] = []
        self.running: _Job | None = None
        self.history: dict[str, Any] = {}
        self.sockets: dict[str, Socket] = {}
        self._recorded = list(recorded)
        self._own_ids, self._cancels = own_ids, cancels
        self._numbers = itertools.count()
        self._stop = ""
        self._changed = asyncio.Condition()
        self._served = 0
        self._files: dict[str, bytes] = {}

    @property
    def url(self) -> str:
        return self.wire.url

    @property
    def prompts(self) -> list[Any]:
        """What was asked to be done."""
        return [request.json() for request in self.asked if (request.method, request.path) == ("POST", "/prompt")]

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[StandIn]:
        worker = asyncio.create_task(self._work())
        try:
            async with self.wire.serving():
                yield self
        finally:
            worker.cancel()
            await asyncio.wait({worker})
            if not worker.cancelled() and worker.exception() is not None:
                raise worker.exception() or AssertionError

    def count(self, method: str, path: str) -> int:
        return sum((request.method, request.path) == (method, path) for request in self.asked)

    async def until(self, met: Callable[[], bool]) -> None:
        """Wait for something to be so. Raises TimeoutError."""
        async with asyncio.timeout(5):
            while not met():
                await asyncio.sleep(0.002)

    # HTTP.

    async def _answer(self, request: Request) -> Reply | bytes | None:
        self.asked.append(request)
        if request.path in self.faults.hang:
            await asyncio.sleep(600)
        if statuses := self.faults.statuses.get(f"/{request.path.split('/')[1]}"):
            return Reply(statuses.pop(0), b"Internal Server Error", "text/plain")
        parts = request.path.strip("/").split("/")
        return self._get(parts, request.query) if request.method == "GET" else await self._post(parts, request)

    def _get(self, parts: list[str], query: dict[str, str]) -> Reply:
        match parts:
            case ["system_stats"]:
                return Reply.of(self.system)
            case ["features"] if self.features is not None:
                return Reply.of(self.features)
            case ["object_info"]:
                return Reply(200, self.nodes)
            case ["queue"]:
                running = [self.running.listed()] if self.running else []
                return Reply.of({"queue_running": running, "queue_pending": [job.listed() for job in self.waiting]})
            case ["history", id]:
                return Reply.of({id: self.history[id]} if id in self.history else {})
            case ["view"] if query["filename"] in self._files:
                return Reply(200, self._files[query["filename"]], "image/png")
            case ["stillbytes", "memory"] if self.memory is not None:
                return Reply.of(self.memory)
        return Reply(404, b"404: Not Found", "text/plain")

    async def _post(self, parts: list[str], request: Request) -> Reply:
        match parts:
            case ["prompt"]:
                return await self._queue(request.json())
            case ["queue"]:
                await self.remove(request.json().get("delete", []))
            case ["interrupt"]:
                self.interrupted.append(request.json())
                await self.interrupt(request.json().get("prompt_id", ""))
            case ["api", "jobs", id, "cancel"] if self._cancels:
                await self.remove([id])
                await self.interrupt(id)
                return Reply.of({"cancelled": True})
            case ["upload", "image"]:
                return self._upload(request)
            case ["free"]:
                self.freed.append(request.json())
                if self.memory is not None:
                    self.memory["models"] = []
            case ["stillbytes", "free"] if self.memory is not None:
                self.freed.append(request.json())
                return Reply.of({"freed": request.json()["bytes"], **self.memory})
            case _:
                return Reply(405, b"405: Method Not Allowed", "text/plain")
        return Reply()

    def _upload(self, request: Request) -> Reply:
        name = request.body.partition(b'filename="')[2].partition(b'"')[0].decode()
        self.uploads[name] = len(request.body)
        if len(request.body) > 100 << 20:
            return Reply(413, b"Maximum request body size exceeded", "text/plain")
        return Reply.of({"name": name, "subfolder": "stillbytes", "type": "temp"})

    async def _queue(self, asked: Any) -> Reply:
        recorded = self._find(asked["prompt"])
        if recorded.status != 200:
            return Reply.of(recorded.answer, recorded.status)
        number = next(self._numbers)
        id = f"00000000-0000-4000-8000-{number:012}" if self._own_ids else asked["prompt_id"]
        self.waiting.append(_Job(number, id, asked["prompt"], asked.get("client_id", ""), recorded))
        await self._status()
        return Reply.of({"prompt_id": id, "number": number, "node_errors": recorded.answer.get("node_errors", {})})

    def _find(self, prompt: Any) -> Recorded:
        """The job as it was recorded; or what the server would do if its pictures were to be stored, not sent."""
        for recorded in self._recorded:
            if recorded.prompt == prompt:
                return recorded
        for recorded in self._recorded:
            if all(
                id in recorded.prompt and recorded.prompt[id]["inputs"] == node["inputs"] for id, node in prompt.items()
            ):
                return self._stored(recorded, prompt)
        raise AssertionError(f"nothing like this was recorded: {prompt}")

    def _stored(self, recorded: Recorded, prompt: Any) -> Recorded:
        outputs = {}
        for node, contents in recorded.sent.items():
            if prompt.get(node, {}).get("class_type") == "PreviewImage":
                names = [f"ComfyUI_temp_{node}_{at:05}_.png" for at in range(len(contents))]
                self._files |= dict(zip(names, contents, strict=True))
                outputs[node] = {"images": [{"filename": name, "subfolder": "", "type": "temp"} for name in names]}
        told = [
            {"type": "execution_start", "data": {"prompt_id": recorded.id}},
            {"type": "execution_cached", "data": {"nodes": [*prompt][:-1], "prompt_id": recorded.id}},
            *(
                {"type": "executed", "data": {"node": node, "output": output, "prompt_id": recorded.id}}
                for node, output in outputs.items()
            ),
            {"type": "execution_success", "data": {"prompt_id": recorded.id}},
        ]
        entry = {"outputs": outputs, "status": {"status_str": "success", "completed": True, "messages": []}}
        return replace(recorded, prompt=prompt, frames=tuple(json.dumps(one) for one in told), entry=entry)

    async def remove(self, ids: list[str]) -> None:
        self.waiting = [job for job in self.waiting if job.id not in ids]
        await self._status()

    async def interrupt(self, id: str) -> None:
        if self.running and id in ("", self.running.id):
            self._stop = self.running.id
            await self._notify()

    # The socket.

    async def _talk(self, socket: Socket) -> None:
        if self.faults.no_sockets and (self.faults.cut_at is None or self._served):
            socket.cut()
            return
        client = socket.query["clientId"]
        self.sockets[client] = socket
        try:
            await socket.send(json.dumps({"type": "status", "data": {**self._queue_info(), "sid": client}}))
            await self._notify()
            while True:
                said = json.loads(await socket.receive())
                if said["type"] == "feature_flags":
                    await socket.send(json.dumps({"type": "feature_flags", "data": self.features or {}}))
        finally:
            if self.sockets.get(client) is socket:
                del self.sockets[client]

    def _queue_info(self) -> Any:
        return {"status": {"exec_info": {"queue_remaining": len(self.waiting) + (self.running is not None)}}}

    async def _status(self) -> None:
        for client in list(self.sockets):
            await self._tell(client, json.dumps({"type": "status", "data": self._queue_info()}))
        await self._notify()

    async def _tell(self, client: str, frame: str | bytes) -> None:
        if client in self.sockets:
            with contextlib.suppress(Closed):
                await self.sockets[client].send(frame)

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def _wait(self, met: Callable[[], bool]) -> None:
        async with self._changed:
            await self._changed.wait_for(met)

    # The work.

    async def _work(self) -> None:
        while True:
            await self._wait(lambda: bool(self.waiting))
            await self.hold.wait()
            if not self.waiting:
                continue
            job = self.running = self.waiting.pop(0)
            self._stop = ""
            await self._status()
            entry = await self._run(job)
            if entry is None:
                continue
            self.running = None
            if self.faults.late:
                # In the real server a job leaves the queue and enters the history at once, but after its last message.
                self.running = job
                await asyncio.sleep(self.faults.late)
                self.running = None
            self.history[job.id] = entry
            await self._status()
            await self._tell(job.client, json.dumps({"type": "executing", "data": {"node": None, "prompt_id": job.id}}))
            self._served += 1

    async def _run(self, job: _Job) -> Any:
        """Tell the frames. Returns the entry for the history, None when the job is forgotten."""
        self._files |= job.recorded.files
        first = self._served == 0
        frames = list(job.recorded.frames)
        if first:
            frames = self.faults.change(frames)
        for at, frame in enumerate([*frames, ""]):
            if first and at == self.faults.die_at:
                await self.crash()
            if first and at == self.faults.forget_at:
                await self._forget()
                return None
            if first and at == self.faults.stall_at:
                await self._wait(lambda: self._stop == job.id)
            if first and at == self.faults.cut_at and job.client in self.sockets:
                self._served += self.faults.no_sockets
                self.sockets.pop(job.client).cut()
                if self.faults.patient:
                    await self._wait(lambda: job.client in self.sockets)
                    if at:
                        await self._tell(job.client, json.dumps({"type": "executing", "data": {"node": "1"}}))
            if isinstance(frame, str) and "execution_interrupted" in frame:
                await self._wait(lambda: self._stop == job.id)
            elif self._stop == job.id:
                told = {"prompt_id": job.id, "node_id": "1", "node_type": "", "executed": []}
                await self._tell(job.client, json.dumps({"type": "execution_interrupted", "data": told}))
                messages = [["execution_interrupted", told]]
                return {"outputs": {}, "status": {"status_str": "error", "completed": False, "messages": messages}}
            if frame:
                await self._tell(job.client, _renamed(frame, job.recorded.id, job.id))
            await asyncio.sleep(0)
        entry = job.recorded.entry or {"outputs": {}, "status": {"completed": True, "messages": []}}
        return json.loads(json.dumps(entry).replace(job.recorded.id, job.id))

    async def crash(self) -> None:
        await self.wire.stop()
        await asyncio.sleep(600)

    async def _forget(self) -> None:
        self.waiting, self.running, self.history = [], None, {}
        for socket in list(self.sockets.values()):
            socket.cut()
        self.sockets = {}


def _renamed(frame: str | bytes, old: str, new: str) -> str | bytes:
    return frame.replace(old, new) if isinstance(frame, str) else frame.replace(old.encode(), new.encode())
