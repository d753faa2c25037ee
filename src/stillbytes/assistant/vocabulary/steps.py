"""A reading becomes the steps of a proposal, in the situation of one photo."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace

from stillbytes.assistant.proposal import Row, Step
from stillbytes.assistant.situation import Situation
from stillbytes.assistant.vocabulary import last_change
from stillbytes.assistant.vocabulary.meaning import kind_for, meaning
from stillbytes.assistant.vocabulary.moves.strength import Move
from stillbytes.assistant.vocabulary.moves.values import moved_to, rounded
from stillbytes.assistant.vocabulary.orders import Order
from stillbytes.assistant.vocabulary.reading.reading import Reading
from stillbytes.assistant.vocabulary.reading.slots import Unclear
from stillbytes.core.errors import InvalidSetting
from stillbytes.core.saying import joined, said
from stillbytes.develop import groups, local_parameters, parameters
from stillbytes.develop.adjustment import Adjustment
from stillbytes.develop.parameter import Value
from stillbytes.develop.resampling import reshaped
from stillbytes.develop.settings import Settings
from stillbytes.edit.history import History
from stillbytes.edit.presets import Presets
from stillbytes.edit.presets.preset import Preset
from stillbytes.masks.fields import fields_of
from stillbytes.masks.local import mask_of
from stillbytes.masks.mask import Component, Mask


def steps(reading: Reading, situation: Situation) -> tuple[list[Step], Settings]:
    """The steps, and the settings they start from. Raises Unclear."""
    found: list[Step] = []
    history = situation.history
    for order in reading.orders:
        if order.command in ("undo", "redo"):
            history, gone = _gone(history, order)
            found.append(gone)
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
        found += last_change.more(replace(situation, history=history), reading.again, off=reading.off)
    if reading.last_to is not None:
        found.append(last_change.set_to(replace(situation, history=history), reading.last_to, reading.last_way))
    if reading.same_for:
        reading.moves = last_change.same_for(replace(situation, history=history), reading.same_for)
    masked = last_change.of_masks(reading.moves, situation) if reading.complains and not reading.orders else []
    if reading.repeats and not (masked or reading.orders) and last_change.only_of_masks(situation):
        raise Unclear("That part, or the whole picture?")  # "darken the sky", "warmer"
    if not reading.orders and last_change.moved(reading.may_be_of, situation):
        raise Unclear("That, or the whole picture?")  # "vignette -20", "softer"
    if settings.value("black_and_white") is True and any(_coloured(move) for move in reading.moves):
        raise Unclear("It is black and white.")  # "warmer"
    found += masked or _moved(reading, settings, situation)
    return found, base


def _coloured(move: Move) -> bool:
    """Whether words without a number make colours others than they are."""
    return (
        move.how == "usual" and not move.target and move.parameter in ("temperature", "tint", "saturation", "vibrance")
    )


def _gone(history: History, order: Order) -> tuple[History, Step]:
    """The history that is left, and the step that goes there; with as many steps gone as there are."""
    undo = order.command == "undo"
    left = history.position if undo else len(history.entries) - history.position
    if order.dismisses and not left:
        raise Unclear("There is no last change that this could be about.")
    if undo:
        says = said("Undo") if left else said("There is nothing to undo")
    else:
        says = said("Redo") if left else said("There is nothing to redo")
    count = min(order.count, left)
    return history.at(history.position + (-count if undo else count)), Step(
        "undo" if undo else "redo", says, count=count
    )


def _ordered(order: Order, settings: Settings, situation: Situation) -> Step | None:
    if order.command == "reset":
        return _reset(order, settings)
    if order.command == "crop" and order.ratio:
        width, height = order.ratio
        changes = reshaped.cropped(settings, situation.frame(), order.ratio, order.orientation)
        return _step("crop", said("Crop to {width:g}:{height:g}", width=width, height=height), settings, changes)
    if order.command == "uncrop":
        changes = {name: parameters()[name].default for name in meaning().crop["uncropped"]}
        if all(settings.value(name) == value for name, value in changes.items()):
            raise Unclear("It is not cropped.")
        return _step("crop", said("Remove the crop"), settings, changes)
    if order.command == "automatic":
        try:
            looked = situation.found(settings, order.scope)
        except InvalidSetting as problem:
            raise Unclear(problem.message) from problem
        changed = {name: value for name, value in looked.items() if settings.value(name) != value}
        level = order.scope == ("level",)
        return _step("crop" if level else "set", said("Level") if level else said("Auto"), settings, changed)
    if order.command == "preset":
        return _preset(order, settings)
    if order.command == "compare":
        return Step("compare", said("Before and after"))
    if order.command == "straighten":
        angle = parameters()["crop_angle"].clamped(settings.number("crop_angle") + _of_crop(order.amount, settings))
        return _step("crop", said("Straighten"), settings, reshaped.straightened(settings, situation.frame(), angle))
    if order.command == "rotate":
        return _step("turn", said("Turn"), settings, {"rotate": reshaped.turned(settings, order.count)})
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
    return _step("preset", preset_words(preset, order.amount), settings, changes)


def preset_words(preset: Preset, amount: float) -> str:
    """What applying so much of a preset is called. amount: 1 for all of it."""
    name = preset.name if preset.own else said(preset.name)
    if amount == 1:
        return said("Preset {name}", name=name)
    return said("Preset {name}, {share:.0%}", name=name, share=amount)


def _reset(order: Order, settings: Settings) -> Step:
    named = {group.name: [p.name for p in group.parameters] for group in groups()}
    scope = ["White balance" if one == "white_balance" else one for one in order.scope]
    names = [name for one in scope for name in named.get(one, [one])] or list(settings)
    return _step(
        "reset", said("Reset"), settings, {name: parameters()[name].default for name in names if name in settings}
    )


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
        raise Unclear(said("{label} is off already.", label=said(_label(reading.moves[0].parameter))))
    for move in [_natural(one, settings) for one in moves]:
        away = tuple(dict.fromkeys((*move.away, *reading.kept)))
        if move.target or away:
            parts.setdefault((move.target, away), []).append(move)
        elif move.how == "flip":
            special.append(_step("turn", said("Mirror"), settings, reshaped.flipped(settings, move.parameter)))
        elif move.parameter == "crop_angle" and isinstance(move.value, float):
            if move.how == "usual":  # "straighten up"
                raise Unclear("By how many degrees?")
            before = settings.number("crop_angle")
            angle = move.value if move.how == "to" else before + move.value
            changes = reshaped.straightened(settings, situation.frame(), parameters()["crop_angle"].clamped(angle))
            special.append(_step("crop", said("Straighten"), settings, changes))
        else:
            row = _row(move, whole.get(move.parameter), settings, situation)
            whole[move.parameter] = row
            if move.parameter == "white_balance":
                for name in ("temperature", "tint"):
                    if name in settings:
                        whole[name] = Row(parameters()[name], settings.value(name), None)
    rows = tuple(whole.values())
    found = [Step("set", said("Settings"), rows)] if rows else []
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
        raise Unclear(
            said("{label} is at {value:g} already: say how much less of it.", label=said(p.label), value=p.default or 0)
        )
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
    if move.how == "to" and isinstance(begin := before if start is None else start, int | float):
        move.check_way(float(begin), p)
    if move.how == "to" or not isinstance(move.value, int | float):
        exact = round(move.value, max(2, p.decimals)) if isinstance(move.value, float) else move.value
        return Row(p, before, p.check(exact), start)
    begin = sofar.after if sofar is not None else before if start is None else start
    number = float(begin) if isinstance(begin, int | float) else 0.0
    return Row(p, before, rounded(p, moved_to(p, move, number)), start)


def _masked(mask: Mask, moves: list[Move], settings: Settings) -> Step:
    """Raises Unclear for what adjustments cannot change."""
    present = next((one for one in settings.adjustments if _same(one, mask)), None)
    delta = dict(present.delta) if present else {}
    rows: dict[str, Row] = {}
    for move in moves:
        name = meaning().in_part(move.parameter)
        if name is None or move.how in ("default", "flip"):
            raise Unclear(said("{label} is of the whole picture only.", label=said(_label(move.parameter))))
        p = local_parameters()[name]
        if move.how not in ("usual", "times", "share") and move.parameter != name:
            raise Unclear(said("{label} of a part has no such unit.", label=said(_label(move.parameter))))
        before = delta.get(name, 0.0)
        begin = rows[name].after if name in rows else before
        number = float(begin)  # type: ignore[arg-type]
        move.check_way(number, p)
        local = replace(move, parameter=name)
        after = float(move.value) if move.how == "to" else moved_to(p, local, number)  # type: ignore[arg-type]
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


PLACES: Mapping[str, str] = {"foreground": said("Foreground")}
"""What parts of a picture that are no kind of mask are called."""


def label_of(mask: Mask) -> str:
    """What an adjustment with that mask is called."""
    names: list[str] = []
    for component in mask.components:
        kind = component.kind
        if place := next((name for name in meaning().places if kind_for(name) == kind), ""):
            names.append(PLACES.get(place) or place.capitalize())
            continue
        telling = [n for n, f in fields_of(kind).items() if f.form in ("choice", "parts", "text")]
        words = [(v,) if isinstance(v, str) else v for v in (getattr(kind, name) for name in telling) if v]
        names.append(joined((said(one.capitalize()) for one in words[0]), ", ") if words else said(kind.label))
    kept = joined(names if mask.inverted else names[1:], ", ")
    if mask.inverted:
        return said("All but {parts}", parts=kept)
    return said("{part} without {parts}", part=names[0], parts=kept) if kept else names[0]


def _same(adjustment: Adjustment, mask: Mask) -> bool:
    held = mask_of(adjustment) if adjustment.enabled else None
    return held is not None and held.forgotten().to_json() == mask.to_json()
