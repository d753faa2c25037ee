"""The view with headroom: the usual one up to the knee, and above it the light of the scene."""

from __future__ import annotations

import numpy as np
import pytest

from stillbytes.develop.headroom import KNEE, above
from stillbytes.develop.operations.view import CURVES, log_logistic

LIGHT = np.geomspace(1e-4, 8, 4000)


@pytest.mark.parametrize("profile", CURVES)
@pytest.mark.parametrize("stops", [0.5, 1.0, 2.0, 3.0])
def test_it_leaves_what_is_below_the_knee_and_rises_smoothly_above(profile: str, stops: float) -> None:
    usual, shown = log_logistic(*CURVES[profile])(LIGHT), above(log_logistic(*CURVES[profile]), stops)(LIGHT)
    assert np.array_equal(usual[usual <= KNEE], shown[usual <= KNEE])
    slope = np.diff(np.log2(shown)) / np.diff(np.log2(LIGHT))
    assert slope.min() >= -1e-9 and np.abs(np.diff(slope)).max() < 0.05  # no corner
    assert shown.max() <= 2**stops and np.all(shown >= np.minimum(usual, 1) - 1e-9)


def test_straight_light_stays_straight_until_shortly_before_the_headroom() -> None:
    shown = above(lambda light: light, 2.0)(LIGHT)
    assert np.allclose(shown[LIGHT < 2.8], LIGHT[LIGHT < 2.8]) and 2.8 < shown.max() < 4
