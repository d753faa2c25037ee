"""Demosaicing of a Bayer mosaic: what it makes of noise and detail, whichever part of a photo is asked for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from develop.lmmse import Mosaic, demosaiced
from develop.scenes import bayer, camera_rgb, colourful
from numpy.typing import NDArray

from stillbytes.core.geometry import Rect
from stillbytes.develop.pipeline import Pipeline
from stillbytes.develop.settings import Settings
from stillbytes.photo.decoded import Decoded

SLOPE, OFFSET = 4e-4, 4e-6
"""Of the variance of a photo at a high ISO."""


def noisy(pattern: str = "RGGB", seed: int = 1) -> Decoded:
    """With that noise in all sites, which its profile tells."""
    decoded = bayer(0.5 * colourful(120, 180), pattern)
    colour, span = decoded.colour, decoded.white - decoded.black[0]
    assert colour is not None
    signal = (decoded.samples.astype(np.float64) - decoded.black[0]) / span
    deviation = np.sqrt(SLOPE * signal.clip(0) + OFFSET)
    signal += np.random.default_rng(seed).standard_normal(signal.shape) * deviation
    samples = np.clip(np.rint(signal * span + decoded.black[0]), 0, decoded.white).astype(np.uint16)
    return replace(decoded, samples=samples, colour=replace(colour, noise_profile=((SLOPE, OFFSET),)))


def light(decoded: Decoded, process: str = "2") -> NDArray[np.float64]:
    """(3, rows, columns) white-balanced camera RGB."""
    pipeline = Pipeline(decoded)
    sensor = pipeline._reading(Settings(demosaic_process=process, hot_pixels="off"))
    return sensor.read(0, Rect.of(pipeline.frame), None)[0].astype(np.float64)


def psnr(planes: NDArray[np.float64], decoded: Decoded) -> float:
    """Of what lies within, beside the scene of `noisy`; cube roots, as eyes see."""
    gains = np.array(Pipeline(decoded).camera.gains)
    exact = np.moveaxis(camera_rgb(0.5 * colourful(120, 180)) * gains, -1, 0)
    apart = (np.cbrt(planes) - np.cbrt(exact))[:, 8:-8, 8:-8]
    return float(-10 * np.log10(np.mean(apart**2)))


@pytest.mark.parametrize("pattern", ["RGGB", "BGGR", "GRBG", "GBRG"])
def test_the_kernel_does_what_its_steps_in_numpy_do(pattern: str) -> None:
    decoded = noisy(pattern)
    gains = np.array(Pipeline(decoded).camera.gains)
    sites = (decoded.samples - np.array(decoded.black[0], np.float64)) / (decoded.white - decoded.black[0])
    for site, letter in enumerate(pattern):
        sites[site // 2 :: 2, site % 2 :: 2] *= gains["RGB".index(letter)]
    exact = demosaiced(Mosaic(sites, pattern, gains, (SLOPE, OFFSET)))
    assert np.abs(light(decoded) - exact).max() < 2e-4


def test_a_noisy_photo_comes_nearer_to_the_scene_than_by_the_first_process() -> None:
    decoded = noisy()
    assert psnr(light(decoded), decoded) > psnr(light(decoded, "1"), decoded) + 1


def test_a_photo_without_noise_comes_no_less_near() -> None:
    decoded = bayer(0.5 * colourful(120, 180))
    assert psnr(light(decoded), decoded) > psnr(light(decoded, "1"), decoded)


def test_light_stays_as_bright_where_there_is_nothing_but_noise() -> None:
    """Noise around zero is neither cut off nor lifted, or shadows would turn grey or coloured."""
    colour = noisy().colour
    dark = bayer(np.zeros((200, 300, 3)))
    samples = np.random.default_rng(2).normal(dark.black[0], 29, dark.samples.shape)
    dark = replace(dark, samples=np.rint(samples).astype(np.uint16), colour=colour)
    means = light(dark).mean(axis=(1, 2)) / np.array(Pipeline(dark).camera.gains)
    assert np.abs(means).max() < 0.1 * 29 / (dark.white - dark.black[0])


def test_a_part_is_that_part_of_the_whole() -> None:
    sensor = Pipeline(noisy())._sensor
    whole, _, _ = sensor.read(0, Rect(0, 0, 180, 120), None)
    for part in (Rect(0, 0, 37, 29), Rect(51, 33, 64, 47), Rect(143, 91, 37, 29)):
        planes, x, y = sensor.read(0, part, None)
        rows, columns = slice(part.y - y, part.bottom - y), slice(part.x - x, part.right - x)
        assert np.array_equal(planes[:, rows, columns], whole[:, part.y : part.bottom, part.x : part.right])


@pytest.mark.parametrize("size", [(2, 2), (6, 4), (9, 7), (31, 2)])
def test_photos_smaller_than_what_is_read_around_a_pixel(size: tuple[int, int]) -> None:
    width, height = size
    grey = bayer(np.full((height + height % 2, width + width % 2, 3), 0.2))
    grey = replace(grey, samples=np.ascontiguousarray(grey.samples[:height, :width]))
    pixels = Pipeline(grey).render(Settings()).pixels
    assert pixels.shape == (height, width, 3)
    assert np.ptp(pixels.astype(int), axis=(0, 1)).max() <= 2
