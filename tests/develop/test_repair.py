"""What is put right in the samples: defect pixels, banding, clipped highlights; and that all else stays as it is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from develop.scenes import BLACK, WHITE, bayer, camera_rgb, colourful
from numpy.typing import NDArray

from stillbytes.core.geometry import Rect
from stillbytes.develop.kernels.load import library
from stillbytes.develop.pipeline import Output, Pipeline
from stillbytes.develop.settings import Settings
from stillbytes.photo.decoded import CameraColour, Decoded

Floats = NDArray[np.float64]
FLOAT = Output("rec2020", "float32")
PLAIN = Settings(profile="linear", sharpen_amount=0, noise_colour=0)
OLDER = PLAIN.changed(hot_pixels="off")
AROUND = PLAIN.changed(blown_highlights="surroundings")
SIZE = (160, 240)


def noisy(light: Floats, deviation: float = 0.004, pattern: str = "RGGB") -> Decoded:
    """A photo that says how much noise it has."""
    decoded = bayer(light, pattern, noise=deviation)
    colour = decoded.colour
    assert colour is not None
    told = CameraColour(colour.color_matrices, neutral=colour.neutral, noise_profile=((1e-6, deviation**2),))
    return replace(decoded, colour=told)


def soft() -> Floats:
    """Colours that change slowly, as behind any lens."""
    y, x = np.mgrid[: SIZE[0], : SIZE[1]] / SIZE[1]
    return np.stack([0.25 + 0.12 * np.cos(6 * x + shift) * np.sin(4 * y) for shift in (0, 2, 4)], -1)


def with_spots(decoded: Decoded, places: NDArray[np.int64], code: int) -> Decoded:
    samples = decoded.samples.copy()
    samples[places[:, 0], places[:, 1]] = code
    return replace(decoded, samples=samples)


def shown(decoded: Decoded, settings: Settings, scale: float = 1.0) -> Floats:
    return Pipeline(decoded).render(settings, scale, output=FLOAT).pixels.astype(np.float64)


def spread_out(count: int, seed: int = 4) -> NDArray[np.int64]:
    """Places that are at least eight pixels apart."""
    rows, columns = (n // 16 for n in SIZE)
    cells = np.random.default_rng(seed).choice(rows * columns, count, replace=False)
    offset = np.random.default_rng(seed + 1).integers(4, 12, (count, 2))
    return np.stack([cells // columns, cells % columns], 1) * 16 + offset


@pytest.mark.parametrize("pattern", ["RGGB", "GBRG"])
@pytest.mark.parametrize("scale", [1.0, 0.5])
@pytest.mark.parametrize("code", [9000, 0])
def test_hot_and_dead_pixels_go(pattern: str, scale: float, code: int) -> None:
    clean = noisy(soft(), 0.002, pattern)
    spots = with_spots(clean, spread_out(60), code)
    exact = shown(clean, PLAIN, scale)
    kept, gone = (np.abs(shown(spots, settings, scale) - exact) for settings in (OLDER, PLAIN))
    assert kept.max() > 0.05
    assert np.mean(gone > 0.02) < 0.1 * np.mean(kept > 0.02)


@pytest.mark.parametrize("at", [(0, 0), (0, 77), (1, 0), (SIZE[0] - 1, SIZE[1] - 1), (SIZE[0] - 2, 51)])
def test_a_hot_pixel_at_the_edge_goes(at: tuple[int, int]) -> None:
    clean = noisy(np.full((*SIZE, 3), 0.1))
    found = shown(with_spots(clean, np.array([at]), 12000), PLAIN) - shown(clean, PLAIN)
    assert np.abs(found).max() < 0.02


def test_hot_pixels_beside_others_of_their_colour_go() -> None:
    clean = noisy(np.full((*SIZE, 3), 0.05))
    places = spread_out(40)
    both = np.concatenate([places, places + np.array([0, 2])])
    exact = shown(clean, PLAIN)
    kept, gone = (np.abs(shown(with_spots(clean, both, 9000), settings) - exact) for settings in (OLDER, PLAIN))
    assert np.mean(gone > 0.05) < 0.1 * np.mean(kept > 0.05)


COLOURS = {"white": (1, 1, 1), "red giant": (1, 0.45, 0.2), "blue": (0.5, 0.7, 1)}


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("sharp", [0.5, 0.7])
def test_what_a_lens_draws_stays(colour: str, sharp: float) -> None:
    """Stars as small as lenses make them, wherever they lie in the cell, faint and bright, and lines a pixel wide."""
    light = np.full((*SIZE, 3), 0.02)
    y, x = np.mgrid[: SIZE[0], : SIZE[1]]
    random = np.random.default_rng(7)
    for row, column in spread_out(60):
        place = row + random.uniform(-0.5, 0.5), column + random.uniform(-0.5, 0.5)
        spot = np.exp(-((y - place[0]) ** 2 + (x - place[1]) ** 2) / (2 * sharp**2))
        light += 0.8 * random.uniform(0.2, 1) * spot[..., None] * np.array(COLOURS[colour])
    light[::16, :] += 0.1
    light[:, 7::31] += 0.1
    decoded = noisy(light)
    assert np.array_equal(shown(decoded, PLAIN.changed(hot_pixels="off")), shown(decoded, PLAIN))


def test_noise_is_no_defect() -> None:
    """Even where the file tells of less than there is."""
    light = 0.05 + 0.3 * colourful(*SIZE)
    decoded = replace(noisy(light, 0.02), colour=noisy(light, 0.01).colour)
    assert np.array_equal(shown(decoded, PLAIN.changed(hot_pixels="off")), shown(decoded, PLAIN))


def test_a_region_of_a_repaired_photo_is_that_part_of_it_on_any_number_of_threads() -> None:
    decoded = with_spots(noisy(colourful(*SIZE) * 2.5), spread_out(40), 9000)
    settings = Settings(banding=80, blown_highlights="surroundings")
    for scale in (1.0, 0.5):
        whole = Pipeline(decoded).render(settings, scale).pixels
        height, width = whole.shape[:2]
        library().set_threads(1)
        for region in (Rect(0, 0, 33, 9), Rect(width // 3, height // 4, width // 2, height // 2)):
            part = Pipeline(decoded).render(settings, scale, region).pixels
            assert np.array_equal(part, whole[region.y : region.bottom, region.x : region.right])
        library().set_threads(0)


def test_one_photo_shows_edits_of_both_processes_in_turns() -> None:
    decoded = with_spots(noisy(colourful(*SIZE) * 2.5), spread_out(40), 9000)
    scene = Pipeline(decoded)
    for settings in (PLAIN, AROUND, OLDER, PLAIN.changed(banding=50), PLAIN, AROUND):
        assert np.array_equal(scene.render(settings, output=FLOAT).pixels, shown(decoded, settings).astype(np.float32))


def lamps(level: float) -> Floats:
    """Soft lights of strong colours, their middles brighter than a sensor can tell."""
    y, x = np.mgrid[: SIZE[0], : SIZE[1]]
    light = np.full((*SIZE, 3), 0.03)
    for cx, cy, colour in ((50, 50, (1, 0.45, 0.12)), (170, 60, (0.35, 0.6, 1)), (110, 120, (1, 0.8, 0.3))):
        light = light + level * np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / 900)[..., None] * np.array(colour)
    return light


def test_highlights_come_nearer_to_the_exact_picture() -> None:
    """Where one or two channels are clipped, their colour is that of their surroundings."""
    light = lamps(1.9)
    camera = camera_rgb(light)
    clipped = np.any(camera > 0.985, axis=-1) & ~np.all(camera > 0.9, axis=-1)
    assert clipped.sum() > 300
    exact = shown(bayer(light / 4), PLAIN.changed(exposure=-0.5))
    errors = [np.abs(shown(bayer(light), s.changed(exposure=-2.5)) - exact)[clipped].mean() for s in (PLAIN, AROUND)]
    assert errors[1] < errors[0]


def test_large_blown_areas_have_no_edge_inside_and_no_hole() -> None:
    light = lamps(12.0)
    pixels = shown(bayer(light), AROUND.changed(exposure=-2.5))
    blown = np.all(camera_rgb(light) > 1.0, axis=-1)
    assert blown.sum() > 1000
    for row in (50, 60, 120):
        brightness = pixels[row].mean(axis=-1)
        steps = np.abs(np.diff(brightness))[blown[row, 1:] & blown[row, :-1]]
        assert steps.max() < 0.1 * brightness.max()
    middle = pixels[50, 50].mean()
    assert middle > 0.95 * np.median(pixels[blown].mean(axis=-1))


def test_a_photo_without_clipped_highlights_stays_as_it_is() -> None:
    decoded = noisy(soft())
    assert np.array_equal(shown(decoded, AROUND), shown(decoded, OLDER))


def striped(clean: Decoded, deviation: float, axis: int) -> Decoded:
    stripes = np.random.default_rng(2).normal(0, deviation, SIZE[axis]) * (WHITE - BLACK)
    along = stripes[:, None] if axis == 0 else stripes[None, :]
    return replace(clean, samples=np.clip(np.rint(clean.samples + along), 0, WHITE).astype(np.uint16))


@pytest.mark.parametrize("axis", [0, 1])
def test_banding_goes_and_the_picture_stays(axis: int) -> None:
    light = np.full((*SIZE, 3), 0.03) * np.linspace(0.5, 1.5, SIZE[1])[None, :, None]
    light[100:140, 60:180] = 0.5
    clean = noisy(light, 0.004)
    exact = shown(clean, PLAIN)

    def left(settings: Settings) -> float:
        apart = (shown(striped(clean, 0.004, axis), settings) - exact).mean(axis=-1)
        part = apart[8:90] if axis == 0 else apart[:, 8:-8]
        return float(part.mean(axis=1 - axis).std())

    found = [left(PLAIN.changed(banding=value)) for value in (0, 50, 100)]
    assert found[0] > found[1] > found[2]
    assert found[2] < 0.5 * found[0]


def test_a_photo_without_stripes_gets_none() -> None:
    clean = noisy(np.full((*SIZE, 3), 0.03), 0.004)
    plain, after = shown(clean, PLAIN), shown(clean, PLAIN.changed(banding=100))
    assert float((after - plain).mean(axis=(1, 2)).std()) < 0.3 * float(plain.mean(axis=(1, 2)).std())
