"""What a change did to the picture, in numbers: said after each step, so that nobody has to believe it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from stillbytes.assistant.proposal import Proposal, Row, Step, shown, spoken
from stillbytes.core.saying import said
from stillbytes.edit.automatic.meter import LUMA

EDGE = 256
UNSEEN = 0.002
"""Mean change of a picture, 0..1, below which nobody sees it."""
WORSE = 0.01
"""Share of the picture that may be clipped in addition before it is a caution."""


def checks(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> tuple[str, ...]:
    """(height, width, 3) uint8 sRGB each, of the same photo. Sentences with numbers, cautions first."""
    cautions, told = [], []
    middle = [float(np.median(picture @ LUMA)) / 255 for picture in (before, after)]
    if before.shape == after.shape:
        change = float(np.abs(after.astype(np.int16) - before).mean()) / 255
        if change < UNSEEN:
            cautions.append(said("Hardly anything is seen of it."))
        told.append(said("Changed by {share:.1%} on average.", share=change))
    else:
        told.append(
            said(
                "{width} x {height} became {wide} x {high} of its overview.",
                width=before.shape[1],
                height=before.shape[0],
                wide=after.shape[1],
                high=after.shape[0],
            )
        )
    if abs(middle[1] - middle[0]) >= 0.01:
        told.append(said("Middle {before:.0%} → {after:.0%}.", before=middle[0], after=middle[1]))
    for name, value in (("clipped", 255), ("black", 0)):
        share = [_share(picture, value) for picture in (before, after)]
        if abs(share[1] - share[0]) >= 0.001:
            values = {"before": share[0], "after": share[1]}
            if name == "clipped":
                words = said("Clipped {before:.1%} → {after:.1%}.", **values)
            else:
                words = said("Black {before:.1%} → {after:.1%}.", **values)
            (cautions if share[1] > share[0] + WORSE else told).append(words)
    return (*cautions, *told)


def _share(picture: NDArray[np.uint8], value: int) -> float:
    """Of the picture whose brightest colour is white, or black."""
    return float((picture.max(-1) == value).mean())


def lines(proposal: Proposal, amounts: Mapping[str, float] | None = None) -> tuple[str, ...]:
    """What is done of a proposal, one slider or step each, as it is taken."""
    found = []
    for place, step in enumerate(proposal.steps):
        found += lines_of(step, place, amounts or {})
    return tuple(found)


def lines_of(step: Step, place: int, amounts: Mapping[str, float]) -> list[str]:
    if step.tool not in ("set", "mask"):
        taken = (not step.rows and amounts.get(str(place), 1.0) > 0) or any(
            amounts.get(f"{place}.{row.parameter.name}", 1.0) > 0 for row in step.rows
        )
        if not taken:
            return []
        return [said("{what}: {steps} steps", what=step.says, steps=step.count) if step.count > 1 else step.says]
    found = []
    for row in step.rows:
        amount = amounts.get(f"{place}.{row.parameter.name}", 1.0)
        if amount > 0:
            words = shown(Row(row.parameter, row.before, row.at(amount), row.start), local=step.mask is not None)
            found.append(
                said("{part}: {changes}", part=spoken(step.name), changes=words) if step.mask is not None else words
            )
    return found
