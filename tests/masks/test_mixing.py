"""Edge-aware application: a gain of light is given to the light of the masked side, not to a part of the pixel."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import stillbytes as sb
from stillbytes import masks
from stillbytes.core.geometry import Rect
from stillbytes.develop.frame import Output
from stillbytes.develop.pipeline import Pipeline
from stillbytes.develop.settings import Settings
from stillbytes.edit.photo import Photo
from stillbytes.masks.local import locals_of
from stillbytes.masks.mask import Component, Mask

FLOAT = Output(dtype="float32")
SKY, TWIG = np.array([0.45, 0.62, 0.9]), np.array([0.06, 0.045, 0.03])
HEIGHT, WIDTH = 240, 360
Floats = NDArray[np.floating]


def encoded(light: Floats) -> Floats:
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * np.maximum(light, 1e-9) ** (1 / 2.4) - 0.055)


@pytest.fixture(scope="module")
def area() -> Floats:
    """Of twigs before a sky, the part of each pixel that is sky: exact, drawn eight times as large."""
    y, x = np.mgrid[0 : HEIGHT * 8, 0 : WIDTH * 8] / 8
    twig = y > 0.8 * HEIGHT
    for i in range(16):
        twig |= np.abs(x - 20 * i - 0.4 * (HEIGHT - y) * np.sin(i)) < 0.5 + 0.3 * (i % 5)
    return np.asarray((~twig).reshape(HEIGHT, 8, WIDTH, 8).mean((1, 3)))


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory, area: Floats) -> Photo:
    mixture = encoded(TWIG + (SKY - TWIG) * area[..., None])
    path = tmp_path_factory.mktemp("mixing") / "twigs.png"
    Image.fromarray(np.rint(mixture * 255).astype(np.uint8)).save(path)
    return sb.open(path)


@pytest.fixture(scope="module")
def sky(photo: Photo, area: Floats) -> masks.Sky:
    return masks.Sky(raster=photo.rasters.hold(np.rint(area * 255).astype(np.uint8)))


def adjusted(photo: Photo, *masks: tuple[Mask, dict[str, float]], **settings: Any) -> Settings:
    given = [{"id": f"{i}", "mask": mask.to_json(), "delta": delta} for i, (mask, delta) in enumerate(masks)]
    return Settings(adjustments=given, **settings)


def shown(photo: Photo, settings: Settings, scale: float = 1.0, *, aware: bool = True) -> Floats:
    local = [one if aware else replace(one, mixture=None) for one in locals_of(settings, photo.rasters)]
    return photo.pipeline.render(settings, scale, output=FLOAT, local=local).pixels


def ideal(area: Floats, gain: Floats) -> Floats:
    """The sky's light times gain, mixed with that of the twigs."""
    return encoded(np.clip(TWIG * (1 - area[..., None]) + SKY * gain * area[..., None], 0, 1))


PLAIN: dict[str, Any] = {"sharpen_amount": 0.0}


@pytest.mark.parametrize("exposure", [-1.0, -0.4, 0.1])
@pytest.mark.parametrize("scale", [1.0, 0.5, 0.25])
def test_each_side_of_an_edge_keeps_its_own_light(
    photo: Photo, sky: masks.Sky, area: Floats, exposure: float, scale: float
) -> None:
    settings = adjusted(photo, (Mask.of(sky), {"exposure": exposure}), **PLAIN)
    block = round(1 / scale)
    area = area.reshape(HEIGHT // block, block, WIDTH // block, block).mean((1, 3))
    edges = (area > 0.05) & (area < 0.95)
    exact = ideal(area, np.full(3, 2.0**exposure))
    off = [np.abs(shown(photo, settings, scale, aware=aware) - exact)[edges].mean() for aware in (False, True)]
    none = np.abs(shown(photo, Settings(PLAIN), scale) - ideal(area, np.ones(3)))[edges].mean()
    assert off[1] - none < 0.4 * (off[0] - none)


def test_temperature_too(photo: Photo, sky: masks.Sky, area: Floats) -> None:
    from stillbytes.develop.kernels.layout import local_light  # noqa: PLC0415

    delta = {"local_temperature": -60.0, "exposure": -0.5}
    settings = adjusted(photo, (Mask.of(sky), delta), **PLAIN)
    inside = shown(photo, settings)[area == 1].mean(0)
    gain = np.array([light_of(v) for v in inside]) / SKY
    assert np.abs(np.log2(gain) - local_light(delta)[:3]).max() < 0.8  # Rec.2020's channels, not sRGB's
    edges = (area > 0.05) & (area < 0.95)
    off = [np.abs(shown(photo, settings, aware=aware) - ideal(area, gain))[edges].mean() for aware in (False, True)]
    assert off[1] < 0.5 * off[0]


@pytest.mark.parametrize(
    "delta", [{"saturation": -60.0}, {"saturation": -60.0, "exposure": -0.5}, {"saturation": 25.0}]
)
@pytest.mark.parametrize("scale", [1.0, 0.5])
def test_each_side_of_an_edge_keeps_its_own_colour(
    photo: Photo, sky: masks.Sky, area: Floats, delta: dict[str, float], scale: float
) -> None:
    settings = adjusted(photo, (Mask.of(sky), delta), **PLAIN)
    block = round(1 / scale)
    inside = shown(photo, settings)[area == 1].mean(0)
    area = area.reshape(HEIGHT // block, block, WIDTH // block, block).mean((1, 3))
    exact = ideal(area, np.array([light_of(v) for v in inside]) / SKY)
    edges = (area > 0.05) & (area < 0.95)
    off = [np.abs(shown(photo, settings, scale, aware=aware) - exact)[edges].mean() for aware in (False, True)]
    assert off[1] < 0.8 * off[0]


def test_a_mask_and_its_inverse_saturate_the_whole_picture(photo: Photo, sky: masks.Sky) -> None:
    inverse = Mask((Component(sky, inverted=True),))
    both = adjusted(photo, (Mask.of(sky), {"saturation": -40.0}), (inverse, {"saturation": -40.0}))
    assert np.abs(shown(photo, both) - shown(photo, Settings(saturation=-40.0))).max() < 1e-3


def light_of(v: float) -> float:
    return v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4


def test_away_from_edges_nothing_is_different(photo: Photo, sky: masks.Sky, area: Floats) -> None:
    settings = adjusted(photo, (Mask.of(sky), {"exposure": -1.0, "contrast": 20.0}), shadows=30.0)
    pure = np.asarray(Image.fromarray(((area > 0) & (area < 1)).astype(np.uint8) * 255)) == 0
    with_, without = (shown(photo, settings, aware=aware) for aware in (True, False))
    assert np.array_equal(with_[pure], without[pure])
    assert not np.array_equal(with_, without)


def test_what_is_neither_light_nor_saturation_follows_the_area(photo: Photo, sky: masks.Sky) -> None:
    settings = adjusted(photo, (Mask.of(sky), {"vibrance": -50.0, "dehaze": -30.0}))
    assert np.array_equal(shown(photo, settings), shown(photo, settings, aware=False))


def test_a_mask_and_its_inverse_add_up_to_the_whole_picture(photo: Photo, sky: masks.Sky) -> None:
    inverse = Mask((Component(sky, inverted=True),))
    both = adjusted(photo, (Mask.of(sky), {"exposure": -0.8}), (inverse, {"exposure": -0.8}))
    assert np.abs(shown(photo, both) - shown(photo, Settings(exposure=-0.8))).max() < 1e-3


def test_an_inverted_mask_is_the_other_side(photo: Photo, sky: masks.Sky, area: Floats) -> None:
    edges = (area > 0.05) & (area < 0.95)
    exact = encoded(np.clip(TWIG * 2 * (1 - area[..., None]) + SKY * area[..., None], 0, 1))
    for mask in (Mask((Component(sky, inverted=True),)), Mask((Component(sky),), inverted=True)):
        settings = adjusted(photo, (mask, {"exposure": 1.0}), **PLAIN)
        off = [np.abs(shown(photo, settings, aware=aware) - exact)[edges].mean() for aware in (False, True)]
        assert off[1] < 0.4 * off[0]


def test_in_a_combined_mask_only_what_was_found_has_edges(photo: Photo, sky: masks.Sky) -> None:
    gradient = masks.Linear(zero=(0.0, 0.6), full=(0.0, 0.0))
    for parts in (
        (Component(gradient), Component(sky, combine="intersect")),
        (Component(sky), Component(gradient, combine="intersect")),
        (Component(sky, amount=0.5), Component(gradient, combine="subtract")),
    ):
        mask = Mask(parts)
        grid = whole(photo.pipeline)
        mixture = mask.mixture(grid, photo.rasters)
        assert mixture is not None and mixture.places.size < 0.5 * WIDTH * HEIGHT
        covered = mask.coverage(grid, photo.rasters).ravel()[mixture.places]
        assert (covered + mixture.more >= -1e-6).all() and (covered + mixture.more <= 1 + 1e-6).all()
    assert Mask.of(gradient).mixture(whole(photo.pipeline), photo.rasters) is None
    assert not Mask.of(gradient).edged


@pytest.mark.parametrize("change", [{"feather": 0.01}, {"shift": 0.005}, {"enabled": False}])
def test_softened_or_moved_edges_are_applied_by_area(sky: masks.Sky, change: dict[str, Any]) -> None:
    assert Mask.of(sky).edged and not Mask((Component(sky, **change),)).edged


@pytest.mark.parametrize("angle", [0.0, 6.0])
@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_a_region_shows_the_same_bytes_as_that_part_of_the_whole(
    photo: Photo, sky: masks.Sky, dtype: Any, angle: float
) -> None:
    settings = adjusted(photo, (Mask.of(sky), {"exposure": -1.0, "local_tint": 30.0}), crop_angle=angle, shadows=20.0)
    whole_picture = photo.pipeline.render(settings, 0.8, output=Output(dtype=dtype)).pixels
    region = Rect(31, 17, 143, 59)
    part = photo.pipeline.render(settings, 0.8, region, Output(dtype=dtype)).pixels
    assert np.array_equal(part, whole_picture[region.y : region.bottom, region.x : region.right])


def test_two_masks_on_one_edge_are_both_applied_while_their_sliders_move(photo: Photo, sky: masks.Sky) -> None:
    inverse = Mask((Component(sky, inverted=True),))
    expected = {}
    for up in (0.3, 0.6):
        fresh = sb.open(photo.path)
        fresh.rasters.hold(photo.rasters[sky.raster])
        settings = adjusted(fresh, (Mask.of(sky), {"exposure": -up}), (inverse, {"exposure": up}))
        expected[up] = shown(fresh, settings)
    for up in (0.3, 0.6, 0.3):
        settings = adjusted(photo, (Mask.of(sky), {"exposure": -up}), (inverse, {"exposure": up}))
        assert np.array_equal(shown(photo, settings), expected[up])


@pytest.mark.parametrize("value", [0, 255])
def test_a_mask_of_one_side_only_has_no_edges(photo: Photo, value: int) -> None:
    raster = photo.rasters.hold(np.full((HEIGHT, WIDTH), value, np.uint8))
    assert Mask.of(masks.Subject(raster=raster)).mixture(whole(photo.pipeline), photo.rasters) is None


def whole(pipeline: Pipeline) -> Any:
    from stillbytes.develop.resampling.frame_grid import FrameGrid  # noqa: PLC0415

    return FrameGrid.whole(pipeline.frame, WIDTH, pipeline.light(Settings()))
