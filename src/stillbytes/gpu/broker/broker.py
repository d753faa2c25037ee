"""The broker at work: tells the decider what happens, and does with engines and jobs what it answers.

    async with Broker(memory(), engines) as broker:
        broker.declare(resident, loadable)
        answer = await broker.run(request, work)

All of it lives in one event loop. The decider is called from nowhere else, so it needs no lock.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeVar

from stillbytes.core.errors import EngineCrashed, OutOfMemory, Refused, StillbytesError
from stillbytes.core.saying import said
from stillbytes.engines.engine import Engine, Loadable
from stillbytes.gpu.broker.decide import Decider
from stillbytes.gpu.broker.desk import Policy
from stillbytes.gpu.broker.journal import Journal
from stillbytes.gpu.broker.messages import (
    Asked,
    Crashed,
    Effect,
    Emptied,
    Event,
    Failed,
    Finished,
    Grant,
    Intended,
    Interrupt,
    Interrupted,
    Load,
    Loaded,
    Measured,
    NotLoaded,
    Reading,
    Refuse,
    Request,
    Resident,
    Restart,
    Snapshot,
    Stage,
    Tick,
    Unload,
    Withdrawn,
)
from stillbytes.gpu.telemetry import Memory

SAMPLE_S = 0.1
"""How often memory is read while work runs, to learn its peak."""
STAGE_BYTES = 8 * 1024 * 1024
T = TypeVar("T")
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work. way: which of the request's was granted; says: what is lesser about it, for people."""

    id: str
    way: int
    says: str


@dataclass(slots=True)
class _Job:
    request: Request
    turn: asyncio.Future[Lease]
    task: asyncio.Future[Any] | None = None
    stopped: bool = False
    alone: bool = True
    peak: int = 0


class Broker:
    """Divides one device's memory among engines. engines: by name, as residents name them.

    processes: the ids of each engine's processes, asked at every reading; where an engine is not named, the driver's
    figures by process are not used. journal: a file to write every decision to, None for none.
    """

    def __init__(
        self,
        memory: Memory,
        engines: Mapping[str, Engine],
        *,
        processes: Callable[[], Mapping[str, Iterable[int]]] = dict,
        policy: Policy | None = None,
        journal: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.memory, self.engines = memory, engines
        self._processes, self._clock = processes, clock
        self._decider = Decider(memory.total, policy=policy)
        self._loadables: dict[str, Loadable] = {}
        self._jobs: dict[str, _Job] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._loading: dict[str, asyncio.Task[None]] = {}
        self._unloading: set[tuple[str, bool]] = set()
        """Models whose engine has not agreed yet, and whether to all of it."""
        self._tick: asyncio.TimerHandle | None = None
        self._listeners: list[Callable[[Snapshot], None]] = []
        self._journal = Journal(journal) if journal is not None else None
        self._sampler: asyncio.Task[None] | None = None
        self._closed = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def declare(self, resident: Resident, loadable: Loadable) -> None:
        """Make a model known, or better its estimate. Raises KeyError for an engine that is not here."""
        if resident.engine not in self.engines:
            raise KeyError(resident.engine)
        self._decider.know(resident)
        self._loadables[resident.name] = loadable

    async def run(self, request: Request, work: Callable[[Lease], Awaitable[T]]) -> T:
        """Wait for a lease, do the work under it and give it back.

        Work that raises OutOfMemory is done again with more room, or in the request's next way; work that is
        interruptible may be cancelled and begun anew. Cancelling this call cancels the work. Raises Refused when it
        cannot be done here, and whatever the work raises.
        """
        unknown = {name for way in request.ways for name in way.residents} - self._loadables.keys()
        if unknown:
            names = ", ".join(sorted(unknown))
            raise Refused(
                said("{task} needs {names}, which is not here.", task=request.label, names=names),
                said("`stillbytes models pull {names}`", names=names),
            )
        job = _Job(request, asyncio.get_running_loop().create_future())
        self._jobs[request.id] = job
        self._tell(Asked(request))
        try:
            while True:
                lease = await job.turn
                job.turn = asyncio.get_running_loop().create_future()
                job.peak, job.stopped, job.alone = 0, False, len(self._leases()) == 0
                task = asyncio.ensure_future(work(lease))
                job.task = task
                self._sample()
                try:
                    result = await task
                except OutOfMemory:
                    self._tell(Failed(request.id, memory=True))
                    continue
                except EngineCrashed:
                    self._tell(Failed(request.id))
                    self._tell(Crashed(self._engine_of(request, lease)))
                    raise
                except asyncio.CancelledError:
                    if not job.stopped or _cancelled():
                        raise
                    self._tell(Interrupted(request.id))
                    continue
                finally:
                    job.task = None
                await self._measure(request, lease)
                self._tell(Finished(request.id, job.peak or None if job.alone else None))
                return result
        except BaseException as error:
            if job.task is not None:
                job.task.cancel()
            if not isinstance(error, Refused):
                self._tell(Withdrawn(request.id))
            raise
        finally:
            del self._jobs[request.id]

    def intend(self, residents: Iterable[str], probability: float = 0.8, within_s: float = 20.0) -> None:
        """The interface sees that a person is about to need these models; none takes the last sign back."""
        known = tuple(name for name in residents if name in self._loadables)
        self._tell(Intended(known, probability, within_s))

    async def free_everything(self) -> None:
        """Ask every model that nobody works in to leave, and load none before the next request."""
        self._tell(Emptied())
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def stop_engine(self, engine: str) -> None:
        """End an engine's process because a person wants it: work in it fails, the next request starts it again."""
        self._tell(Emptied(engine))
        await self._restart(engine)

    def snapshot(self) -> Snapshot:
        """Who holds what, who waits and why."""
        return self._decider.snapshot(self._read())

    def watch(self, listener: Callable[[Snapshot], None]) -> Callable[[], None]:
        """Call `listener` after every decision that changed something. Returns a function that ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def close(self) -> None:
        """Cancel what runs and end the engines that are ours."""
        self._closed = True
        if self._tick is not None:
            self._tick.cancel()
        running: list[asyncio.Future[Any]] = [task for task in (self._sampler, *self._tasks) if task is not None]
        running += [job.task for job in self._jobs.values() if job.task is not None]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await asyncio.gather(*(engine.close() for engine in self.engines.values()), return_exceptions=True)

    # The decider's ears and hands

    def _read(self) -> Reading:
        return self.memory.read(self._processes())

    def _tell(self, event: Event) -> None:
        if self._closed:
            return
        now, reading = self._clock(), self._read()
        answer = self._decider.handle(event, reading, now)
        if self._journal is not None:
            self._journal.write(now, event, reading, answer)
        for effect in answer.effects:
            self._do(effect)
        if self._tick is not None:
            self._tick.cancel()
        self._tick = None
        if answer.wake_at is not None:
            loop = asyncio.get_running_loop()
            self._tick = loop.call_later(max(0.001, answer.wake_at - now), self._tell, Tick())
        if answer.effects or not isinstance(event, Tick):
            snapshot = self._decider.snapshot(reading)
            for listener in list(self._listeners):
                listener(snapshot)

    def _do(self, effect: Effect) -> None:
        match effect:
            case Load(name):
                self._loading[name] = self._start(self._load(name))
            case Unload(name, mib):
                self._start(self._unload(name, mib))
            case Restart(engine):
                self._start(self._restart(engine))
            case Stage(name):
                self._start(self._stage(name))
            case Grant(id, way):
                job = self._jobs.get(id)
                if job is not None and not job.turn.done():
                    job.turn.set_result(Lease(id, way, job.request.ways[way].says if way else ""))
            case Refuse(id, reason, remedy):
                job = self._jobs.get(id)
                if job is not None and not job.turn.done():
                    job.turn.set_exception(Refused(reason, remedy))
            case Interrupt(id):
                job = self._jobs.get(id)
                if job is not None and job.task is not None:
                    job.stopped = True
                    job.task.cancel()

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _load(self, name: str) -> None:
        engine = self.engines[self._decider.ledger.accounts[name].resident.engine]
        try:
            await engine.load(self._loadables[name])
            held = (await engine.footprint()).get(name) or None
        except OutOfMemory as error:
            self._tell(NotLoaded(name, memory=True, reason=error.message))
        except StillbytesError as error:
            self._tell(NotLoaded(name, memory=False, reason=f"{error.message} {error.remedy}".strip()))
        except Exception as error:
            log.exception("%s could not load %s", engine.name, name)
            self._tell(NotLoaded(name, memory=False, reason=f"{engine.name} failed unexpectedly ({error})."))
        else:
            self._tell(Loaded(name, held))
        finally:
            self._loading.pop(name, None)

    async def _measure(self, request: Request, lease: Lease) -> None:
        """After work, what the models hold that their engine loaded with it."""
        for name in request.ways[lease.way].residents:
            resident = self._decider.ledger.accounts[name].resident
            if resident.lazy:
                with contextlib.suppress(StillbytesError):
                    held = (await self.engines[resident.engine].footprint()).get(name, 0)
                    self._tell(Measured(name, held))

    async def _unload(self, name: str, mib: int | None) -> None:
        asking = (name, mib is None)
        if asking in self._unloading and not mib:
            return  # asked again, while the engine has not even agreed: it would only be kept busy
        self._unloading.add(asking)
        try:
            await self._have_unloaded(name, mib)
        finally:
            self._unloading.discard(asking)

    async def _have_unloaded(self, name: str, mib: int | None) -> None:
        loading = self._loading.pop(name, None)
        if loading is not None:  # it is not wanted any more
            loading.cancel()
            await asyncio.gather(loading, return_exceptions=True)
        engine = self.engines[self._decider.ledger.accounts[name].resident.engine]
        try:
            await engine.unload(name, mib)
        except Exception as error:  # an engine that cannot even do that is restarted by the decider when it is overdue
            log.warning("%s did not unload %s: %s", engine.name, name, error)
        self._tell(Tick())

    async def _restart(self, engine: str) -> None:
        try:
            await self.engines[engine].restart()
        except Exception as error:
            log.warning("%s could not be restarted: %s", engine, error)
        self._tell(Crashed(engine))

    async def _stage(self, name: str) -> None:
        """Read the files once, so that they are in the page cache."""
        for file in self._loadables[name].files.values():
            await asyncio.to_thread(_read_through, file, lambda: self._closed or bool(self._loading))

    # Watching work

    def _leases(self) -> list[_Job]:
        return [job for job in self._jobs.values() if job.task is not None]

    def _engine_of(self, request: Request, lease: Lease) -> str:
        names = request.ways[lease.way].residents
        return self._decider.ledger.accounts[names[0]].resident.engine if names else ""

    def _sample(self) -> None:
        if self._sampler is None or self._sampler.done():
            self._sampler = self._start(self._sampling())

    async def _sampling(self) -> None:
        """The most that each job's engine used beyond its models, while the job was alone in it."""
        while leases := self._leases():
            reading = self._read()
            for job in leases:
                job.alone &= len(leases) == 1 and reading.used is not None
                found = self._decider.ledger.working.get(job.request.id)
                if job.alone and found is not None and reading.used is not None:
                    beyond = reading.used.get(found[1], 0) - self._decider.ledger.held(found[1])
                    job.peak = max(job.peak, beyond)
            await asyncio.sleep(SAMPLE_S)


def _cancelled() -> bool:
    """Whether the task that we are in was itself asked to stop, not only the work that it waits for."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _read_through(file: Path, stop: Callable[[], bool]) -> None:
    try:
        with file.open("rb", buffering=0) as opened:
            while not stop() and opened.read(STAGE_BYTES):
                pass
    except OSError as error:
        log.info("%s could not be read ahead: %s", file, error)
