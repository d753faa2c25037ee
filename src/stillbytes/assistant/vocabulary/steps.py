"""A reading becomes the steps of a proposal, in the situation of one photo."""

from __future__ import annotations

import math
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from stillbytes.assistant.proposal import Row, Step, declared
from stillbytes.assistant.situation import Situation
from stillbytes.assistant.vocabulary.meaning import kind_for, meaning
from stillbytes.assistant.vocabulary.moves.strength import Move
from stillbytes.assistant.vocabulary.orders import Order
from stillbytes.assistant.vocabulary.reading import Reading
from stillbytes.assistant.vocabulary.slots import Unclear
from stillbytes.core.errors import InvalidSetting
from stillbytes.develop import groups, local_parameters, parameters
from stillbytes.develop.adjustment import Adjustment
from stillbytes.develop.parameter import Parameter, Value
from stillbytes.develop.resampling import reshaped
from stillbytes.develop.settings import Settings
from stillbytes.edit.history import History
from stillbytes.edit.presets import Presets
from stillbytes.masks.fields import fields_of
from stillbytes.masks.local import mask_of
from stillbytes.masks.mask import Component, Mask


def steps(reading: Reading, situation: Situation) -> tuple[list[Step], Settings]:
    """The steps, and the settings they start from. Raises Unclear."""
    found: list[Step] = []
    history = situation.history
    for order in reading.orders:
        if order.command in ("undo", "redo"):
            history = _gone(history, order)
            found.append(Step(order.command, f"{order.command.capitalize()}", count=order.count))
    if len(found) > 1 or (found and found[0].tool == "redo" and len(reading.orders) + len(reading.moves) > 1):
        raise Unclear("One step of the history at a time.")
    base = history.settings
    settings = base
    for order in reading.orders:
        step = _ordered(order, settings, situation)
        if step is not None:
            found.append(step)
            settings = settings.changed(**{row.parameter.name: row.after for row in step.rows})
    if reading.again is not None:
        found += _more(replace(situation, history=history), reading.again)
    if reading.last_to is not None:
        found.append(_last_to(replace(situation, history=history), reading.last_to))
    if reading.same_for:
        reading.moves = _same_for(replace(situation, history=history), reading.same_for)
    found += _moved(reading, settings, situation)
    return found, base


def _gone(history: History, order: Order) -> History:
    """The history that is left; with as many steps gone as there are."""
    to = history.position + (-order.count if order.command == "undo" else order.count)
    return history.at(min(max(to, 0), len(history.entries)))


def _ordered(order: Order, settings: Settings, situation: Situation) -> Step | None:
    if order.command == "reset":
        return _reset(order, settings)
    if order.command == "crop" and order.ratio:
        width, height = order.ratio
        changes = reshaped.cropped(settings, situation.frame(), order.ratio, order.orientation)
        return _step("crop", f"Crop to {width:g}:{height:g}", settings, changes)
    if order.command == "uncrop":
        changes = {name: parameters()[name].default for name in meaning().crop["uncropped"]}
        return _step("crop", "Remove the crop", settings, changes)
    if order.command == "automatic":
        try:
            looked = situation.found(settings, order.scope)
        except InvalidSetting as problem:
            raise Unclear(str(problem)) from problem
        changed = {name: value for name, value in looked.items() if settings.value(name) != value}
        level = order.scope == ("level",)
        return _step("crop" if level else "set", "Level" if level else "Auto", settings, changed)
    if order.command == "preset":
        return _preset(order, settings)
    if order.command == "compare":
        return Step("compare", "Before and after")
    if order.command == "straighten":
        angle = parameters()["crop_angle"].clamped(settings.number("crop_angle") + _of_crop(order.amount, settings))
        return _step("crop", "Straighten", settings, reshaped.straightened(settings, situation.frame(), angle))
    if order.command == "rotate":
        return _step("turn", "Turn", settings, {"rotate": reshaped.turned(settings, order.count)})
    return None


def _of_crop(clockwise: float, settings: Settings) -> float:
    """Degrees for the crop's angle that turn the picture as it is seen: the crop's rectangle turns against what is in
    it, and a mirror image turns the other way."""
    mirrored = settings.value("flip_horizontal") != settings.value("flip_vertical")
    return clockwise if mirrored else -clockwise


def _preset(order: Order, settings: Settings) -> Step:
    """Raises InvalidSetting for a preset that is gone."""
    preset = Presets().find(order.scope[0])
    after = preset.applied(settings, order.amount)
    changes = {name: after.value(name) for name in preset.settings if after.value(name) != settings.value(name)}
    much = "" if order.amount == 1 else f", {100 * order.amount:.0f} %"
    return _step("preset", f"Preset {preset.name}{much}", settings, changes)


def _reset(order: Order, settings: Settings) -> Step:
    named = {group.name: [p.name for p in group.parameters] for group in groups()}
    scope = ["White balance" if one == "white_balance" else one for one in order.scope]
    names = [name for one in scope for name in named.get(one, [one])] or list(settings)
    return _step("reset", "Reset", settings, {name: parameters()[name].default for name in names if name in settings})


def _step(tool: str, says: str, settings: Settings, changes: Mapping[str, Value]) -> Step:
    rows = tuple(Row(parameters()[name], settings.value(name), value) for name, value in changes.items())
    return Step(tool, says, rows)  # type: ignore[arg-type]


def _moved(reading: Reading, settings: Settings, situation: Situation) -> list[Step]:
    """The moves as steps: one of the settings, one of each mask."""
    whole: dict[str, Row] = {}
    parts: dict[tuple[str, tuple[str, ...]], list[Move]] = {}
    special: list[Step] = []
    moves = [one for one in reading.moves if not (one.value is False and settings.value(one.parameter) is False)]
    if reading.moves and not (moves or reading.orders):  # "don't mirror it"
        raise Unclear(f"{_label(reading.moves[0].parameter)} is off already.")
    for move in [_natural(one, settings) for one in moves]:
        away = tuple(dict.fromkeys((*move.away, *reading.kept)))
        if move.target or away:
            parts.setdefault((move.target, away), []).append(move)
        elif move.how == "flip":
            special.append(_step("turn", "Mirror", settings, reshaped.flipped(settings, move.parameter)))
        elif move.parameter == "crop_angle" and isinstance(move.value, float):
            before = settings.number("crop_angle")
            angle = move.value if move.how == "to" else before + move.value
            changes = reshaped.straightened(settings, situation.frame(), parameters()["crop_angle"].clamped(angle))
            special.append(_step("crop", "Straighten", settings, changes))
        else:
            row = _row(move, whole.get(move.parameter), settings, situation)
            whole[move.parameter] = row
            if move.parameter == "white_balance":
                for name in ("temperature", "tint"):
                    if name in settings:
                        whole[name] = Row(parameters()[name], settings.value(name), None)
    rows = tuple(whole.values())
    found = [Step("set", "Settings", rows)] if rows else []
    return [*special, *found, *(_masked(mask_for(*where), held, settings) for where, held in parts.items())]


def _natural(move: Move, settings: Settings) -> Move:
    """What is to be removed and was never put in: the lens's own, where something mends that.

    Raises Unclear where there is no more or less of it than the camera recorded.
    """
    p = parameters().get(move.parameter)
    if move.how != "default" or p is None or settings.value(p.name) != p.default or move.target or move.away:
        return move
    if p.name in meaning().natural:
        return Move(meaning().natural[p.name], "to", True)
    if p.kind == "number" and p.minimum < 0:
        raise Unclear(f"{p.label} is at {p.default or 0:g} already: say how much less of it.")
    return move


def _row(move: Move, sofar: Row | None, settings: Settings, situation: Situation) -> Row:
    p = parameters().get(move.parameter)
    if p is None:
        raise Unclear("It can be changed in parts of the picture only: say which.")
    before = settings.value(move.parameter)
    start: float | None = None
    if move.how == "default":
        return Row(p, before, p.default)
    if p.kind == "number" and before is None:
        white = situation.white(settings)
        start = rounded(p, float(white.temperature if move.parameter == "temperature" else white.tint))
    if move.how == "to" or not isinstance(move.value, int | float):
        exact = round(move.value, max(2, p.decimals)) if isinstance(move.value, float) else move.value
        return Row(p, before, p.check(exact), start)
    begin = sofar.after if sofar is not None else before if start is None else start
    number = float(begin) if isinstance(begin, int | float) else 0.0
    return Row(p, before, rounded(p, _after(p, move, number)), start)


def _after(p: Parameter, move: Move, number: float) -> float:
    value = float(move.value)  # type: ignore[arg-type]
    if move.how == "by":
        return p.clamped(number + value)
    if move.how == "times":
        return p.clamped(_times(p, number, value))
    if move.how == "share":
        return p.clamped(p.minimum + value * (number - p.minimum))
    usual = meaning().usual_move(p)
    if p.scale == "log":
        return p.clamped(number * usual**value)
    after = number + usual * value
    if p.name in meaning().polarity and number * after < 0:
        after = 0.0  # less of a vignette ends without one
    return p.clamped(after)


def _times(p: Parameter, number: float, factor: float) -> float:
    """Raises Unclear for so many times nothing; of light that is still an amount. Half of less colour would be more."""
    if p.name == "saturation" and number < 0:
        raise Unclear(f"{p.label} is below 0: say by how much instead.")
    if number:
        return number * factor
    if p.unit == "EV":
        return math.log2(factor)
    raise Unclear(f"{p.label} is at 0: say by how much instead.")


def rounded(p: Parameter, value: float) -> float:
    """To the steps of its slider."""
    return p.clamped(round(round(value / p.step) * p.step, 6))


def _masked(mask: Mask, moves: list[Move], settings: Settings) -> Step:
    """Raises Unclear for what adjustments cannot change."""
    present = next((one for one in settings.adjustments if _same(one, mask)), None)
    delta = dict(present.delta) if present else {}
    rows: dict[str, Row] = {}
    for move in moves:
        name = meaning().in_part(move.parameter)
        if name is None or move.how in ("default", "flip"):
            raise Unclear(f"{_label(move.parameter)} is of the whole picture only.")
        p = local_parameters()[name]
        if move.how not in ("usual", "times", "share") and move.parameter != name:
            raise Unclear(f"{_label(move.parameter)} of a part has no such unit.")
        before = delta.get(name, 0.0)
        begin = rows[name].after if name in rows else before
        number = float(begin)  # type: ignore[arg-type]
        local = replace(move, parameter=name)
        after = float(move.value) if move.how == "to" else _after(p, local, number)  # type: ignore[arg-type]
        rows[name] = Row(p, before, rounded(p, p.clamped(after)))
    name = present.name if present else label_of(mask)
    id = present.id if present else uuid.uuid4().hex[:12]
    tree = present.mask if present else mask.to_json()
    return Step("mask", name, tuple(rows.values()), name, tree, id)


def _label(name: str) -> str:
    return (parameters().get(name) or local_parameters()[name]).label


def mask_for(target: str, kept: Sequence[str]) -> Mask:
    """The target without what is kept; everything without it when there is no target."""
    away = [one for one in dict.fromkeys(kept) if not target or meaning().overlap(one, target)]
    if not target:
        return Mask(tuple(Component(kind_for(one)) for one in away), inverted=True)
    parts = [Component(kind_for(target)), *(Component(kind_for(one), combine="subtract") for one in away)]
    return Mask(tuple(parts))


def label_of(mask: Mask) -> str:
    """What an adjustment with that mask is called."""
    names = []
    for component in mask.components:
        kind = component.kind
        if place := next((name for name in meaning().places if kind_for(name) == kind), ""):
            names.append(place.capitalize())
            continue
        telling = [n for n, f in fields_of(kind).items() if f.form in ("choice", "parts", "text")]
        words = [v if isinstance(v, str) else ", ".join(v) for v in (getattr(kind, name) for name in telling) if v]
        names.append(words[0].capitalize() if words else kind.label)
    kept = ", ".join(name.lower() for name in (names if mask.inverted else names[1:]))
    if mask.inverted:
        return f"All but {kept}"
    return f"{names[0]} without {kept}" if kept else names[0]


def _same(adjustment: Adjustment, mask: Mask) -> bool:
    held = mask_of(adjustment) if adjustment.enabled else None
    return held is not None and held.forgotten().to_json() == mask.to_json()


def _more(situation: Situation, factor: float) -> list[Step]:
    """Steps that take the last change further, or part of it back. Raises Unclear when there is none."""
    before, after = situation.before_last, situation.settings
    if before is not None and any(before.value(n) != after.value(n) for n in meaning().crop["ratio"]):
        raise Unclear("A crop has no more or less: say which shape.")
    if before is None:
        raise Unclear("There is no last change that this could be about.")
    rows = list(_further_rows(before, after, factor, situation))
    found = [Step("set", "Settings", tuple(rows))] if rows else []
    earlier = {one.id: one for one in before.adjustments}
    for one in after.adjustments:
        was = earlier[one.id].delta if one.id in earlier else {}
        changed = []
        for name in dict.fromkeys((*was, *one.delta)):
            if local_parameters()[name].kind != "number":
                continue
            first, last = was.get(name, 0.0), one.delta.get(name, 0.0)
            value = rounded(local_parameters()[name], _further(local_parameters()[name], first, last, factor))
            if last not in (first, value):
                changed.append(Row(declared(name, True), last, value))
        if changed:
            found.append(Step("mask", one.name, tuple(changed), one.name, one.mask, one.id))
    if not found:
        raise Unclear("The last change has no more or less.")
    return found


def _further_rows(before: Settings, after: Settings, factor: float, situation: Situation) -> Iterator[Row]:
    """Of the whole picture's sliders; switches go back where all of the change is to go."""
    for name, p in parameters().items():
        if before.value(name) == after.value(name):
            continue
        if p.kind == "toggle" and factor <= meaning().again["off"]:
            yield Row(p, after.value(name), before.value(name))
        if p.kind != "number":
            continue
        first, last = _numbers(name, before, after, situation)
        start = None if isinstance(after.value(name), float) else last
        row = Row(p, after.value(name), rounded(p, _further(p, first, last, factor)), start)
        if row.after != row.before:
            yield row


def _last_moves(situation: Situation) -> dict[str, tuple[float, float]]:
    """Sliders of the whole picture or of one part that the last change moved: the name in parts -> from, to."""
    before, after = situation.before_last, situation.settings
    if before is None:
        raise Unclear("There is no last change that this could be about.")
    found: dict[str, tuple[float, float]] = {}
    for name, p in parameters().items():
        local = meaning().in_part(name) if p.kind == "number" else None
        if local is not None and local == name and before.value(name) != after.value(name):
            found[local] = _numbers(name, before, after, situation)
    earlier = {one.id: one for one in before.adjustments}
    for one in after.adjustments:
        was = earlier[one.id].delta if one.id in earlier else {}
        found |= {
            name: (float(was.get(name, 0.0)), float(value))
            for name, value in one.delta.items()
            if local_parameters()[name].kind == "number" and was.get(name, 0.0) != value
        }
    return found


def _same_for(situation: Situation, targets: tuple[str, ...]) -> list[Move]:
    """The last change, in other parts of the picture."""
    moved = _last_moves(situation)
    if not moved:
        raise Unclear("The last change is none that parts of the picture can have.")
    return [Move(name, "by", to - begin, target) for target in targets for name, (begin, to) in moved.items()]


def _last_to(situation: Situation, value: float) -> Step:
    """The one slider of the last change at another value."""
    before, after = situation.before_last, situation.settings
    if before is None:
        raise Unclear("There is no last change that this could be about.")
    names = [n for n, p in parameters().items() if before.value(n) != after.value(n) and not p.listed]
    if len(names) != 1 or before.adjustments != after.adjustments or parameters()[names[0]].kind != "number":
        raise Unclear("It is not clear which slider is meant.")
    p = parameters()[names[0]]
    if not p.minimum <= value <= p.maximum:
        raise Unclear(f"{p.label} goes from {p.minimum:g} to {p.maximum:g} {p.unit}".strip() + ".")
    number = after.value(p.name)
    start = None if isinstance(number, float) else _numbers(p.name, before, after, situation)[1]
    return Step("set", "Settings", (Row(p, number, rounded(p, value), start),))


def _numbers(name: str, before: Settings, after: Settings, situation: Situation) -> tuple[float, float]:
    found = []
    for settings in (before, after):
        value = settings.value(name)
        if value is None:
            white = situation.white(settings)
            value = white.temperature if name == "temperature" else white.tint
        found.append(float(value))  # type: ignore[arg-type]
    return found[0], found[1]


def _further(p: Parameter, first: float, last: float, factor: float) -> float:
    """Less of it ends where it began, unless the opposite was asked for."""
    factor = factor if factor <= meaning().again["opposite"] else max(factor, -1.0)
    if p.scale == "log" and first > 0 and not math.isclose(first, last):
        return p.clamped(last * (last / first) ** factor)
    return p.clamped(last + (last - first) * factor)
