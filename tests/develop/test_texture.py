"""Texture: more or less of small detail, and nothing at edges."""

from __future__ import annotations

import numpy as np
import pytest
from develop.scenes import bayer
from numpy.typing import NDArray

from stillbytes.develop.frame import Output
from stillbytes.develop.pipeline import Pipeline
from stillbytes.develop.settings import Settings
from stillbytes.photo.spaces import SRGB_TRANSFER

PLAIN = {"profile": "linear", "sharpen_amount": 0.0, "noise_colour": 0.0}


def shown(light: NDArray[np.float64], **settings: float) -> NDArray[np.float64]:
    """log2 of the green channel of a grey picture."""
    scene = Pipeline(bayer(light[..., None] * np.ones(3)))
    pixels = scene.render(Settings(PLAIN | settings), output=Output(dtype="float32")).pixels
    return np.log2(np.maximum(SRGB_TRANSFER.to_linear(pixels[..., 1].astype(np.float64)), 1e-6))


@pytest.mark.parametrize("texture", [-100.0, 100.0])
@pytest.mark.parametrize("contrast", [2.0, 3.5])
def test_an_edge_gets_no_halo(texture: float, contrast: float) -> None:
    """At a step of that many EV the sides stay within two hundredths of what they were."""
    light = np.full((96, 128), 0.4)
    light[:, :64] *= 2.0**-contrast
    change = shown(light, texture=texture) - shown(light)
    beside = np.r_[20:62, 66:108]
    assert np.abs(change[20:-20, beside]).max() < 0.02


def test_small_detail_grows_and_shrinks_and_larger_stays() -> None:
    x = np.arange(192)
    for period, least, most in ((10, 1.5, 0.7), (120, 1.0, 1.0)):
        light = 0.2 * np.exp2(0.2 * np.sin(2 * np.pi * x / period))[None] * np.ones((96, 1))
        swing = {t: np.ptp(shown(light, texture=t)[48, 36:-36]) for t in (-100.0, 0.0, 100.0)}
        if period == 10:
            assert swing[100.0] > least * swing[0.0] and swing[-100.0] < most * swing[0.0]
        else:
            assert swing[100.0] == pytest.approx(swing[0.0], rel=0.1)
            assert swing[-100.0] == pytest.approx(swing[0.0], rel=0.1)


def test_noise_of_single_pixels_grows_less_than_texture_does() -> None:
    rng = np.random.default_rng(7)
    noise = 0.2 * np.exp2(0.05 * rng.standard_normal((128, 128)))
    x = np.arange(128)
    texture = 0.2 * np.exp2(0.07 * np.sin(2 * np.pi * x / 10))[None] * np.ones((128, 1))

    def growth(light: NDArray[np.float64]) -> float:
        inner = np.s_[32:-32, 32:-32]
        return float(shown(light, texture=100)[inner].std() / shown(light)[inner].std())

    assert growth(noise) - 1 < 0.75 * (growth(texture) - 1)
