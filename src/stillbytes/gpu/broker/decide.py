"""The broker's decisions: told what happened, it says what to do.

It has no clock, no process, no input and no output of its own: the same events give the same answers, always.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from stillbytes.core.saying import said
from stillbytes.gpu.broker.admission import LONG_QUIET_S, Admission
from stillbytes.gpu.broker.desk import Desk, Job, Policy
from stillbytes.gpu.broker.ledger import MEASURED_MARGIN, RETURNED_MIB, SEEN_MARGIN, Account, Coming, Ledger
from stillbytes.gpu.broker.messages import (
    Answer,
    Asked,
    Crashed,
    Emptied,
    Event,
    Failed,
    Finished,
    Holder,
    Intended,
    Interrupted,
    Loaded,
    Measured,
    NotLoaded,
    Reading,
    Resident,
    Snapshot,
    Tick,
    Unload,
    Waiting,
    Way,
    Withdrawn,
)
from stillbytes.gpu.broker.quiet import Quiet

GUARD_MIB = 256
"""What stays free whatever happens: for the desktop, and for what engines need beyond what anybody counts."""
SEE_S = 0.5
"""How often the device is read to see what work takes, where the driver does not tell who takes it."""
LOOK_AGAIN_S = 0.02
"""How often the device is read while memory is on its way back."""
AGAIN_S, OVERDUE_S = 0.75, 5.0
"""Memory usually comes back within 1.5 s, rarely in 6 (docs/broker.md). Some engines keep a part until they are asked
again, which costs nothing; after OVERDUE_S nobody counts on it any more."""
TRIES, TRIES_OF_SEVERAL = 4, 1
"""How often work that ran out of memory is tried again; the second, in each of its ways where it has several."""


class Decider:
    """One device's broker. `handle` is everything: call it with each event in order, and do what it answers.

    residents: the models that requests name. total: MiB of the device. guard: MiB that stay free whatever happens.
    """

    def __init__(
        self, total: int, residents: Iterable[Resident] = (), *, guard: int = GUARD_MIB, policy: Policy | None = None
    ) -> None:
        self.ledger = Ledger(total, guard)
        self.desk = Desk(self.ledger, policy or Policy(), reading=Reading(total))
        self._admission, self._quiet = Admission(self.desk), Quiet(self.desk)
        for resident in residents:
            self.know(resident)

    def know(self, resident: Resident) -> None:
        """Declare a model, or better its estimate."""
        self.ledger.enter(resident)

    def handle(self, event: Event, reading: Reading, now: float) -> Answer:
        """Take in what happened, with the device as it is now. now: seconds, never going back."""
        self.desk.effects, self.desk.now, self.desk.reading = [], now, reading
        for job in self.desk.running.values():
            job.lowest = min(job.lowest, reading.free)
        self.ledger.observe(reading, self._ended(event))
        self._take(event)
        self._watch_returns()
        self._admission.serve()
        if self.desk.swap is None and not any(job.request.interactive for job in self.desk.waiting.values()):
            self._quiet.prepare()
        return Answer(tuple(self.desk.effects), self._wake_at())

    def _take(self, event: Event) -> None:  # noqa: PLR0912 - one case for each event
        match event:
            case Asked(request):
                self.desk.waiting[request.id] = Job(request, self.desk.now)
                for account in self.ledger.accounts.values():
                    account.failed = False
                if not (request.idle or request.aside):
                    self.desk.resting = False
                    self.desk.stop_idle()
                if request.interactive:
                    self.desk.habit.used(request.ways[0])
                    self.desk.last_interactive = self.desk.now
                    self.desk.intent = None
            case Withdrawn(id):
                self.desk.waiting.pop(id, None)
                self._end(id)
            case Finished(id, peak):
                job, way = self.desk.running.get(id), self._end(id)
                accounts = self.ledger.of(way.residents if way is not None else ())
                first = any(account.promised for account in accounts)  # it took the models' memory too
                for account in accounts:
                    account.promised = False
                if way is None or job is None or first:
                    pass
                elif peak is not None:
                    self.ledger.worked(way, peak)
                elif not job.disturbed:
                    usual = way.working_mib * way.uncertainty
                    seen = max(job.free_before - job.lowest, round(way.working_mib - usual))
                    self.ledger.worked(way, min(seen, round(way.working_mib + usual)), SEEN_MARGIN)
            case Failed(id, memory):
                self._fail(id, memory)
            case Interrupted(id):
                job = self.desk.running.get(id)
                if job is not None:
                    way = self._end(id)
                    job.stopping = False
                    self.desk.waiting[id] = job
                    if way is not None and job.request.idle and self.desk.resting:
                        for account in self.ledger.of(way.residents):
                            if account.state == "resident" and not account.users:
                                self.desk.evict(account, None)
            case Loaded(name, mib):
                self._loaded(self.ledger.accounts[name], mib)
            case Measured(name, mib):
                account = self.ledger.accounts[name]
                if account.usable and mib:
                    account.held = account.measured = mib
                    account.margin = MEASURED_MARGIN
            case NotLoaded(name, memory, reason):
                self._not_loaded(self.ledger.accounts[name], memory, reason)
            case Crashed(engine):
                self._crashed(engine)
            case Intended():
                self.desk.intent = (event, self.desk.now + event.within_s) if event.residents else None
                if event.residents:
                    self.desk.stop_idle()
            case Emptied(engine):
                for account in self.desk.idle(Way(())):
                    if engine in (None, account.resident.engine):
                        self.desk.evict(account, None)
                self.desk.resting, self.desk.intent, self.desk.displaced = True, None, []
                self.desk.stop_idle()
                self.desk.say("Everything that was idle was asked to leave.")
            case Tick():
                pass
            case _:
                assert_never(event)

    def _ended(self, event: Event) -> str | None:
        """The engine of the work that has ended with this event."""
        if isinstance(event, Finished | Failed | Interrupted | Withdrawn) and event.id in self.ledger.working:
            return self.ledger.working[event.id][1]
        return None

    def _end(self, id: str) -> Way | None:
        """Take work off the card. Returns its way when it ran."""
        job = self.desk.running.pop(id, None)
        found = self.ledger.working.pop(id, None)
        for account in self.ledger.accounts.values():
            account.users.discard(id)
        if job is not None and job.request.interactive:
            self.desk.last_interactive = self.desk.now
        return found[0] if found else None

    def _fail(self, id: str, memory: bool) -> None:
        job = self.desk.running.get(id)
        way = self._end(id)
        if job is None or way is None or not memory:
            return
        # It wanted more than we thought, or somebody else was faster. Either way: more room, then again.
        job.tries += 1
        self.ledger.peaks[way] = round(self.ledger.working_mib(way) * 1.15) + 64
        self.desk.waiting[id] = job
        if job.tries > (TRIES if len(job.request.ways) == 1 else TRIES_OF_SEVERAL):
            name, tries = job.request.label, job.tries
            ran_out = said("{what} ran out of memory {tries} times.", what=name, tries=tries)
            if way.says:
                ran_out = said(
                    "{what} ran out of memory {tries} times, even where {way}.", what=name, tries=tries, way=way.says
                )
            self._admission.next_way(job, ran_out)

    def _loaded(self, account: Account, mib: int | None) -> None:
        if account.state != "loading":
            return  # its engine has crashed meanwhile
        guess = account.held + max(0, account.free_before - self.desk.reading.free)
        low, high = round(account.resident.mib * (1 - account.resident.uncertainty)), account.most
        account.happened("loaded", self.desk.now)
        account.promised = account.resident.lazy
        if account.promised:
            account.held = account.whole
        elif mib is not None:
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
        part = memory and account.held > 0  # what it kept when a part was asked back, its engine still has
        if memory and not part and account.free_before >= account.most:
            # There was room for the most we had thought, so it needs more than that.
            account.too_big = round(account.most * 1.1)
            account.measured = None
        account.happened("part not loaded" if part else "not loaded", self.desk.now)
        account.failed = True
        swap = self.desk.swap
        if swap is None or account.resident.name not in swap.way.residents:
            return
        job = self.desk.waiting.get(swap.id)
        if job is None:
            self.desk.swap = None
            return
        job.tries += 1
        if not memory or job.tries > TRIES:
            if reason and not memory:  # which says by itself what to do
                self._admission.next_way(job, reason, "")
            else:
                self._admission.next_way(
                    job, reason or said("{model} did not find enough memory.", model=account.resident.name)
                )

    def _crashed(self, engine: str) -> None:
        self.desk.restarting.discard(engine)
        for account in self.ledger.of_engine(engine):
            if account.held or account.state == "loading":
                # The driver takes a moment to clear away after a process.
                self.ledger.ask_back(
                    Coming(account.resident.name, engine, account.held, self.desk.now, self.desk.now, again=False)
                )
            account.happened("crashed", self.desk.now)
        for id, (_, where) in list(self.ledger.working.items()):
            if where == engine:
                self._end(id)

    def _watch_returns(self) -> None:
        for account in self.ledger.accounts.values():
            account.disturbed |= account.state == "loading" and bool(self.ledger.coming)
        for engine in {coming.engine for coming in self.ledger.coming}:
            asked = [coming for coming in self.ledger.coming if coming.engine == engine]
            left = self.ledger.still_out(engine, self.desk.reading)
            overdue = self.desk.now - min(coming.since for coming in asked) > OVERDUE_S
            if left <= RETURNED_MIB or overdue:
                self._returned(asked)
                continue
            for coming in asked:
                if coming.again and self.desk.now - coming.asked > AGAIN_S:
                    coming.asked = self.desk.now
                    self._ask_again(self.ledger.accounts[coming.name])

    def _ask_again(self, account: Account) -> None:
        if account.state == "leaving":
            account.happened("overdue", self.desk.now)
            self.desk.effects.append(Unload(account.resident.name))
        elif account.state == "resident" and account.resident.divisible and not account.users:
            self.desk.effects.append(Unload(account.resident.name, 0))

    def _leaving(self, name: str) -> bool:
        return self.ledger.accounts[name].state == "leaving"

    def _returned(self, asked: list[Coming]) -> None:
        for coming in asked:
            self.ledger.coming.remove(coming)
            if self._leaving(coming.name):
                self.ledger.accounts[coming.name].happened("returned", self.desk.now)

    def _wake_at(self) -> float | None:
        if self.ledger.coming or (self.desk.swap is not None and not self.desk.is_loading()):
            return self.desk.now + LOOK_AGAIN_S
        if self.desk.waiting or self.desk.swap is not None:
            return self.desk.now + 1.0
        if self.desk.running and self.desk.reading.used is None:
            return self.desk.now + SEE_S
        if self.desk.displaced and not self.desk.running:
            return self.desk.now + 1.0
        quiet = self.desk.now - self.desk.last_interactive
        if self.desk.policy.prefetch and (self.desk.intended() is not None or quiet < LONG_QUIET_S):
            return self.desk.now + 1.0
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
            for job in self._admission.queue()
        ]
        return Snapshot(
            total=self.ledger.total,
            free=reading.free,
            foreign=self.ledger.foreign(reading),
            guard=self.ledger.guard,
            holders=tuple(holders),
            waiting=tuple(waiting),
            running=tuple(job.request.label for job in self.desk.running.values()),
            doing=f"Makes room for {self._admission.name_of_swap()}" if self.desk.swap else "",
            said=tuple(self.desk.said),
        )
