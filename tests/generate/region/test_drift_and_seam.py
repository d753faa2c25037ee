"""What a model's autoencoder does to colours is taken back, and the edge of a patch is not seen."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from stillbytes.generate.region.drift import corrected
from stillbytes.generate.region.seam import closed

Floats = NDArray[np.float32]


def codes(seed: int = 1, size: int = 200) -> Floats:
    """A picture with large and small structure."""
    random = np.random.default_rng(seed)
    large = cv2.GaussianBlur(random.random((size, size, 3), np.float32), (0, 0), 30)
    large = (large - large.min()) / (large.max() - large.min())
    return (0.15 + 0.6 * large + 0.05 * random.standard_normal((size, size, 3))).clip(0, 1).astype(np.float32)


def hole(size: int = 200, radius: int = 50) -> NDArray[np.bool_]:
    y, x = np.mgrid[:size, :size] - size // 2
    return np.asarray(x * x + y * y < radius * radius)


def drifted(picture: Floats) -> Floats:
    """Another gain and level in each channel, and a slope across the picture."""
    x = np.linspace(-0.5, 0.5, picture.shape[1], dtype=np.float32)[None, :, None]
    return (picture * np.array([1.05, 0.96, 1.02]) + np.array([0.02, -0.03, 0.01]) + 0.03 * x).astype(np.float32)


def test_drift_is_taken_back_inside_the_hole() -> None:
    truth, inside = codes(), hole()
    answer = drifted(truth)
    found = corrected(answer, truth, ~inside)
    before, after = (np.abs(one[inside] - truth[inside]).mean() for one in (answer, found))
    assert before > 0.02 and after < before / 8
    assert np.abs((found - truth)[inside].mean(axis=0)).max() < 0.002


def test_drift_is_found_although_the_model_changed_some_of_the_surroundings() -> None:
    truth, inside = codes(), hole()
    answer = drifted(truth)
    answer[:30] = 0.9
    answer[90:110, 160:] = 0.1
    found = corrected(answer, truth, ~inside)
    assert np.abs((found - truth)[inside].mean(axis=0)).max() < 0.01


def test_a_faithful_answer_stays_as_it_is() -> None:
    truth, inside = codes(), hole()
    answer = truth.copy()
    answer[inside] = codes(2)[inside]
    found = corrected(answer, truth, ~inside)
    assert np.abs(found - answer).max() < 0.004


def test_without_known_pixels_nothing_is_guessed() -> None:
    answer = codes()
    assert np.array_equal(corrected(answer, codes(2), np.zeros(answer.shape[:2], bool)), answer)


def step(light: Floats, covered: NDArray[np.bool_]) -> float:
    """Mean step across the edge, in stops, after texture is averaged away."""
    smooth = cv2.GaussianBlur(np.log2(np.maximum(light, 0) + 0.004), (0, 0), 2.0)
    inner = covered & ~cv2.erode(covered.astype(np.uint8), np.ones((9, 9), np.uint8)).astype(bool)
    outer = ~covered & cv2.dilate(covered.astype(np.uint8), np.ones((9, 9), np.uint8)).astype(bool)
    return float(np.abs(smooth[inner].mean(axis=0) - smooth[outer].mean(axis=0)).mean())


def test_the_step_at_the_edge_goes_and_the_detail_stays() -> None:
    photo, covered = codes() ** 2, hole()
    patch = (photo * np.array([1.3, 1.15, 0.8])).astype(np.float32)
    texture = np.random.default_rng(4).standard_normal(covered.shape).astype(np.float32)[..., None] * 0.005
    patch = patch + np.where(covered[..., None], texture, 0).astype(np.float32)
    found = closed(patch, photo, covered)
    before, after = (step(np.where(covered[..., None], one, photo), covered) for one in (patch, found))
    assert after < before / 5
    # Detail: what is left after smoothing is the patch's own.
    high = [one - cv2.GaussianBlur(one, (0, 0), 3) for one in (patch, found)]
    inside = cv2.erode(covered.astype(np.uint8), np.ones((25, 25), np.uint8)).astype(bool)
    kept = np.corrcoef(high[0][inside].ravel(), high[1][inside].ravel())[0, 1]
    assert kept > 0.98


def test_a_patch_that_fits_stays() -> None:
    photo, covered = codes() ** 2, hole()
    assert np.abs(closed(photo, photo, covered) - photo).max() < 1e-4


def test_a_patch_at_the_border_is_closed_where_there_is_a_photo() -> None:
    photo = codes() ** 2
    covered = np.zeros((200, 200), bool)
    covered[:, :80] = True
    known = ~covered
    patch = (photo * np.float32(1.4)).astype(np.float32)
    found = closed(patch, np.where(covered[..., None], 0, photo).astype(np.float32), covered, known)
    near = np.s_[:, 70:80]
    assert np.abs(np.log2((found[near].mean() + 0.004) / (photo[near].mean() + 0.004))) < 0.08
    assert np.isfinite(found).all()


def test_without_any_surroundings_it_stays() -> None:
    photo = codes() ** 2
    everything = np.ones((200, 200), bool)
    assert np.array_equal(closed(photo, photo * 0, everything), photo)
