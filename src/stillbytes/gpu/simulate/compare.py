"""Plays many traces against every policy and puts the results side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any

from stillbytes.gpu.broker.decide import Decider
from stillbytes.gpu.broker.desk import Policy
from stillbytes.gpu.simulate.card import Decides, Outcome, Simulation
from stillbytes.gpu.simulate.clairvoyant import optimum
from stillbytes.gpu.simulate.policies import Usual
from stillbytes.gpu.simulate.traces import Trace, make_trace

CLAIRVOYANT: Mapping[str, bool] = {"clairvoyant": True, "clairvoyant-demand": False}
"""The schedules of one who knows the trace, and whether models may leave before a request lacks their memory."""


def _broker(policy: Policy) -> Callable[[Trace], Decides]:
    return lambda trace: Decider(trace.card.total, trace.residents.values(), policy=policy)


POLICIES: Mapping[str, Callable[[Trace], Decides]] = {
    "broker": _broker(Policy()),
    "broker-on-demand": _broker(Policy(prefetch=False)),
    "fifo": lambda trace: Usual("fifo", trace.residents),
    "lru": lambda trace: Usual("lru", trace.residents),
    "unload-always": lambda trace: Usual("unload-always", trace.residents),
}
"""What is compared, beside the clairvoyant schedule. broker-on-demand: ours, loading nothing before it is asked for."""


@dataclass(slots=True)
class Tally:
    """The outcomes of one policy over all traces. exact: traces whose clairvoyant schedule is proven the best."""

    served: int = 0
    out_of_memory: int = 0
    deadlocks: int = 0
    refused: int = 0
    crashed: int = 0
    cancelled: int = 0
    degraded: int = 0
    retried: int = 0
    exact: int = 0
    waits: list[float] | None = None

    def fields(self) -> dict[str, Any]:
        """In JSON's types. Waits are seconds from being asked to beginning, of interactive requests that were served,
        with what a lesser way took longer."""
        waits = sorted(self.waits or [])
        return {
            "out_of_memory": self.out_of_memory,
            "deadlocks": self.deadlocks,
            "refused": self.refused,
            "mean_interactive_wait_s": round(sum(waits) / len(waits), 4) if waits else 0.0,
            "p95_interactive_wait_s": round(waits[int(0.95 * (len(waits) - 1))], 4) if waits else 0.0,
            "served": self.served,
            "interactive_served": len(waits),
            "crashed": self.crashed,
            "cancelled": self.cancelled,
            "degraded": self.degraded,
            "tried_again": self.retried,
        }


def play(trace: Trace) -> dict[str, Tally]:
    """One trace against all of them."""
    found = {name: _tally(Simulation(trace, make(trace)).run()) for name, make in POLICIES.items()}
    for name, ahead in CLAIRVOYANT.items():
        best = optimum(trace, ahead=ahead)
        found[name] = Tally(served=len(best.waits), refused=best.refused, exact=int(best.exact), waits=list(best.waits))
    return found


def _tally(outcome: Outcome) -> Tally:
    return Tally(
        outcome.served,
        outcome.out_of_memory,
        outcome.deadlocks,
        outcome.refused,
        outcome.crashed,
        outcome.cancelled,
        outcome.degraded,
        outcome.retried,
        0,
        outcome.waits,
    )


def _play_seed(seed_and_events: tuple[int, int]) -> dict[str, Tally]:
    return play(make_trace(*seed_and_events))


def compare(
    seeds: Iterable[int], events: int, progress: Callable[[int], None] = lambda done: None, processes: int | None = None
) -> dict[str, Tally]:
    """Traces made from these seeds, on all processors. progress: hears how many are done."""
    total: dict[str, Tally] = {}
    work = [(seed, events) for seed in seeds]
    if len(work) < 4 or processes == 1:
        for done, one in enumerate(map(_play_seed, work), 1):
            _add(total, one)
            progress(done)
        return total
    with ProcessPoolExecutor(processes) as pool:
        for done, one in enumerate(pool.map(_play_seed, work, chunksize=2), 1):
            _add(total, one)
            progress(done)
    return total


def _add(total: dict[str, Tally], one: Mapping[str, Tally]) -> None:
    for name, tally in one.items():
        into = total.setdefault(name, Tally(waits=[]))
        for count in ("served", "out_of_memory", "deadlocks", "refused", "crashed", "cancelled", "degraded", "retried"):
            setattr(into, count, getattr(into, count) + getattr(tally, count))
        into.exact += tally.exact
        assert into.waits is not None
        into.waits += tally.waits or []
