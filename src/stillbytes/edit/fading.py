"""Fade: less of what a step of the history did, or more of it, whatever the step was: a preset, a look that was fitted,
an automatic correction, a proposal."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from stillbytes.core.errors import InvalidSetting
from stillbytes.core.saying import said
from stillbytes.develop import local_parameters, parameters
from stillbytes.develop.adjustment import MOST_AMOUNT, Adjustment
from stillbytes.develop.camera import WhitePoint
from stillbytes.develop.operations.tone_curve import monotone_cubic
from stillbytes.develop.parameter import Parameter, Point, Value
from stillbytes.develop.patch import Patch
from stillbytes.develop.point_colour import CHANGES
from stillbytes.develop.settings import Settings
from stillbytes.edit.history import History, difference

MOST = 1.5
"""The largest amount of a step."""
GRADUAL = ("number", "curve", "colours", "adjustments", "patches")
FULL_TURN = 359
STIFF = "Crop"
"""The group of what is either cropped so or not: half a crop is none that anybody asked for."""


def can_fade(changed: Collection[str]) -> bool:
    """Whether a step that changed these parameters has an in-between that no single slider has."""
    known = parameters()
    found = [known[name] for name in changed if name in known and _gradual(known[name])]
    return len(found) > 1 or any(parameter.listed for parameter in found)


def fade(history: History, step: int, amount: float, as_shot: WhitePoint) -> Settings:
    """The settings now, with `amount` of what the step changed. step: counted from 1. amount: 0..1.5, 1 is what it did.

    What the step did not change stays as it is now. Raises NotFound for a step that does not exist, InvalidSetting for
    another amount.
    """
    if not 0 <= amount <= MOST:
        raise InvalidSetting(
            said("A step cannot be faded to {amount:g}.", amount=amount),
            said("Use 0 to {most:g}, 1 is all of it.", most=MOST),
        )
    history.at(step)
    before, after = history.settings_at(max(step - 1, 0)), history.settings_at(step)
    changed = difference(before, after)
    faded = between(before, after, amount, as_shot)
    return history.settings.changed(**{name: faded.get(name) for name in changed})


def between(before: Settings, after: Settings, amount: float, as_shot: WhitePoint) -> Settings:
    """So much of the way from one to the other; 0 is the first, 1 the second, more goes beyond it.

    Numbers go evenly, temperatures by their ratio, within their ranges; curves by their heights. Masks and patches that
    are new fade in; what has no half, such as a profile, is the second's at once. as_shot: what an unset white balance
    stands for.

    >>> between(Settings(exposure=1.0), Settings(exposure=2.0, contrast=20), 0.5, WhitePoint(5000, 0))
    Settings(exposure=1.5, contrast=10.0)
    """
    if amount in (0, 1):
        return after if amount else before
    changes: dict[str, Value] = {}
    for name in difference(before, after):
        parameter = parameters()[name]
        first, last = (_known(parameter, one.value(name), as_shot) for one in (before, after))
        if not _gradual(parameter):
            changes[name] = after.get(name)
        elif parameter.kind == "adjustments":
            changes[name] = _adjustments(before.adjustments, after.adjustments, amount)
        elif parameter.kind == "patches":
            changes[name] = _patches(before.patches, after.patches, amount)
        else:
            changes[name] = _between(parameter, first, last, amount)
    return after.changed(**changes)


def _gradual(parameter: Parameter) -> bool:
    return parameter.kind in GRADUAL and parameter.group != STIFF and not _turns(parameter)


def _turns(parameter: Parameter) -> bool:
    """Whether it is a place on the colour wheel: the way between two of them is through other colours."""
    return parameter.unit == "°" and parameter.minimum == 0 and parameter.maximum >= FULL_TURN


def _known(parameter: Parameter, value: Value, as_shot: WhitePoint) -> Value:
    if value is None and parameter.name in ("temperature", "tint"):
        return as_shot.temperature if parameter.name == "temperature" else as_shot.tint
    return value


def _between(parameter: Parameter, first: Any, last: Any, amount: float) -> Value:
    if parameter.kind == "curve":
        return _curve(first, last, amount)
    if parameter.kind == "colours":
        return _colours(first, last, amount)
    if parameter.scale == "log":
        return parameter.clamped(round(first * (last / first) ** amount, parameter.decimals))
    return parameter.clamped(round(first + (last - first) * amount, parameter.decimals))


def _curve(first: Sequence[Point], last: Sequence[Point], amount: float) -> tuple[Point, ...]:
    """At the points of the one that has more; a rising curve stays one."""
    at = np.array([x for x, _ in max(first, last, key=len)])
    starts, ends = (monotone_cubic(tuple(curve), at) for curve in (first, last))
    heights = np.clip(starts + (ends - starts) * amount, 0, 255).round(2)
    if all(y >= lower for curve in (first, last) for (_, lower), (_, y) in pairwise(curve)):
        heights = np.maximum.accumulate(heights)
    return tuple(zip(at.tolist(), heights.tolist(), strict=True))


def _colours(first: Sequence[Mapping[str, Any]], last: Sequence[Mapping[str, Any]], amount: float) -> tuple[Any, ...]:
    """Point colours that both have move; the others come from nothing."""
    known = {one["colour"]: one for one in first}
    return tuple(
        {**one, **{name: _limited(known.get(one["colour"], {}).get(name, 0), one[name], amount) for name in CHANGES}}
        for one in last
    )


def _limited(first: float, last: float, amount: float) -> float:
    return min(max(round(first + (last - first) * amount, 2), -100), 100)


def _adjustments(first: Sequence[Adjustment], last: Sequence[Adjustment], amount: float) -> tuple[Any, ...]:
    known = {one.id: one for one in first}
    return tuple(_adjustment(known.get(one.id), one, amount).to_json() for one in last)


def _adjustment(first: Adjustment | None, last: Adjustment, amount: float) -> Adjustment:
    """One whose mask is another now has no half."""
    if first is None:
        return replace(last, amount=min(last.amount * amount, MOST_AMOUNT))
    if first.mask != last.mask or first.enabled != last.enabled:
        return last
    delta = {
        name: _between(parameter, _of(first, parameter), _of(last, parameter), amount)
        if _gradual(parameter)
        else _of(last, parameter)
        for name, parameter in local_parameters().items()
        if name in first.delta or name in last.delta
    }
    strength = min(max(first.amount + (last.amount - first.amount) * amount, 0), MOST_AMOUNT)
    return replace(last, delta=delta, amount=strength)


def _of(adjustment: Adjustment, parameter: Parameter) -> Any:
    return adjustment.delta.get(parameter.name, parameter.neutral)


def _patches(first: Sequence[Patch], last: Sequence[Patch], amount: float) -> tuple[Any, ...]:
    known = {one.id: one.opacity for one in first}
    return tuple(replace(one, opacity=_opacity(known.get(one.id, 0.0), one.opacity, amount)).to_json() for one in last)


def _opacity(first: float, last: float, amount: float) -> float:
    return min(max(first + (last - first) * amount, 0.0), 1.0)
