"""Point colour: what is near a sample changes, what is not stays."""

from __future__ import annotations

from typing import Any

import numpy as np
from develop.scenes import bayer
from numpy.typing import NDArray

from stillbytes.develop.difference import oklab_of
from stillbytes.develop.frame import Output
from stillbytes.develop.pipeline import Pipeline
from stillbytes.develop.settings import Settings

PATCHES = ((0.05, 0.12, 0.4), (0.4, 0.1, 0.06), (0.08, 0.3, 0.06), (0.2, 0.2, 0.2), (0.02, 0.05, 0.16))


def shown(points: Any = ()) -> NDArray[np.float32]:
    """(patches, 3) Oklab."""
    light = np.repeat(np.repeat(np.array(PATCHES)[None], 48, 0), 48, 1)
    settings = Settings(profile="linear", sharpen_amount=0.0, point_colours=points)
    pixels = Pipeline(bayer(light)).render(settings, output=Output("rec2020", "float32")).pixels
    return np.stack([oklab_of(pixels[12:36, 48 * i + 12 : 48 * i + 36].mean((0, 1)), "rec2020") for i in range(5)])


def hue(lab: NDArray[np.float32]) -> float:
    return float(np.degrees(np.arctan2(lab[2], lab[1])))


def test_the_sampled_colour_turns_pales_and_brightens_and_others_stay() -> None:
    before = shown()
    sample = {"colour": [float(v) for v in before[0]]}
    turned = shown([sample | {"hue": 100}])
    assert abs((hue(turned[0]) - hue(before[0])) - 30) < 1
    assert np.abs(turned[1:4] - before[1:4]).max() < 1e-3
    pale, bright = shown([sample | {"saturation": -100}]), shown([sample | {"luminance": 50}])
    assert np.hypot(*pale[0, 1:]) < 0.02 and bright[0, 0] > before[0, 0] + 0.05
    assert np.abs(pale[1:4] - before[1:4]).max() < 1e-3 and np.abs(bright[1:4] - before[1:4]).max() < 1e-3


def test_a_wider_range_chooses_more() -> None:
    before = shown()
    sample = {"colour": [float(v) for v in before[0]], "saturation": -80}
    changes = [float(np.abs(shown([sample | {"range": r}])[4] - before[4]).max()) for r in (0, 50, 100)]
    assert changes[0] < changes[1] <= changes[2]


def test_variance_brings_chosen_colours_together_or_apart() -> None:
    before = shown()
    sample = {"colour": [float(v) for v in before[0]], "range": 100}

    def apart(lab: NDArray[np.float32]) -> float:
        return float(np.hypot(*(lab[4, 1:] - lab[0, 1:])))

    assert apart(shown([sample | {"variance": -60}])) < apart(before) < apart(shown([sample | {"variance": 60}]))
