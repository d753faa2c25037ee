"""Jobs on a ComfyUI server: sent, followed, brought home or stopped, whatever happens to the connection meanwhile.

The socket tells quickly, the queue and the history tell surely. So messages are taken as they come; after silence, a
gap or a doubt the queue and the history are asked, and what they say holds.
"""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections import deque
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stillbytes.core.errors import Cancelled, EngineError
from stillbytes.core.saying import said
from stillbytes.engines.comfyui import messages, problems
from stillbytes.engines.comfyui.connection import Connection
from stillbytes.engines.comfyui.job import Event, Finished, Job, Output, Prompt, Waiting
from stillbytes.engines.comfyui.messages import Failed, Interrupted, Message
from stillbytes.engines.comfyui.server import Server
from stillbytes.engines.comfyui.validate import InvalidWorkflow
from stillbytes.engines.supervise.process import Unreachable

SOON, USUAL_WAITING, USUAL_WORKING = 0.3, 2.0, 5.0
"""Seconds of silence after which the queue is asked: in doubt, while a job waits, while it runs."""
RENEW = 30.0
"""Seconds of silence in a running job after which the socket is opened anew, in case the server lost track of it."""
ABSENT = 3
"""How often in a row neither queue nor history may know a job before we believe it: it moves between the two."""
ENDING, LEAVE = 120.0, 3.0
"""Seconds for which a stopped job's end is watched, and for which whoever stopped it waits for that."""
ASK = messages.Unknown("ask")
"""Put among a job's news where some may be missing: ask the server."""
PREVIEWS = 32
"""Previews that wait for a slow listener; more are dropped."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds. connect: to be let in. answer: for a question. away: for which a server may not answer at all in
    mid-job. quiet: without any news of a job that runs, over an open socket. total: for a job, waiting included.
    """

    connect: float = 5.0
    answer: float = 30.0
    away: float = 30.0
    quiet: float = 600.0
    total: float = 3600.0


LIMITS = Limits()


@dataclass(slots=True)
class _Run:
    """A job with its news."""

    job: Job
    begun: float
    news: asyncio.Queue[Message] = field(default_factory=asyncio.Queue)
    heard: float = 0.0
    running: bool = False
    ahead: int | None = None
    absent: int = 0
    away: float | None = None
    renewed: float = 0.0
    sending: asyncio.Task[None] | None = None
    accepted: bool = False


class Client:
    """One client of one server. Others' jobs, and those of another Client, are never seen or touched.

    alive: False when the server's process is known to have ended; then there is no waiting for it. One event loop;
    `close` it.
    """

    def __init__(
        self,
        url: str,
        *,
        limits: Limits = LIMITS,
        model_of: problems.ModelOf | None = None,
        alive: Callable[[], bool] = lambda: True,
    ) -> None:
        self.server = Server(url, model_of, connect=limits.connect, answer=limits.answer)
        self.limits = limits
        self._alive = alive
        self._id = uuid.uuid4().hex
        self._connection = Connection(
            self.server.url, self._id, self._hear, self._broke, self._opened, lambda: bool(self._runs)
        )
        self._runs: dict[str, _Run] = {}
        self._current = ""
        self._strays: deque[Message] = deque(maxlen=1024)
        self._endings: set[asyncio.Task[None]] = set()

    @property
    def skipped(self) -> int:
        """Frames of the socket that could not be read."""
        return self._connection.skipped

    @property
    def busy(self) -> bool:
        """Whether a job of ours is under way, or one that was stopped has not ended yet."""
        return bool(self._runs or self._endings)

    async def upload(self, content: bytes | Path, name: str, mime: str = "image/png") -> str:
        """Give the server a picture; returns what LoadImage's and LoadImageMask's `image` must be."""
        return await self.server.upload(content, name, mime)

    async def complete(self, prompt: Prompt, limits: Limits | None = None) -> Finished:
        """Run a job to its end. Raises as `run` does."""
        async with contextlib.aclosing(self.run(prompt, limits)) as events:
            async for event in events:
                if isinstance(event, Finished):
                    return event
        raise EngineError("The job ended without a result.", "This is a mistake of ours: please report it.")

    async def run(self, prompt: Prompt, limits: Limits | None = None) -> AsyncGenerator[Event, None]:
        """A job's news as they come; the last is Finished. Closing the iterator, or cancelling its reader, stops it.

        Raises InvalidWorkflow when the server refuses it, OutOfMemory, ModelError or EngineError when it fails,
        Cancelled when somebody stopped it in ComfyUI, and Unreachable when the server is gone.
        """
        limits = limits or self.limits
        run = _Run(Job(str(uuid.uuid4()), prompt), _now())
        self._runs[run.job.id] = run
        ended = False
        try:
            run.job.gap = not await self._connection.open(limits.connect)
            run.sending = asyncio.create_task(self._send(run))
            run.sending.add_done_callback(_heeded)
            await asyncio.shield(run.sending)
            async with contextlib.aclosing(self._follow(run, limits)) as news:
                async for event in news:
                    yield event
            ended = True
            if isinstance(run.job.end, Failed):
                raise problems.failure(run.job.end, prompt, self.server.model_of)
            if isinstance(run.job.end, Interrupted):
                raise Cancelled("The job was stopped in ComfyUI.")
            finished = await self._collect(run, limits)
            self._runs.pop(run.job.id, None)
            yield finished
        finally:
            self._runs.pop(run.job.id, None)
            if not ended and run.sending is not None:
                await self._leave(run)

    async def close(self) -> None:
        """Let go of the server. Jobs that are being stopped are waited for, briefly."""
        if self._endings:
            await asyncio.wait(self._endings, timeout=LEAVE)
        for ending in self._endings:
            ending.cancel()
        await self._connection.close()
        await self.server.close()

    # Sending, and finding out.

    async def _send(self, run: _Run) -> None:
        """Queue the job. After a broken answer we look whether it arrived, for its id is ours."""
        try:
            id, faults = await self.server.submit(run.job.prompt, run.job.id, self._id)
        except Unreachable:
            if not self._alive() or not await self._arrived(run.job.id):
                raise
            run.accepted = True
            return
        run.accepted = True
        if id != run.job.id:  # an old server, which gives its own
            self._runs[id] = self._runs.pop(run.job.id, run)
            run.job.id = id
            for stray in [one for one in self._strays if getattr(one, "job", "") == id]:
                run.news.put_nowait(stray)
        self._strays.clear()
        if found := tuple(problems.node_problems(faults, self.server.model_of)):
            raise InvalidWorkflow(found)  # it would do the rest of the workflow without these nodes

    async def _arrived(self, id: str) -> bool:
        with contextlib.suppress(EngineError):
            queue = await self.server.queue()
            return id in (*queue.running, *queue.waiting) or await self.server.history(id) is not None
        return False

    async def _follow(self, run: _Run, limits: Limits) -> AsyncGenerator[Event, None]:
        """A job's news until it has ended, or until it has to be given up."""
        run.heard, check, last = _now(), _now() + self._patience(run), run.begun + limits.total
        while run.job.end is None:
            if _now() > last:
                raise EngineError(
                    said("The job was not done within {limit:g} s.", limit=limits.total),
                    "Fewer steps or a smaller picture take less time; is another program using the card?",
                )
            message = await _next(run, min(check, last) - _now())
            if isinstance(message, messages.Status):  # the queue moved on, which says something while we wait in it
                if not run.running and _now() > run.heard + SOON:
                    check = _now()
            elif message is not None and message != ASK:
                run.heard, run.running, run.absent = _now(), True, 0
                for event in run.job.take(message):
                    yield event
                over = isinstance(message, messages.Executing) and message.node is None
                check = _now() + (0.0 if over else self._patience(run))
                continue
            if message == ASK or _now() >= check:
                ahead = run.ahead
                await self._ask(run, limits)
                if run.ahead is not None and run.ahead != ahead:
                    yield Waiting(run.ahead)
                check = _now() + self._patience(run)
        while not run.news.empty():  # outputs that were told late
            for _ in run.job.take(run.news.get_nowait()):
                pass

    def _patience(self, run: _Run) -> float:
        """Seconds of silence until the server is asked."""
        if run.absent or run.away is not None or not self._connection.connected:
            return SOON
        return USUAL_WORKING if run.running else USUAL_WAITING

    async def _ask(self, run: _Run, limits: Limits) -> None:
        """Compare with what the server keeps. Raises when the job is lost, or silent for too long."""
        job, now = run.job, _now()
        try:
            entry = await self.server.history(job.id)
            if entry is not None:
                job.take_history(entry)
                return
            queue = await self.server.queue()
        except EngineError:
            run.away = now if run.away is None else run.away
            if not self._alive() or now - run.away > limits.away:
                raise
            return
        run.away = None
        run.ahead = queue.ahead(job.id)
        if job.id in queue.running:
            run.absent, run.running = 0, True
            await self._mind_silence(run, now, limits)
        elif run.ahead is not None:
            run.absent, run.heard = 0, now
        else:
            run.absent += 1
            if run.absent >= ABSENT:
                if not job.gap:
                    raise Cancelled("Somebody took the job out of ComfyUI's queue.")
                raise EngineError("ComfyUI no longer knows the job: it was started again.", "Send it again.")

    async def _mind_silence(self, run: _Run, now: float, limits: Limits) -> None:
        silence = now - run.heard
        if self._connection.connected and silence > limits.quiet:
            raise EngineError(
                said("ComfyUI said nothing about the job for {silence:.0f} s, although it runs.", silence=silence),
                "It may hang: `stillbytes engines stop comfyui`, then try again.",
            )
        if min(silence, now - run.renewed) > RENEW:
            run.renewed, run.job.gap = now, True
            await self._connection.renew()

    # Bringing home.

    async def _collect(self, run: _Run, limits: Limits) -> Finished:
        job = run.job
        if job.unsure() and not await self._remember(job, limits):
            raise EngineError("ComfyUI did not keep what the job made.", "Was its history cleared? Send it again.")
        outputs: dict[str, tuple[Output, ...]] = {}
        for node in job.by_socket():
            outputs[node] = job.received(node)
        if lost := job.lost():
            again = await self.complete(_stored(job.prompt, lost), limits)
            for node in lost:
                outputs[node] = tuple(output for output in again.outputs if output.node == node)
        for node, files in job.files.items():
            if node in outputs:
                continue
            made = []
            for stored in files:
                content = await self.server.view(stored)
                made.append(Output(node, messages.mime_of(content) or "application/octet-stream", content))
            outputs[node] = tuple(made)
        return Finished(tuple(one for node in job.prompt for one in outputs.get(node, ())), job.cached)

    async def _remember(self, job: Job, limits: Limits) -> bool:
        """Ask the history, into which a job gets a moment after it succeeded."""
        pause = 0.01
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(limits.answer):
                while True:
                    try:
                        entry = await self.server.history(job.id)
                    except EngineError:
                        if not self._alive():
                            raise
                        entry = None
                    if entry is not None:
                        job.take_history(entry)
                        return True
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, 1.0)
        return False

    # Stopping.

    async def _leave(self, run: _Run) -> None:
        """Stop the job on the server, however its reader left: this goes on even if the reader is cancelled again."""
        ending = asyncio.create_task(self._end(run))
        self._endings.add(ending)
        ending.add_done_callback(self._endings.discard)
        await asyncio.wait({ending}, timeout=LEAVE)

    async def _end(self, run: _Run) -> None:
        sending = run.sending
        if sending is not None:
            await asyncio.wait({sending})  # it has a limit of its own
            error = None if sending.cancelled() else sending.exception()
            if error is not None and not run.accepted and not isinstance(error, Unreachable):
                return  # it was refused: there is nothing to stop
        with contextlib.suppress(EngineError, TimeoutError):
            async with asyncio.timeout(ENDING):
                # Again and again: an interruption that comes just before the work begins is forgotten by the server.
                while await self.server.cancel(run.job.id):
                    await asyncio.sleep(0.5)

    # Hearing.

    def _hear(self, message: Message) -> None:
        id = getattr(message, "job", "")
        if id and isinstance(message, messages.Started | messages.Cached | messages.Executing):
            self._current = id
        if isinstance(message, messages.Status):
            for run in self._runs.values():
                run.news.put_nowait(message)
            return
        if isinstance(message, messages.Features | messages.Unknown):
            return
        run_of = self._runs.get(id or self._current)
        if run_of is None:
            if any(run.sending is not None and not run.sending.done() for run in self._runs.values()):
                self._strays.append(message)
            return
        if isinstance(message, messages.Picture) and run_of.news.qsize() > PREVIEWS:
            node = message.node or ""
            if node and node not in run_of.job.by_socket():
                return
        run_of.news.put_nowait(message)

    def _broke(self) -> None:
        for run in self._runs.values():
            run.job.gap = True
            run.news.put_nowait(ASK)

    def _opened(self) -> None:
        for run in self._runs.values():
            if run.sending is not None:
                run.news.put_nowait(ASK)


async def _next(run: _Run, wait: float) -> Message | None:
    """The next news, or None after `wait` seconds without any."""
    if not run.news.empty():
        return run.news.get_nowait()
    try:
        async with asyncio.timeout(max(wait, 0.0)):
            return await run.news.get()
    except TimeoutError:
        return None


def _heeded(task: asyncio.Task[None]) -> None:
    """Its error is known to whoever waits, if somebody still does."""
    if not task.cancelled():
        task.exception()


def _now() -> float:
    return asyncio.get_running_loop().time()


def _stored(prompt: Prompt, nodes: frozenset[str]) -> dict[str, Any]:
    """The part of a workflow that these nodes need, with their pictures put into files instead of on the socket.

    All before them is still in the server's cache as a rule, so this costs no second computation.
    """
    needed, waiting = set(), list(nodes)
    while waiting:
        id = waiting.pop()
        if id not in needed and id in prompt:
            needed.add(id)
            inputs = prompt[id].get("inputs", {})
            waiting += [str(value[0]) for value in inputs.values() if isinstance(value, list) and value]
    return {
        id: {**node, "class_type": "PreviewImage"} if id in nodes else dict(node)
        for id, node in prompt.items()
        if id in needed
    }
