"""Steps about the last change: more or less of it, another value, the same elsewhere, too much of it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from stillbytes.assistant.proposal import Row, Step, declared
from stillbytes.assistant.situation import Situation
from stillbytes.assistant.vocabulary.meaning import meaning
from stillbytes.assistant.vocabulary.moves.strength import Move, beyond
from stillbytes.assistant.vocabulary.moves.values import moved_to, rounded
from stillbytes.assistant.vocabulary.reading.slots import Unclear
from stillbytes.core.saying import said
from stillbytes.develop import local_parameters, parameters
from stillbytes.develop.parameter import Parameter
from stillbytes.develop.settings import Settings


def more(situation: Situation, factor: float, *, off: bool = False) -> list[Step]:
    """Steps that take the last change further, or part of it back. off: whether it is to be switched off.

    Raises Unclear when there is none.
    """
    before, after = situation.before_last, situation.settings
    if before is not None and any(before.value(n) != after.value(n) for n in meaning().crop["ratio"]):
        raise Unclear("A crop has no more or less: say which shape.")
    if before is None:
        raise Unclear("There is no last change that this could be about.")
    if off and not _switchable(before, after):
        raise Unclear("It is not clear what is to be off.")
    if abs(factor) < 1 and _took_back(situation, before, after):
        raise Unclear("More or less than before the last change, or than before that?")
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


def _took_back(situation: Situation, before: Settings, after: Settings) -> bool:
    """Whether the last change took part of the one before it back, as "less" does: what is less then?"""
    position = situation.history.position
    if position < 2:
        return False
    first = situation.history.settings_at(position - 2)
    for name, p in parameters().items():
        if p.kind != "number" or before.value(name) == after.value(name) or before.value(name) == first.value(name):
            continue
        begun, last = _numbers(name, before, after, situation)
        start = _numbers(name, first, before, situation)[0]
        if (last - begun) * (begun - start) < 0 and abs(last - begun) < abs(begun - start):
            return True
    return False


def _switchable(before: Settings, after: Settings) -> bool:
    """Whether something changed that a picture can be without."""
    changed = [p for name, p in parameters().items() if before.value(name) != after.value(name)]
    return any(p.kind == "toggle" or p.minimum == 0 or p.name in meaning().polarity for p in changed)


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


def moved(names: Sequence[str], situation: Situation) -> bool:
    """Whether the last change moved one of these sliders of the whole picture."""
    before, after = situation.before_last, situation.settings
    return before is not None and any(before.value(name) != after.value(name) for name in names)


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


def only_of_masks(situation: Situation) -> bool:
    """Whether the last change was of parts of the picture alone."""
    before, after = situation.before_last, situation.settings
    if before is None or before.adjustments == after.adjustments:
        return False
    return all(before.value(name) == after.value(name) for name in parameters() if name != "adjustments")


def of_masks(moves: Sequence[Move], situation: Situation) -> list[Step]:
    """What is wrong with a part of the picture that the last change was about: "darken the sky", "too dark".

    Nothing where that moved a slider of the whole picture, or others than are complained of.
    """
    before, after = situation.before_last, situation.settings
    if before is None or any(n != "adjustments" and before.value(n) != after.value(n) for n in parameters()):
        return []
    earlier = {one.id: one for one in before.adjustments}
    local = {meaning().in_part(move.parameter): move for move in moves if move.how == "usual" and not move.target}
    found: list[Step] = []
    for one in after.adjustments:
        was = earlier[one.id].delta if one.id in earlier else {}
        changed = {name for name in (*was, *one.delta) if was.get(name, 0.0) != one.delta.get(name, 0.0)}
        if not changed or len(local) != len(moves) or not changed >= local.keys():
            continue
        rows = []
        for name, move in local.items():
            p = local_parameters()[str(name)]
            number = float(one.delta.get(p.name, 0.0))
            rows.append(
                Row(declared(p.name, True), number, rounded(p, moved_to(p, replace(move, parameter=p.name), number)))
            )
        found.append(Step("mask", one.name, tuple(rows), one.name, one.mask, one.id))
    return found


def same_for(situation: Situation, targets: tuple[str, ...]) -> list[Move]:
    """The last change, in other parts of the picture."""
    moved = _last_moves(situation)
    if not moved:
        raise Unclear("The last change is none that parts of the picture can have.")
    return [Move(name, "by", to - begin, target) for target in targets for name, (begin, to) in moved.items()]


def set_to(situation: Situation, value: float, way: int) -> Step:
    """The one slider of the last change at another value. way: 1 for up to it, -1 for down to it. Raises Unclear."""
    before, after = situation.before_last, situation.settings
    if before is None:
        raise Unclear("There is no last change that this could be about.")
    names = [n for n, p in parameters().items() if before.value(n) != after.value(n) and not p.listed]
    if len(names) != 1 or before.adjustments != after.adjustments or parameters()[names[0]].kind != "number":
        raise Unclear("It is not clear which slider is meant.")
    p = parameters()[names[0]]
    if not p.minimum <= value <= p.maximum:
        raise Unclear(beyond(p))
    number = after.value(p.name)
    last = _numbers(p.name, before, after, situation)[1]
    if last < 0 < value and not way:  # "less contrast", "20"
        raise Unclear(said("{label}: plus or minus?", label=said(p.label)))
    if (value - last) * way < 0:  # "reduce it to 40", of 20
        raise Unclear(said("{label} is at {value:g}.", label=said(p.label), value=last))
    start = None if isinstance(number, float) else last
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
