"""What is to be said before a task works on a place that was found, and that nobody has looked at yet."""

from __future__ import annotations

from stillbytes.masks.detect.detector import LEAST_SURE
from stillbytes.masks.kind import Found
from stillbytes.masks.kinds.background import Background
from stillbytes.masks.mask import Mask

NEARLY_ALL = 0.95
"""Of the picture: more is seldom meant."""


def doubts(mask: Mask, covered: float) -> str:
    """In words, empty where there is nothing to doubt. covered: part of the picture that would change, 0..1."""
    kinds = [one.kind for one in mask.components if one.enabled and isinstance(one.kind, Found)]
    if not kinds:
        return ""
    said = []
    what = "subject" if any(isinstance(kind, Background) for kind in kinds) else kinds[0].label.lower()
    if covered >= NEARLY_ALL:
        left = f"; the {what} that was found is {_percent(1 - covered)} of it" if what == "subject" else ""
        said.append(f"This changes {_percent(covered)} of the picture{left}.")
    told = [kind.recipe["sure"] for kind in kinds if isinstance(kind.recipe.get("sure"), int | float)]
    if told and min(told) <= 0:
        said.append(f"The {what} was told by its colours alone, which is often wrong.")
    elif told and min(told) < LEAST_SURE:
        said.append(f"The network is only {_percent(min(told))} sure of the {what}.")
    return " ".join(said)


def _percent(part: float) -> str:
    """Never all or nothing where it is not."""
    percent = 100 * part
    if 0 < percent < 1:
        return "less than 1 %"
    return f"{int(percent)} %" if percent > 99 else f"{round(percent)} %"
