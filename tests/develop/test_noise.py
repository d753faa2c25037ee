"""Noise reduction: how much noise goes, what stays, and that older edits look as they did."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from develop.scenes import bayer, colourful
from numpy.typing import NDArray

from stillbytes.core.geometry import Rect
from stillbytes.develop.camera import Camera
from stillbytes.develop.noise_spectrum import spectrum
from stillbytes.develop.pipeline import Output, Pipeline
from stillbytes.develop.settings import Settings
from stillbytes.edit import processes
from stillbytes.photo.decoded import CameraColour, Decoded

FLOAT = Output("rec2020", "float32")
PLAIN = Settings(profile="linear", sharpen_amount=0, noise_colour=0)
GOLDEN = Path(__file__).with_name("golden")


def noisy(light: NDArray[np.floating], deviation: float, known: bool = True) -> Pipeline:
    """A photo whose noise has the same deviation everywhere, and says so or leaves it to be found."""
    decoded = bayer(light, noise=deviation)
    colour = decoded.colour
    assert colour is not None
    profile = ((1e-6, deviation**2),) if known else ()
    told = CameraColour(colour.color_matrices, neutral=colour.neutral, noise_profile=profile)
    return Pipeline(Decoded("bayer", decoded.samples, decoded.pattern, decoded.black, decoded.white, told))


def shown(scene: Pipeline, settings: Settings) -> NDArray[np.float64]:
    return scene.render(settings, output=FLOAT).pixels.astype(np.float64)


def psnr(one: NDArray[np.float64], two: NDArray[np.float64]) -> float:
    return float(-10 * np.log10(np.mean((one - two)[8:-8, 8:-8] ** 2)))


def test_a_noisy_grey_becomes_even_and_stays_as_bright() -> None:
    scene = noisy(np.full((200, 264, 3), 0.2), 0.02)
    plain = shown(scene, PLAIN)[32:-32, 32:-32]
    clean = shown(scene, PLAIN.changed(noise_luminance=50, noise_colour=25))[32:-32, 32:-32]
    assert clean.std(axis=(0, 1)).max() < 0.15 * plain.std(axis=(0, 1)).min()
    assert np.abs(clean.mean(axis=(0, 1)) - plain.mean(axis=(0, 1))).max() < 0.004


@pytest.mark.parametrize("deviation", [0.004, 0.02])
def test_patches_come_nearer_to_the_exact_picture_than_bands(deviation: float) -> None:
    light = colourful(200, 300)
    exact, scene = shown(Pipeline(bayer(light)), PLAIN), noisy(light, deviation)
    scores = []
    for process in ("4", "1"):
        chosen = [PLAIN.changed(noise_process=process, noise_luminance=v, noise_colour=25) for v in (25, 50, 75)]
        scores.append(max(psnr(shown(scene, settings), exact) for settings in chosen))
    assert scores[0] > scores[1] + 2


def test_patches_of_which_little_stayed_come_nearer_where_they_count_more() -> None:
    """Above all beside edges, where patches that hold one ring."""
    light = np.full((160, 240, 3), 0.1)
    light[:, 120:] = 0.4, 0.3, 0.2
    light[60:100, 40:200] = 0.05, 0.2, 0.3
    exact, scene = shown(Pipeline(bayer(light)), PLAIN), noisy(light, 0.02)
    newer, older = (
        psnr(shown(scene, PLAIN.changed(noise_process=process, noise_luminance=50, noise_colour=25)), exact)
        for process in ("3", "2")
    )
    assert newer > older + 0.3


def test_colours_come_nearer_where_light_changes_with_them() -> None:
    """Warm lines on grey, whose colour noise hides; where light is the same nothing is known of it."""
    light = np.full((160, 240, 3), 0.1)
    light[:, 100:104] = light[60:64] = 0.2, 0.15, 0.1
    exact, scene = shown(Pipeline(bayer(light)), PLAIN), noisy(light, 0.02)
    even = np.s_[80:140, 120:220]

    def errors(process: str) -> tuple[float, float]:
        found = shown(scene, PLAIN.changed(noise_process=process, noise_luminance=50, noise_colour=25))
        colour = (found - exact) - (found - exact).mean(-1, keepdims=True)
        return float(np.abs(colour).mean()), float(np.abs(colour[even]).mean())

    newer, older = errors("4"), errors("3")
    assert newer[0] < 0.9 * older[0] and newer[1] < 1.15 * older[1]


def test_noise_is_found_where_the_file_does_not_tell() -> None:
    light = colourful(400, 600)
    exact = shown(Pipeline(bayer(light)), PLAIN)
    found, told = (noisy(light, 0.02, known) for known in (False, True))
    settings = PLAIN.changed(noise_luminance=50, noise_colour=25)
    plain, clean = psnr(shown(found, PLAIN), exact), psnr(shown(found, settings), exact)
    assert clean > plain + 8
    assert clean > psnr(shown(told, settings), exact) - 3.5


@pytest.mark.parametrize("name", ["noise_luminance", "noise_colour", "noise_colour_smoothness"])
def test_the_more_the_less_is_left_of_noise(name: str) -> None:
    """Within 2 %: less of light leaves the little that is left of colour as it was."""
    scene = noisy(np.full((160, 240, 3), 0.1), 0.02)
    given = PLAIN.changed(noise_colour=25) if name == "noise_colour_smoothness" else PLAIN

    def left(value: float) -> float:
        pixels = shown(scene, given.changed(**{name: value}))
        seen = pixels.mean(axis=-1) if name == "noise_luminance" else pixels[..., 0] - pixels[..., 2]
        return float(seen.std())

    found = [left(value) for value in (0, 20, 40, 70, 100)]
    assert all(after <= before * 1.02 for before, after in pairwise(found))
    assert found[-1] < 0.99 * found[0]


@pytest.mark.parametrize("scale", [1.0, 0.5, 0.3])
def test_a_region_of_a_noisy_photo_is_that_part_of_it(scale: float) -> None:
    scene = noisy(colourful(400, 500), 0.02)
    settings = Settings(noise_luminance=50)
    whole = scene.render(settings, scale).pixels
    height, width = whole.shape[:2]
    for region in (
        Rect(0, 0, 17, 9),
        Rect(width // 3, height // 4, width // 2, height // 2),
        Rect(width - 5, 3, 5, 20),
    ):
        part = scene.render(settings, scale, region).pixels
        assert np.array_equal(part, whole[region.y : region.bottom, region.x : region.right])


@pytest.mark.parametrize(
    "reduced", [{"noise_colour": 60}, {"noise_luminance": 50}, {"noise_luminance": 50, "noise_process": "1"}]
)
def test_rows_of_a_noisy_photo_are_the_same_however_they_were_asked_for(reduced: dict[str, Any]) -> None:
    pipeline = noisy(colourful(333, 500), 0.02)
    settings = Settings(reduced)
    noise = pipeline._noise_uniforms(settings, pipeline.form(settings), 1.0, 0)
    exact, _, _ = pipeline._sensor.read(0, Rect(3, 0, 300, 333), noise)
    top, ends = 0, [70, 71, 72, 140, 139, 200, 333]
    for end in ends:
        region = Rect(3, top, 300, end - top)
        found, x, y = pipeline._sensor.read(0, region, noise)
        np.testing.assert_array_equal(found[:, top - y : end - y, 3 - x :][:, :, :300], exact[:, top:end])
        top = max(0, end - 40)


def test_noise_at_half_the_size_is_half_taken_already() -> None:
    """A smaller render shows what a full one made small would show."""
    scene = noisy(np.full((320, 480, 3), 0.2), 0.02)
    settings = PLAIN.changed(noise_luminance=50, noise_colour=25)
    small = scene.render(settings, 0.5, output=FLOAT).pixels[16:-16, 16:-16]
    full = shown(scene, settings).reshape(160, 2, 240, 2, 3).mean(axis=(1, 3))[16:-16, 16:-16]
    assert np.abs(small.mean(axis=(0, 1)) - full.mean(axis=(0, 1))).max() < 0.004
    assert small.std() < 2 * full.std() + 0.001


def test_noise_that_is_white_has_the_same_share_of_each_frequency() -> None:
    picture = Decoded("picture", np.zeros((8, 8, 3), np.float32))
    found = spectrum(picture, np.ones(3), (1e-4, 1e-5), 0, lambda *_: np.zeros((3, 8, 8), np.float32))
    assert np.abs(found[0] - 1).max() < 0.1
    assert found[1].max() < 0.7 and found[2].max() < found[1].max()


def test_demosaicing_leaves_less_of_high_frequencies() -> None:
    scene = noisy(np.full((64, 64, 3), 0.2), 0.01)
    table = scene._sensor._spectrum(0)[0]
    assert (table[1:, 7, 7] < 0.3 * table[1:, 0, 0]).all()
    assert Camera(scene._decoded).gains == scene.camera.gains


@pytest.mark.parametrize(("name", "settings"), [("luminance", {"noise_luminance": 40}), ("colour", {})])
def test_the_first_process_looks_as_it_did(name: str, settings: dict[str, float]) -> None:
    """Rendered by the release before the second process."""
    scene = Pipeline(bayer(colourful(96, 128), noise=0.01))
    pixels = scene.render(processes.brought(Settings(settings), "1"), output=Output(dtype="float32")).pixels
    with np.load(GOLDEN / "noise-process-1.npz") as file:
        kept = file[name].astype(np.float64) / 65535
    assert np.abs(pixels[40:56, 50:74] - kept).max() < 1e-3
