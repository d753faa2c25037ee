"""How close the pipeline comes to the exact answer: colour, demosaicing, highlights, white balance."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from develop.scenes import bayer, chart
from numpy.typing import NDArray

from stillbytes.core.geometry import Rect
from stillbytes.develop.colour import between, chromaticity, temperature_tint
from stillbytes.develop.difference import delta_e_2000, lab
from stillbytes.develop.frame import Output
from stillbytes.develop.pipeline import Pipeline
from stillbytes.develop.settings import Settings
from stillbytes.photo.decode import decode
from stillbytes.photo.spaces import SPACES

SHARED = Path(__file__).parents[3] / "shared"
NEUTRAL = Settings(profile="linear", sharpen_amount=0, noise_colour=0)


def test_the_colour_difference_formula_gives_the_published_values() -> None:
    """Two pairs of Sharma's test data."""
    one = np.array([[50, 2.6772, -79.7751], [50, 2.5, 0]])
    two = np.array([[50, 0, -82.7485], [73, 25, -18]])
    assert np.allclose(delta_e_2000(one, two), [2.0425, 27.1492], atol=1e-4)


@pytest.mark.parametrize("space", ["srgb", "display-p3", "rec2020", "adobe-rgb", "prophoto"])
def test_a_chart_comes_out_exact_through_the_neutral_pipeline(space: str) -> None:
    light, patches = chart()
    pixels = Pipeline(bayer(light)).render(NEUTRAL, output=Output(space, "float32")).pixels
    found = pixels.reshape(4, 24, 6, 24, 3)[:, 8:16, :, 8:16].mean(axis=(1, 3)).reshape(24, 3)
    linear = SPACES[space].transfer.to_linear(found) @ between(space, "rec2020").T
    to_xyz = SPACES["rec2020"].to_xyz
    difference = delta_e_2000(lab(patches @ to_xyz.T), lab(linear @ to_xyz.T))
    assert difference.mean() < 0.5
    assert difference.max() < 2.0


def test_greys_have_no_cast_in_the_standard_profile() -> None:
    light, _ = chart()
    settings = Settings(sharpen_amount=0, noise_colour=0)
    pixels = Pipeline(bayer(light)).render(settings, output=Output(dtype="float32")).pixels
    greys = pixels[72:96].reshape(24, 6, 24, 3)[8:16, :, 8:16].mean(axis=(0, 2))
    assert np.ptp(greys, axis=-1).max() < 1.5 / 255


@pytest.mark.parametrize("pattern", ["RGGB", "BGGR", "GRBG", "GBRG"])
def test_all_bayer_patterns_give_the_same_picture(pattern: str) -> None:
    light, patches = chart()
    pixels = Pipeline(bayer(light, pattern)).render(NEUTRAL, 0.5, output=Output("rec2020", "float32")).pixels
    found = pixels.reshape(4, 12, 6, 12, 3)[:, 4:8, :, 4:8].mean(axis=(1, 3)).reshape(24, 3)
    linear = SPACES["rec2020"].transfer.to_linear(found)
    assert np.abs(linear - patches).max() < 0.01


@pytest.mark.parametrize("name", ["boats-at-dusk", "dune-grass", "forest-path"])
def test_demosaicing_beats_ahd_by_a_decibel(name: str, tmp_path: Path) -> None:
    """Against LibRaw's AHD on the same file, both scored on white-balanced camera RGB, each at its best scale."""
    import rawpy  # noqa: PLC0415

    path, truth_path = tmp_path / "a.dng", tmp_path / "truth.npy"
    made = [SHARED / "tools/make_dng.py", SHARED / f"reference/photos/{name}.jpg", path, "--truth", truth_path]
    subprocess.run([sys.executable, *map(str, made)], check=True)
    decoded = decode(path)
    assert decoded.colour is not None and decoded.colour.neutral is not None
    neutral = np.array(decoded.colour.neutral)
    truth = np.load(truth_path)[8:-8, 8:-8]
    unclipped = (truth * neutral).max(axis=-1) < 0.97

    def psnr(picture: NDArray[np.floating]) -> float:
        inner, exact = picture[8:-8, 8:-8][unclipped].astype(np.float64), truth[unclipped]
        inner = inner * ((inner * exact).sum(0) / (inner * inner).sum(0))
        return float(10 * np.log10(1 / np.mean((inner - exact) ** 2)))

    planes, _, _ = Pipeline(decoded)._sensor.read(0, Rect(0, 0, decoded.width, decoded.height), None)
    with rawpy.imread(str(path)) as raw:
        gains = [1 / neutral[0], 1 / neutral[1], 1 / neutral[2], 1 / neutral[1]]
        ahd = raw.postprocess(
            demosaic_algorithm=rawpy.DemosaicAlgorithm.AHD, output_color=rawpy.ColorSpace.raw, gamma=(1, 1),
            no_auto_bright=True, output_bps=16, user_wb=gains, adjust_maximum_thr=0,
        )  # fmt: skip
    assert psnr(planes.transpose(1, 2, 0)) > psnr(ahd / 65535) + 1.0


def test_a_clipped_highlight_is_neither_magenta_nor_grey_blotched() -> None:
    y, x = np.mgrid[0:200, 0:300]
    glow = np.exp(-((x - 150) ** 2 + (y - 100) ** 2) / 3000)[..., None] * np.array([3.0, 2.7, 2.2]) + 0.05
    pixels = Pipeline(bayer(glow)).render(Settings(exposure=-1.0), output=Output(dtype="float32")).pixels
    centre = pixels[60:140, 110:190]
    assert (centre[..., 1] >= np.minimum(centre[..., 0], centre[..., 2]) - 0.02).all()
    brightness = pixels[100, 20:150].mean(axis=-1)
    assert (np.diff(np.convolve(brightness, np.ones(7) / 7, "valid")) > -0.004).all()


@pytest.mark.parametrize(("temperature", "tint"), [(2500, -30), (4000, 10), (6504, 9), (9000, -5), (25000, 40)])
def test_temperature_and_tint_survive_the_way_to_xy_and_back(temperature: float, tint: float) -> None:
    back = temperature_tint(chromaticity(temperature, tint))
    assert back == pytest.approx((temperature, tint), rel=1e-6, abs=1e-6)


def test_picking_a_tinted_wall_makes_it_grey() -> None:
    wall = np.ones((120, 160, 3)) * np.array([0.34, 0.3, 0.2])
    scene = Pipeline(bayer(wall))
    picked = scene.pick_white(Settings(), 0.5, 0.5)
    settings = NEUTRAL.changed(temperature=picked.temperature, tint=picked.tint)
    pixels = scene.render(settings, output=Output(dtype="float32")).pixels[40:80, 40:120].mean(axis=(0, 1))
    assert np.ptp(pixels) < 0.006


def test_the_as_shot_white_leaves_the_picture_as_it_is() -> None:
    light, _ = chart()
    scene = Pipeline(bayer(light))
    as_shot = scene.as_shot
    same = Settings(temperature=as_shot.temperature, tint=as_shot.tint)
    one, two = (scene.render(s, output=Output(dtype="float32")).pixels for s in (Settings(), same))
    assert np.abs(one - two).max() < 0.003


def test_a_higher_temperature_is_warmer() -> None:
    light, _ = chart()
    scene = Pipeline(bayer(light))
    ratios = []
    for kelvin in (3000.0, 5000.0, 8000.0, 12000.0):
        mean = scene.render(Settings(temperature=kelvin), output=Output(dtype="float32")).pixels.mean(axis=(0, 1))
        ratios.append(mean[0] / mean[2])
    assert ratios == sorted(ratios)


def test_noise_reduction_removes_colour_noise_and_keeps_edges() -> None:
    light = np.full((200, 300, 3), 0.18)
    light[:, 150:] = [0.4, 0.1, 0.1]
    noisy = Pipeline(bayer(light, noise=0.02))
    plain = noisy.render(NEUTRAL, output=Output(dtype="float32")).pixels
    clean = noisy.render(NEUTRAL.changed(noise_colour=60), output=Output(dtype="float32")).pixels
    flat = slice(20, 180), slice(20, 130)

    def chroma_noise(p: NDArray[np.float32]) -> float:
        return float((p[flat][..., 0] - p[flat][..., 1]).std())

    assert chroma_noise(clean) < 0.75 * chroma_noise(plain)
    step = (clean[20:180, 156:170, 0] - clean[20:180, 156:170, 1]).mean()
    assert step == pytest.approx((plain[20:180, 156:170, 0] - plain[20:180, 156:170, 1]).mean(), abs=0.02)
