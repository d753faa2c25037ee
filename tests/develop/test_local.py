"""Adjustments in the look stage: one pass in which what a mask covers gets its own numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from stillbytes.core.geometry import Rect
from stillbytes.develop import local_parameters, parameters, point_colour
from stillbytes.develop.adjustment import Adjustment
from stillbytes.develop.frame import Output
from stillbytes.develop.local import Local
from stillbytes.develop.pipeline import Pipeline
from stillbytes.develop.resampling.frame_grid import FrameGrid
from stillbytes.develop.settings import Settings

FLOAT = Output(dtype="float32")
CLOSE = 2e-5
"""Kernels with and without adjustments are compiled apart and round differently in the last bits."""
TABLED = 2e-4
"""A mask's curve is told by its difference from a straight one, whose table is exact to this."""
GLOBAL: dict[str, Any] = {"exposure": 0.3, "contrast": 20, "shadows": 30, "clarity": 20, "saturation": 10}


def everywhere(value: float) -> Any:
    return lambda grid: np.full((grid.height, grid.width), value, np.float32)


def ramp(grid: FrameGrid) -> NDArray[np.float32]:
    x, _ = grid.points()
    return np.clip(np.broadcast_to(x, (grid.height, grid.width)), 0, 1)


def shown(scene: Pipeline, local: list[Local], **settings: Any) -> NDArray[Any]:
    return scene.render(Settings(GLOBAL | settings), 1.0, output=FLOAT, local=local).pixels


SHARED = [name for name in local_parameters() if name in parameters()]
BENT = ((0.0, 0.0), (70.0, 50.0), (150.0, 190.0), (255.0, 245.0))


def some(name: str, strength: float = 1.0) -> dict[str, Any]:
    """A delta of that parameter, with what it needs to be seen."""
    parameter = local_parameters()[name]
    if parameter.kind == "curve":
        return {name: BENT}
    if parameter.kind == "colours":
        changes = {"hue": 40 * strength, "saturation": -50 * strength, "luminance": 30 * strength, "range": 70}
        return {name: point_colour.canonical([{"colour": "#3060a0"} | changes])}
    if name == "overlay_hue":
        return {name: 60.0, "overlay_saturation": 50.0}
    return {name: strength * (1.0 if name == "exposure" else 60.0)}


@pytest.mark.parametrize("name", SHARED)
def test_a_mask_over_everything_is_the_global_parameter(scene: Pipeline, name: str) -> None:
    delta = some(name, 0.5)
    total = {n: v + float(GLOBAL.get(n, 0.0)) if isinstance(v, float) else v for n, v in delta.items()}
    expected = shown(scene, [], **total)
    close = TABLED if name.startswith("curve") else CLOSE
    assert np.abs(shown(scene, [Local("all", delta, everywhere(1.0))]) - expected).max() < close
    assert np.abs(shown(scene, []) - expected).max() > 100 * CLOSE


@pytest.mark.parametrize("name", local_parameters())
def test_a_mask_of_zero_changes_nothing_and_a_full_one_something(scene: Pipeline, name: str) -> None:
    delta = some(name)
    plain = shown(scene, [])
    assert np.abs(shown(scene, [Local("none", delta, everywhere(0.0))]) - plain).max() < CLOSE
    assert np.abs(shown(scene, [Local("all", delta, everywhere(1.0))]) - plain).max() > 100 * CLOSE


@pytest.mark.parametrize("name", local_parameters())
def test_complementary_masks_are_one_over_everything(scene: Pipeline, name: str) -> None:
    delta = some(name, 0.5)
    parts = [Local("a", delta, ramp), Local("b", delta, lambda grid: 1 - ramp(grid))]
    whole = shown(scene, [Local("all", delta, everywhere(1.0))])
    assert np.abs(shown(scene, parts) - whole).max() < 10 * CLOSE  # 16-bit weights


@pytest.mark.parametrize("name", local_parameters())
def test_the_amount_is_a_part_or_more_of_it(scene: Pipeline, name: str) -> None:
    """None at 0, in between at half of it, more at 200 %."""
    delta = some(name, 0.3)
    changes = []
    for amount in (0.0, 0.5, 1.0, 2.0):
        made = Adjustment.of({"id": "a", "delta": delta, "amount": amount})
        local = [Local("all", made.effective, everywhere(1.0))] if made.effective else []
        changes.append(float(np.abs(shown(scene, local) - shown(scene, [])).mean()))
    assert changes[0] == 0 and 0 < changes[1] < changes[2] < changes[3]


def test_curves_of_several_masks_add_up_on_the_global_one(scene: Pipeline) -> None:
    """Each adds what it differs by from a straight line."""
    curve = ((0.0, 20.0), (255.0, 215.0))
    halves = [Local(f"half {i}", {"curve": curve}, everywhere(0.5)) for i in (0, 1)]
    assert np.abs(shown(scene, halves) - shown(scene, [], curve=curve)).max() < 10 * CLOSE  # 16-bit weights
    curved = shown(scene, [Local("red", {"curve_red": BENT}, everywhere(1.0))], curve=BENT)
    assert np.abs(curved - shown(scene, [], curve=BENT, curve_red=BENT)).max() < TABLED


def test_complementary_masks_add_up_to_the_whole_picture(scene: Pipeline) -> None:
    parts = [Local("a", {"exposure": 1.0}, ramp), Local("b", {"exposure": 1.0}, lambda grid: 1 - ramp(grid))]
    assert np.abs(shown(scene, parts) - shown(scene, [], exposure=1.3)).max() < 10 * CLOSE  # 16-bit weights


@pytest.mark.parametrize("count", [1, 3, 4, 5, 16, 21])
def test_any_number_of_masks_is_the_sum_of_their_effects(scene: Pipeline, count: int) -> None:
    many = [Local(f"{i}", {"exposure": 0.7 / count}, everywhere(1.0)) for i in range(count)]
    assert np.abs(shown(scene, many) - shown(scene, [], exposure=1.0)).max() < CLOSE


def test_sums_stay_within_a_parameter_s_range(scene: Pipeline) -> None:
    local = [Local(f"{i}", {"saturation": -100.0}, everywhere(1.0)) for i in range(3)]
    assert np.abs(shown(scene, local) - shown(scene, [], saturation=-100)).max() < CLOSE


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
@pytest.mark.parametrize("angle", [0.0, 7.0])
def test_a_region_shows_the_same_bytes_as_that_part_of_the_whole(scene: Pipeline, dtype: Any, angle: float) -> None:
    settings = Settings(GLOBAL | {"crop_angle": angle, "crop_left": 0.1, "crop_right": 0.9})
    local = [Local("ramp", {"exposure": 1.0, "hue": 30.0, "sharpness": 40.0, "texture": 60.0, "curve": BENT}, ramp)]
    whole = scene.render(settings, 0.8, output=Output(dtype=dtype), local=local).pixels
    region = Rect(31, 17, 43, 29)
    part = scene.render(settings, 0.8, region, Output(dtype=dtype), local=local).pixels
    assert np.array_equal(part, whole[region.y : region.bottom, region.x : region.right])


def test_masks_see_the_photo_itself_whatever_is_done_to_it(scene: Pipeline) -> None:
    seen: list[NDArray[np.float32]] = []

    def looked(grid: FrameGrid) -> NDArray[np.float32]:
        seen.append(grid.light())
        return np.zeros((grid.height, grid.width), np.float32)

    for i, settings in enumerate(({}, {"exposure": 2.0, "temperature": 9000.0, "saturation": -100.0})):
        scene.render(Settings(settings), 0.5, local=[Local(f"{i}", {"exposure": 1.0}, looked)])
    assert np.array_equal(seen[0], seen[1])
    linear = Settings(profile="linear", white_balance="as-shot", sharpen_amount=0.0)
    grid = FrameGrid.whole(scene.frame, 100, scene.light(Settings()))
    centre = np.array([[0.5, 0.5 * scene.frame.height / scene.frame.width]])
    assert grid.light().shape == (3, grid.height, grid.width)
    assert grid.light_at(centre).shape == (1, 3)
    assert scene.render(linear, 0.1).pixels.any()


def test_a_mask_is_evaluated_once_while_a_slider_moves(scene: Pipeline) -> None:
    asked: list[FrameGrid] = []

    def counted(grid: FrameGrid) -> NDArray[np.float32]:
        asked.append(grid)
        return ramp(grid)

    for i in range(4):
        scene.render(Settings(exposure=i / 10), 0.5, local=[Local("counted", {"contrast": 10.0 * i + 1}, counted)])
    assert len(asked) == 1
