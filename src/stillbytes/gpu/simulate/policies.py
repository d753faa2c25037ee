"""What others do when two engines share a card, to compare with: all they know is estimates and what is free now.

Each of them evicts whole models that are idle, waits for the memory to come back as long as Ollama does, and after
running out of memory tries once more on an emptied card. Persons go before batches, as with us.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from stillbytes.gpu.broker.messages import (
    Answer,
    Asked,
    Crashed,
    Effect,
    Event,
    Failed,
    Finished,
    Grant,
    Load,
    Loaded,
    NotLoaded,
    Reading,
    Refuse,
    Request,
    Resident,
    Unload,
    Withdrawn,
)

Order = Literal["fifo", "lru", "unload-always"]
RECOVERY_S = 5.0
"""How long it waits for memory that it asked back, before it goes on in hope."""
POLL_S = 0.25


@dataclass(slots=True)
class _Job:
    request: Request
    tries: int = 0
    emptied: bool = False


@dataclass(slots=True)
class Usual:
    """order: fifo evicts the model loaded first, lru the one used longest ago, unload-always unloads every other engine
    before each job and within an engine goes by use."""

    order: Order
    residents: Mapping[str, Resident]
    _here: dict[str, float] = field(default_factory=dict)
    """What is loaded, with the time that the order goes by."""
    _loading: str | None = None
    _waiting: list[_Job] = field(default_factory=list)
    _running: _Job | None = None
    _until: float = 0.0
    """When it stops waiting for memory to come back."""
    _effects: list[Effect] = field(default_factory=list)

    def handle(self, event: Event, reading: Reading, now: float) -> Answer:
        self._effects = []
        self._take(event, now)
        if self._running is None and self._loading is None:
            self._serve(reading, now)
        waits = self._running is None and self._loading is None and bool(self._waiting)
        return Answer(tuple(self._effects), now + POLL_S if waits else None)

    def _take(self, event: Event, now: float) -> None:  # noqa: PLR0912 - one case for each event
        match event:
            case Asked(request):
                self._waiting.append(_Job(request))
                self._waiting.sort(key=lambda job: not job.request.interactive)
            case Finished(id) | Withdrawn(id):
                self._waiting = [job for job in self._waiting if job.request.id != id]
                if self._running is not None and self._running.request.id == id:
                    self._running = None
            case Failed(memory=memory):
                job, self._running = self._running, None
                if job is not None and memory:
                    self._again(job)
            case Loaded(name):
                self._loading, self._here[name] = None, now
            case NotLoaded(name):
                self._loading = None
                if self._waiting:
                    self._again(self._waiting.pop(0))
            case Crashed(engine):
                for name in [name for name in self._here if self.residents[name].engine == engine]:
                    del self._here[name]
                if self._loading and self.residents[self._loading].engine == engine:
                    self._loading = None
                if self._running and self._engine(self._running) == engine:
                    self._running = None
            case _:
                pass

    def _again(self, job: _Job) -> None:
        job.tries += 1
        if job.tries > 1:
            self._effects.append(Refuse(job.request.id, f"{job.request.label} ran out of memory.", ""))
        else:
            self._waiting.insert(0, job)

    def _engine(self, job: _Job) -> str:
        names = job.request.ways[0].residents
        return self.residents[names[0]].engine if names else ""

    def _serve(self, reading: Reading, now: float) -> None:
        if not self._waiting:
            return
        job = self._waiting[0]
        way = job.request.ways[0]
        needed = way.residents
        if self.order == "unload-always":
            engines = {self.residents[name].engine for name in needed}
            self._unload((name for name in self._here if self.residents[name].engine not in engines), now)
        if job.tries and not job.emptied:
            job.emptied = True
            self._unload((name for name in self._here if name not in needed), now)
        missing = [name for name in needed if name not in self._here]
        short = sum(self.residents[name].mib for name in missing) + way.working_mib - reading.free
        if short > 0 and now >= self._until:
            idle = sorted((name for name in self._here if name not in needed), key=lambda name: self._here[name])
            chosen = []
            for name in idle:
                if short <= 0:
                    break
                chosen.append(name)
                short -= self.residents[name].mib
            self._unload(chosen, now)
        if short > 0 and now < self._until:
            return
        if now < self._until and self._effects:
            return  # what was just asked back is not there yet
        if missing:
            self._loading = missing[0]
            self._effects.append(Load(missing[0]))
            return
        self._waiting.pop(0)
        self._running = job
        if self.order != "fifo":
            self._here.update(dict.fromkeys(needed, now))
        self._effects.append(Grant(job.request.id, 0))

    def _unload(self, names: Iterable[str], now: float) -> None:
        for name in list(names):
            del self._here[name]
            self._effects.append(Unload(name))
            self._until = now + RECOVERY_S
