"""The best that could have been done by one who knows the whole trace, loads only on demand and evicts whole models.

Dynamic programming over the sets of models on the card. A state is such a set with what others then hold; at every
request each state goes on to those in which the request's models are there. The cost is what people wait: loading, as
far as it must also for evicted memory to come back. True sizes are known to it, work never fails, batches take no time.
A lesser way is taken only where a better one does not fit.

Two rules for leaving: with `ahead`, models may also leave at an earlier request, so that their memory is back when it
is needed; without, none leaves before a request lacks its memory (demand paging in the sense of Mattson et al. 1970).

With few models and states every schedule is tried, and the result is the optimum. With more, what leaves ahead is what
the next request needs and at most one model more, and the dearest states beyond MOST_STATES are dropped: the best
schedule found. On three traces of 700 events it was the same as when every choice was tried.
"""

from __future__ import annotations

import itertools
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from stillbytes.gpu.broker.decide import GUARD_MIB
from stillbytes.gpu.simulate.card import AGREE_S
from stillbytes.gpu.simulate.traces import Event, Trace

MOST_STATES = 48
FEW_MODELS = 6
"""Up to so many models every choice of what stays is tried, so that the result is proven."""


@dataclass(frozen=True, slots=True)
class Optimum:
    """waits: of each interactive request that could be served. exact: no state was ever dropped.

    refused: requests that could not be served beside what others held, in the schedule found.
    """

    waits: tuple[float, ...]
    exact: bool
    refused: int = 0

    @property
    def mean(self) -> float:
        return sum(self.waits) / len(self.waits) if self.waits else 0.0


@dataclass(slots=True)
class _State:
    cost: float
    before: tuple[_State, float] | None
    """The state that it came from, with the wait of that step; a chain that ends at the first request."""
    refused: int = 0


def optimum(  # noqa: PLR0912 - one case for each event
    trace: Trace, guard: int = GUARD_MIB, most_states: int = MOST_STATES, *, ahead: bool = True
) -> Optimum:
    """The least waits found, and whether there can be none lesser. ahead: whether models may leave before a request
    lacks their memory."""
    names = list(trace.residents)
    bit = {name: 1 << index for index, name in enumerate(names)}
    sizes = [trace.true_mib[name] for name in names]

    @cache
    def size(models: int) -> int:
        return sum(mib for index, mib in enumerate(sizes) if models >> index & 1)

    every = len(names) <= FEW_MODELS

    @cache
    def fitting(models: int, needed: int, room: int) -> tuple[int, ...]:
        """What may stay of `models` beside `needed` within `room`, the most of it first."""
        others = [1 << index for index in range(len(names)) if models >> index & 1 and not needed >> index & 1]
        return tuple(
            mask
            for count in range(len(others), -1, -1)
            for mask in map(sum, itertools.combinations(others, count))
            if size(mask) <= room
        )

    @cache
    def fullest(models: int, needed: int, room: int) -> tuple[int, ...]:
        """Those of `fitting` that nothing could be added to."""
        stays: list[int] = []
        for mask in fitting(models, needed, room):
            if not any(mask & kept == mask for kept in stays):
                stays.append(mask)
        return tuple(stays)

    @cache
    def leavings(models: int, needed: int, room: int, soon: int, room_soon: int) -> tuple[int, ...]:
        """What may stay beside `needed` within `room`. soon: the models of the next request, which has `room_soon`
        beside all that it and this one need."""
        if not ahead:
            return fullest(models, needed, room)
        if every:
            return fitting(models, needed, room)
        kept = models & soon & ~needed
        beside = min(room - size(kept), room_soon)
        stays = set(fullest(models, needed, room))
        if size(kept) <= room:
            stays |= {kept | rest for rest in fullest(models, needed | soon, max(0, beside))}
        return tuple(stays | {mask & ~bit[name] for mask in stays for name in names if mask & bit[name]})

    states: dict[tuple[int, int], _State] = {(0, 0): _State(0.0, None)}
    warm: OrderedDict[str, int] = OrderedDict()
    late, disk, exact = 0.5, 1.0, every
    events = trace.events
    coming = _coming(trace, bit)
    for number, event in enumerate(events):
        if event.kind == "late":
            late = event.seconds
        elif event.kind == "disk":
            disk = max(0.1, event.seconds)
        elif event.kind == "crash":
            gone = sum(bit[name] for name in names if trace.residents[name].engine == event.engine)
            states = _cheapest(((models & ~gone, foreign), state) for (models, foreign), state in states.items())
        elif event.kind == "foreign":
            states = _cheapest(
                ((models, min(event.mib, trace.card.total - size(models))), state)
                for (models, _), state in states.items()
            )
        elif event.kind == "ask":
            counts = event.interactive and not _cancelled(event, events[number + 1 : number + 2])
            following: list[tuple[tuple[int, int], _State]] = []
            soon, soon_working = coming[number]
            for (models, foreign), state in states.items():
                room = trace.card.total - foreign - guard
                served = False
                for way, working in zip(trace.tasks[event.task], trace.true_working[event.task], strict=True):
                    needed = sum(bit[name] for name in way.residents)
                    if size(needed) + working > room:
                        continue
                    served = True
                    loads = tuple(
                        (trace.true_mib[name], _load_s(trace, name, name in warm, disk))
                        for name in way.residents
                        if not models & bit[name]
                    )
                    room_soon = room - size(needed | soon) - soon_working
                    for stays in leavings(models, needed, room - size(needed) - working, soon, room_soon):
                        gone = size(models) - size(stays | (needed & models))
                        waits = way.slower_s + _swap_s(loads, working, max(0, room - size(models)), gone, late)
                        cost = state.cost + (waits if counts else 0.0)
                        before = (state, waits) if counts else state.before
                        following.append(((stays | needed, foreign), _State(cost, before, state.refused)))
                    if not way.slower_s or models & needed == needed:
                        break  # no later way can be better
                if not served:
                    following.append(((models, foreign), _State(state.cost, state.before, state.refused + 1)))
            states = _cheapest(following)
            if len(states) > most_states:
                exact = False
                kept = sorted(states, key=lambda key: states[key].cost)[:most_states]
                states = {key: states[key] for key in kept}
            _touch(warm, trace, event)
    best = min(states.values(), key=lambda state: state.cost)
    return Optimum(tuple(_waits(best)), exact, best.refused)


def _coming(trace: Trace, bit: Mapping[str, int]) -> list[tuple[int, int]]:
    """For each event the models (as bits) and the working memory of the next request, in its first way."""
    found, soon = [], (0, 0)
    for event in reversed(trace.events):
        found.append(soon)
        if event.kind == "ask":
            names = trace.tasks[event.task][0].residents
            soon = sum(bit[name] for name in names), trace.true_working[event.task][0]
    return found[::-1]


def _cheapest(found: object) -> dict[tuple[int, int], _State]:
    best: dict[tuple[int, int], _State] = {}
    for key, state in found:  # type: ignore[attr-defined]
        if key not in best or state.cost < best[key].cost:
            best[key] = state
    return best


def _load_s(trace: Trace, name: str, warm: bool, disk: float) -> float:
    resident = trace.residents[name]
    copy = resident.host_s if warm else resident.disk_s * disk
    return resident.start_s + copy * trace.true_mib[name] / max(1, resident.mib)


def _swap_s(loads: tuple[tuple[int, float], ...], working: int, free: int, gone: int, late: float) -> float:
    """How long it takes to load these (MiB, seconds) and then have `working` free, beside `free` now and `gone` that
    comes back in two halves. Each model is loaded as soon as there is room for all of it; in the better of two orders.
    """
    if not gone:
        return sum(seconds for _, seconds in loads)
    returns = ((AGREE_S + late / 2, gone // 2), (AGREE_S + late, gone - gone // 2))
    best = float("inf")
    for order in (sorted(loads), sorted(loads, reverse=True)):
        now, used = 0.0, 0
        for mib, seconds in (*order, (working, 0.0)):
            used += mib
            have = free
            for at, part in returns:
                if have < used:
                    now = max(now, at)
                have += part
            now += seconds
        best = min(best, now)
    return best


def _cancelled(event: Event, following: tuple[Event, ...]) -> bool:
    """Whether the person took it back before it can have been done: then its wait does not count."""
    return bool(following) and following[0].kind == "cancel" and following[0].gap < event.run_s


def _touch(warm: OrderedDict[str, int], trace: Trace, event: Event) -> None:
    """Files used last stay in host memory, for every policy alike."""
    for name in trace.tasks[event.task][0].residents:
        warm[name] = trace.true_mib[name]
        warm.move_to_end(name)
    while sum(warm.values()) > trace.card.host_mib:
        warm.popitem(last=False)


def _waits(state: _State) -> list[float]:
    found = []
    at: _State | None = state
    while at is not None and at.before is not None:
        found.append(at.before[1])
        at = at.before[0]
    return found[::-1]
