"""What to do with the card while nobody waits for it: load what is likely, or clear memory for what is likely.

A state of the card is judged by how long the next request is expected to wait on it: what is missing has to be loaded,
and where there is too little room, something has to leave first and its memory to come back. A move is worth making
when it shortens that by more than it disturbs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from stillbytes.gpu.broker import eviction
from stillbytes.gpu.broker.ledger import Account, Ledger
from stillbytes.gpu.broker.messages import Way

BACK_S = 1.0
"""What waiting for memory that was asked back usually takes."""
WORTH_S, WORTH_SHARE = 0.02, 0.05
"""A move must gain this much, and this share of the loading that it takes."""
LIKELY = 0.03
"""Less likely kinds of work are not prepared for."""


@dataclass(frozen=True, slots=True)
class Move:
    """victims leave, then `loads` are brought in. gain_s: what the next request is expected to wait less."""

    victims: tuple[eviction.Victim, ...]
    loads: tuple[Account, ...]
    gain_s: float


@dataclass(frozen=True, slots=True)
class Foresight:
    """The card as it is. room: MiB that will be free for new work when all that was asked back is there.

    likely: of each kind of work, how likely it is the next. need: how likely a model is needed soon (Habit.need).
    """

    ledger: Ledger
    room: int
    likely: Mapping[Way, float]
    need: Callable[[str], float]

    def best(self, idle: Sequence[Account], *, prefetch: bool, partial: bool) -> Move | None:
        """The most useful move, or None when the card is best left as it is. idle: who may be asked to leave."""
        now = self._expected_s({}, self.room)
        best: Move | None = None
        for way, p in self.likely.items():
            if p < LIKELY:
                continue
            missing = tuple(account for account in self.ledger.of(way.residents) if _can_load(account))
            others = [a for a in idle if a.resident.name not in way.residents]
            for loads in (missing, ()) if prefetch and missing else ((),):
                move = self._move(way, missing, loads, others, now, partial)
                if move is not None and (best is None or move.gain_s > best.gain_s):
                    best = move
        return best

    def _move(
        self,
        way: Way,
        missing: tuple[Account, ...],
        loads: tuple[Account, ...],
        others: Sequence[Account],
        now: float,
        partial: bool,
    ) -> Move | None:
        loading = sum(account.missing for account in missing)
        deficit = loading + self.ledger.working_mib(way) - self.room
        victims = eviction.choose(others, deficit, self.need, partial=partial) if deficit > 0 else []
        if victims is None or not (victims or loads):
            return None
        held = {victim.account.resident.name: victim.account.held - self._given(victim) for victim in victims}
        held.update({account.resident.name: account.whole for account in loads})
        room = self.room + sum(self._given(victim) for victim in victims) - sum(account.missing for account in loads)
        gain = now - self._expected_s(held, room)
        effort = sum(account.reload_s(account.missing) for account in loads)
        return Move(tuple(victims), loads, gain) if gain > WORTH_S + WORTH_SHARE * effort else None

    @staticmethod
    def _given(victim: eviction.Victim) -> int:
        return victim.account.held if victim.mib is None else victim.mib

    def _expected_s(self, held: Mapping[str, int], room: int) -> float:
        """Seconds that what comes next has to wait, were models held like this and so much free."""
        expected = 0.0
        for name, account in self.ledger.accounts.items():
            missing = self._missing(account, held)
            if missing:
                whole = missing >= account.most
                expected += self.need(name) * account.reload_s(None if whole else missing)
        for way, p in self.likely.items():
            lacks = sum(self._missing(account, held) for account in self.ledger.of(way.residents))
            if lacks + self.ledger.working_mib(way) > room:
                expected += p * BACK_S
        return expected

    @staticmethod
    def _missing(account: Account, held: Mapping[str, int]) -> int:
        if account.resident.name not in held:
            return 0 if account.state == "loading" else account.missing
        here = held[account.resident.name]
        return 0 if here >= account.whole else account.most - here


def _can_load(account: Account) -> bool:
    return not (account.usable or account.failed or account.state == "leaving")
