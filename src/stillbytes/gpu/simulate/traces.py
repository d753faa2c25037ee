"""What a simulated person, their other programs and bad luck do, as a list of events that can be written to a file.

All chance is drawn when a trace is made: sizes as they really are, how late memory comes back, when an engine dies. Two
policies that play the same trace meet the same fate, and the clairvoyant one can read it.

A file has one JSON object a line. The first is the setting: {"card": {...}, "residents": [...], "tasks": {...}}; each
other is one event, as `Event` has its fields.
"""

from __future__ import annotations

import dataclasses
import json
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from stillbytes.core.errors import StillbytesError
from stillbytes.gpu.broker.messages import DISK_MIB_PER_S, HOST_MIB_PER_S, Resident, Way
from stillbytes.gpu.simulate import scene

Kind = Literal["ask", "intend", "cancel", "foreign", "crash", "late", "disk"]


@dataclass(frozen=True, slots=True)
class Card:
    """total: MiB. host_mib: memory for warm files. by_process: whether the driver tells who uses how much."""

    total: int = 12288
    host_mib: int = 20000
    by_process: bool = True


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happens, `gap` seconds after the one before; for after="end" not before the person's last request
    has ended.

    ask: `task` is wanted; it works for run_s when granted. intend: the interface announces `task`, which may be wrong.
    cancel: the last request is taken back. foreign: other programs hold `mib` from now on. crash: `engine` dies.
    late: memory given back from now on arrives after `seconds`, a `share` of it only when asked again or restarted.
    disk: reading takes `seconds` times as long from now on.
    """

    kind: Kind
    gap: float = 0.0
    after: Literal["start", "end"] = "start"
    task: str = ""
    interactive: bool = True
    run_s: float = 0.0
    mib: int = 0
    engine: str = ""
    seconds: float = 0.0
    share: float = 0.0
    probability: float = 0.0


@dataclass(frozen=True, slots=True)
class Trace:
    """residents, tasks: as the broker is told. true_mib: of each resident; true_working: of each way of each task."""

    card: Card
    residents: Mapping[str, Resident]
    tasks: Mapping[str, tuple[Way, ...]]
    true_mib: Mapping[str, int]
    true_working: Mapping[str, tuple[int, ...]]
    events: tuple[Event, ...]


WRONG = 0.3
"""Estimates are wrong by up to this much, either way."""


def make_trace(seed: int, events: int = 2000) -> Trace:
    """A trace of that many events, the same for the same seed.

    Drawn: how far each estimate is off (uniform within WRONG), a person's phases of work (scene.PHASES), what the
    interface announces, batches, other programs, crashes, slow disks and late memory, with the rates in scene.py.
    """
    chance = random.Random(f"stillbytes {seed}")
    true_mib = {name: _off(chance, resident.mib) for name, resident in scene.RESIDENTS.items()}
    true_working = {name: tuple(_off(chance, way.working_mib) for way in ways) for name, ways in scene.TASKS.items()}
    card = Card(host_mib=chance.choice((10000, 20000, 26000)), by_process=chance.random() < 0.5)
    made = [Event("foreign", mib=chance.randint(300, 1100)), _late(chance)]
    made += scene.live(chance, events - len(made), _late)
    return Trace(card, scene.RESIDENTS, scene.TASKS, true_mib, true_working, tuple(made[:events]))


def _off(chance: random.Random, estimate: int) -> int:
    return max(1, round(estimate * chance.uniform(1 - WRONG, 1 + WRONG))) if estimate else 0


def _late(chance: random.Random) -> Event:
    """Median 0.7 s, seldom up to 6; one in twenty keeps a part until it is asked again."""
    seconds = min(6.0, chance.lognormvariate(-0.4, 0.6))
    return Event("late", seconds=round(seconds, 3), share=chance.uniform(0.05, 0.3) if chance.random() < 0.05 else 0.0)


def write_trace(trace: Trace, path: Path) -> None:
    """One JSON object a line. Raises OSError."""
    setting = {
        "card": dataclasses.asdict(trace.card),
        "residents": [
            {**dataclasses.asdict(resident), "true_mib": trace.true_mib[name]}
            for name, resident in trace.residents.items()
        ],
        "tasks": {
            name: [
                {**dataclasses.asdict(way), "true_working_mib": true}
                for way, true in zip(ways, trace.true_working[name], strict=True)
            ]
            for name, ways in trace.tasks.items()
        },
    }
    default = dataclasses.asdict(Event("ask"))
    rows = [setting]
    rows += [
        {k: v for k, v in dataclasses.asdict(event).items() if k == "kind" or v != default[k]} for event in trace.events
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def read_trace(path: Path) -> Trace:
    """Raises StillbytesError naming the line that is not as it should be."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise StillbytesError(f"The trace {path} cannot be read: {error}.") from error
    number = 1
    try:
        setting = json.loads(lines[0]) if lines else {}
        residents, true_mib = _residents(setting.get("residents"))
        tasks, true_working = _tasks(setting.get("tasks"), residents)
        card = Card(**setting.get("card", {}))
        events = []
        for number, line in enumerate(lines[1:], 2):  # noqa: B007 - for the message
            if line.strip():
                events.append(_event(json.loads(line), tasks))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        what = f"{type(error).__name__}: {error}"
        raise StillbytesError(f"Line {number} of the trace {path} is not as it should be ({what}).") from error
    return Trace(card, residents, tasks, true_mib, true_working, tuple(events))


def _residents(given: Iterable[dict[str, Any]] | None) -> tuple[Mapping[str, Resident], Mapping[str, int]]:
    if given is None:
        return scene.RESIDENTS, {name: resident.mib for name, resident in scene.RESIDENTS.items()}
    found, true = {}, {}
    for row in given:
        fields = dict(row)
        name = str(fields["name"])
        true[name] = int(fields.pop("true_mib", fields["mib"]))
        fields.setdefault("host_s", fields["mib"] / HOST_MIB_PER_S)
        fields.setdefault("disk_s", fields["mib"] / DISK_MIB_PER_S)
        found[name] = Resident(**fields)
    return found, true


def _tasks(
    given: Mapping[str, Any] | None, residents: Mapping[str, Resident]
) -> tuple[Mapping[str, tuple[Way, ...]], Mapping[str, tuple[int, ...]]]:
    if given is None:
        return scene.TASKS, {name: tuple(way.working_mib for way in ways) for name, ways in scene.TASKS.items()}
    found, true = {}, {}
    for name, rows in given.items():
        ways, working = [], []
        for row in rows:
            fields = dict(row)
            working.append(int(fields.pop("true_working_mib", fields.get("working_mib", 0))))
            way = Way(**{**fields, "residents": tuple(fields.get("residents", ()))})
            for needed in way.residents:
                if needed not in residents:
                    raise ValueError(f"{name} needs {needed}, which is not among the residents")
            ways.append(way)
        if not ways:
            raise ValueError(f"{name} has no way")
        found[name], true[name] = tuple(ways), tuple(working)
    return found, true


def _event(row: Any, tasks: Mapping[str, tuple[Way, ...]]) -> Event:
    event = Event(**row)
    if event.kind not in ("ask", "intend", "cancel", "foreign", "crash", "late", "disk"):
        raise ValueError(f"there is no event {event.kind!r}")
    if event.kind in ("ask", "intend") and event.task not in tasks:
        raise ValueError(f"there is no task {event.task!r}")
    if event.after not in ("start", "end") or not 0 <= event.gap < 1e7:
        raise ValueError("gap must be seconds, after start or end")
    return event
