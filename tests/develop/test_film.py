"""Grain, calibration and profiles: what each promises."""

from __future__ import annotations

import numpy as np
import pytest
from develop.scenes import bayer, chart, colourful
from numpy.typing import NDArray

from stillbytes.core.geometry import Rect
from stillbytes.develop.operations.calibration import matrix
from stillbytes.develop.pipeline import Output, Pipeline
from stillbytes.develop.settings import Settings

Floats = NDArray[np.float64]
FLOAT = Output("srgb", "float32")


def flat(grey: float = 0.15, height: int = 400, width: int = 600) -> Pipeline:
    return Pipeline(bayer(np.full((height, width, 3), grey)))


def noise(photo: Pipeline, scale: float = 1.0, **settings: object) -> Floats:
    """What grain adds."""
    shown = [
        photo.render(Settings(settings, grain_amount=amount), scale, output=FLOAT).pixels[..., 1] for amount in (80, 0)
    ]
    return np.asarray(shown[0] - shown[1], np.float64)


def test_grain_has_no_colour_and_leaves_the_brightness() -> None:
    photo = flat(height=800, width=1200)
    settings = Settings(grain_amount=80, grain_size=100)
    grained = photo.render(settings, output=FLOAT).pixels
    plain = photo.render(Settings(), output=FLOAT).pixels
    assert np.abs(grained[..., 0] - grained[..., 2]).max() < 0.01
    assert abs(float(grained.mean() - plain.mean())) < 0.004
    assert 0.005 < float(grained[..., 1].std()) < 0.2


def test_grain_is_the_same_in_every_region_and_follows_the_crop() -> None:
    photo = Pipeline(bayer(colourful()))
    settings = Settings(grain_amount=70)
    whole = photo.render(settings).pixels
    assert np.array_equal(photo.render(settings, region=Rect(60, 40, 200, 150)).pixels, whole[40:190, 60:260])
    photo = flat()
    cropped = noise(photo, crop_left=0.25, crop_top=0.25)
    whole_noise = noise(photo)
    assert (
        np.abs(cropped[20:-20, 20:-20] - whole_noise[-cropped.shape[0] :, -cropped.shape[1] :][20:-20, 20:-20]).max()
        < 0.02
    )


def test_grain_seen_smaller_is_that_of_the_whole_seen_from_afar() -> None:
    photo = flat(height=800, width=1200)
    full, half = noise(photo, grain_size=100), noise(photo, 0.5, grain_size=100)
    averaged = full.reshape(half.shape[0], 2, half.shape[1], 2).mean((1, 3))
    assert np.corrcoef(averaged.ravel(), half.ravel())[0, 1] > 0.9
    assert 0.7 < half.std() / averaged.std() < 1.4
    assert noise(photo, 0.1, grain_size=0).std() < 0.5 * noise(photo, grain_size=0).std()


def test_larger_grain_is_smoother_from_pixel_to_pixel() -> None:
    photo = flat(height=800, width=1200)
    steps = [np.abs(np.diff(n, axis=1)).mean() / n.std() for n in (noise(photo, grain_size=s) for s in (0, 50, 100))]
    assert steps[0] > steps[1] > steps[2]


def test_black_and_white_have_no_grain() -> None:
    assert noise(flat(0.0)).std() < 1e-3
    assert noise(flat(1.0), exposure=3).std() < 1e-3


@pytest.mark.parametrize("primary", ["red", "green", "blue"])
def test_calibration_moves_its_primary_and_keeps_greys(primary: str) -> None:
    for kind in ("hue", "saturation"):
        for amount in (-100, 100):
            found = matrix(Settings({f"calibration_{primary}_{kind}": amount}))
            assert found is not None
            assert np.abs(found @ np.ones(3) - 1).max() < 1e-6
            own = np.eye(3)[["red", "green", "blue"].index(primary)]
            assert np.abs(found @ own - own).max() > 0.05
    assert matrix(Settings()) is None


def test_shadow_tint_colours_the_shadows_alone() -> None:
    photo = Pipeline(bayer(chart()[0]))
    plain = photo.render(Settings(), output=FLOAT).pixels
    tinted = photo.render(Settings(calibration_shadow_tint=100), output=FLOAT).pixels
    greys = (tinted - plain)[84, 12::24]  # from bright to dark
    assert np.abs(greys[0]).max() < 0.01
    assert greys[-1][1] < -0.01 < 0.005 < greys[-1][0]


def test_profiles_keep_greys_grey_and_differ_in_contrast_and_colour() -> None:
    photo = Pipeline(bayer(chart()[0]))
    shown = {
        name: photo.render(Settings(profile=name), output=FLOAT).pixels[12::24, 12::24]
        for name in ("standard", "neutral", "vivid", "flat", "portrait", "monochrome")
    }
    for name, picture in shown.items():
        assert np.ptp(picture[3], axis=-1).max() < 0.012, name
    contrast = {name: float(picture[3, 1, 1] - picture[3, 4, 1]) for name, picture in shown.items()}
    colour = {name: float(np.ptp(picture[:3], axis=-1).mean()) for name, picture in shown.items()}
    assert contrast["flat"] < contrast["neutral"] < contrast["standard"] < contrast["vivid"]
    assert colour["monochrome"] < 0.01 < colour["flat"] < colour["neutral"] < colour["standard"] < colour["vivid"]
