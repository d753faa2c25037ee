"""What of a network's answer is sky: parts behind cables are, the sea is not."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from stillbytes.masks.detect.horizon import above_horizon
from stillbytes.masks.detect.sky import _one_sky

SIDE = 384
Floats = NDArray[np.float32]


def evening(seed: int = 0) -> Floats:
    """(384, 384, 3) CIE Lab: blue above, pale towards the horizon, with soft clouds and noise."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:SIDE, 0:SIDE] / np.float32(SIDE)
    clouds = sum(np.sin(2 * np.pi * (a * x + b * y + c)) / (1 + abs(a)) for a, b, c in rng.uniform(-4, 4, (6, 3)))
    lab = np.stack([55 + 32 * y + 2 * clouds, -2 + 4 * y, -32 + 26 * y], -1)
    return np.asarray(lab + rng.normal(0, 0.6, lab.shape), np.float32)


@pytest.mark.parametrize("rise", [-0.05, 0.0, 0.03])
def test_what_lies_below_the_horizon_is_no_sky(rise: float) -> None:
    lab = evening()
    y, x = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    below = y > 0.6 + rise * (x - 0.5)
    lab[below] -= np.array((14, -1, 4), np.float32)  # water is darker, and as blue
    found = above_horizon(lab, np.ones((SIDE, SIDE), np.float32))
    assert np.mean((found > 0.5) == ~below) > 0.99


@pytest.mark.parametrize("seed", range(6))
def test_clouds_and_wires_are_no_horizon(seed: int) -> None:
    lab = evening(seed)
    lab[200:203] -= np.array((40, 0, 0), np.float32)
    whole = np.ones((SIDE, SIDE), np.float32)
    assert above_horizon(lab, whole) is whole


def test_an_edge_that_the_network_found_is_left() -> None:
    lab, coarse = evening(), np.ones((SIDE, SIDE), np.float32)
    lab[300:] -= np.array((14, -1, 4), np.float32)
    coarse[310:] = 0
    assert above_horizon(lab, coarse) is coarse


def test_a_line_across_a_small_part_of_the_sky_is_no_horizon() -> None:
    lab = evening()
    lab[250:, :100] -= np.array((14, -1, 4), np.float32)
    whole = np.ones((SIDE, SIDE), np.float32)
    assert above_horizon(lab, whole) is whole


def test_a_sky_behind_a_cable_has_the_colour_of_the_sky_beside_it() -> None:
    lab, coarse = evening(), np.ones((SIDE, SIDE), np.float32)
    y, x = np.mgrid[0:SIDE, 0:SIDE]
    lab[..., 0] += 20 * y / SIDE
    cable = abs(x + y - 500) < 5
    coarse[cable] = 0
    beyond = x + y > 505
    overall = lab[~beyond & ~cable].mean(0) - lab[beyond].mean(0)
    assert np.linalg.norm(overall) > 18  # paler than the rest of the sky, as it is lower
    assert (_one_sky(lab, coarse)[beyond] == 1).all()


def test_a_bright_wall_that_does_not_reach_the_upper_edge_is_no_sky() -> None:
    lab, coarse = evening(), np.zeros((SIDE, SIDE), np.float32)
    coarse[:150] = 1
    coarse[200:260, 100:200] = 1
    lab[200:260, 100:200] = (85, 5, 30)
    assert (_one_sky(lab, coarse)[205:255, 105:195] == 0).all()
