"""A graphics card, its engines and a person in software, run by events: no time passes but what the events take.

What it has of a real one: memory that engines give back late or not all of, working memory that grows while a job runs,
fragments that an engine keeps until it unloads something, programs of others, engines that die, one copy at a time from
the disk or from host memory, a driver that may not tell who uses how much.
"""

from __future__ import annotations

import heapq
import itertools
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from stillbytes.gpu.broker.messages import (
    Answer,
    Asked,
    Crashed,
    Effect,
    Event,
    Failed,
    Finished,
    Grant,
    Intended,
    Interrupt,
    Interrupted,
    Load,
    Loaded,
    NotLoaded,
    Reading,
    Refuse,
    Request,
    Restart,
    Stage,
    Tick,
    Unload,
    Withdrawn,
)
from stillbytes.gpu.simulate import traces

AGREE_S = 0.05
"""How long an engine takes to agree to unload."""
STOP_S = 0.8
"""A sampler's step, after which it can be interrupted."""
GONE_S = 0.4
"""How long the driver takes to clear away after a process."""
RESTART_S = 1.0
FIRST_SHARE = 0.6
"""Work takes this much of its memory at once, and the rest when LATER of its time has passed (decoding the picture)."""
LATER = 0.8
FRAGMENTS, MOST_FRAGMENTS = 0.06, 500
"""What of its working memory an engine keeps after a job, and the most MiB that adds up to."""
PIECES = 4
"""A model arrives in so many allocations."""
END_S = 7200.0
"""How long after the last event everything must be served or refused."""


class Decides(Protocol):
    """A broker, as the simulation plays against it."""

    def handle(self, event: Event, reading: Reading, now: float) -> Answer: ...


@dataclass(slots=True)
class Outcome:
    """How it went. waits: seconds of each interactive request from being asked to beginning, and what a lesser way
    took longer. A request counts as deadlocked when it was neither served nor refused when all else was over."""

    served: int = 0
    out_of_memory: int = 0
    deadlocks: int = 0
    refused: int = 0
    crashed: int = 0
    cancelled: int = 0
    degraded: int = 0
    retried: int = 0
    loaded_mib: int = 0
    waits: list[float] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Asked:
    request: Request
    task: str
    run_s: float
    at: float
    interactive: bool
    attempt: int = 0
    working: int = 0
    engine: str = ""
    waited: float | None = None


@dataclass(slots=True)
class _Engine:
    held: dict[str, int] = field(default_factory=dict)
    working: int = 0
    loading: dict[str, object] = field(default_factory=dict)
    """What is being loaded, each with a token of its own, so that one that was stopped stays so."""
    fragments: int = 0
    returning: int = 0
    stuck: int = 0

    @property
    def used(self) -> int:
        return sum(self.held.values()) + self.working + self.fragments + self.returning + self.stuck


class Simulation:
    """One trace played against one policy."""

    def __init__(self, trace: traces.Trace, policy: Decides) -> None:
        self.trace, self.policy = trace, policy
        self.outcome = Outcome()
        self.now = 0.0
        self._queue: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._foreign = 0
        self._engines = {resident.engine: _Engine() for resident in trace.residents.values()}
        self._warm: OrderedDict[str, int] = OrderedDict()
        self._copying_until = 0.0
        self._staging: tuple[str, float] | None = None
        self._jobs: dict[str, _Asked] = {}
        self._last: _Asked | None = None
        self._late, self._share, self._disk = 0.5, 0.0, 1.0
        self._next = self._asked = 0
        self._held_up: traces.Event | None = None
        self._tick_at = float("inf")

    def run(self) -> Outcome:
        """Play it to the end."""
        self._schedule_next()
        end = float("inf")
        while self._queue:
            at, _, what = heapq.heappop(self._queue)
            self.now = at
            what()
            if self._next >= len(self.trace.events) and self._held_up is None and end == float("inf"):
                end = self.now + END_S
            if self.now > end or (end < float("inf") and not self._jobs):
                break
        self.outcome.deadlocks += len(self._jobs)
        return self.outcome

    def advance(self, seconds: float) -> None:
        """Let time pass, and with it all that is due. For playing by hand, with a trace that has no events."""
        until = self.now + seconds
        while self._queue and self._queue[0][0] <= until:
            self.now, _, what = heapq.heappop(self._queue)
            what()
        self.now = until

    @property
    def pending(self) -> Mapping[str, Request]:
        """What was asked and has not ended."""
        return {id: asked.request for id, asked in self._jobs.items()}

    # The trace

    def _schedule_next(self) -> None:
        """Put the next event of the trace on the clock, once the person's last request allows it."""
        if self._next >= len(self.trace.events):
            return
        event = self.trace.events[self._next]
        if event.after == "end" and self._last is not None:
            self._held_up = event  # until that has ended
            return
        self._next += 1
        self._after(event.gap, lambda: self.happen(event))

    def _last_ended(self) -> None:
        self._last = None
        if self._held_up is not None:
            self._held_up = None
            self._schedule_next()

    def happen(self, event: traces.Event) -> None:
        """One event, now."""
        match event.kind:
            case "ask":
                self._ask(event)
            case "intend":
                residents = self.trace.tasks[event.task][0].residents
                self._tell(Intended(residents, event.probability))
            case "cancel":
                self._cancel()
            case "foreign":
                self._foreign += min(event.mib - self._foreign, self.free)  # what is not free, it does not get
                self._tell(Tick())
            case "crash":
                self._crash(event.engine)
            case "late":
                self._late, self._share = event.seconds, event.share
            case "disk":
                self._disk = max(0.1, event.seconds)
        self._schedule_next()

    def _ask(self, event: traces.Event) -> None:
        self._asked += 1
        id = f"{self._asked}"
        request = Request(id, event.task, self.trace.tasks[event.task], event.interactive, not event.interactive)
        asked = self._jobs[id] = _Asked(request, event.task, event.run_s, self.now, event.interactive)
        if event.interactive:
            self._last = asked
        self._tell(Asked(request))

    def _cancel(self) -> None:
        asked = self._last
        if asked is None or asked.request.id not in self._jobs:
            return
        self._stop_work(asked)
        self._end(asked)
        self.outcome.cancelled += 1
        self._tell(Withdrawn(asked.request.id))

    # The card

    @property
    def free(self) -> int:
        return self.trace.card.total - self._foreign - sum(engine.used for engine in self._engines.values())

    def _reading(self) -> Reading:
        used = {name: engine.used for name, engine in self._engines.items()} if self.trace.card.by_process else None
        return Reading(self.free, used)

    def _tell(self, event: Event) -> None:
        answer = self.policy.handle(event, self._reading(), self.now)
        for effect in answer.effects:
            self._do(effect)
        if answer.wake_at is not None and answer.wake_at < self._tick_at - 1e-9:
            self._tick_at = at = max(answer.wake_at, self.now + 1e-3)
            self._after(at - self.now, lambda: self._tick(at))

    def _tick(self, at: float) -> None:
        if at == self._tick_at:
            self._tick_at = float("inf")
            self._tell(Tick())

    def _after(self, seconds: float, what: Callable[[], None]) -> None:
        heapq.heappush(self._queue, (self.now + seconds, next(self._order), what))

    def _do(self, effect: Effect) -> None:
        match effect:
            case Load(name):
                self._load(name)
            case Unload(name, mib):
                self._unload(name, mib)
            case Restart(engine):
                self._after(RESTART_S, lambda: self._crash(engine))
            case Grant(id, way):
                self._grant(id, way)
            case Refuse(id, reason, _):
                self._refuse(id, reason)
            case Interrupt(id):
                self._after(STOP_S, lambda: self._interrupt(id))
            case Stage(name):
                self._stage(name)

    # Models

    def _load(self, name: str) -> None:
        resident = self.trace.residents[name]
        engine = self._engines[resident.engine]
        missing = self.trace.true_mib[name] - engine.held.get(name, 0)
        share = missing / max(1, resident.mib)
        copy = resident.host_s if name in self._warm else resident.disk_s * self._disk
        if self._staging is not None and self._staging[0] == name:
            copy = min(copy, max(resident.host_s, self._staging[1] - self.now))  # it is being read already
        self._staging = None  # nothing else is read from the disk beside a load
        begins = max(self.now, self._copying_until)
        self._copying_until = begins + copy * share
        seconds = self._copying_until - self.now + (resident.start_s if name not in engine.held else 0.0)
        piece = -(-missing // PIECES)
        token = engine.loading[name] = object()

        def arrive(number: int, got: int) -> None:
            if self._engines[resident.engine] is not engine:
                return  # that process has died
            if engine.loading.get(name) is not token:  # stopped: what was there has gone with the unloading
                self._copying_until = self.now
                return
            want = min(piece, missing - got)
            if want > self.free:
                engine.held[name] = engine.held.get(name, 0) - got
                if engine.held[name] <= 0:
                    del engine.held[name]
                engine.loading.pop(name, None)
                self._tell(NotLoaded(name, True))
                return
            engine.held[name] = engine.held.get(name, 0) + want
            got += want
            if number < PIECES:
                self._after(seconds / PIECES, lambda: arrive(number + 1, got))
                return
            engine.loading.pop(name, None)
            self.outcome.loaded_mib += missing
            self._warm_up(name)
            self._tell(Loaded(name, engine.held[name]))  # engines tell what they hold, whatever the driver tells

        self._after(seconds / PIECES, lambda: arrive(1, 0))

    def _unload(self, name: str, mib: int | None) -> None:
        engine = self._engines[self.trace.residents[name].engine]
        held = engine.held.get(name, 0)
        engine.loading.pop(name, None)
        given = held if mib is None else min(mib, held)
        if given:
            engine.held[name] = held - given
            if not engine.held[name]:
                del engine.held[name]
        given += engine.fragments + engine.stuck
        engine.fragments = engine.stuck = 0
        kept = round(given * self._share)
        engine.stuck += kept
        engine.returning += given - kept

        def back(part: int) -> None:
            engine.returning -= part  # of a process that has died meanwhile, nobody counts it

        half = (given - kept) // 2
        self._after(AGREE_S + self._late / 2, lambda: back(half))
        self._after(AGREE_S + self._late, lambda: back(given - kept - half))

    def _warm_up(self, name: str) -> None:
        self._warm[name] = self.trace.true_mib[name]
        self._warm.move_to_end(name)
        while sum(self._warm.values()) > self.trace.card.host_mib:
            self._warm.popitem(last=False)

    def _stage(self, name: str) -> None:
        """Read one file into host memory, unless another is being read or a load comes between."""
        if name in self._warm or self._staging is not None or self._copying_until > self.now:
            return
        staging = self._staging = (name, self.now + self.trace.residents[name].disk_s * self._disk)

        def read() -> None:
            if self._staging is staging:
                self._staging = None
                self._warm_up(name)

        self._after(staging[1] - self.now, read)

    def _crash(self, name: str) -> None:
        engine = self._engines.get(name)
        if engine is None:
            return
        gone = engine.used
        lost = [a for a in self._jobs.values() if a.engine == name and a.waited is not None]
        self._engines[name] = fresh = _Engine(returning=gone)

        def cleared() -> None:
            fresh.returning -= gone

        self._after(GONE_S, cleared)
        for asked in lost:
            asked.attempt += 1
            self._end(asked)
            self.outcome.crashed += 1
        self._tell(Crashed(name))

    # Work

    def _grant(self, id: str, way: int) -> None:
        asked = self._jobs[id]
        chosen = asked.request.ways[way]
        asked.engine = self.trace.residents[chosen.residents[0]].engine if chosen.residents else ""
        asked.attempt += 1
        asked.waited = self.now - asked.at + chosen.slower_s
        if way:
            self.outcome.degraded += 1
        attempt, need = asked.attempt, self.trace.true_working[asked.task][way]
        seconds = asked.run_s + chosen.slower_s
        engine = self._engines.get(asked.engine)
        if engine is not None:
            short = any(
                engine_of.held.get(name, 0) < self.trace.true_mib[name]
                for name in chosen.residents
                for engine_of in [self._engines[self.trace.residents[name].engine]]
            )
            assert not short, f"{asked.task} was granted without its models"
        for name in chosen.residents:
            self._warm_up(name)
        first = round(need * FIRST_SHARE)
        # Not within the grant itself: who grants may not be called back before it is done.
        self._after(0.0, lambda: self._take(asked, attempt, first))
        self._after(seconds * LATER, lambda: self._take(asked, attempt, need - first))
        self._after(seconds, lambda: self._done(asked, attempt))

    def _current(self, asked: _Asked, attempt: int) -> bool:
        return asked.attempt == attempt and asked.request.id in self._jobs

    def _take(self, asked: _Asked, attempt: int, mib: int) -> None:
        if not asked.engine or not self._current(asked, attempt):
            return
        engine = self._engines[asked.engine]
        mib -= (reused := min(mib, engine.fragments))
        if mib > self.free:
            self._stop_work(asked)
            self.outcome.retried += 1
            self._tell(Failed(asked.request.id, memory=True))
            return
        engine.fragments -= reused
        engine.working += mib + reused
        asked.working += mib + reused

    def _stop_work(self, asked: _Asked) -> None:
        """Its memory is free again, but for what breaks into fragments."""
        asked.attempt += 1
        asked.waited = None if asked.request.id in self._jobs else asked.waited
        if asked.engine and asked.working:
            engine = self._engines[asked.engine]
            engine.working -= asked.working
            engine.fragments = min(MOST_FRAGMENTS, engine.fragments + round(asked.working * FRAGMENTS))
        asked.working = 0

    def _done(self, asked: _Asked, attempt: int) -> None:
        if not self._current(asked, attempt):
            return
        peak = asked.working if self.trace.card.by_process else None
        waited = asked.waited or 0.0
        self._stop_work(asked)
        self.outcome.served += 1
        if asked.interactive:
            self.outcome.waits.append(waited)
        self._end(asked)
        self._tell(Finished(asked.request.id, peak))

    def _interrupt(self, id: str) -> None:
        asked = self._jobs.get(id)
        if asked is not None and asked.waited is not None:
            self._stop_work(asked)
            self._tell(Interrupted(id))

    def _refuse(self, id: str, reason: str) -> None:
        asked = self._jobs[id]
        if "ran out of memory" in reason:
            self.outcome.out_of_memory += 1
        else:
            self.outcome.refused += 1
        self.outcome.reasons.append(reason)
        self._end(asked)

    def _end(self, asked: _Asked) -> None:
        self._jobs.pop(asked.request.id, None)
        if self._last is asked:
            # The policy may be in the midst of something: the person goes on a moment later.
            self._after(0.0, self._last_ended)
