"""Healed and cloned spots, on scenes whose truth is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from develop.scenes import bayer, colourful
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from stillbytes.core.errors import InvalidSetting, UnusablePicture
from stillbytes.core.geometry import Rect, Size
from stillbytes.develop.difference import delta_e_2000, lab_of
from stillbytes.develop.frame import Output
from stillbytes.develop.patched import Insert
from stillbytes.develop.pipeline import Pipeline
from stillbytes.develop.resampling.frame_grid import NO_LIGHT
from stillbytes.develop.settings import Settings
from stillbytes.generate.classical.heal import light, tones
from stillbytes.generate.spot import CELL, Spot, Task

HEIGHT, WIDTH = 333, 500
WHOLE = Rect(0, 0, WIDTH, HEIGHT)
PATCHED = Settings(patches=[{"id": "one", "rect": [0, 0, 1, 1]}])
SPOT = Spot((0.3, 0.42), 0.026)


def smooth() -> NDArray[np.float64]:
    """Gradients of all hues without an edge."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH] / np.array([HEIGHT, WIDTH]).reshape(2, 1, 1)
    hue = np.stack([0.5 + 0.3 * np.cos(2 * np.pi * (x - shift)) for shift in (0, 1 / 3, 2 / 3)], -1)
    return hue * (0.05 + 0.4 * y[..., None])


def away(spot: Spot) -> NDArray[np.float64]:
    """Pixels from the middle of a spot."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    return np.hypot(x - spot.centre[0] * WIDTH + 0.5, y - spot.centre[1] * WIDTH + 0.5)


def dusty(scene: NDArray[np.float64], spot: Spot) -> NDArray[np.float64]:
    """A shadow with soft edges that covers two thirds of the spot."""
    shade = np.clip((0.66 * spot.radius * WIDTH - away(spot)) / 3 + 0.5, 0, 1)
    return scene * (1 - 0.5 * shade[..., None])


def shown(photo: Any, spot: Spot, task: Task = "heal") -> Pipeline:
    """A pipeline that shows the spot under the settings PATCHED."""

    def inserts(settings: Settings) -> list[Insert]:
        frame = Size(WIDTH, HEIGHT)
        pixels = lambda light: spot.made(light, frame, clone=task == "clone")  # noqa: E731
        return [Insert("0123456789abcdef", spot.rect(frame), pixels, grain=False)] if settings.patches else []

    return Pipeline(photo, inserts=inserts)


def found(photo: Any, spot: Spot) -> Spot:
    return spot.located(Pipeline(photo).light(Settings()), Size(WIDTH, HEIGHT))


@pytest.mark.parametrize("centre", [(0.3, 0.42), (0.7, 0.2), (0.02, 0.3), (0.985, 0.65)])
def test_healing_restores_the_truth(centre: tuple[float, float]) -> None:
    spot = Spot(centre, 0.026)
    truth, damaged = bayer(smooth()), bayer(dusty(smooth(), spot))
    output = Output("srgb", "float32")
    wanted = Pipeline(truth).render(Settings(), output=output).pixels
    before = Pipeline(damaged).render(Settings(), output=output).pixels
    healed = shown(damaged, spot).render(PATCHED, output=output).pixels
    inside = away(spot) < spot.radius * WIDTH
    lab = [lab_of(picture[inside], "srgb") for picture in (wanted, before, healed)]
    assert delta_e_2000(lab[0], lab[1]).mean() > 4
    difference = delta_e_2000(lab[0], lab[2])
    assert difference.mean() < 0.6 and difference.max() < 2.5


def test_what_is_cloned_is_the_source_to_some_steps_of_its_numbers() -> None:
    photo = bayer(colourful(), noise=0.004)
    spot = Spot((0.3, 0.42), 0.03, source=(0.62, 0.31), feather=20)
    after = shown(photo, spot, "clone").scene(PATCHED, WHOLE)
    before = Pipeline(photo).scene(Settings(), WHOLE)
    right, down = (
        CELL * round((to - at) * WIDTH / CELL) for at, to in zip(spot.centre, spot.source or (), strict=True)
    )
    core = away(spot) < 0.75 * spot.radius * WIDTH
    copied = np.roll(before, (-down, -right), (0, 1))[core]
    step = 2**0.5 * 2 / 14488  # of the photo's own numbers, exposed by half a stop and balanced
    difference = np.abs(after[core] - copied)
    # Missing colours are found once more among those that were found before: a few steps here and there.
    assert difference.max() < 6 * step and difference.mean() < step / 4


@pytest.mark.parametrize("task", ["heal", "clone"])
def test_outside_of_the_spot_every_bit_stays(task: Task) -> None:
    photo = bayer(colourful(), noise=0.004)
    spot = found(photo, SPOT)
    before, after = Pipeline(photo).scene(Settings(), WHOLE), shown(photo, spot, task).scene(PATCHED, WHOLE)
    outside = away(spot) > spot.radius * WIDTH + 1
    assert np.array_equal(before[outside], after[outside])
    assert np.any(before[~outside] != after[~outside])


@pytest.mark.parametrize("noise", [{}, {"noise_luminance": 30.0, "noise_colour": 25.0}])
@pytest.mark.parametrize("scale", [1.0, 0.5])
def test_a_healed_spot_is_as_noisy_as_what_is_around_it(noise: dict[str, float], scale: float) -> None:
    spot = Spot((0.3, 0.42), 0.06)
    photo = bayer(dusty(np.full((HEIGHT, WIDTH, 3), 0.2), spot), noise=0.01)
    picture = shown(photo, spot).render(PATCHED.changed(**noise), scale, output=Output("srgb", "float32")).pixels
    x, y, side = spot.centre[0] * WIDTH * scale, spot.centre[1] * WIDTH * scale, int(18 * scale)

    def spread(column: float) -> NDArray[np.float64]:
        part = picture[int(y) - side : int(y) + side, int(column) - side : int(column) + side]
        return np.asarray(part.reshape(-1, 3).std(axis=0), np.float64)

    usual = np.mean([spread(x + right * scale) for right in (-90, 90, 140, 200)], axis=0)
    assert np.all(np.abs(np.log2(spread(x) / usual)) < 0.35)


def test_the_noise_of_a_darker_source_is_that_of_the_brighter_place() -> None:
    """Shot noise grows with the root of light."""
    random = np.random.default_rng(1)
    means = np.where(np.arange(400) < 200, 0.05, 0.4).repeat(300).reshape(400, 300).T[..., None].repeat(3, 2)
    noisy = (means + np.sqrt(1e-4 * means) * random.standard_normal(means.shape)).astype(np.float32)
    moved = light(tones(noisy[:, :150]) + (tones(np.float32([0.4])) - tones(np.float32([0.05]))))
    assert abs(float(moved.mean()) - 0.4) < 0.002
    assert abs(np.log2(moved.std() / noisy[:, 250:].std())) < 0.1


@given(st.floats(-0.05, 20))
def test_tones_can_be_taken_back(value: float) -> None:
    assert abs(float(light(tones(np.float32([value])))[0]) - value) < 1e-5 * (1 + abs(value))


def test_a_source_lies_apart_and_without_another_spot() -> None:
    scene = np.full((HEIGHT, WIDTH, 3), 0.25)
    for x in (0.21, 0.36, 0.45):  # more dust on both sides
        scene = dusty(scene, Spot((x, 0.42), 0.026))
    spot = found(bayer(dusty(scene, SPOT), noise=0.002), SPOT)
    assert spot.source is not None and spot.found
    assert np.hypot(*np.subtract(spot.source, spot.centre)) >= 1.99 * spot.radius
    for x in (0.21, 0.36, 0.45):
        assert np.hypot(spot.source[0] - x, spot.source[1] - 0.42) > spot.radius * 1.5


def test_a_source_carries_an_edge_on() -> None:
    scene = np.full((HEIGHT, WIDTH, 3), 0.3)
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    scene[y > 0.42 * WIDTH + 0.2 * (x - 150)] = 0.04
    healed = shown(bayer(dusty(scene, SPOT)), SPOT).scene(PATCHED, WHOLE)
    wanted = Pipeline(bayer(scene)).scene(Settings(), WHOLE)
    inside = away(SPOT) < SPOT.radius * WIDTH
    wrong = np.abs(tones(healed[inside]) - tones(wanted[inside])).max(axis=1) > 0.08
    assert wrong.mean() < 0.03


@settings(max_examples=25, deadline=None)
@given(st.floats(-0.01, 1.01), st.floats(-0.01, 0.68), st.floats(0.0002, 0.125), st.booleans(), st.floats(0, 100))
def test_any_spot_is_made_or_refused(x: float, y: float, radius: float, clone: bool, feather: float) -> None:
    frame = Size(WIDTH, HEIGHT)
    light = Pipeline(PHOTO).light(Settings())
    spot = Spot((x, y), radius, feather=feather)
    try:
        made = spot.made(light, frame, clone=clone)
    except UnusablePicture:
        assert not (0 <= x < 1 and 0 <= y < HEIGHT / WIDTH)
        return
    rect = spot.rect(frame)
    assert made.shape == (rect.height, rect.width, 4) and np.isfinite(made).all()
    assert made[..., 3].min() >= 0 and made[..., 3].max() <= 1


PHOTO = bayer(colourful(), noise=0.003)


@pytest.mark.parametrize(
    "recipe",
    [
        {}, {"centre": [0.5], "radius": 0.01}, {"centre": [0.5, 0.5]}, {"centre": "ab", "radius": 0.01},
        {"centre": [0.5, 0.5], "radius": 0.5}, {"centre": [0.5, float("nan")], "radius": 0.01},
        {"centre": [0.5, 0.5], "radius": True}, {"centre": [0.5, 0.5], "radius": 0.01, "source": [9, 9]},
        {"centre": [0.5, 0.5], "radius": 0.01, "feather": 101},
    ],
)  # fmt: skip
def test_recipes_that_make_no_sense_are_refused(recipe: dict[str, Any]) -> None:
    with pytest.raises(InvalidSetting):
        Spot.of(recipe)


def test_a_recipe_says_all_of_a_spot() -> None:
    for spot in (Spot((0.1, 0.2), 0.01), Spot((0.1, 0.2), 0.01, (0.3, 0.4), 80.0, True)):
        assert Spot.of(spot.to_recipe()) == spot
    with pytest.raises(UnusablePicture):
        Spot((0.5, 0.9), 0.01).located(NO_LIGHT, Size(WIDTH, HEIGHT))
