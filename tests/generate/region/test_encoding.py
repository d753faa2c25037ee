"""The proxy encoding: nothing of the light is lost on the way to a picture and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillbytes.core.errors import InvalidSetting
from stillbytes.generate.region.encoding import GREY, GREY_CODE, ProxyEncoding, dithered


def patches(stops: int, size: int, brightest: float) -> np.ndarray:
    """(stops + 1, size, size, 3): flat areas, each a stop darker than the one before."""
    tint = np.array([1.0, 0.9, 0.8])
    return np.stack([np.full((size, size, 3), brightest * 2.0**-i) * tint for i in range(stops + 1)]).astype(np.float32)


@pytest.mark.parametrize(("bits", "limit"), [(8, 0.005), (16, 0.0005)])
def test_twelve_stops_survive_the_picture(bits: int, limit: float) -> None:
    areas = patches(12, 192, 0.9)
    encoding = ProxyEncoding.of(areas.reshape(-1, 192, 3))
    for seed, area in enumerate(areas):
        picture = dithered(encoding.encode(area), bits, seed)
        found = encoding.decode(picture.astype(np.float32) / ((1 << bits) - 1)).astype(np.float64).mean(axis=(0, 1))
        assert np.abs(found / area[0, 0] - 1).max() < limit


@settings(max_examples=60, deadline=None)
@given(st.floats(-8, 8), st.floats(0.2, 5), st.floats(0.2, 5), st.integers(0, 2**31), st.sampled_from([0.0, 0.5, 3.0]))
def test_codes_are_the_light_again(exposure: float, red: float, blue: float, seed: int, spread: float) -> None:
    random = np.random.default_rng(seed)
    light = 0.18 * 2.0**exposure * np.exp2(random.normal(0, spread, (24, 24, 3))) * np.array([red, 1, blue])
    encoding = ProxyEncoding.of(light.astype(np.float32), balance=np.diag([1 / red, 1, 1 / blue]))
    again = encoding.decode(encoding.encode(light.astype(np.float32)))
    assert np.allclose(again, light, rtol=2e-4, atol=2e-4 * light.max())
    assert ProxyEncoding.of_json(encoding.to_json()) == encoding


def test_the_model_sees_neutral_grey_whatever_the_light_was() -> None:
    cast = np.array([1.8, 1.0, 0.5])
    light = (np.full((32, 32, 3), 0.02) * cast).astype(np.float32)
    encoding = ProxyEncoding.of(light, balance=np.diag(1 / cast))
    assert np.abs(encoding.encode(light) - GREY_CODE).max() < 0.005
    assert encoding.space == "srgb"


def test_the_space_is_as_wide_as_the_colours() -> None:
    grey = np.full((16, 16, 3), GREY, np.float32)
    green = grey.copy()
    green[4:12, 4:12] = [0.02, 0.6, 0.02]
    assert ProxyEncoding.of(grey).space == "srgb"
    assert ProxyEncoding.of(green).space == "rec2020"


def test_highlights_fit_with_room_above() -> None:
    light = np.full((64, 64, 3), 0.1, np.float32)
    light[:8] = 40.0
    assert ProxyEncoding.of(light).encode(light).max() < 0.98


def test_only_what_is_known_decides() -> None:
    light = np.full((32, 32, 3), 0.18, np.float32)
    light[10:20, 10:20] = 1000.0
    known = np.ones((32, 32), bool)
    known[10:20, 10:20] = False
    plain = ProxyEncoding.of(np.full((32, 32, 3), 0.18, np.float32))
    found = ProxyEncoding.of(light, known)
    assert found.white == plain.white and np.allclose(found.matrix, plain.matrix)


def test_the_same_seed_gives_the_same_picture() -> None:
    light = np.random.default_rng(1).random((40, 40, 3), np.float32)
    codes = ProxyEncoding.of(light).encode(light)
    assert np.array_equal(dithered(codes, seed=3), dithered(codes, seed=3))
    assert not np.array_equal(dithered(codes, seed=3), dithered(codes, seed=4))


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"matrix": [[0] * 3] * 3, "white": 1, "bend": 1, "space": "srgb"},
        {"matrix": [[1, 0, 0], [0, 1, 0], [0, 0, float("nan")]], "white": 1, "bend": 1, "space": "srgb"},
        {"matrix": [[1, 0, 0], [0, 1, 0], [0, 0, 1]], "white": -1, "bend": 1, "space": "srgb"},
        {"matrix": [[1, 0, 0], [0, 1, 0], [0, 0, 1]], "white": 1, "bend": 1, "space": "elsewhere"},
        {"matrix": "no", "white": [], "bend": None, "space": 3},
    ],
)
def test_recipes_from_anywhere_are_refused(told: dict[str, object]) -> None:
    with pytest.raises(InvalidSetting, match="Make the patch again"):
        ProxyEncoding.of_json(told)
