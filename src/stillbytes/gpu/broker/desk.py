"""What the broker's decisions share: the accounts, who waits, who works, and the verbs that change them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from stillbytes.core.saying import joined, said
from stillbytes.gpu.broker import eviction
from stillbytes.gpu.broker.habit import Habit
from stillbytes.gpu.broker.ledger import Account, Coming, Ledger
from stillbytes.gpu.broker.messages import Effect, Intended, Interrupt, Load, Reading, Request, Unload, Way

STOPPED_S = 0.3
"""Seconds of a person's later waiting that the work lost by stopping a batch is worth."""
GIVES = 0.9
"""How much of the memory that it works in a batch surely gives back when it stops: engines keep some of it."""
SAID = 20
"""How many of the last remarks for people are kept."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What the broker may do. partial: ask for parts of models. prefetch: load before it is asked for. ahead: make room
    for what is likely while nobody waits."""

    partial: bool = True
    prefetch: bool = True
    ahead: bool = True


@dataclass(slots=True)
class Job:
    """A request and how far it is. least: the first way that did not fail yet; way: the one it takes now.

    stuck_since: when nothing of ours worked or was loaded any more that it could wait for. short_since: when no way of
    it fitted beside other programs. stopping: it was asked to give way. free_before,
    lowest: readings when it was granted and since; disturbed: something else changed what was free, so that they do not
    tell what it took.
    """

    request: Request
    since: float
    least: int = 0
    way: int = 0
    tries: int = 0
    reason: str = ""
    stuck_since: float | None = None
    short_since: float | None = None
    stopping: bool = False
    free_before: int = 0
    lowest: int = 0
    disturbed: bool = False


@dataclass(slots=True)
class Swap:
    """What room is being made for. id: of the request, "" for a prefetch."""

    id: str
    way: Way
    since: float
    restarted: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Desk:
    """The state of one device's broker. now and reading: of the event being handled; effects: what it is answered.

    swap: what room is being made for. intent: what the interface announced, and until when it holds. displaced: what
    had to leave for batches. restarting: engines that are being ended and have not said so yet. resting: nothing is
    to be loaded unasked. prepared: the situation that was last looked at.
    """

    ledger: Ledger
    policy: Policy
    habit: Habit = field(default_factory=Habit)
    waiting: dict[str, Job] = field(default_factory=dict)
    running: dict[str, Job] = field(default_factory=dict)
    swap: Swap | None = None
    intent: tuple[Intended, float] | None = None
    displaced: list[str] = field(default_factory=list)
    restarting: set[str] = field(default_factory=set)
    resting: bool = False
    prepared: tuple[object, ...] = ()
    last_interactive: float = float("-inf")
    effects: list[Effect] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    now: float = 0.0
    reading: Reading = field(default_factory=lambda: Reading(0))

    @property
    def available(self) -> int:
        """MiB that may be given to new work; negative when too much is gone already."""
        return self.ledger.available(self.reading)

    @property
    def outstanding(self) -> int:
        """MiB that engines agreed to give back and have not yet given."""
        return self.ledger.outstanding(self.reading)

    def room(self) -> int:
        """What we could have if nothing of ours was on the card."""
        return self.ledger.total - self.ledger.foreign(self.reading) - self.ledger.guard

    def idle(self, way: Way) -> list[Account]:
        """Models that nobody works in and this way does not need."""
        return [
            account
            for name, account in self.ledger.accounts.items()
            if account.state == "resident" and not account.users and name not in way.residents
        ]

    def wanted(self, name: str) -> float:
        """How likely a model is needed soon: what the interface said counts beside what is usual."""
        likely = self.habit.need(name)
        intent = self.intended()
        if intent is not None and name in intent.residents:
            likely = max(likely, intent.probability)
        return likely

    def intended(self) -> Intended | None:
        """What the interface announced, while it may still come."""
        return self.intent[0] if self.intent is not None and self.now < self.intent[1] else None

    def likely(self) -> Mapping[Way, float]:
        """How likely each kind of work is the next, what the interface announced included."""
        likely = self.habit.next()
        intent = self.intended()
        if intent is None:
            return likely
        same = [way for way in likely if way.residents == intent.residents]
        told = same[0] if same else Way(intent.residents)
        rest = (1.0 - intent.probability) / max(1e-9, 1.0 - likely.get(told, 0.0))
        return {**{way: p * rest for way, p in likely.items()}, told: intent.probability}

    def load(self, account: Account) -> None:
        account.free_before, account.disturbed = self.reading.free, False
        self.disturb()
        account.happened("load", self.now)
        self.effects.append(Load(account.resident.name))

    def disturb(self) -> None:
        for job in self.running.values():
            job.disturbed = True

    def is_loading(self) -> bool:
        return any(account.state == "loading" for account in self.ledger.accounts.values())

    def evict(self, account: Account, mib: int | None) -> None:
        self.disturb()
        name, engine = account.resident.name, account.resident.engine
        self.effects.append(Unload(name, mib))
        given = account.held if mib is None else mib
        self.ledger.ask_back(Coming(name, engine, given, self.now, self.now))
        account.happened("evict" if mib is None else "shrink", self.now)
        account.held -= given
        account.given_back = given + account.given_back if account.held else 0

    def stop_loading(self, way: Way) -> None:
        """What a batch or a guess is loading must not keep a person waiting."""
        for name, account in self.ledger.accounts.items():
            if account.state == "loading" and name not in way.residents:
                mib = account.held + account.arrived(self.reading)
                self.effects.append(Unload(name))
                self.ledger.ask_back(Coming(name, account.resident.engine, mib, self.now, self.now))
                account.happened("evict", self.now)
                account.held = account.given_back = 0

    def stop_batches(self) -> bool:
        for batch in self._batches():
            if not batch.stopping:
                batch.stopping = True
                self.effects.append(Interrupt(batch.request.id))
        return bool(self._batches())

    def stop_idle(self) -> None:
        """What nobody asked for gives way at once, whatever it holds."""
        for job in self.running.values():
            if job.request.idle and not job.stopping:
                job.stopping = True
                self.effects.append(Interrupt(job.request.id))

    def _batches(self) -> list[Job]:
        return [j for j in self.running.values() if j.request.interruptible and not j.request.interactive]

    def room_without_batches(self, way: Way, deficit: int) -> bool:
        """Have `deficit` MiB more where a batch has to stop for it: it gives back what it works in, and idle models, at
        the same time, what is missing beyond that. False where no batch runs, or what is idle is enough."""
        batches = self._batches()
        if not batches:
            return False
        if self._victims(way, deficit) is not None and not any(batch.stopping for batch in batches):
            return False
        self.stop_batches()
        self._ask(self._victims(way, deficit - self._gives(batches)))
        return True

    def room_beside_batches(self, way: Way, deficit: int) -> None:
        """Have `deficit` MiB more for what is likely soon while a batch runs: from what is idle, unless that would cost
        more later than it does to begin the batch again."""
        batches = self._batches()
        without = self._victims(way, deficit - self._gives(batches))
        beside = self._victims(way, deficit)
        stopping = any(batch.stopping for batch in batches)
        if stopping or beside is None or _cost_s(beside) > _cost_s(without or ()) + STOPPED_S:
            self.stop_batches()
            self._ask(without)
        else:
            self._ask(beside)

    def _gives(self, batches: list[Job]) -> int:
        return sum(round(self.ledger.working_mib(job.request.ways[job.way]) * GIVES) for job in batches)

    def _victims(self, way: Way, deficit: int) -> list[eviction.Victim] | None:
        if deficit <= 0:
            return []
        return eviction.choose(self.idle(way), deficit, self.wanted, partial=self.policy.partial)

    def _ask(self, victims: list[eviction.Victim] | None) -> None:
        for victim in victims or ():
            self.evict(victim.account, victim.mib)

    def say(self, what: str) -> None:
        if not self.said or self.said[-1] != what:
            self.said = [*self.said[1 - SAID :], what]

    def in_the_way(self, what: str) -> str:
        """A sentence of this, and of what other programs hold if that is much."""
        foreign = self.ledger.foreign(self.reading)
        if foreign <= 512:
            return joined((what, "."), "")
        return said("{what}: other programs hold {foreign:.1f} GB.", what=what, foreign=foreign / 1024)


def _cost_s(victims: Iterable[eviction.Victim]) -> float:
    return sum(victim.cost_s for victim in victims)
