"""Colours that the output's space cannot hold: their hue and lightness stay, and nothing breaks at the edge."""

from __future__ import annotations

import numpy as np
from develop.scenes import bayer, colourful
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from stillbytes.develop.difference import oklab_of
from stillbytes.develop.pipeline import Output, Pipeline
from stillbytes.develop.settings import Settings

PHOTO = Pipeline(bayer(colourful(120, 180)))
Floats = NDArray[np.float64]


def seen(space: str, **values: object) -> Floats:
    """(n, 3) Oklab, encoded as 32-bit numbers."""
    pixels = PHOTO.render(Settings(values), output=Output(space, "float32")).pixels
    return np.asarray(oklab_of(np.asarray(pixels, np.float32).reshape(-1, 3), space), np.float64)


def turned(one: Floats, two: Floats) -> Floats:
    """Degrees between both hues."""
    apart = np.arctan2(one[:, 2], one[:, 1]) - np.arctan2(two[:, 2], two[:, 1])
    return np.degrees(np.abs((apart + np.pi) % (2 * np.pi) - np.pi))


def coloured(wide: Floats, narrow: Floats) -> NDArray[np.bool_]:
    """Where there is a hue in both, and no channel is as bright as white, which is another thing."""
    return (np.hypot(*wide[:, 1:].T) > 0.05) & (np.hypot(*narrow[:, 1:].T) > 0.05) & (wide[:, 0] < 0.6)


def test_colours_beyond_srgb_keep_hue_and_lightness() -> None:
    """ProPhoto RGB holds them all."""
    wide, narrow = (seen(space, saturation=40, exposure=-1) for space in ("prophoto", "srgb"))
    some = coloured(wide, narrow)
    beyond = some & (np.hypot(*wide[:, 1:].T) - np.hypot(*narrow[:, 1:].T) > 0.02)
    assert np.count_nonzero(beyond) > 1000
    assert turned(wide, narrow)[beyond].max() < 2
    assert np.abs(wide[:, 0] - narrow[:, 0])[beyond].max() < 0.002


def test_the_older_process_turned_them() -> None:
    wide, narrow = (
        seen(space, saturation=40, exposure=-1, gamut_process=process)
        for space, process in (("prophoto", "2"), ("srgb", "1"))
    )
    assert np.percentile(turned(wide, narrow)[coloured(wide, narrow)], 97) > 4


def test_colours_well_inside_are_left_as_they_are() -> None:
    wide, narrow = (seen(space, saturation=-60) for space in ("prophoto", "srgb"))
    dull = np.hypot(*wide[:, 1:].T) < 0.03
    assert np.count_nonzero(dull) > 1000
    assert np.abs(wide - narrow)[dull & (wide[:, 0] < 0.9)].max() < 2e-3


@settings(max_examples=15, deadline=None)
@given(st.integers(-100, 100), st.floats(-3, 3), st.sampled_from(("srgb", "display-p3", "rec2020")))
def test_every_setting_gives_colours_of_the_space(saturation: int, exposure: float, space: str) -> None:
    pixels = PHOTO.render(Settings(saturation=saturation, exposure=exposure), output=Output(space, "float32")).pixels
    assert np.isfinite(pixels).all() and pixels.min() >= 0 and pixels.max() <= 1
