"""The broker's decisions: told what happened, it says what to do. No clock, no process, no input or output of its own.

The order of things, which is what keeps it free of deadlocks: work holds no memory while it waits for more. At most
one request at a time is being made room for; it is granted once everything that it needs is there. Requests whose
models are there already, and whose working memory is free beside all that is promised, need not wait for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import assert_never

from stillbytes.gpu.broker import eviction
from stillbytes.gpu.broker.foresight import LIKELY, Foresight
from stillbytes.gpu.broker.habit import Habit
from stillbytes.gpu.broker.ledger import MEASURED_MARGIN, RETURNED_MIB, SEEN_MARGIN, Account, Coming, Ledger
from stillbytes.gpu.broker.messages import (
    Answer,
    Asked,
    Crashed,
    Effect,
    Event,
    Failed,
    Finished,
    Grant,
    Holder,
    Intended,
    Interrupt,
    Interrupted,
    Load,
    Loaded,
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
    Waiting,
    Way,
    Withdrawn,
)

GUARD_MIB = 256
"""What stays free whatever happens: for the desktop, and for what engines need beyond what anybody counts."""
SEE_S = 0.5
"""How often the device is read to see what work takes, where the driver does not tell who takes it."""
LOOK_AGAIN_S = 0.05
"""How often the device is read while memory is on its way back."""
OVERDUE_S = 2.5
"""Memory usually comes back within 1.5 s, rarely in 6 (docs/broker.md): then we ask again, and count on it no more."""
QUIET_S, LONG_QUIET_S = 3.0, 10.0
"""A person who asked for nothing for so long leaves the card to batches: at first to those that nobody has to leave
for."""
PROMOTED_S = 600.0
"""A batch that waited so long is served like a person's request."""
PATIENCE_S, BATCH_PATIENCE_S = 90.0, 3600.0
"""After so long without room a request is refused, with what was in the way."""
FOREIGN_PATIENCE_S = 20.0
"""How long we hope for another program to give back memory that a person's request cannot do without."""
TRIES = 4
"""How often work that ran out of memory is tried again."""
SAID = 20


@dataclass(frozen=True, slots=True)
class Policy:
    """What the broker may do. partial: ask for parts of models. prefetch: load before it is asked for. ahead: make room
    for what is likely while nobody waits."""

    partial: bool = True
    prefetch: bool = True
    ahead: bool = True


@dataclass(slots=True)
class _Job:
    """A request and how far it is. least: the first way that did not fail yet; way: the one it takes now.

    short_since: when no way of it fitted beside other programs. stopping: it was asked to give way. free_before, lowest: readings when
    it was granted and since; disturbed: something else changed what was free, so that they do not tell what it took.
    """

    request: Request
    since: float
    least: int = 0
    way: int = 0
    tries: int = 0
    reason: str = ""
    short_since: float | None = None
    stopping: bool = False
    free_before: int = 0
    lowest: int = 0
    disturbed: bool = False


@dataclass(slots=True)
class _Swap:
    """What room is being made for. id: of the request, "" for a prefetch."""

    id: str
    way: Way
    since: float
    restarted: set[str] = field(default_factory=set)


class Decider:
    """One device's broker. `handle` is everything: call it with each event in order, and do what it answers.

    residents: the models that requests name. total: MiB of the device. guard: MiB that stay free whatever happens.
    """

    def __init__(
        self, total: int, residents: Iterable[Resident] = (), *, guard: int = GUARD_MIB, policy: Policy | None = None
    ):
        self.ledger = Ledger(total, guard)
        self.policy = policy or Policy()
        self.habit = Habit()
        for resident in residents:
            self.ledger.enter(resident)
        self._waiting: dict[str, _Job] = {}
        self._running: dict[str, _Job] = {}
        self._swap: _Swap | None = None
        self._prepared: tuple[object, ...] = ()
        self._displaced: list[str] = []
        self._intent: tuple[Intended, float] | None = None
        self._last_interactive = float("-inf")
        self._effects: list[Effect] = []
        self._said: list[str] = []
        self._now = 0.0
        self._reading = Reading(total)

    def know(self, resident: Resident) -> None:
        """Declare a model, or better its estimate."""
        self.ledger.enter(resident)

    def handle(self, event: Event, reading: Reading, now: float) -> Answer:
        """Take in what happened, with the device as it is now. now: seconds, never going back."""
        self._effects, self._now, self._reading = [], now, reading
        for job in self._running.values():
            job.lowest = min(job.lowest, reading.free)
        self._take(event)
        self._watch_returns()
        self._serve()
        return Answer(tuple(self._effects), self._wake_at())

    # What happened

    def _take(self, event: Event) -> None:
        match event:
            case Asked(request):
                self._waiting[request.id] = _Job(request, self._now)
                if request.interactive:
                    self.habit.used(request.ways[0])
                    self._last_interactive = self._now
                    self._intent = None
            case Withdrawn(id):
                self._waiting.pop(id, None)
                self._end(id)
            case Finished(id, peak):
                job, way = self._running.get(id), self._end(id)
                if way is not None and peak is not None:
                    self.ledger.worked(way, peak)
                elif way is not None and job is not None and not job.disturbed:
                    usual = way.working_mib * way.uncertainty
                    seen = max(job.free_before - job.lowest, round(way.working_mib - usual))
                    self.ledger.worked(way, min(seen, round(way.working_mib + usual)), SEEN_MARGIN)
            case Failed(id, memory):
                self._fail(id, memory)
            case Interrupted(id):
                job = self._running.get(id)
                if job is not None:
                    self._end(id)
                    job.stopping = False
                    self._waiting[id] = job
            case Loaded(name, mib):
                self._loaded(self.ledger.accounts[name], mib)
            case NotLoaded(name, memory, reason):
                self._not_loaded(self.ledger.accounts[name], memory, reason)
            case Crashed(engine):
                self._crashed(engine)
            case Intended():
                self._intent = (event, self._now + event.within_s) if event.residents else None
            case Tick():
                pass
            case _:
                assert_never(event)

    def _end(self, id: str) -> Way | None:
        """Take work off the card. Returns its way when it ran."""
        job = self._running.pop(id, None)
        found = self.ledger.working.pop(id, None)
        for account in self.ledger.accounts.values():
            account.users.discard(id)
        if job is not None and job.request.interactive:
            self._last_interactive = self._now
        return found[0] if found else None

    def _fail(self, id: str, memory: bool) -> None:
        job = self._running.get(id)
        way = self._end(id)
        if job is None or way is None or not memory:
            return
        # It wanted more than we thought, or somebody else was faster. Either way: more room, then again.
        job.tries += 1
        self.ledger.peaks[way] = round(self.ledger.working_mib(way) * 1.15) + 64
        if job.tries > TRIES:
            self._refuse(job, f"{job.request.label} ran out of memory {job.tries} times.")
        else:
            self._waiting[id] = job

    def _loaded(self, account: Account, mib: int | None) -> None:
        if account.state != "loading":
            return  # its engine has crashed meanwhile
        guess = account.held + max(0, account.free_before - self._reading.free)
        low, high = round(account.resident.mib * (1 - account.resident.uncertainty)), account.most
        account.happened("loaded", self._now)
        if mib is not None:
            account.held = account.measured = mib
            account.margin = MEASURED_MARGIN
        elif account.disturbed:
            account.held = account.whole
        else:
            account.held = account.measured = min(max(guess, low), high)
            account.margin = SEEN_MARGIN
        account.given_back = account.too_big = 0

    def _not_loaded(self, account: Account, memory: bool, reason: str) -> None:
        if account.state != "loading":
            return
        if memory and account.free_before >= (account.given_back or account.most):
            # There was room for the most we had thought, so it needs more than that.
            account.too_big = round(account.most * 1.1)
            account.measured = None
        account.happened("not loaded", self._now)
        swap = self._swap
        if swap is None or account.resident.name not in swap.way.residents:
            return
        job = self._waiting.get(swap.id)
        if job is None:
            self._swap = None
            return
        job.tries += 1
        if not memory or job.tries > TRIES:
            self._next_way(job, reason or f"{account.resident.name} did not find enough memory.")

    def _next_way(self, job: _Job, reason: str) -> None:
        if job.way + 1 < len(job.request.ways):
            job.least = job.way = job.way + 1
            job.tries = 0
        else:
            self._waiting.pop(job.request.id, None)
            self._refuse(job, reason)
        if self._swap is not None and self._swap.id == job.request.id:
            self._swap = None

    def _refuse(self, job: _Job, reason: str) -> None:
        self._waiting.pop(job.request.id, None)
        remedy = "Close other programs that use the graphics card, or choose smaller models."
        self._effects.append(Refuse(job.request.id, reason, remedy))
        self._say(f"Refused {job.request.label}: {reason}")

    def _crashed(self, engine: str) -> None:
        before = self._reading
        for account in self.ledger.of_engine(engine):
            if account.held or account.state == "loading":
                # The driver takes a moment to clear away after a process.
                self.ledger.coming.append(
                    Coming(account.resident.name, engine, account.held, self._now, before, asked=9)
                )
            account.happened("crashed", self._now)
        for id, (_, where) in list(self.ledger.working.items()):
            if where == engine:
                self._end(id)

    # Memory on its way back

    def _watch_returns(self) -> None:
        for account in self.ledger.accounts.values():
            account.disturbed |= account.state == "loading" and bool(self.ledger.coming)
        for engine in {coming.engine for coming in self.ledger.coming}:
            asked = [coming for coming in self.ledger.coming if coming.engine == engine]
            left = self.ledger.still_out(engine, self._reading)
            overdue = self._now - max(coming.since for coming in asked) > OVERDUE_S
            again = self._reading.used is not None and all(coming.asked == 1 for coming in asked)
            if left <= RETURNED_MIB or (overdue and not again):
                self._returned(asked)
            elif overdue:
                for coming in asked:
                    coming.asked, coming.since = 2, self._now
                    if self._leaving(coming.name):
                        self.ledger.accounts[coming.name].happened("overdue", self._now)
                        self._effects.append(Unload(coming.name))

    def _leaving(self, name: str) -> bool:
        return self.ledger.accounts[name].state == "leaving"

    def _returned(self, asked: list[Coming]) -> None:
        for coming in asked:
            self.ledger.coming.remove(coming)
            if self._leaving(coming.name):
                self.ledger.accounts[coming.name].happened("returned", self._now)

    # Who is next

    def _serve(self) -> None:
        """Grant what can be granted, make room for the first that cannot, and use quiet times."""
        if self._swap is not None and self._swap.id not in self._waiting:
            self._swap = None  # withdrawn
        while True:
            granted = False
            for job in self._queue():
                if job.request.id not in self._waiting:
                    continue
                if self._swap is None or self._swap.id == job.request.id or self._overtakes(job):
                    granted = self._admit(job)
                else:
                    granted = self._ride(job)
                if granted:
                    break
            if not granted:
                break
        if self._swap is None and not any(job.request.interactive for job in self._waiting.values()):
            self._use_quiet()

    def _queue(self) -> list[_Job]:
        def rank(job: _Job) -> tuple[bool, float]:
            promoted = self._now - job.since > PROMOTED_S
            return (not (job.request.interactive or promoted), job.since)

        return sorted(self._waiting.values(), key=rank)

    def _overtakes(self, job: _Job) -> bool:
        """A person's request takes over the room being made for a batch."""
        other = self._waiting.get(self._swap.id) if self._swap else None
        return job.request.interactive and (other is None or not other.request.interactive)

    def _ride(self, job: _Job) -> bool:
        """Grant work whose models are there, in memory that nobody was promised."""
        way = job.request.ways[job.way]
        assert self._swap is not None
        reserved = sum(
            account.missing for account in self.ledger.of(self._swap.way.residents) if account.state != "loading"
        )
        reserved += self.ledger.working_mib(self._swap.way)
        there = all(account.usable for account in self.ledger.of(way.residents))
        if there and self.ledger.working_mib(way) <= self.ledger.available(self._reading) - reserved:
            self._grant(job)
            return True
        job.reason = f"Waits for {self._name_of_swap()}."
        return False

    def _admit(self, job: _Job) -> bool:
        """Grant it, or do the next thing that brings it nearer. Whether it was granted."""
        request = job.request
        if self._now - job.since > (PATIENCE_S if request.interactive else BATCH_PATIENCE_S):
            self._give_up(job, "It waited too long for memory" + self._in_the_way())
            return False
        if not request.interactive and not self._may_batch(job):
            return False
        if not self._choose_way(job):
            return False
        way = request.ways[job.way]
        accounts = self.ledger.of(way.residents)
        if any(account.state == "loading" for account in accounts):
            self._hold(job, way)
            return False
        if request.interactive:
            self._stop_loading(way)
        missing = [account for account in accounts if not account.usable]
        need, available = self._need(way, missing), self.ledger.available(self._reading)
        if not missing and need <= available:
            self._grant(job)
            return True
        self._hold(job, way)
        if need > available:
            self._make_room(job, way, need - available)
        # The first that has room is loaded while memory for the others is still on its way.
        ready = [account for account in missing if account.state != "leaving" and account.missing <= available]
        if need <= available:
            ready = [account for account in missing if account.state != "leaving"]
        if ready:
            self._load(ready[0])
            job.reason = f"Loads {ready[0].resident.name}."
        return False

    def _need(self, way: Way, missing: list[Account]) -> int:
        """What must be free: the most that it may take, or, where no empty card has that, all that one has."""
        most = sum(account.missing for account in missing) + self.ledger.working_mib(way)
        here = sum(account.held for account in self.ledger.of(way.residents))
        return min(most, max(0, self._room() - here))

    def _room(self) -> int:
        """What we could have if nothing of ours was on the card."""
        return self.ledger.total - self.ledger.foreign(self._reading) - self.ledger.guard

    def _choose_way(self, job: _Job) -> bool:
        """Take the first way that an otherwise empty card would hold. False when there is none at the moment."""
        room = self._room()
        if self._swap is not None and self._swap.id == job.request.id:
            if any(account.state == "loading" for account in self.ledger.of(self._swap.way.residents)):
                return True
        for index in range(job.least, len(job.request.ways)):
            way = job.request.ways[index]
            known = way in self.ledger.peaks
            working = self.ledger.working_mib(way) if known else way.working_mib
            if sum(account.whole for account in self.ledger.of(way.residents)) + working <= room:
                if index > job.way:
                    self._say(f"{job.request.label} {way.says or 'in a smaller way'}{self._in_the_way()}.")
                job.way, job.short_since = index, None
                return True
        job.short_since = self._now if job.short_since is None else job.short_since
        job.reason = "Waits for memory that other programs hold" + self._in_the_way() + "."
        patience = FOREIGN_PATIENCE_S if job.request.interactive else BATCH_PATIENCE_S
        if self._now - job.short_since > patience:
            self._give_up(job, "There is not enough memory on the graphics card" + self._in_the_way())
        return False

    def _give_up(self, job: _Job, reason: str) -> None:
        if self._swap is not None and self._swap.id == job.request.id:
            self._swap = None
        self._refuse(job, f"{reason}.")

    def _may_batch(self, job: _Job) -> bool:
        """Batches take the card when no person wants it, or when they need nothing that is not there."""
        if self._now - job.since > PROMOTED_S:
            return True
        jobs = [*self._waiting.values(), *self._running.values()]
        if any(other.request.interactive for other in jobs) or self._intended():
            job.reason = "Waits until you pause."
            return False
        if self._running:
            job.reason = "Waits for the batch before it."
            return False
        quiet = self._now - self._last_interactive
        way = job.request.ways[job.way]
        missing = [account for account in self.ledger.of(way.residents) if not account.usable]
        fits = self._need(way, missing) <= self.ledger.available(self._reading)
        job.reason = "Waits until you pause."
        return quiet >= (QUIET_S if fits else LONG_QUIET_S)

    def _hold(self, job: _Job, way: Way) -> None:
        if self._swap is None or self._swap.id != job.request.id or self._swap.way is not way:
            self._swap = _Swap(job.request.id, way, self._now)
            cold = [a for a in self.ledger.of(way.residents) if a.state == "absent"]
            if cold:  # its file is read while room is made
                self._effects.append(Stage(cold[0].resident.name))

    def _grant(self, job: _Job) -> None:
        request = job.request
        way = request.ways[job.way]
        del self._waiting[request.id]
        if self._swap is not None and self._swap.id == request.id:
            self._swap = None
        job.reason = ""
        job.free_before = job.lowest = self._reading.free
        job.disturbed = bool(self._running or self.ledger.coming) or self._is_loading()
        for other in self._running.values():
            other.disturbed = True
        self._running[request.id] = job
        accounts = self.ledger.of(way.residents)
        for account in accounts:
            account.users.add(request.id)
        if accounts:
            self.ledger.working[request.id] = (way, accounts[0].resident.engine)
        self._effects.append(Grant(request.id, job.way))

    def _load(self, account: Account) -> None:
        account.free_before, account.disturbed = self._reading.free, False
        self._disturb()
        account.happened("load", self._now)
        self._effects.append(Load(account.resident.name))

    def _disturb(self) -> None:
        for job in self._running.values():
            job.disturbed = True

    def _is_loading(self) -> bool:
        return any(account.state == "loading" for account in self.ledger.accounts.values())

    # Making room

    def _make_room(self, job: _Job, way: Way, deficit: int) -> None:
        """Ask for what is missing beyond the memory that is on its way back already."""
        deficit -= self.ledger.outstanding(self._reading)
        if deficit <= 0:
            job.reason = "Waits for memory that is on its way back."
            return
        victims = eviction.choose(self._idle(way), deficit, self._wanted, partial=self.policy.partial)
        if victims is not None:
            for victim in victims:
                self._evict(victim.account, victim.mib)
                if not job.request.interactive:
                    self._displaced.append(victim.account.resident.name)
            job.reason = "Makes room: " + ", ".join(v.account.resident.name for v in victims) + " leaves."
            self._say(f"{job.request.label}: {job.reason}")
            return
        if self._interrupt(job):
            job.reason = "Stops a batch for a moment."
        elif self._running:
            job.reason = f"Waits for {', '.join(j.request.label for j in self._running.values())} to end."
        elif self._coming_soon():
            job.reason = "Waits for memory that is on its way back."
        else:
            self._last_resort(job, way, deficit)

    def _idle(self, way: Way) -> list[Account]:
        """Models that nobody works in and this way does not need."""
        return [
            account
            for name, account in self.ledger.accounts.items()
            if account.state == "resident" and not account.users and name not in way.residents
        ]

    def _wanted(self, name: str) -> float:
        """How likely a model is needed soon: what the interface said counts beside what is usual."""
        likely = self.habit.need(name)
        intent = self._intended()
        if intent is not None and name in intent.residents:
            likely = max(likely, intent.probability)
        return likely

    def _intended(self) -> Intended | None:
        """What the interface announced, while it may still come."""
        return self._intent[0] if self._intent is not None and self._now < self._intent[1] else None

    def _evict(self, account: Account, mib: int | None) -> None:
        self._disturb()
        name, engine = account.resident.name, account.resident.engine
        self._effects.append(Unload(name, mib))
        given = account.held if mib is None else mib
        self.ledger.coming.append(Coming(name, engine, given, self._now, self._reading))
        account.happened("evict" if mib is None else "shrink", self._now)
        account.held -= given
        account.given_back = given + account.given_back if account.held else 0

    def _stop_loading(self, way: Way) -> None:
        """What a batch or a guess is loading must not keep a person waiting."""
        for name, account in self.ledger.accounts.items():
            if account.state == "loading" and name not in way.residents:
                mib = account.held + account.arrived(self._reading)
                self._effects.append(Unload(name))
                self.ledger.coming.append(Coming(name, account.resident.engine, mib, self._now, self._reading))
                account.happened("evict", self._now)
                account.held = account.given_back = 0

    def _interrupt(self, job: _Job) -> bool:
        """A batch gives way to a person's request. Whether one does."""
        return job.request.interactive and self._stop_batches()

    def _stop_batches(self) -> bool:
        batches = [j for j in self._running.values() if j.request.interruptible and not j.request.interactive]
        for batch in batches:
            if not batch.stopping:
                batch.stopping = True
                self._effects.append(Interrupt(batch.request.id))
        return bool(batches)

    def _coming_soon(self) -> bool:
        return bool(self.ledger.coming) or self._is_loading()

    def _last_resort(self, job: _Job, way: Way, deficit: int) -> None:
        """Nothing of ours is left to ask for, and still it is too little: what engines keep beside their models."""
        assert self._swap is not None
        engines = {account.resident.engine for account in self.ledger.accounts.values()} - self._swap.restarted
        keeps = {engine: self.ledger.slack(engine, self._reading) for engine in engines}
        hopeful = [engine for engine in engines if keeps[engine] > RETURNED_MIB or self._reading.used is None]
        if hopeful:
            engine = max(hopeful, key=lambda name: (keeps[name], name))
            self._swap.restarted.add(engine)
            self._effects.append(Restart(engine))
            job.reason = f"Restarts {engine}, which keeps memory that it does not use."
            self._say(f"{job.request.label}: {job.reason}")
            return
        if job.way + 1 < len(job.request.ways):
            self._next_way(job, "")
            return
        job.reason = "Waits for memory that other programs hold" + self._in_the_way() + "."
        if self._now - self._swap.since > FOREIGN_PATIENCE_S:
            self._give_up(job, "There is not enough memory on the graphics card" + self._in_the_way())

    # Quiet times

    def _use_quiet(self) -> None:
        """Prepare for what is likely to be asked next."""
        if self._is_loading() or not self.policy.ahead:
            return
        batches = [job for job in self._running.values() if not job.request.interactive]
        if batches:
            if self.policy.prefetch and self._intended() is not None:
                self._stop_batches()
            return
        if self._intended() is None and any(not job.request.interactive for job in self._waiting.values()):
            return  # a batch is about to begin
        if self._put_back():
            return
        outstanding = self.ledger.outstanding(self._reading)
        situation = (self._likely_key(), self.ledger.held(), len(self._running), outstanding, self._reading.free // 64)
        if situation == self._prepared:
            return
        self._prepared = situation
        working = sum(self.ledger.working_mib(way) for way, _ in self.ledger.working.values())
        room = self.ledger.available(self._reading) + outstanding + working
        foresight = Foresight(self.ledger, room, self._likely(), self._wanted)
        move = foresight.best(self._idle(Way(())), prefetch=self.policy.prefetch, partial=self.policy.partial)
        if move is None:
            self._stage_likely()
            return
        for victim in move.victims:
            self._evict(victim.account, victim.mib)
        if move.loads and move.loads[0].missing <= self.ledger.available(self._reading):
            self._load(move.loads[0])

    def _put_back(self) -> bool:
        """After a batch the card is left as it was found: what had to leave for it returns. Whether it is under way."""
        while self._displaced and not self._running:
            account = self.ledger.accounts[self._displaced[0]]
            if account.usable or self._wanted(account.resident.name) < LIKELY:
                self._displaced.pop(0)
                continue
            if account.state == "leaving":
                return True
            deficit = account.missing - self.ledger.available(self._reading) - self.ledger.outstanding(self._reading)
            if deficit <= 0:
                if account.missing <= self.ledger.available(self._reading):
                    self._load(account)
                return True
            idle = [a for a in self._idle(Way((account.resident.name,))) if a.resident.name not in self._displaced]
            victims = eviction.choose(idle, deficit, self._wanted, partial=self.policy.partial)
            if victims is None or sum(victim.cost_s for victim in victims) > account.reload_s():
                self._displaced.pop(0)
                continue
            for victim in victims:
                self._evict(victim.account, victim.mib)
            return True
        return False

    def _stage_likely(self) -> None:
        """What the card has no room for can at least be read from the disk ahead."""
        if not self.policy.prefetch or self._running:
            return
        absent = [a.resident.name for a in self.ledger.accounts.values() if a.state == "absent"]
        likeliest = max(absent, key=self._wanted, default=None)
        if likeliest is not None and self._wanted(likeliest) > LIKELY:
            self._effects.append(Stage(likeliest))

    def _likely_key(self) -> tuple[int, Intended | None]:
        return (self.habit.seen, self._intended())

    def _likely(self) -> Mapping[Way, float]:
        """How likely each kind of work is the next, what the interface announced included."""
        likely = self.habit.next()
        intent = self._intended()
        if intent is None:
            return likely
        same = [way for way in likely if way.residents == intent.residents]
        told = same[0] if same else Way(intent.residents)
        rest = (1.0 - intent.probability) / max(1e-9, 1.0 - likely.get(told, 0.0))
        return {**{way: p * rest for way, p in likely.items()}, told: intent.probability}

    # For people

    def _in_the_way(self) -> str:
        foreign = self.ledger.foreign(self._reading)
        return f": other programs hold {foreign / 1024:.1f} GB" if foreign > 512 else ""

    def _name_of_swap(self) -> str:
        job = self._waiting.get(self._swap.id) if self._swap else None
        return job.request.label if job else "a model that is being loaded"

    def _say(self, what: str) -> None:
        if not self._said or self._said[-1] != what:
            self._said = [*self._said[1 - SAID :], what]

    def _wake_at(self) -> float | None:
        if self.ledger.coming or (self._swap is not None and not self._is_loading()):
            return self._now + LOOK_AGAIN_S
        if self._waiting or self._swap is not None:
            return self._now + 1.0
        if self._running and self._reading.used is None:
            return self._now + SEE_S
        if self._displaced and not self._running:
            return self._now + 1.0
        if self.policy.prefetch and (self._intended() is not None or self._now - self._last_interactive < LONG_QUIET_S):
            return self._now + 1.0
        return None

    def snapshot(self, reading: Reading) -> Snapshot:
        """Who holds what, who waits and why."""
        holders = [
            Holder(name, account.resident.engine, account.state, account.held, bool(account.users))
            for name, account in self.ledger.accounts.items()
            if account.state != "absent"
        ]
        waiting = [
            Waiting(job.request.id, job.request.label, job.request.interactive, job.since, job.reason)
            for job in self._queue()
        ]
        return Snapshot(
            total=self.ledger.total,
            free=reading.free,
            foreign=self.ledger.foreign(reading),
            guard=self.ledger.guard,
            holders=tuple(holders),
            waiting=tuple(waiting),
            running=tuple(job.request.label for job in self._running.values()),
            doing=f"Makes room for {self._name_of_swap()}" if self._swap else "",
            said=tuple(self._said),
        )
