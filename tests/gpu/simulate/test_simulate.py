"""The simulated card, its traces and what is compared on it."""

from __future__ import annotations

import dataclasses
import itertools
import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from stillbytes.app.cli import main
from stillbytes.core.errors import StillbytesError
from stillbytes.gpu.broker.messages import Resident, Way
from stillbytes.gpu.simulate import clairvoyant, compare, traces
from stillbytes.gpu.simulate.card import AGREE_S, Simulation
from stillbytes.gpu.simulate.clairvoyant import optimum
from stillbytes.gpu.simulate.policies import Usual

FEW = range(900, 904)


def test_a_trace_is_the_same_for_the_same_seed_and_another_for_another() -> None:
    assert traces.make_trace(7, 300) == traces.make_trace(7, 300)
    assert traces.make_trace(7, 300) != traces.make_trace(8, 300)
    assert len(traces.make_trace(7, 300).events) == 300


def test_estimates_are_wrong_in_a_trace_by_up_to_the_stated_share() -> None:
    for seed in range(20):
        trace = traces.make_trace(seed, 2)
        off = [trace.true_mib[name] / resident.mib - 1 for name, resident in trace.residents.items()]
        assert max(map(abs, off)) <= traces.WRONG + 0.01
    assert max(map(abs, off)) > 0.1


def test_a_trace_comes_back_from_its_file(tmp_path: Path) -> None:
    trace = traces.make_trace(3, 200)
    traces.write_trace(trace, tmp_path / "trace.jsonl")
    assert traces.read_trace(tmp_path / "trace.jsonl") == trace


@pytest.mark.parametrize(
    "text",
    [
        "not json",
        "[]\n",
        '{"residents": [{"name": "a"}]}\n',
        '{"tasks": {"chat": []}}\n',
        '{"tasks": {"chat": [{"residents": ["nobody"]}]}}\n',
        '{}\n{"kind": "ask", "task": "nothing"}\n',
        '{}\n{"kind": "explode"}\n',
        '{}\n{"kind": "ask", "task": "chat", "gap": -1}\n',
        '{}\n{"kind": "ask", "task": "chat", "gap": "soon"}\n',
        '{}\n{"wrong": 1}\n',
        "\x00\xff",
    ],
)
def test_a_damaged_trace_is_refused_with_its_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "trace.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(StillbytesError, match=r"Line [12] of the trace"):
        traces.read_trace(path)


def test_on_arbitrary_traces_the_broker_serves_or_refuses_everything_and_is_nearest_to_the_optimum() -> None:
    """The limits are those of the issue this was built for; benchmarks/README.md has the figures of many more seeds."""
    found = {name: tally.fields() for name, tally in compare.compare(FEW, 1200, processes=1).items()}
    waits = {name: one["mean_interactive_wait_s"] for name, one in found.items()}
    assert found["broker"]["out_of_memory"] == found["broker"]["deadlocks"] == 0
    assert found["broker-on-demand"]["out_of_memory"] == found["broker-on-demand"]["deadlocks"] == 0
    assert waits["broker"] < waits["clairvoyant"]
    assert waits["broker"] < 0.6 * waits["unload-always"]
    assert waits["broker-on-demand"] < waits["lru"]
    assert found["lru"]["out_of_memory"] > 0, "without faults that hurt others, nothing is proven"


def small_trace(events: tuple[traces.Event, ...], sizes: dict[str, int], total: int = 100) -> traces.Trace:
    residents = {
        name: Resident(name, name, mib, divisible=False, start_s=0.0, host_s=mib / 10, disk_s=mib / 10)
        for name, mib in sizes.items()
    }
    tasks = {name: (Way((name,), 0),) for name in sizes}
    return traces.Trace(traces.Card(total, 10_000, True), residents, tasks, sizes, dict.fromkeys(sizes, (0,)), events)


@pytest.mark.parametrize("seed", range(12))
def test_the_clairvoyant_schedule_is_the_best_of_all_on_small_traces(seed: int) -> None:
    """Beside every possible choice of what to evict, tried out one by one."""
    import random  # noqa: PLC0415

    chance = random.Random(seed)
    sizes = {name: chance.randint(20, 60) for name in "abcd"}
    wanted = [chance.choice("abcd") for _ in range(7)]
    asks = tuple(traces.Event("ask", 1.0, "end", name, True, 1.0) for name in wanted)
    trace = small_trace((traces.Event("late", seconds=0.0), *asks), sizes)
    found = optimum(trace, guard=0)

    def least(here: frozenset[str], left: tuple[str, ...]) -> float:
        if not left:
            return 0.0
        name = left[0]
        if name in here:  # a good moment to have others leave, for nobody waits
            sets = (stay for count in range(len(here)) for stay in itertools.combinations(here - {name}, count))
            return min(least(frozenset((*stay, name)), left[1:]) for stay in sets)
        best = float("inf")
        for count in range(len(here) + 1):
            for stay in itertools.combinations(sorted(here), count):
                if sum(sizes[one] for one in (*stay, name)) <= 100:
                    gone = set(here) - set(stay)
                    # Room that is there already need not wait for what leaves.
                    waits = AGREE_S if gone and sum(sizes[one] for one in (*here, name)) > 100 else 0.0
                    best = min(best, sizes[name] / 10 + waits + least(frozenset((*stay, name)), left[1:]))
        return best

    assert found.exact
    assert sum(found.waits) == pytest.approx(least(frozenset(), tuple(wanted)), abs=1e-6)


@pytest.mark.parametrize("seed", range(12))
def test_without_leaving_ahead_the_schedule_is_the_best_of_those_where_nothing_leaves_before_it_must(seed: int) -> None:
    import random  # noqa: PLC0415

    chance = random.Random(seed)
    sizes = {name: chance.randint(20, 60) for name in "abcd"}
    wanted = tuple(chance.choice("abcd") for _ in range(9))
    asks = tuple(traces.Event("ask", 1.0, "end", name, True, 1.0) for name in wanted)
    found = optimum(small_trace((traces.Event("late", seconds=0.0), *asks), sizes), guard=0, ahead=False)

    def mib(names: Iterable[str]) -> int:
        return sum(sizes[one] for one in names)

    def least(here: frozenset[str], left: tuple[str, ...]) -> float:
        if not left:
            return 0.0
        name, after = left[0], left[1:]
        if name in here or mib({*here, name}) <= 100:
            return (0.0 if name in here else sizes[name] / 10) + least(here | {name}, after)
        sets = [set(stay) for count in range(len(here) + 1) for stay in itertools.combinations(sorted(here), count)]
        fit = [stay for stay in sets if mib({*stay, name}) <= 100]
        needed = [stay for stay in fit if not any(stay < more for more in fit)]
        return sizes[name] / 10 + AGREE_S + min(least(frozenset({*stay, name}), after) for stay in needed)

    assert found.exact
    assert sum(found.waits) == pytest.approx(least(frozenset(), wanted), abs=1e-6)


def test_the_schedule_found_for_many_models_is_nearly_that_of_trying_every_choice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for seed in (40, 41):
        trace = traces.make_trace(seed, 250)
        found, at_need = optimum(trace), optimum(trace, ahead=False)
        monkeypatch.setattr(clairvoyant, "FEW_MODELS", len(trace.residents))
        tried = optimum(trace, most_states=300)
        monkeypatch.undo()
        assert tried.mean - 1e-9 <= found.mean <= 1.01 * tried.mean
        assert found.mean < at_need.mean, "who may make room ahead waits less"


def test_no_policy_without_prefetch_beats_the_clairvoyant_on_whole_models() -> None:
    for seed in range(30, 36):
        trace = traces.make_trace(seed, 150)
        exact = {name: resident.mib for name, resident in trace.residents.items()}
        quiet = tuple(e for e in trace.events if e.kind in ("ask", "late") and (e.kind == "late" or e.interactive))
        trace = dataclasses.replace(trace, true_mib=exact, events=quiet)
        best = optimum(trace, guard=0)
        for order in ("fifo", "lru", "unload-always"):
            played = Simulation(trace, Usual(order, trace.residents)).run()
            if len(played.waits) == len(best.waits):
                assert sum(played.waits) >= sum(best.waits) - 1e-6


def test_the_command_prints_a_table_and_json(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["gpu", "simulate", "--seeds", "1", "--events", "60", "--json"]) == 0
    policies = json.loads(capsys.readouterr().out)["policies"]
    assert {"broker", "fifo", "lru", "unload-always", "clairvoyant", "clairvoyant-demand"} <= set(policies)
    for one in policies.values():
        assert {
            "out_of_memory",
            "deadlocks",
            "refused",
            "mean_interactive_wait_s",
            "p95_interactive_wait_s",
        } <= set(one)
    file = tmp_path / "trace.jsonl"
    assert main(["gpu", "simulate", "--events", "40", "--write-trace", str(file)]) == 0
    assert main(["gpu", "simulate", "--trace", str(file)]) == 0
    assert "unload-always" in capsys.readouterr().out
    file.write_text("{", encoding="utf-8")
    assert main(["gpu", "simulate", "--trace", str(file)]) == 1
