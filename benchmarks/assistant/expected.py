"""Requests and what should come of them, read from `requests/*.txt`, and the judgement of a proposal.

One request a line: what was said, and after `::` what is wanted. Earlier requests of a conversation stand before it,
separated by `>`; settings to start from after `@`. Wanted are changes separated by `;`, each with its alternatives
separated by `|`. A change is `[mask:] parameter` and `+`, `-` (up, down; with `small` or `large`), `= value`,
`by value` or `~ low..high`; or `crop 4:5`, `level`, `auto`, `undo`, `redo`, `reset`, `compare`.
`not sky:` is everything but the sky. `refuse` means that nobody has any business answering, `look` that only a
language model has. Whatever is not wanted must not change, save what stands after a last `~`.
`= value` is met by what has that value already.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stillbytes.assistant.proposal import Proposal
from stillbytes.core.geometry import Size
from stillbytes.develop import local_parameters, parameters
from stillbytes.develop.resampling.geometry import Geometry
from stillbytes.develop.settings import Settings

FRAME = Size(6000, 4000)
_ALLOWED = re.compile(r" ~ (?![\d.]+\.\.)([a-z_ ]+)$")
SIZES = {"": (0.04, 0.45), "small": (0.01, 0.18), "large": (0.12, 0.8)}
"""Of the way from 0 to the end of the slider; of exposure, of 2.5 EV; of temperature, of a factor of two."""


@dataclass(frozen=True)
class Case:
    """turns: what is said, the last of which counts. start: settings. wanted: changes, each a list of alternatives.

    refuse: nothing should change. look: a vocabulary should not answer; what a model makes of it is not judged.
    """

    turns: tuple[str, ...]
    start: dict[str, Any] = field(default_factory=dict)
    wanted: tuple[tuple[str, ...], ...] = ()
    allowed: tuple[str, ...] = ()
    refuse: bool = False
    look: bool = False


def cases(path: Path) -> Iterator[Case]:
    for line in path.read_text("utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        said, wanted = (side.strip() for side in line.split("::"))
        start: dict[str, Any] = {}
        if " @ " in said:
            said, given = said.split(" @ ")
            for pair in given.split():
                name, value = pair.split("=")
                start[name] = value == "true" if value in ("true", "false") else float(value)
        turns = tuple(turn.strip() for turn in said.split(" > "))
        allowed: tuple[str, ...] = ()
        if found := _ALLOWED.search(wanted):
            allowed, wanted = tuple(found[1].split()), wanted[: found.start()]
        if wanted in ("refuse", "look"):
            yield Case(turns, start, refuse=True, look=wanted == "look")
        else:
            groups = tuple(tuple(alt.strip() for alt in one.split("|")) for one in wanted.split(";"))
            yield Case(turns, start, groups, allowed)


def problem(case: Case, proposal: Proposal, before: Settings) -> str:
    """What is wrong with an answer; empty when it is right. before: the settings it was given for."""
    if case.refuse:
        return "should have been refused"
    after = proposal.applied()
    changes = list(_changes(proposal.base, after))
    used: set[int] = set()
    for alternatives in case.wanted:
        met = [_met(one, proposal, changes, used, after) for one in alternatives]  # each marks what it wants
        if not any(met):
            return f"lacks {' | '.join(alternatives)}"
    for place, (mask, name, _, _) in enumerate(changes):
        if place not in used and not (mask == "" and name in case.allowed):
            return f"changes {mask + ': ' if mask else ''}{name}"
    return ""


def _changes(before: Settings, after: Settings) -> Iterator[tuple[str, str, Any, Any]]:
    """(mask, parameter, old, new)."""
    for name in parameters():
        if name != "adjustments" and before.value(name) != after.value(name):
            yield "", name, before.value(name), after.value(name)
    held = {one.id: one for one in before.adjustments}
    for one in after.adjustments:
        old = held[one.id].delta if one.id in held else {}
        parts = one.mask["components"]
        kind = ("not " if one.mask.get("inverted") else "") + parts[0]["kind"]["kind"]
        for name in dict.fromkeys((*old, *one.delta)):
            if old.get(name, 0.0) != one.delta.get(name, 0.0):
                yield kind, name, old.get(name, 0.0), one.delta.get(name, 0.0)


def _met(want: str, proposal: Proposal, changes: list[Any], used: set[int], after: Settings) -> bool:
    tools = [step.tool for step in proposal.steps]
    if want in ("undo", "redo", "compare"):
        return want in tools
    if want in ("level", "auto"):
        return want in [step.says.lower() for step in proposal.steps]
    if want == "reset":
        used.update(range(len(changes)))
        return not after
    if want.startswith("crop "):
        width, height = (float(side) for side in want[5:].split(":"))
        size = Geometry.of(after, FRAME).developed
        used.update(p for p, change in enumerate(changes) if change[1].startswith("crop_"))
        return abs(size.width / size.height / (width / height) - 1) < 0.01
    mask, _, rest = want.rpartition(": ")
    name, *how = rest.split()
    met = how[:1] == ["="] and not mask and _same(after.value(name), how[1])  # as it was already
    for place, (where, what, old, new) in enumerate(changes):
        if where == mask and what == name and _moved(name, bool(mask), how, old, new):
            used.add(place)
            met = True
            if name == "crop_angle":
                used.update(p for p, change in enumerate(changes) if change[1].startswith("crop_"))
    return met


def _moved(name: str, local: bool, how: list[str], old: Any, new: Any) -> bool:
    p = (local_parameters() if local else parameters())[name]
    if how and how[0] == "=":
        return _same(new, how[1])
    if old is None:
        old = 5500.0 if name == "temperature" else 0.0
    if how and how[0] == "by":
        return abs(new - old - float(how[1])) < max(0.02, p.step)
    if how and how[0] == "~":
        low, high = (float(end) for end in how[1].split(".."))
        return low <= new <= high
    if not how:
        return True
    if isinstance(new, bool) or (new > old) != (how[0] == "+"):
        return False
    low, high = SIZES[how[1] if len(how) > 1 else ""]
    if p.scale == "log":
        part = abs(new / old - 1)
    else:
        part = abs(new - old) / {"EV": 2.5}.get(p.unit, max(abs(p.minimum), abs(p.maximum)))
    return low <= part <= high


def _same(value: Any, wanted: str) -> bool:
    if isinstance(value, bool):
        return str(value).lower() == wanted
    if isinstance(value, int | float):
        return abs(float(value) - float(wanted)) < 0.006
    return str(value) == wanted
