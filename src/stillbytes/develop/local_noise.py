"""Noise reduction that differs from place to place: pictures with different amounts, mixed by how much each place asks
for. Between two amounts the mix is linear, so noise falls steadily with the slider and nothing is taken twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise, product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillbytes.develop import parameters
from stillbytes.develop.coverages import Weights
from stillbytes.develop.local import Local
from stillbytes.develop.operations.noise_reduction import OF_ADJUSTMENTS
from stillbytes.develop.sensor import Planes
from stillbytes.develop.settings import Settings


def asking(local: Sequence[Local]) -> list[Local]:
    """The adjustments that change noise reduction."""
    return [one for one in local if not one.delta.keys().isdisjoint(OF_ADJUSTMENTS)]


def mixed(
    settings: Settings,
    local: Sequence[Local],
    weight: Callable[[Local], Weights],
    picture: Callable[[Settings], Planes],
) -> Planes:
    """(3, height, width) with what `local` adds.

    weight: of an adjustment, (height, width), 65535 where it is 1. picture: with the noise reduction of other settings.
    """
    shares = [_shares(settings, name, whole, local, weight) for name, whole in OF_ADJUSTMENTS.items()]
    total: Planes | None = None
    for chosen in product(*(share.items() for share in shares)):
        values: dict[str, Any] = dict(zip(OF_ADJUSTMENTS.values(), (amount for amount, _ in chosen), strict=True))
        unchanged = all(settings.number(name) == value for name, value in values.items())
        part = picture(settings if unchanged else settings.changed(**values))
        for _, share in chosen:
            if share is not None:
                part = part * share
        total = part if total is None else total + part
    assert total is not None
    return total


def _shares(
    settings: Settings, name: str, whole: str, local: Sequence[Local], weight: Callable[[Local], Weights]
) -> dict[float, NDArray[np.float32] | None]:
    """Amount -> which share the picture with it has at each place; None for all. They sum to 1."""
    parameter, start = parameters()[whole], settings.number(whole)
    deltas = [(one, float(one.delta[name])) for one in local if name in one.delta]
    sums = [sum(d for _, d in deltas if d < 0), *(d for _, d in deltas), sum(d for _, d in deltas if d > 0)]
    amounts = sorted({start, *(parameter.clamped(start + d) for d in sums)})
    if len(amounts) == 1:
        return {start: None}
    here: Any = np.float32(start)
    for one, delta in deltas:
        here = here + weight(one) * np.float32(delta / 65535)
    # How far each place is from one amount to the next; below the first and beyond the last there is no farther.
    passed = [np.clip((here - low) / np.float32(high - low), 0, 1) for low, high in pairwise(amounts)]
    shares = [1 - passed[0], *(before - after for before, after in pairwise(passed)), passed[-1]]
    return dict(zip(amounts, shares, strict=True))
