"""What fills a hole: nothing outside changes, lines and textures go on, and nothing odd breaks it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from stillbytes.core.errors import Cancelled, UnusablePicture
from stillbytes.generate.classical.exemplar import fill
from stillbytes.generate.classical.membrane import membrane


def square(height: int, width: int, top: int, left: int, side: int) -> NDArray[np.bool_]:
    hole = np.zeros((height, width), bool)
    hole[top : top + side, left : left + side] = True
    return hole


def grey(values: NDArray[np.floating]) -> NDArray[np.float32]:
    return np.repeat(values[..., None], 3, axis=2).astype(np.float32)


@settings(max_examples=25, deadline=None)
@given(
    st.integers(9, 60), st.integers(9, 60), st.integers(-5, 50), st.integers(-5, 50), st.integers(1, 40),
    st.integers(0, 9),
)  # fmt: skip
def test_outside_every_bit_stays_and_inside_all_is_finite(
    height: int, width: int, top: int, left: int, side: int, seed: int
) -> None:
    light = np.random.default_rng(seed).random((height, width, 3)).astype(np.float32) * 4
    hole = square(height, width, max(top, 0), max(left, 0), side)
    if hole.all():
        return
    filled = fill(light, hole)
    assert np.array_equal(filled[~hole], light[~hole])
    assert np.isfinite(filled).all() and filled.min() >= 0 and filled.max() <= 8
    assert np.array_equal(filled, fill(light, hole))


def test_a_flat_area_stays_flat() -> None:
    light = np.full((120, 160, 3), 0.18, np.float32)
    assert np.allclose(fill(light, square(120, 160, 40, 60, 40)), 0.18, rtol=1e-3)


def test_a_gradient_goes_on() -> None:
    y, x = np.mgrid[0:160, 0:200] / 200
    light = grey(0.05 + 0.6 * x + 0.2 * y)
    hole = square(160, 200, 60, 80, 40)
    error = np.abs(fill(light, hole) / light - 1)[hole]
    assert error.mean() < 0.06


@pytest.mark.parametrize("angle", [0.0, 30.0, 90.0])
def test_stripes_go_on_better_than_by_diffusion(angle: float) -> None:
    y, x = np.mgrid[0:200, 0:260]
    phase = (x * np.cos(np.radians(angle)) + y * np.sin(np.radians(angle))) / 12
    light = grey(0.2 + 0.15 * np.sin(2 * np.pi * phase))
    hole = square(200, 260, 70, 100, 56)
    codes = np.rint(light * 255).astype(np.uint8)
    diffused = cv2.inpaint(codes, hole.astype(np.uint8), 5, cv2.INPAINT_TELEA) / 255
    ours, theirs = (np.abs(picture - light)[hole].mean() for picture in (fill(light, hole), diffused))
    assert ours < 0.5 * theirs


def test_texture_is_not_smeared_as_by_diffusion() -> None:
    """Patches that agree with each other lose some contrast of pure noise, here about half; diffusion nearly all."""
    random = np.random.default_rng(3)
    texture = cv2.GaussianBlur(random.random((200, 240)).astype(np.float32), (0, 0), 1.5)
    light = grey(0.2 + (texture - texture.mean()) * 0.8)
    hole = square(200, 240, 60, 80, 70)
    diffused = cv2.inpaint(np.rint(light * 255).astype(np.uint8), hole.astype(np.uint8), 5, cv2.INPAINT_TELEA) / 255
    inner = np.s_[75:115, 95:135]
    fine = [picture[inner][:, 1:].std() for picture in (fill(light, hole), diffused)]
    assert fine[0] > 0.4 * light[inner].std() and fine[0] > 1.2 * fine[1]


def test_holes_at_the_border_and_nearly_everything() -> None:
    light = np.random.default_rng(1).random((50, 70, 3)).astype(np.float32)
    for hole in (square(50, 70, 0, 0, 25), square(50, 70, 25, 45, 25), np.ones((50, 70), bool)):
        hole[-1, 0] = False
        filled = fill(light, hole)
        assert np.isfinite(filled).all() and np.array_equal(filled[~hole], light[~hole])


def test_what_cannot_be_filled_is_refused() -> None:
    light = np.full((20, 20, 3), 0.5, np.float32)
    with pytest.raises(UnusablePicture, match="whole picture"):
        fill(light, np.ones((20, 20), bool))
    with pytest.raises(UnusablePicture, match="size"):
        fill(light, np.ones((10, 20), bool))
    broken = light.copy()
    broken[0, 0] = np.nan
    with pytest.raises(UnusablePicture, match="no numbers"):
        fill(broken, square(20, 20, 5, 5, 3))
    assert np.array_equal(fill(light, np.zeros((20, 20), bool)), light)


def test_it_can_be_cancelled() -> None:
    light = np.random.default_rng(1).random((90, 90, 3)).astype(np.float32)
    with pytest.raises(Cancelled):
        fill(light, square(90, 90, 30, 30, 30), lambda: True)


def test_a_membrane_is_harmonic() -> None:
    """Linear functions solve Laplace's equation: they come back from their border alone."""
    y, x = np.mgrid[0:64, 0:80].astype(np.float32)
    plane = np.stack([0.3 * x + 0.1 * y, -0.2 * y + 5], axis=2)
    filled = membrane(plane, square(64, 80, 16, 20, 32))
    assert np.abs(filled - plane).max() < 0.03 * np.ptp(plane)
