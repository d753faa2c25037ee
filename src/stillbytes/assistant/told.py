"""A proposal as JSON that is shown, changed and sent back; what comes back is checked, whoever wrote it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from stillbytes.assistant.proposal import Proposal, Row, Step
from stillbytes.core.errors import InvalidSetting
from stillbytes.core.saying import said
from stillbytes.develop import local_parameters, parameters
from stillbytes.develop.settings import Settings
from stillbytes.edit.history import History
from stillbytes.masks.mask import Mask

CHANGED = ("The photo was changed since this was proposed.", "Ask again.")


def told(proposal: Proposal) -> dict[str, Any]:
    """Everything that `restored` needs: as `Proposal.to_json`, and each step with its mask.

    base: digest of the settings that the proposal starts from. settings: these settings.
    """
    steps = [{"rows": [], **step.to_json(), "mask": step.mask} for step in proposal.steps]
    return {
        "request": proposal.request,
        "engine": proposal.engine,
        "understood": proposal.understood,
        "message": proposal.message,
        "steps": steps,
        "base": proposal.base.digest,
        "settings": dict(proposal.base),
    }


def restored(request: str, base: str | None, steps: Sequence[Mapping[str, Any]], history: History) -> Proposal:
    """The proposal that these steps are to a photo with this history. base: None for another photo than the one they
    were proposed for.

    Where rows start is read from the history and not from the steps. Raises InvalidSetting for what is not as
    declared, and when the photo has other settings than those of the digest `base`.
    """
    back = sum({"undo": 1, "redo": -1}.get(one["tool"], 0) * int(one.get("count", 1)) for one in steps)
    position = min(max(history.position - back, 0), len(history.entries))
    settings = history.settings_at(position)
    if base is not None and settings.digest != base:
        raise InvalidSetting(*CHANGED)
    found, reached = [], settings
    for one in steps:
        step = _step(one, reached)
        found.append(step)
        if step.mask is None:  # a slider may move in two steps, one after the other
            reached = reached.changed(**{row.parameter.name: row.after for row in step.rows})
    return Proposal(request, "", True, "", tuple(found), settings)


def _step(given: Mapping[str, Any], reached: Settings) -> Step:
    tool, says, count = given["tool"], str(given.get("says", "")), int(given.get("count", 1))
    rows = given.get("rows") or []
    if tool in ("task", "export"):
        return _errand(tool, says, given.get("task") or {})
    if tool in ("search", "explain"):  # whatever was found is looked for again by who wants it
        return Step(tool, says)
    if tool != "mask":
        return Step(tool, says, tuple(_row(row, None, reached) for row in rows), count=count)
    id, name = str(given.get("adjustment", "")), str(given.get("name", ""))
    held = next((one for one in reached.adjustments if one.id == id), None)
    mask = held.mask if held else Mask.from_json(given.get("mask")).to_json()
    delta = held.delta if held else {}
    return Step("mask", says, tuple(_row(row, delta, reached) for row in rows), name, mask, id)


def _errand(tool: Literal["task", "export"], says: str, given: Mapping[str, Any]) -> Step:
    name, wanted, mask = str(given.get("name", "")), given.get("parameters"), given.get("mask")
    parameters = dict(wanted) if isinstance(wanted, Mapping) else {}
    if tool == "export":
        return Step("export", says, task={"name": "export", "parameters": parameters})
    from stillbytes.generate.tasks import task_of  # noqa: PLC0415 - only where something is made

    task = task_of(name, parameters)
    if task.result != "patch":
        raise InvalidSetting(
            said("{task} makes no part of this photo.", task=said(task.label)),
            said("`stillbytes {name}` does it.", name=name),
        )
    checked = {"name": name, "parameters": task.model_dump(mode="json", exclude_defaults=True)}
    if mask is not None:
        checked["mask"] = Mask.from_json(mask).to_json()
    return Step("task", says, task=checked)


def _row(given: Mapping[str, Any], delta: Mapping[str, Any] | None, reached: Settings) -> Row:
    """delta: of the adjustment; None for a row of the whole picture."""
    name = given["parameter"]
    known = parameters() if delta is None else local_parameters()
    if name not in known:
        raise InvalidSetting(
            said("There is no “{name}” to change.", name=str(name)[:40]), "`stillbytes params` lists them all."
        )
    p = known[name]
    start = given.get("start")
    before = reached.value(name) if delta is None else delta.get(name, p.neutral)
    if start is not None:
        start = p.clamped(p.check(start)) if p.kind == "number" else None  # type: ignore[arg-type]
    return Row(p, before, p.check(given.get("to")), start)
