"""Networks over developed pictures: tones, borders between tiles, depth."""

from __future__ import annotations

from typing import Any, cast

import cv2
import numpy as np
import pytest
from drawing import UPSCALER, Machine, png

from stillbytes.core.errors import Cancelled, UnusablePicture
from stillbytes.core.geometry import Rect, Size
from stillbytes.generate.larger import TILE, Larger, larger, size_of, tiles
from stillbytes.generate.painters.answer import UnusableAnswer
from stillbytes.generate.pictures import diffusion
from stillbytes.generate.tasks.enhance import Enhance
from stillbytes.generate.tasks.refine import Refine
from stillbytes.generate.tasks.upscale import Upscale


def ramps(width: int, height: int, most: int) -> np.ndarray[Any, Any]:
    """Slopes with some texture."""
    y, x = np.mgrid[:height, :width].astype(np.float64)
    grey = 0.2 + 0.5 * x / width + 0.2 * y / height + 0.03 * np.sin(x / 3) * np.sin(y / 4)
    codes = np.stack([grey, grey * 0.9, grey * 0.7], axis=2) * most
    return np.rint(codes).astype(np.uint16 if most > 255 else np.uint8)


def run(task: Larger, shown: np.ndarray[Any, Any], machine: Machine) -> np.ndarray[Any, Any]:
    access = cast("Any", machine)
    return np.asarray(larger(task, cast("Any", shown), diffusion(task, access), cancelled=lambda: False))


@pytest.mark.parametrize("size", [Size(1, 1), Size(700, 30), Size(673, 1400), Size(2000, 1500)])
def test_tiles_cover_everything_once(size: Size) -> None:
    seen = np.zeros((size.height, size.width), int)
    for taken, kept in tiles(size):
        assert not kept.empty and taken.within(Rect.of(size)) == taken and max(taken.width, taken.height) <= TILE
        assert kept.within(taken) == kept
        seen[kept.y : kept.bottom, kept.x : kept.right] += 1
    assert (seen == 1).all()


@pytest.mark.parametrize(("task", "most"), [(Upscale(scale=2), 255), (Upscale(scale=4), 65535), (Enhance(), 65535)])
def test_tones_are_those_of_the_picture_across_tiles(task: Larger, most: int) -> None:
    shown = ramps(900, 120, most)
    made = run(task, shown, Machine())
    assert made.dtype == shown.dtype and made.shape == (120 * task.factor, 900 * task.factor, 3)
    back = cv2.resize(made.astype(np.float32), (900, 120), interpolation=cv2.INTER_AREA)
    assert np.abs(back - shown).max() <= 1.5 * most / 255


def test_a_drift_of_the_network_is_taken_out_and_no_border_is_seen() -> None:
    machine = Machine()

    def drifted(prompt: Any) -> bytes:
        """Each answer lighter or darker than the one before."""
        (name,) = (node["inputs"]["image"] for node in prompt.values() if node["class_type"] == "LoadImage")
        pixels = cv2.imdecode(np.frombuffer(machine.comfy.client.uploads[name], np.uint8), cv2.IMREAD_COLOR)[..., ::-1]
        by = 12 if len(machine.comfy.prompts) % 2 else -12
        return png(np.clip(pixels.astype(int) + by, 0, 255))

    machine.comfy._drawn = drifted  # type: ignore[method-assign]
    shown = ramps(1500, 60, 255)
    made = run(Enhance(), shown, machine).astype(int)
    assert np.abs(made - shown).max() <= 2


def test_eight_bits_of_the_network_leave_no_steps_in_sixteen() -> None:
    slope = np.linspace(20000, 22000, 600)  # eight codes of 255
    shown = np.repeat(np.repeat(np.rint(slope).astype(np.uint16)[None, :, None], 40, 0), 3, 2)
    made = run(Enhance(), shown, Machine()).astype(int)
    assert np.abs(np.diff(made[20, 40:-40, 0])).max() < 40  # a step of eight bits is 257


def test_half_of_it_is_halfway() -> None:
    machine = Machine()
    machine.comfy._drawn = lambda prompt: png(
        np.full((64, 64, 3), 90) + np.indices((64, 64)).sum(0)[..., None] % 2 * 60
    )  # type: ignore[method-assign]
    shown = np.full((64, 64, 3), 120, np.uint8)
    whole, half = (run(Enhance(amount=part), shown, machine).astype(int) for part in (1.0, 0.5))
    assert whole.std() > 20 and np.abs(half - (whole + 120) / 2).max() <= 1


@pytest.mark.parametrize(("size", "scale"), [((900, 520), 1), ((600, 90), 2), ((40, 30), 1)])
def test_a_model_that_draws_detail_begins_with_each_tile_and_leaves_the_tones(
    size: tuple[int, int], scale: int
) -> None:
    """Whatever it makes of a tile's brightness, and however small the picture is."""
    machine = Machine()

    def drifted(prompt: Any) -> bytes:
        (name,) = (node["inputs"]["image"] for node in prompt.values() if node["class_type"] == "LoadImage")
        pixels = cv2.imdecode(np.frombuffer(machine.comfy.client.uploads[name], np.uint8), cv2.IMREAD_COLOR)[..., ::-1]
        by = 12 if len(machine.comfy.prompts) % 2 else -12
        return png(np.clip(pixels.astype(int) + by, 0, 255))

    machine.comfy._drawn = drifted  # type: ignore[method-assign]
    shown = ramps(*size, 255)
    task = Refine(scale=scale, strength=0.3, seed=4294967295, steps=20)
    made = run(task, shown, machine)
    assert made.shape == (size[1] * scale, size[0] * scale, 3)
    back = cv2.resize(made.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    assert np.abs(back - shown).max() <= 6
    samplers = [n["inputs"] for one in machine.comfy.prompts for n in one.values() if n["class_type"] == "KSampler"]
    assert {one["denoise"] for one in samplers} == {0.3} and {one["steps"] for one in samplers} == {6}
    assert len({one["seed"] for one in samplers}) == len(samplers) == len(tiles(Size(*size), task.side(_who(task))))


def _who(task: Larger) -> Any:
    return diffusion(task, cast("Any", Machine()))


def test_what_is_too_large_broken_or_stopped_is_told() -> None:
    machine = Machine()
    with pytest.raises(UnusablePicture):
        size_of(Upscale(scale=4), Size(20000, 20000))
    machine.comfy.answer = png(np.zeros((64, 64, 3)))
    with pytest.raises(UnusableAnswer, match="black"):
        run(Enhance(), ramps(64, 64, 255), machine)
    with pytest.raises(UnusableAnswer, match="128 x 128"):
        run(Upscale(scale=2), ramps(64, 64, 255), machine)
    task, access = Enhance(), cast("Any", machine)
    with pytest.raises(Cancelled):
        larger(task, cast("Any", ramps(64, 64, 255)), diffusion(task, access), cancelled=lambda: True)
    assert UPSCALER in machine.store.ids
