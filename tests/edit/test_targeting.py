"""What a place of the picture tells of the parameters that are changed by dragging on it."""

from __future__ import annotations

import numpy as np
import pytest
from develop.scenes import bayer
from numpy.typing import NDArray

from stillbytes.core.errors import InvalidSetting
from stillbytes.core.geometry import Rect
from stillbytes.develop import parameters
from stillbytes.develop.difference import oklab_of
from stillbytes.develop.frame import Output
from stillbytes.develop.operations.colour_mixer import BANDS
from stillbytes.develop.pipeline import Pipeline
from stillbytes.develop.settings import Settings
from stillbytes.edit.targeting import at_place, targeted

COLOURS = {"red": (0.4, 0.04, 0.03), "between": (0.3, 0.17, 0.02), "blue": (0.03, 0.07, 0.4), "grey": (0.1, 0.1, 0.1)}
"""Patches side by side, camera light of each."""
SATURATION = [f"saturation_{band}" for band in BANDS]


@pytest.fixture(scope="module")
def patches() -> Pipeline:
    columns = [np.tile(np.array(light, np.float32), (320, 120, 1)) for light in COLOURS.values()]
    return Pipeline(bayer(np.concatenate(columns, axis=1)))


def across(patch: str) -> float:
    return (list(COLOURS).index(patch) + 0.5) / len(COLOURS)


def codes(pipeline: Pipeline, settings: Settings, patch: str) -> NDArray[np.float32]:
    """(3,) 0..1 of a patch's middle, in the codes of Rec. 2020."""
    size = pipeline.developed_size(settings)
    spot = Rect(int(across(patch) * size.width), size.height // 2, 1, 1).grown(1)
    pixels = np.asarray(pipeline.render(settings, 1.0, spot, Output("rec2020", "float32")).pixels, np.float32)
    return np.asarray(pixels.mean(axis=(0, 1)), np.float32)


@pytest.mark.parametrize(("patch", "first"), [("red", "red"), ("blue", "blue")])
def test_a_colour_belongs_most_to_its_band(patches: Pipeline, patch: str, first: str) -> None:
    shares = at_place(patches, Settings(), SATURATION, across(patch), 0.5)
    assert max(shares, key=shares.__getitem__) == f"saturation_{first}"
    assert sum(shares.values()) == pytest.approx(1, abs=0.001)


@pytest.mark.parametrize("patch", ["red", "between", "blue"])
def test_the_shares_are_those_that_the_kernel_mixes_by(patches: Pipeline, patch: str) -> None:
    """How many stops each band's grey lifts the picture by is in proportion to its share."""
    grey = Settings(black_and_white=True)
    shares = at_place(patches, grey, [f"grey_{band}" for band in BANDS], across(patch), 0.5)
    lightness = {
        band: oklab_of(codes(patches, grey.changed(**{f"grey_{band}": -50}), patch), "rec2020")[0] for band in BANDS
    }
    lifts = np.log2(np.array([*lightness.values()]) / oklab_of(codes(patches, grey, patch), "rec2020")[0])
    assert lifts / lifts.sum() == pytest.approx(np.array([*shares.values()]), abs=0.01)


def test_what_a_mixer_did_does_not_change_who_is_asked(patches: Pipeline) -> None:
    plain = at_place(patches, Settings(), SATURATION, across("red"), 0.5)
    turned = Settings(hue_red=100, saturation_red=-100, exposure=0.0)
    assert at_place(patches, turned, SATURATION, across("red"), 0.5) == plain


def test_a_grey_has_no_band(patches: Pipeline) -> None:
    assert set(at_place(patches, Settings(), SATURATION, across("grey"), 0.5).values()) == {0.0}


@pytest.mark.parametrize("name", ["curve", "curve_red", "curve_blue"])
def test_a_places_tone_is_what_the_curve_is_given(patches: Pipeline, name: str) -> None:
    """A curve that leaves the line from about that input on moves the place, whatever stands behind it."""
    tone = at_place(patches, Settings(vibrance=40), [name], across("grey"), 0.5)[name]
    bent = {x: [*((c, c) for c in (0, x - 12, x - 8, x - 4)), (x, x - 20), (255, 255)] for x in (tone, tone + 30)}
    plain = codes(patches, Settings(), "grey")
    there, beside = (np.abs(codes(patches, Settings({name: points}), "grey") - plain).max() for points in bent.values())
    assert there > 0.05
    assert beside < 0.01


def test_a_channels_curve_is_asked_behind_that_of_brightness(patches: Pipeline) -> None:
    lifted = Settings(curve=[(0, 60), (255, 255)])
    tones = [at_place(patches, s, ["curve", "curve_green"], across("grey"), 0.5) for s in (Settings(), lifted)]
    assert tones[0]["curve"] == tones[1]["curve"]
    assert tones[1]["curve_green"] > tones[0]["curve_green"] + 20


def test_a_turned_and_cropped_picture_is_asked_where_it_is_seen(patches: Pipeline) -> None:
    """A quarter turn clockwise puts the left patch on top."""
    turned = at_place(patches, Settings(rotate="90"), SATURATION, 0.5, across("red"))
    assert max(turned, key=turned.__getitem__) == "saturation_red"
    right = at_place(patches, Settings(crop_left=0.5), SATURATION, 0.25, 0.5)
    assert max(right, key=right.__getitem__) == "saturation_blue"


def test_only_what_a_place_tells_of_is_answered(patches: Pipeline) -> None:
    assert {name for name, p in parameters().items() if targeted(p)} == {
        *("curve", "curve_red", "curve_green", "curve_blue"),
        *(f"{kind}_{band}" for kind in ("hue", "saturation", "luminance", "grey") for band in BANDS),
    }
    for name in ("exposure", "nonsense"):
        with pytest.raises(InvalidSetting, match=name):
            at_place(patches, Settings(), [name], 0.5, 0.5)
