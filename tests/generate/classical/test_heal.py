"""The source of a spot is aligned with what is around the spot, however large that is."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillbytes.generate.classical.heal import Piece, aligned, healed, light, pieces, tones

MARGIN = 12


def compared(radius: float, right: int, down: int, *, brighter: float = 1.0) -> list[Piece]:
    """Pieces around a spot in a texture, and around a source that shows the same, moved and in another light."""
    around = round(1.5 * radius + 1) + 2 * MARGIN + 16
    noise = np.random.default_rng(7).random((2 * around + 1, 2 * around + 1, 3)).astype(np.float32)
    texture = cv2.GaussianBlur(noise, (0, 0), 1.5)
    places, reach = pieces(radius)
    found = []
    for x, y in places:
        rows, columns = (
            slice(around + y - reach, around + y + reach + 1),
            slice(around + x - reach, around + x + reach + 1),
        )
        own = texture[rows, columns]
        wide = 2 * reach + 2 * MARGIN + 1
        left, top = around + x - reach - MARGIN - right, around + y - reach - MARGIN - down
        picture = np.float32(brighter) * texture[top : top + wide, left : left + wide]
        away = np.hypot(*np.meshgrid(np.arange(-reach, reach + 1) + x, np.arange(-reach, reach + 1) + y))
        found.append(Piece(own, (away > radius) & (away <= 1.5 * radius + 1), picture))
    return found


@pytest.mark.parametrize("radius", [10.0, 47.0, 60.0, 300.0])
@given(st.integers(-5, 5), st.integers(-5, 5))
@settings(max_examples=8, deadline=None)
def test_a_source_is_moved_to_where_it_fits(radius: float, right: int, down: int) -> None:
    assert aligned(compared(radius, 2 * right, 2 * down), 2) == (2 * right, 2 * down)


def test_another_light_is_no_other_texture() -> None:
    assert aligned(compared(100.0, 4, -6, brighter=1.2), 2) == (4, -6)


def test_where_nothing_tells_sources_apart_it_stays() -> None:
    flat = [
        Piece(np.full_like(one.own, 0.2), one.around, np.full_like(one.picture, 0.3)) for one in compared(60.0, 0, 0)
    ]
    assert aligned(flat, 2) == (0, 0)
    assert aligned([Piece(one.own, np.zeros_like(one.around), one.picture) for one in flat], 2) == (0, 0)


def test_little_around_a_spot_is_enough() -> None:
    """The work does not grow with the spot."""
    for radius in (100.0, 1000.0):
        places, reach = pieces(radius)
        assert len(places) * (2 * reach + 1) ** 2 < 10_000
        assert all(abs(np.hypot(x, y) - 1.25 * radius) <= 1 for x, y in places)


def test_tones_are_light_again_and_healing_brings_the_light_that_is_around() -> None:
    under = np.full((200, 200, 3), 0.4, np.float32)
    source = np.full((200, 200, 3), 0.1, np.float32)
    away = np.hypot(*np.meshgrid(np.arange(200) - 100, np.arange(200) - 100))
    inside = away <= 60
    made = healed(under, source, inside, (away <= 80) & ~inside)
    assert np.abs(made[inside] - 0.4).max() < 0.01
    values = np.linspace(-0.01, 4, 999, dtype=np.float32)
    np.testing.assert_allclose(light(tones(values)), values, atol=1e-5)
