"""Noise reduction where masks are: between two amounts, never more than the most that anything asks for."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from develop.scenes import bayer
from numpy.typing import NDArray

from stillbytes.core.geometry import Rect
from stillbytes.develop.frame import Output
from stillbytes.develop.local import Local
from stillbytes.develop.pipeline import Pipeline
from stillbytes.develop.resampling.frame_grid import FrameGrid
from stillbytes.develop.settings import Settings

FLOAT = Output(dtype="float32")
PLAIN = {"sharpen_amount": 0.0, "noise_colour": 10.0, "noise_luminance": 20.0}
CLOSE = 2e-5
"""Kernels with and without adjustments round differently in the last bits."""


@pytest.fixture(scope="module")
def noisy() -> Pipeline:
    return Pipeline(bayer(np.full((160, 240, 3), 0.1), noise=0.001))


def everywhere(value: float) -> Any:
    return lambda grid: np.full((grid.height, grid.width), value, np.float32)


def left(grid: FrameGrid) -> NDArray[np.float32]:
    x, _ = grid.points()
    return np.broadcast_to((x < 0.5).astype(np.float32), (grid.height, grid.width))


def shown(scene: Pipeline, local: list[Local], scale: float = 1.0, **settings: Any) -> NDArray[np.float64]:
    return scene.render(Settings(PLAIN | settings), scale, output=FLOAT, local=local).pixels.astype(np.float64)


@pytest.mark.parametrize(
    ("delta", "total"),
    [
        ({"local_noise": 50.0}, {"noise_luminance": 70.0}),
        ({"local_noise": -100.0}, {"noise_luminance": 0.0}),
        ({"local_noise_colour": 40.0}, {"noise_colour": 50.0}),
        ({"local_noise": 30.0, "local_noise_colour": 40.0}, {"noise_luminance": 50.0, "noise_colour": 50.0}),
    ],
)
def test_a_mask_over_everything_is_the_slider_of_the_whole(noisy: Pipeline, delta: Any, total: Any) -> None:
    found = shown(noisy, [Local("all", delta, everywhere(1.0))])
    assert np.abs(found - shown(noisy, [], **total)).max() < CLOSE
    halves = [Local("left", delta, left), Local("right", delta, lambda grid: 1 - left(grid))]
    assert np.abs(shown(noisy, halves) - found).max() < CLOSE


def test_it_is_where_the_mask_is_and_nowhere_else(noisy: Pipeline) -> None:
    plain, found = shown(noisy, []), shown(noisy, [Local("left", {"local_noise": 80.0}, left)])
    assert np.abs(found[:, 121:] - plain[:, 121:]).max() < CLOSE
    assert found[8:-8, 8:112].std() < 0.8 * plain[8:-8, 8:112].std()


def test_the_more_the_quieter_and_sums_stay_in_range(noisy: Pipeline) -> None:
    noise = []
    for weight in (0.0, 0.25, 0.5, 0.75, 1.0):
        masks = [Local(f"{name} {weight}", {"local_noise": 60.0}, everywhere(weight)) for name in "ab"]
        noise.append(shown(noisy, masks).std())
    # From about 60 on nothing is left that more would take.
    assert all(more <= less * 1.02 for less, more in pairwise(noise)) and noise[-1] < 0.5 * noise[0]
    top = shown(noisy, [], noise_luminance=100.0)
    many = [Local(f"{i}", {"local_noise": 60.0}, everywhere(1.0)) for i in range(3)]
    assert np.abs(shown(noisy, many) - top).max() < CLOSE


def test_a_region_shows_the_same_bytes_as_that_part_of_the_whole(noisy: Pipeline) -> None:
    local = [Local("left", {"local_noise": 70.0, "local_noise_colour": -10.0}, left)]
    settings, region = Settings(PLAIN | {"crop_angle": 3.0, "crop_left": 0.1}), Rect(31, 17, 43, 29)
    whole = noisy.render(settings, 0.8, local=local).pixels
    part = noisy.render(settings, 0.8, region, local=local).pixels
    assert np.array_equal(part, whole[region.y : region.bottom, region.x : region.right])


def test_masks_that_ask_for_nothing_cost_no_picture_more(noisy: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    from stillbytes.develop import local_noise  # noqa: PLC0415

    monkeypatch.setattr(local_noise, "mixed", None)
    shown(noisy, [Local("left", {"exposure": 1.0}, left)])
