"""The value of a slider after a move."""

from __future__ import annotations

import math

from stillbytes.assistant.vocabulary.meaning import meaning
from stillbytes.assistant.vocabulary.moves.strength import Move
from stillbytes.assistant.vocabulary.reading.slots import Unclear
from stillbytes.core.saying import said
from stillbytes.develop.parameter import Parameter


def moved_to(p: Parameter, move: Move, number: float) -> float:
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
        raise Unclear(said("{label} is below 0: say by how much instead.", label=said(p.label)))
    if number:
        return number * factor
    if p.unit == "EV":
        return math.log2(factor)
    raise Unclear(said("{label} is at 0: say by how much instead.", label=said(p.label)))


def rounded(p: Parameter, value: float) -> float:
    """To the steps of its slider."""
    return p.clamped(round(round(value / p.step) * p.step, 6))
