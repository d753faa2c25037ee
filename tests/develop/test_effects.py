"""Halation and the styles of the vignette: what each promises."""

from __future__ import annotations

import numpy as np
import pytest
from develop.scenes import bayer, colourful
from numpy.typing import NDArray

from stillbytes.core.geometry import Rect
from stillbytes.develop.kernels.load import library
from stillbytes.develop.pipeline import Output, Pipeline
from stillbytes.develop.settings import Settings
from stillbytes.photo.optics import Bend, Optics
from stillbytes.photo.spaces import SPACES

Floats = NDArray[np.float64]
FLOAT = Output("rec2020", "float32")
PLAIN = Settings(profile="linear", sharpen_amount=0, noise_colour=0, exposure=-0.5)  # light as the sensor has it
HALATION = {"halation_amount": 100, "halation_radius": 2}


def lamp(height: int = 240, width: int = 360, level: float = 6.0) -> Floats:
    light = np.full((height, width, 3), 0.02)
    y, x = np.mgrid[:height, :width]
    light[(y - height // 2) ** 2 + (x - width // 2) ** 2 < 15**2] = level
    return light


def shown(scene: Pipeline, settings: Settings = PLAIN, scale: float = 1.0, **more: object) -> Floats:
    """Linear light."""
    pixels = scene.render(settings.changed(**more), scale, output=FLOAT).pixels.astype(np.float64)
    return np.asarray(SPACES["rec2020"].transfer.to_linear(pixels), np.float64)


def test_halation_glows_red_around_what_is_bright_and_nowhere_else() -> None:
    scene = Pipeline(bayer(lamp()))
    glow = shown(scene, **HALATION) - shown(scene)
    middle, beside, far = glow[120, 180], glow[120, 202], glow[10, 10]
    assert beside[0] > 0.01
    assert beside[0] > 2 * beside[1] > 2 * beside[2] >= -1e-4
    assert np.abs(middle).max() < 1e-3 and np.abs(far).max() < 1e-3
    along = glow[120, 198:300:6, 0]
    assert (np.diff(along) < 1e-4).all()  # less and less with the distance


def test_halation_reaches_as_far_at_every_scale_and_crop() -> None:
    scene = Pipeline(bayer(lamp()))
    full = shown(scene, **HALATION) - shown(scene)
    half = shown(scene, scale=0.5, **HALATION) - shown(scene, scale=0.5)
    averaged = full.reshape(120, 2, 180, 2, 3).mean((1, 3))
    off_lamp = averaged[:, :, 0] > 0
    off_lamp[50:70, 80:100] = False
    assert np.abs(averaged - half)[off_lamp].max() < 0.1 * averaged.max()
    crop = {"crop_left": 0.5, "crop_top": 0.25}
    cropped = shown(scene, **HALATION, **crop) - shown(scene, **crop)
    assert np.abs(cropped[:, 25:] - full[60:, 205:]).max() < 0.05 * full.max()


def test_halation_follows_exposure_and_the_lens() -> None:
    scene = Pipeline(bayer(lamp(level=0.7)))
    glow = shown(scene, **HALATION) - shown(scene)
    darker = shown(scene, exposure=-1.5, **HALATION) - shown(scene, exposure=-1.5)
    assert np.allclose(darker * 2, glow, atol=0.003)
    bend = Bend.of((lambda r: 1 - 0.2 * r * r,) * 3, lambda r: 1 + 0 * r, unit=0.6)
    light = np.full((240, 360, 3), 0.02)
    light[60:80, 80:100] = 6.0  # where the lens moves it
    warped = Pipeline(bayer(light), optics=lambda settings: Optics(profile=bend))
    lens = {"lens_profile": True}
    narrow = {**HALATION, "halation_radius": 1}
    glow = (shown(warped, **lens, **narrow) - shown(warped, **lens))[..., 0]
    plain = shown(warped, **lens)[..., 0]
    y, x = np.mgrid[:240, :360]

    def middle(of: Floats) -> Floats:
        return np.array([(of * y).sum(), (of * x).sum()]) / of.sum()

    lit = np.where(plain > 0.3, 1.0, 0.0)
    assert np.abs(middle(glow) - middle(lit)).max() < 2.5


def test_a_region_with_effects_is_that_part_of_the_whole_on_any_number_of_threads() -> None:
    scene = Pipeline(bayer(colourful() * 2))
    settings = Settings(**HALATION, vignette_amount=-60, vignette_style="colour", crop_angle=3, grain_amount=20)
    for scale in (1.0, 0.37):
        whole = scene.render(settings, scale).pixels
        region = Rect(30, 21, 80, 60)
        library().set_threads(1)
        part = Pipeline(bayer(colourful() * 2)).render(settings, scale, region).pixels
        library().set_threads(0)
        assert np.array_equal(part, whole[21:81, 30:110])


def test_halation_at_rest_changes_nothing() -> None:
    scene = Pipeline(bayer(colourful()))
    busy = PLAIN.changed(texture=20, grain_amount=10)
    assert np.array_equal(shown(scene, busy, halation_radius=3), shown(scene, busy))


def corners(style: str, amount: float, colour: tuple[float, ...] = (0.5, 0.3, 0.15), **more: object) -> Floats:
    scene = Pipeline(bayer(np.ones((120, 180, 3)) * np.array(colour)))
    values = {"vignette_amount": amount, "vignette_style": style, "vignette_feather": 30, "vignette_midpoint": 20}
    return np.asarray(shown(scene, PLAIN, **values, **more)[4, 4])


def test_colour_priority_keeps_the_colour_and_highlight_priority_brings_light_back() -> None:
    plain = corners("colour", 0)
    for amount in (-60, 40, 100):
        ratio = corners("colour", amount) / plain
        assert np.ptp(ratio) < 0.01 * ratio.max()
        assert (ratio.mean() > 1) == (amount > 0)
    bright = {"colour": (0.9, 0.9, 0.9), "exposure": 2.0}
    light, brightness = (corners(style, -60, **bright) for style in ("highlight", "colour"))  # type: ignore[arg-type]
    assert light.mean() > brightness.mean() + 0.1


def test_paint_is_black_or_white_at_its_strongest() -> None:
    assert corners("paint", -100).max() < 0.01
    assert corners("paint", 100).min() > 0.95


@pytest.mark.parametrize("style", ["highlight", "colour", "paint"])
def test_every_style_leaves_the_middle_and_grows_outwards(style: str) -> None:
    scene = Pipeline(bayer(np.full((120, 180, 3), 0.3)))
    row = shown(scene, vignette_amount=-80, vignette_style=style)[60, 90:].mean(-1)
    assert abs(row[0] - shown(scene)[60, 90].mean()) < 0.005
    assert (np.diff(row) < 1e-3).all() and row[-1] < row[0]


def test_a_style_without_a_vignette_changes_nothing() -> None:
    scene = Pipeline(bayer(colourful()))
    busy = PLAIN.changed(texture=20)
    assert np.array_equal(shown(scene, busy, vignette_style="paint"), shown(scene, busy))
