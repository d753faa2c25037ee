"""Matting on composites whose alpha is known exactly, from a mask as coarse as a network gives it."""

from __future__ import annotations

import os
from pathlib import Path

import cv2
import numpy as np
import pytest
from composites import Composite, composite
from numpy.typing import NDArray

from stillbytes.core.errors import Cancelled
from stillbytes.masks.refine.foreground import foreground
from stillbytes.masks.refine.matting import refined, trimap

PHOTOS = Path(os.environ.get("STILLBYTES_SHARED", Path(__file__).parents[4] / "shared")) / "reference/photos"
needs_photos = pytest.mark.skipif(not PHOTOS.is_dir(), reason="the reference photos are not here")
NAMES = ("hair-blond", "fur-grey", "feather-red", "twigs-dusk", "bicycle", "mug", "seeds-dense")
Floats = NDArray[np.float32]


@pytest.fixture(scope="module")
def scenes() -> list[Composite]:
    return [composite(name, PHOTOS, 900, 600) for name in NAMES]


def coarse(alpha: Floats, side: int = 220) -> Floats:
    """As a network answers: on its own grid, blurred, and sure of itself away from edges."""
    small = cv2.GaussianBlur(cv2.resize(alpha, (side, side), interpolation=cv2.INTER_AREA), (0, 0), 1.2)
    return np.asarray(np.clip((small - 0.5) * 1.6 + 0.5, 0, 1), np.float32)


def near_edges(alpha: Floats) -> NDArray[np.bool_]:
    mixed = ((alpha > 0.02) & (alpha < 0.98)).astype(np.uint8)
    return cv2.dilate(mixed, np.ones((13, 13), np.uint8)) > 0


def wrong(found: NDArray[np.floating], alpha: Floats) -> float:
    return float(np.abs(found - alpha)[near_edges(alpha)].mean())


@needs_photos
def test_errors_at_edges_are_a_third_smaller_than_those_of_a_threshold(scenes: list[Composite]) -> None:
    plain, ours = {}, {}
    for scene in scenes:
        given = coarse(scene.alpha)
        size = scene.alpha.shape[::-1]
        plain[scene.name] = wrong((cv2.resize(given, size) > 0.5).astype(np.float32), scene.alpha)
        ours[scene.name] = wrong(refined(scene.pixels, given) / np.float32(255), scene.alpha)
        assert ours[scene.name] < plain[scene.name], scene.name
    assert np.mean(list(ours.values())) < 2 / 3 * np.mean(list(plain.values())), (plain, ours)


@needs_photos
def test_the_quick_way_is_better_than_none(scenes: list[Composite]) -> None:
    scene = scenes[1]
    given = coarse(scene.alpha)
    plain = (cv2.resize(given, scene.alpha.shape[::-1]) > 0.5).astype(np.float32)
    assert wrong(refined(scene.pixels, given, edge=450) / np.float32(255), scene.alpha) < wrong(plain, scene.alpha)


@needs_photos
def test_where_the_network_was_sure_nothing_changes(scenes: list[Composite]) -> None:
    scene = scenes[5]
    given = coarse(scene.alpha)
    found, own = refined(scene.pixels, given), cv2.resize(given, scene.alpha.shape[::-1])
    away = ~trimap(own)
    assert away.mean() > 0.5 and set(np.unique(found[away])) <= {0, 255}
    assert np.array_equal(found[away] > 0, own[away] > 0.5)


def test_a_doubt_in_the_middle_of_a_thing_leaves_no_hole() -> None:
    own = np.zeros((200, 300), np.float32)
    own[50:150, 50:250] = 1
    own[95:105, 145:155] = 0.93
    pixels = np.where(own[..., None] > 0, (200, 60, 40), (60, 120, 70)).astype(np.uint8)
    pixels[95:105, 145:155] = (60, 120, 70)  # of the background's very colour
    assert (refined(pixels, own)[90:110, 140:160] == 255).all()


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (40, 2), (600, 601)])
def test_any_size_and_any_coarse_mask_give_a_mask(size: tuple[int, int]) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (*size, 3), dtype=np.uint8)
    for given in (np.full((7, 5), 0.5), np.full((7, 5), np.nan), np.eye(6), np.full((1, 1), 9.0)):
        assert refined(pixels, given.astype(np.float32)).shape == size


def test_it_can_be_stopped() -> None:
    with pytest.raises(Cancelled):
        refined(np.zeros((50, 50, 3), np.uint8), np.eye(50, dtype=np.float32), lambda: True)


@needs_photos
def test_pure_colours_are_nearer_to_the_truth_than_the_pictures_own(scenes: list[Composite]) -> None:
    for scene in scenes[:3]:
        fore, back = foreground(scene.pixels, np.rint(scene.alpha * 255).astype(np.uint8))
        mixed = (scene.alpha > 0.2) & (scene.alpha < 0.8)
        for found, truth in ((fore, scene.fore), (back, scene.back)):
            light = np.clip(truth, 0, 1)
            exact = 255 * np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
            error = np.abs(found.astype(float) - exact)[mixed].mean()
            assert error < 0.6 * np.abs(scene.pixels.astype(float) - exact)[mixed].mean(), scene.name


@needs_photos
def test_both_colours_mixed_are_the_picture_again(scenes: list[Composite]) -> None:
    from stillbytes.masks.refine.colours import encoded, linear  # noqa: PLC0415

    scene = scenes[0]
    alpha = np.rint(scene.alpha * 255).astype(np.uint8)
    fore, back = (linear(side) for side in foreground(scene.pixels, alpha))
    share = (alpha / np.float32(255))[..., None]
    again = encoded(np.asarray(back + (fore - back) * share, np.float32))
    assert np.abs(again.astype(int) - scene.pixels).mean() < 1.0
    assert np.array_equal(foreground(scene.pixels, alpha)[0][alpha == 255], scene.pixels[alpha == 255])
