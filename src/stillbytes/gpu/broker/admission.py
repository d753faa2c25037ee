"""Who is served next, in which way, and what has to leave for it.

The order of things, which is what keeps it free of deadlocks: work holds no memory while it waits for more. At most one
request at a time is being made room for; it is granted once everything that it needs is there. Requests whose models
are there already, and whose working memory is free beside all that is promised, need not wait for it.
"""

from __future__ import annotations

from stillbytes.core.saying import joined, said
from stillbytes.gpu.broker import eviction
from stillbytes.gpu.broker.desk import Desk, Job, Swap
from stillbytes.gpu.broker.ledger import RETURNED_MIB, Account
from stillbytes.gpu.broker.messages import Grant, Refuse, Restart, Stage, Way

QUIET_S, LONG_QUIET_S = 3.0, 10.0
"""A person who asked for nothing for so long leaves the card to batches: at first to those that nobody has to leave
for."""
PROMOTED_S = 600.0
"""A batch that waited so long is served like a person's request."""
PATIENCE_S, BATCH_PATIENCE_S = 90.0, 3600.0
"""After so long without room a request is refused, with what was in the way; not while work or a loading model of ours
is what it waits for, which ends by itself: on a processor that takes minutes."""
SHORT = said("Close other programs that use this memory, or choose smaller models.")
"""What to do about too little memory."""
FOREIGN_PATIENCE_S = 20.0
"""How long we hope for another program to give back memory that a person's request cannot do without."""


class Admission:
    """Grants, waits and refusals, decided at the desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def serve(self) -> None:
        """Grant what can be granted, make room for the first that cannot."""
        if self.desk.swap is not None and self.desk.swap.id not in self.desk.waiting:
            self.desk.swap = None  # withdrawn
        if self.desk.swap is not None and self.desk.swap.id:
            held = self.desk.waiting[self.desk.swap.id]
            if held.request.idle and not self._is_idle(held):
                self.desk.swap = None
        while True:
            granted = False
            for job in self.queue():
                if job.request.id not in self.desk.waiting or (job.request.idle and not self._is_idle(job)):
                    continue
                if job.request.aside:
                    granted = self._ride(job)
                elif self.desk.swap is None or self.desk.swap.id == job.request.id or self._overtakes(job):
                    granted = self._admit(job)
                else:
                    granted = self._ride(job)
                if granted:
                    break
            if not granted:
                break

    def queue(self) -> list[Job]:
        def rank(job: Job) -> tuple[bool, bool, float]:
            return (job.request.idle, not (job.request.interactive or self._promoted(job)), job.since)

        return sorted(self.desk.waiting.values(), key=rank)

    def _promoted(self, job: Job) -> bool:
        return self.desk.now - job.since > PROMOTED_S and not job.request.idle

    def _is_idle(self, job: Job) -> bool:
        """Whether there is nothing that anybody asked for, nor does anybody want the memory for something else."""
        jobs = (*self.desk.waiting.values(), *self.desk.running.values())
        if not self.desk.resting and all(other.request.idle for other in jobs):
            return True
        job.reason = said("Waits until there is nothing else to do.")
        job.stuck_since = None
        return False

    def _overtakes(self, job: Job) -> bool:
        """A person's request takes over the room being made for a batch."""
        other = self.desk.waiting.get(self.desk.swap.id) if self.desk.swap else None
        return job.request.interactive and (other is None or not other.request.interactive)

    def _ride(self, job: Job) -> bool:
        """Grant work whose models are there, in memory that nobody was promised."""
        way, reserved = job.request.ways[job.way], 0
        if self.desk.swap is not None:
            accounts = self.desk.ledger.of(self.desk.swap.way.residents)
            reserved = sum(account.missing for account in accounts if account.state != "loading")
            reserved += self.desk.ledger.working_mib(self.desk.swap.way)
        there = all(account.usable for account in self.desk.ledger.of(way.residents)) and not self._restarts(way)
        if there and self.desk.ledger.working_mib(way) <= self.desk.available - reserved:
            self._grant(job)
            return True
        swap = self.desk.swap
        job.reason = said("Waits for {what}.", what=self.name_of_swap()) if swap else said("Waits for free memory.")
        return False

    def _admit(self, job: Job) -> bool:
        """Grant it, or do the next thing that brings it nearer. Whether it was granted."""
        request = job.request
        moves = bool(self.desk.running) or self.desk.is_loading()
        job.stuck_since = None if moves else self.desk.now if job.stuck_since is None else job.stuck_since
        patience = PATIENCE_S if request.interactive else BATCH_PATIENCE_S
        if job.stuck_since is not None and self.desk.now - job.stuck_since > patience:
            self._give_up(job, self.desk.in_the_way(said("It waited too long for memory")))
            return False
        if not request.interactive and not self._may_batch(job):
            return False
        if not self._choose_way(job):
            return False
        way = request.ways[job.way]
        accounts = self.desk.ledger.of(way.residents)
        if any(account.state == "loading" for account in accounts) or self._restarts(way):
            self._hold(job, way)
            return False
        if request.interactive:
            self.desk.stop_loading(way)
        elif self.desk.is_loading():
            job.reason = said("Waits for a model that is being loaded.")
            return False
        missing = [account for account in accounts if not account.usable]
        need, available = self.need(way, missing), self.desk.available
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
            self.desk.load(ready[0])
            job.reason = said("Loads {model}.", model=ready[0].resident.name)
        return False

    def _restarts(self, way: Way) -> bool:
        """Whether an engine that it needs is being ended: what is in it by the accounts is as good as gone."""
        return any(account.resident.engine in self.desk.restarting for account in self.desk.ledger.of(way.residents))

    def need(self, way: Way, missing: list[Account]) -> int:
        """What must be free: the most that it may take, or, where no empty card has that, all that one has but small
        change, which engines keep."""
        most = sum(account.missing for account in missing) + self.desk.ledger.working_mib(way)
        here = sum(account.held for account in self.desk.ledger.of(way.residents))
        return min(most, max(0, self.desk.room() - here - RETURNED_MIB))

    def _choose_way(self, job: Job) -> bool:
        """Take the first way that an otherwise empty card would hold. False when there is none at the moment."""
        room = self.desk.room()
        own = self.desk.swap.way.residents if self.desk.swap and self.desk.swap.id == job.request.id else ()
        if any(account.state == "loading" for account in self.desk.ledger.of(own)):
            return True
        needs = [self._needs(way) for way in job.request.ways]
        for index in range(job.least, len(needs)):
            if needs[index] <= room:
                if index > job.way:
                    says = job.request.ways[index].says or "in a smaller way"
                    self.desk.say(self.desk.in_the_way(f"{job.request.label} {says}"))
                job.way, job.short_since = index, None
                return True
        least, has = min(needs[job.least :]), self.desk.ledger.total - self.desk.ledger.guard
        if least > has:  # what has to stay free is nobody's to use
            short = said(
                "It needs {least:.1f} GB of memory, of which {has:.1f} of {total:.1f} GB can be used.",
                least=least / 1024, has=max(0, has) / 1024, total=self.desk.ledger.total / 1024,
            )  # fmt: skip
            self._give_up(job, short)
            return False
        job.short_since = self.desk.now if job.short_since is None else job.short_since
        job.reason = self.desk.in_the_way(said("Waits for memory that other programs hold"))
        patience = FOREIGN_PATIENCE_S if job.request.interactive else BATCH_PATIENCE_S
        if self.desk.now - job.short_since > patience:
            self._give_up(job, self.desk.in_the_way(said("There is not enough memory")))
        return False

    def _needs(self, way: Way) -> int:
        """What it takes on an otherwise empty card, by the best knowledge."""
        known = way in self.desk.ledger.peaks
        working = self.desk.ledger.working_mib(way) if known else way.working_mib
        return sum(account.whole for account in self.desk.ledger.of(way.residents)) + working

    def _give_up(self, job: Job, reason: str) -> None:
        if self.desk.swap is not None and self.desk.swap.id == job.request.id:
            self.desk.swap = None
        self.refuse(job, reason)

    def _may_batch(self, job: Job) -> bool:
        """Batches take the card when no person wants it, or when they need nothing that is not there."""
        if self._promoted(job):
            return True
        jobs = [*self.desk.waiting.values(), *self.desk.running.values()]
        if any(other.request.interactive for other in jobs) or self.desk.intended():
            job.reason = said("Waits until you pause.")
            return False
        if any(not other.request.aside for other in self.desk.running.values()):
            job.reason = said("Waits for the batch before it.")
            return False
        quiet = self.desk.now - self.desk.last_interactive
        way = job.request.ways[job.way]
        missing = [account for account in self.desk.ledger.of(way.residents) if not account.usable]
        fits = self.need(way, missing) <= self.desk.available
        job.reason = said("Waits until you pause.")
        return quiet >= (QUIET_S if fits else LONG_QUIET_S)

    def _hold(self, job: Job, way: Way) -> None:
        if self.desk.swap is None or self.desk.swap.id != job.request.id or self.desk.swap.way is not way:
            self.desk.swap = Swap(job.request.id, way, self.desk.now)
            cold = [a for a in self.desk.ledger.of(way.residents) if a.state == "absent"]
            if cold:  # its file is read while room is made
                self.desk.effects.append(Stage(cold[0].resident.name))

    def _grant(self, job: Job) -> None:
        request = job.request
        way = request.ways[job.way]
        del self.desk.waiting[request.id]
        if self.desk.swap is not None and self.desk.swap.id == request.id:
            self.desk.swap = None
        job.reason = ""
        job.free_before = job.lowest = self.desk.reading.free
        job.disturbed = bool(self.desk.running or self.desk.ledger.coming) or self.desk.is_loading()
        for other in self.desk.running.values():
            other.disturbed = True
        self.desk.running[request.id] = job
        accounts = self.desk.ledger.of(way.residents)
        for account in accounts:
            account.users.add(request.id)
        self.desk.ledger.working[request.id] = (way, accounts[0].resident.engine if accounts else "")
        self.desk.effects.append(Grant(request.id, job.way))

    def _make_room(self, job: Job, way: Way, deficit: int) -> None:
        """Ask for what is missing beyond the memory that is on its way back already."""
        deficit -= self.desk.outstanding
        if deficit <= 0:
            job.reason = said("Waits for memory that is on its way back.")
            return
        if job.request.interactive and self.desk.room_without_batches(way, deficit):
            job.reason = said("Stops a batch for a moment.")
            return
        victims = eviction.choose(self.desk.idle(way), deficit, self.desk.wanted, partial=self.desk.policy.partial)
        if victims is not None:
            for victim in victims:
                self.desk.evict(victim.account, victim.mib)
                if not job.request.interactive:
                    self.desk.displaced.append(victim.account.resident.name)
            leaves = ", ".join(victim.account.resident.name for victim in victims)
            job.reason = said("Makes room: {models} leaves.", models=leaves)
            self.desk.say(f"{job.request.label}: {job.reason}")
            return
        if self.desk.running:
            job.reason = said(
                "Waits for {what} to end.", what=joined((j.request.label for j in self.desk.running.values()), ", ")
            )
        elif self._coming_soon():
            job.reason = said("Waits for memory that is on its way back.")
        else:
            self._last_resort(job, way, deficit)

    def _coming_soon(self) -> bool:
        return bool(self.desk.ledger.coming) or self.desk.is_loading()

    def _last_resort(self, job: Job, way: Way, deficit: int) -> None:
        """By the accounts, all that is idle is too little: ask for it all the same, which may hold more than we know,
        then for what engines keep beside their models."""
        assert self.desk.swap is not None
        idle = self.desk.idle(way)
        if idle:
            for account in idle:
                self.desk.evict(account, None)
            job.reason = said("Makes room: everything that is idle leaves.")
            return
        engines = {account.resident.engine for account in self.desk.ledger.accounts.values()} - self.desk.swap.restarted
        keeps = {engine: self.desk.ledger.slack(engine, self.desk.reading) for engine in engines}
        hopeful = [engine for engine in engines if keeps[engine] > RETURNED_MIB or self.desk.reading.used is None]
        if hopeful:
            engine = max(hopeful, key=lambda name: (keeps[name], name))
            self.desk.swap.restarted.add(engine)
            self.desk.restarting.add(engine)
            self.desk.effects.append(Restart(engine))
            job.reason = said("Restarts {engine}, which keeps memory that it does not use.", engine=engine)
            self.desk.say(f"{job.request.label}: {job.reason}")
            return
        if job.way + 1 < len(job.request.ways):
            self.next_way(job, "")
            return
        job.reason = self.desk.in_the_way(said("Waits for memory that other programs hold"))
        if self.desk.now - self.desk.swap.since > FOREIGN_PATIENCE_S:
            self._give_up(job, self.desk.in_the_way(said("There is not enough memory")))

    def next_way(self, job: Job, reason: str, remedy: str = SHORT) -> None:
        if job.way + 1 < len(job.request.ways):
            job.least = job.way = job.way + 1
            job.tries = 0
        else:
            self.refuse(job, reason, remedy)
        if self.desk.swap is not None and self.desk.swap.id == job.request.id:
            self.desk.swap = None

    def refuse(self, job: Job, reason: str, remedy: str = SHORT) -> None:
        self.desk.waiting.pop(job.request.id, None)
        self.desk.effects.append(Refuse(job.request.id, reason, remedy))
        self.desk.say(f"Refused {job.request.label}: {reason}")

    def name_of_swap(self) -> str:
        job = self.desk.waiting.get(self.desk.swap.id) if self.desk.swap else None
        return job.request.label if job else said("a model that is being loaded")
