"""A proposal: changes that somebody suggests, as rows that can be switched off and weakened, applied as one step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from stillbytes.core.saying import Said, said
from stillbytes.develop import local_parameters, parameters
from stillbytes.develop.adjustment import Adjustment
from stillbytes.develop.parameter import Parameter, Value
from stillbytes.develop.settings import Settings

Tool = Literal[
    "set", "mask", "crop", "turn", "reset", "preset", "undo", "redo", "compare", "task", "export", "search", "explain"
]
MOST_REQUEST = 2000
"""Characters of a request; the vocabulary understands shorter ones only."""
MOST_AMOUNT = 1.5
"""How much of a change can be taken at most."""


@dataclass(frozen=True, slots=True)
class Row:
    """One slider, switch or choice that moves. before, after: as settings have them; None is "as the photo says".

    start: the number that None stands for in `before`, so that a part of the change can be taken.
    """

    parameter: Parameter
    before: Value
    after: Value
    start: float | None = None

    def at(self, amount: float) -> Value:
        """The value with `amount` of the change, 0..1.5. Switches and choices know only all or nothing."""
        if amount <= 0:
            return self.before
        begin = self.before if self.start is None else self.start
        if amount == 1 or not _numeric(begin) or not _numeric(self.after):
            return self.after
        first, last = float(begin), float(self.after)  # type: ignore[arg-type]
        if self.parameter.scale == "log":
            return self.parameter.clamped(first * (last / first) ** amount)
        return self.parameter.clamped(first + (last - first) * amount)

    def to_json(self) -> dict[str, Any]:
        p = self.parameter
        told = {"parameter": p.name, "label": p.label, "unit": p.unit, "from": self.before, "to": self.after}
        return told | ({"start": self.start} if self.start is not None else {})


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do. rows: of the settings, or of an adjustment's delta when it has a mask.

    mask: as JSON. adjustment: id of the adjustment that is changed or made. count: of undo and redo, 0 where there is
    nothing to go to. task: of a generative task, and of an export, its name and parameters as JSON, and the mask that
    it works in if it has one.
    """

    tool: Tool
    says: str
    rows: tuple[Row, ...] = ()
    name: str = ""
    mask: Mapping[str, Any] | None = None
    adjustment: str = ""
    count: int = 1
    task: Mapping[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        told: dict[str, Any] = {"tool": self.tool, "says": self.says}
        if self.task is not None:
            told["task"] = dict(self.task)
        if self.rows:
            told["rows"] = [row.to_json() for row in self.rows]
        if self.mask is not None:
            told |= {"name": self.name, "adjustment": self.adjustment}
        if self.tool in ("undo", "redo"):
            told["count"] = self.count
        return told


@dataclass(frozen=True)
class Proposal:
    """What was understood of a request, and what it would change.

    base: the settings that `before` of the rows is of: those now, or those after `undo` steps.
    """

    request: str
    engine: str
    understood: bool
    message: str
    steps: tuple[Step, ...] = ()
    base: Settings = field(default_factory=Settings)

    @property
    def changes(self) -> bool:
        """Whether there is anything to apply, beside going back in the history."""
        return any(step.rows or step.tool == "task" for step in self.steps)

    @property
    def tasks(self) -> bool:
        """Whether something is to be made, which its preview does not show."""
        return any(step.tool == "task" for step in self.steps)

    def back(self) -> int:
        """How many steps of the history to undo first; negative to redo."""
        return sum({"undo": s.count, "redo": -s.count}.get(s.tool, 0) for s in self.steps)

    def keys(self) -> Iterator[tuple[str, Step, Row]]:
        """Every row with the key by which `applied` knows it."""
        for place, step in enumerate(self.steps):
            for row in step.rows:
                yield f"{place}.{row.parameter.name}", step, row

    def applied(self, amounts: Mapping[str, float] | None = None, amount: float = 1.0) -> Settings:
        """The settings with the proposal. amounts: key of a row -> how much of it, 0 for none of it, at most 1.5.

        amount: of the rows that are not named.
        """
        given = amounts or {}
        changes: dict[str, Value] = {}
        deltas: dict[int, dict[str, float]] = {}
        for key, step, row in self.keys():
            much = min(max(float(given.get(key, amount)), 0.0), MOST_AMOUNT)
            if step.mask is None:
                changes[row.parameter.name] = row.at(much)
            else:
                place = int(key.partition(".")[0])
                value = row.at(much)
                deltas.setdefault(place, {})[row.parameter.name] = float(value) if _numeric(value) else 0.0  # type: ignore[arg-type]
        settings = self.base.changed(**changes)
        held = [one.to_json() for one in settings.adjustments]
        for place, delta in deltas.items():
            _put(held, self.steps[place], delta)
        return settings.changed(adjustments=held) if deltas else settings

    def to_json(self, amounts: Mapping[str, float] | None = None) -> dict[str, Any]:
        """As `stillbytes ask --json` prints it. settings: the new values. masks: those made or changed."""
        after = self.applied(amounts)
        touched = [step.adjustment for step in self.steps if step.mask is not None]
        names = [row.parameter.name for _, step, row in self.keys() if step.mask is None]
        masks = [_told(one) for one in after.adjustments if one.id in touched]
        return {
            "engine": self.engine,
            "understood": self.understood,
            "settings": {name: after.value(name) for name in names if not parameters()[name].listed},
            "masks": masks,
            "steps": [step.to_json() for step in self.steps],
            "message": self.message,
        }


def not_understood(request: str, engine: str, why: str) -> Proposal:
    """An answer that changes nothing and says why."""
    return Proposal(request, engine, False, why)


def _put(held: list[dict[str, Any]], step: Step, delta: Mapping[str, float]) -> None:
    """Change the step's adjustment in the list, or add it if any of its delta is left."""
    for one in held:
        if one["id"] == step.adjustment:
            one["delta"] = {**one["delta"], **delta}
            return
    if any(delta.values()):
        given = {"id": step.adjustment, "name": step.name, "mask": step.mask or {}, "delta": dict(delta)}
        held.append(Adjustment.of(given).to_json())


def _told(adjustment: Adjustment) -> dict[str, Any]:
    parts = adjustment.mask.get("components") or [{}]
    kind = parts[0].get("kind") or {}
    return {"kind": kind.get("kind", ""), **adjustment.to_json()}


def _numeric(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def shown(row: Row, local: bool = False) -> str:
    """ "Exposure 0 → +0.5 EV": what the row does, for people."""
    p = row.parameter
    signed = p.minimum < 0
    unit = f" {p.unit}" if p.unit and p.unit != "°" else p.unit
    begin = row.before if row.start is None else row.start
    return said(
        "{label} {before} → {sign}{after}{unit}",
        label=said(p.label),
        before="+0" if begin == 0 and local else value_text(p, begin),
        sign="+" if signed and _numeric(row.after) and float(row.after) > 0 else "",  # type: ignore[arg-type]
        after=value_text(p, row.after),
        unit=unit if _numeric(row.after) else "",
    )


def value_text(p: Parameter, value: Value) -> str:
    """A value as people write it."""
    if value is None:
        return said("as shot")
    if isinstance(value, bool):
        return said("on") if value else said("off")
    if isinstance(value, int | float):
        return said("{number:.6g}", number=round(float(value), max(p.decimals, 2)))
    if isinstance(value, tuple):
        return f"{len(value)}" if p.listed else said("curve")
    return choice_text(p, str(value)) if p.kind == "choice" and value else str(value) or said("none")


def choice_text(p: Parameter, choice: str) -> str:
    """A choice as it is read."""
    if p.choice_labels:
        return said(dict(zip(p.choices, p.choice_labels, strict=True)).get(choice, choice))
    words = choice.replace("-", " ").replace("_", " ")
    return said(words[:1].upper() + words[1:])


def ended(says: str) -> str:
    """What a step says, as a sentence."""
    return said("{what}.", what=says)


def spoken(name: str) -> str:
    """A name that may be one of those that are declared."""
    return name if isinstance(name, Said) else said(name)


def declared(name: str, local: bool) -> Parameter:
    """The declaration of a parameter, of the whole picture or of adjustments."""
    return (local_parameters() if local else parameters())[name]
