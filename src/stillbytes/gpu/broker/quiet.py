"""What the broker does while nobody waits: prepares for what is likely, and puts back what a batch displaced."""

from __future__ import annotations

from stillbytes.gpu.broker import eviction
from stillbytes.gpu.broker.desk import Desk
from stillbytes.gpu.broker.foresight import LIKELY, Foresight
from stillbytes.gpu.broker.messages import Stage, Way


class Quiet:
    """Quiet times, used at the desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def prepare(self) -> None:
        """Prepare for what is likely to be asked next."""
        if self.desk.is_loading() or self.desk.resting or not self.desk.policy.ahead:
            return
        batches = [job for job in self.desk.running.values() if not job.request.interactive]
        if batches:
            self._prepare_beside_batches()
            return
        if self.desk.policy.prefetch and self._put_back():
            return
        outstanding = self.desk.outstanding
        situation = (
            (self.desk.habit.seen, self.desk.intended()),
            self.desk.ledger.held(),
            len(self.desk.running),
            outstanding,
            self.desk.reading.free // 64,
        )
        if situation == self.desk.prepared:
            return
        self.desk.prepared = situation
        room = self.desk.ledger.room_afterwards(self.desk.reading)
        foresight = Foresight(self.desk.ledger, room, self.desk.likely(), self.desk.wanted)
        move = foresight.best(
            self.desk.idle(Way(())), prefetch=self.desk.policy.prefetch, partial=self.desk.policy.partial
        )
        if move is None:
            self._stage_likely()
            return
        for victim in move.victims:
            self.desk.evict(victim.account, victim.mib)
        if move.loads and move.loads[0].missing <= self.desk.available:
            self.desk.load(move.loads[0])

    def _prepare_beside_batches(self) -> None:
        """What the interface announced while a batch works finds its room, if need be without the batch."""
        intent = self.desk.intended()
        if intent is None:
            return
        if self.desk.policy.prefetch:
            self.desk.stop_batches()
            return
        likely = self.desk.likely()
        way = max((way for way in likely if way.residents == intent.residents), key=lambda way: likely[way])
        missing = sum(a.missing for a in self.desk.ledger.of(way.residents) if not a.usable)
        deficit = missing + self.desk.ledger.working_mib(way) - self.desk.available - self.desk.outstanding
        if deficit > 0:
            self.desk.room_beside_batches(way, deficit)

    def _put_back(self) -> bool:
        """After a batch the card is left as it was found: what had to leave for it returns. Whether it is under way."""
        while self.desk.displaced and not self.desk.running:
            account = self.desk.ledger.accounts[self.desk.displaced[0]]
            if account.usable or self.desk.wanted(account.resident.name) < LIKELY:
                self.desk.displaced.pop(0)
                continue
            if account.state == "leaving":
                return True
            deficit = account.missing - self.desk.available - self.desk.outstanding
            if deficit <= 0:
                if account.missing <= self.desk.available:
                    self.desk.load(account)
                return True
            idle = [
                a for a in self.desk.idle(Way((account.resident.name,))) if a.resident.name not in self.desk.displaced
            ]
            victims = eviction.choose(idle, deficit, self.desk.wanted, partial=self.desk.policy.partial)
            if victims is None or sum(victim.cost_s for victim in victims) > account.reload_s():
                self.desk.displaced.pop(0)
                continue
            for victim in victims:
                self.desk.evict(victim.account, victim.mib)
            return True
        return False

    def _stage_likely(self) -> None:
        """What the card has no room for can at least be read from the disk ahead."""
        if not self.desk.policy.prefetch or self.desk.running:
            return
        absent = [a.resident.name for a in self.desk.ledger.accounts.values() if a.state == "absent"]
        likeliest = max(absent, key=self.desk.wanted, default=None)
        if likeliest is not None and self.desk.wanted(likeliest) > LIKELY:
            self.desk.effects.append(Stage(likeliest))
