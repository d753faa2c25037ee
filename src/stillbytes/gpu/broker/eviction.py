"""Whom to ask for memory: the set whose return would cost a person the least time."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from stillbytes.gpu.broker.ledger import Account

MOST_EXACT = 12
"""With more whole models than this, the cheapest by MiB are taken one after the other instead of every set tried."""
UNNEEDED = 0.01
"""What is never expected again still has a cost: nobody knows everything."""
SMALLEST_PART = 128
"""MiB. Less is not worth an engine's trouble."""


@dataclass(frozen=True, slots=True)
class Victim:
    """mib: None for the whole model."""

    account: Account
    mib: int | None
    cost_s: float


def choose(
    candidates: Sequence[Account], deficit: int, need: Callable[[str], float], *, partial: bool
) -> list[Victim] | None:
    """The victims that give back at least `deficit` MiB at the least expected cost, or None when all do not suffice.

    need: how likely each model is to be needed soon, 0 to 1. partial: whether to ask divisible models for a part.
    """
    if sum(account.held for account in candidates) < deficit:
        return None
    weight = {a.resident.name: max(UNNEEDED, need(a.resident.name)) for a in candidates}
    parts = [a for a in candidates if partial and a.resident.divisible]
    wholes = [a for a in candidates if a not in parts]
    parts.sort(key=lambda a: weight[a.resident.name] * a.reload_s() / max(1, a.held))

    def cost(account: Account, mib: int | None = None) -> float:
        return weight[account.resident.name] * account.reload_s(mib)

    def with_parts(left: int) -> list[Victim] | None:
        found = []
        for account in parts:
            if left <= 0:
                break
            take = max(SMALLEST_PART, left)
            mib = None if take >= account.held else take
            found.append(Victim(account, mib, cost(account, mib)))
            left -= account.held if mib is None else mib
        return found if left <= 0 else None

    best: list[Victim] | None = None
    best_cost = float("inf")
    for some in _sets(wholes, cost):
        given = sum(account.held for account in some)
        rest = with_parts(deficit - given)
        if rest is None:
            continue
        total = sum(cost(account) for account in some) + sum(victim.cost_s for victim in rest)
        if total < best_cost:
            best_cost = total
            best = [Victim(account, None, cost(account)) for account in some] + rest
    return best


def _sets(wholes: Sequence[Account], cost: Callable[[Account], float]) -> list[tuple[Account, ...]]:
    if len(wholes) <= MOST_EXACT:
        return [some for size in range(len(wholes) + 1) for some in itertools.combinations(wholes, size)]
    ordered = sorted(wholes, key=lambda a: cost(a) / max(1, a.held))
    return [tuple(ordered[:size]) for size in range(len(ordered) + 1)]
