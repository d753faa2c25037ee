"""What a person is likely to need next, learned from what was needed so far.

Three simple views of the past are mixed: what was done in the last few requests (people stay with a task), what usually
follows what was done last, and what is done in general. Each view is trusted as far as it foretold the last requests
well: its weight is multiplied by the probability it gave to what came (Bayesian model averaging with forgetting).
"""

from __future__ import annotations

from collections.abc import Mapping

from stillbytes.gpu.broker.messages import Way

LATELY, LONG = 0.75, 0.99
"""How much of its weight a use keeps with each later one: about the last four, and the last hundred."""
AHEAD = 0.8
"""How much less a need counts for each request that comes before it."""
STAYS = 0.9
"""How much of what is known of the very next request still holds for each one after it: people go on to other tasks."""
HORIZON = 30
"""So many requests ahead are weighed; later ones count for less than a thousandth."""
FORGETS = 0.9
"""How much of the trust that a view has earned it keeps with each request."""
UNSEEN = 0.02
"""The probability left for what a view has never seen."""

Counts = dict[Way, float]


class Habit:
    """The kinds of work (ways) seen, and how likely each is the next."""

    def __init__(self) -> None:
        self._lately: Counts = {}
        self._often: Counts = {}
        self._follows: dict[Way | None, Counts] = {None: {}}
        self._last: Way | None = None
        self.seen = 0
        self._trust = [1.0, 1.0, 1.0]
        self._next: Counts | None = None
        self._needs: dict[str, float] = {}

    def used(self, way: Way) -> None:
        """A person asked for work of this kind."""
        views = self._views()
        told = [(1 - UNSEEN) * view.get(way, 0.0) + UNSEEN for view in views]
        trust = [was**FORGETS * now for was, now in zip(self._trust, told, strict=True)]
        self._trust = [one / max(trust) for one in trust]
        _count(self._lately, way, LATELY)
        _count(self._often, way, LONG)
        _count(self._follows.setdefault(self._last, {}), way, LONG)
        self._last, self._next = way, None
        self.seen += 1

    def next(self) -> Mapping[Way, float]:
        """How likely each kind of work seen so far is the next; the sum is 1, or 0 before anything was seen."""
        if self._next is None:
            total = sum(self._trust)
            self._next = {}
            for trust, view in zip(self._trust, self._views(), strict=True):
                for way, p in view.items():
                    self._next[way] = self._next.get(way, 0.0) + p * trust / total
            now, usual = _uses(self._next), _uses(_shares(self._often))
            self._needs = {name: _need(p, usual.get(name, 0.0)) for name, p in now.items()}
        return self._next

    def need(self, name: str) -> float:
        """How much one of the next requests is likely to need this model: 1 for surely the very next, towards 0."""
        self.next()
        return self._needs.get(name, 0.0)

    def _views(self) -> list[Counts]:
        often = _shares(self._often)
        return [_shares(self._lately), _shares(self._follows.get(self._last, {})) or often, often]


def _uses(next: Mapping[Way, float]) -> dict[str, float]:
    """How likely each model is used by what comes next."""
    uses: dict[str, float] = {}
    for way, p in next.items():
        for name in way.residents:
            uses[name] = uses.get(name, 0.0) + p
    return uses


def _need(now: float, usual: float) -> float:
    """The discounted probability of the first use: of the very next request it is `now`, and with each one later it
    is nearer to what is usual."""
    need, unused, stays = 0.0, 1.0, 1.0
    for _ in range(HORIZON):
        p = min(1.0, stays * now + (1.0 - stays) * usual)
        need += unused * p
        unused *= AHEAD * (1.0 - p)
        stays *= STAYS
    return need


def _count(counts: Counts, way: Way, fades: float) -> None:
    for key in counts:
        counts[key] *= fades
    counts[way] = counts.get(way, 0.0) + 1.0


def _shares(counts: Counts) -> Counts:
    total = sum(counts.values())
    return {way: count / total for way, count in counts.items()} if total else {}
