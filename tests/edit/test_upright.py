"""Guided and automatic perspective: a wall seen aslant, set right by lines."""

from __future__ import annotations

import numpy as np
import pytest

from stillbytes.core.errors import InvalidSetting
from stillbytes.core.geometry import Size
from stillbytes.develop.pipeline import Pipeline
from stillbytes.develop.resampling import perspective
from stillbytes.develop.resampling.bending import half_diagonal
from stillbytes.develop.resampling.warp import Warp
from stillbytes.develop.settings import Settings
from stillbytes.edit.automatic import Meter, found
from stillbytes.edit.automatic.find import straightened_by
from stillbytes.photo.decoded import Decoded
from stillbytes.photo.optics import Bend, Optics

FRAME = Size(1200, 800)
LENS = Optics(0.9, Bend.of((lambda r: 1 - 0.08 * r * r,), unit=half_diagonal(FRAME)))
POSED = {"perspective_vertical": -32.0, "perspective_horizontal": 14.0, "perspective_rotate": 2.2}
"""What sets the wall right again."""


def wall(optics: Optics = LENS) -> Pipeline:
    """A wall of rectangular windows, as a camera turned away from it sees it."""
    y, x = np.mgrid[0 : FRAME.height, 0 : FRAME.width].astype(np.float64)
    settings = Settings(POSED, lens_profile=True)
    warp = Warp.of(settings, FRAME, optics)
    assert warp is not None
    u, v = warp.to_corrected(x, y)
    window = (np.mod(u, 130) < 70) & (np.mod(v, 160) < 90)
    light = np.where(window, 0.05, 0.5)[..., None] * np.ones(3)
    return Pipeline(Decoded("picture", light.astype(np.float32)), optics=lambda settings: optics)


def drawn(optics: Optics = LENS) -> list[tuple[float, ...]]:
    """Two upright edges and two level ones, as they lie in the photo, in frame units."""
    warp = Warp.of(Settings(POSED, lens_profile=True), FRAME, optics)
    assert warp is not None
    ends = [((260, 160), (260, 640)), ((910, 160), (910, 640)), ((260, 160), (910, 160)), ((260, 640), (910, 640))]
    lines = []
    for one, other in ends:
        places = [warp.to_photo(np.array(float(x)), np.array(float(y))) for x, y in (one, other)]
        lines.append(tuple(float(v + 0.5) / FRAME.long_edge for place in places for v in place))
    return lines


def test_drawn_lines_become_upright_and_level() -> None:
    changes = straightened_by(wall(), Settings(lens_profile=True), drawn())
    for name, value in POSED.items():
        assert changes[name] == pytest.approx(value, abs=0.15)


def test_two_upright_lines_leave_the_horizontal_alone() -> None:
    changes = straightened_by(wall(), Settings(lens_profile=True, perspective_horizontal=5.0), drawn()[:2])
    assert changes["perspective_horizontal"] == 0
    assert changes["perspective_vertical"] < -10


def test_one_line_turns() -> None:
    changes = straightened_by(wall(Optics()), Settings(), [(0.2, 0.3, 0.8, 0.33)])
    assert changes["perspective_rotate"] == pytest.approx(-np.degrees(np.arctan2(0.03, 0.6)), abs=0.02)
    assert changes["perspective_vertical"] == 0


def test_lines_that_are_none_are_refused() -> None:
    for lines in ([], [(0.5, 0.5, 0.5, 0.5)], [(float("nan"), 0, 1, 1)]):
        with pytest.raises(InvalidSetting):
            straightened_by(wall(), Settings(), lines)


def test_a_facade_is_set_right_by_itself() -> None:
    settings = Settings(lens_profile=True)
    changes = found(Meter(wall()), settings, ["upright"])
    for name, value in POSED.items():
        assert changes[name] == pytest.approx(value, abs=1.5 if name != "perspective_rotate" else 0.4)


def test_what_is_found_does_not_depend_on_what_is_set() -> None:
    meter = Meter(wall())
    fresh = found(meter, Settings(lens_profile=True), ["perspective_vertical"])
    again = found(meter, Settings(fresh, lens_profile=True), ["perspective_vertical"])
    assert again == fresh


def test_a_photo_without_lines_says_so() -> None:
    y, x = np.mgrid[0:400, 0:600] / 600
    smooth = Pipeline(Decoded("picture", np.stack([x, y, x * y], -1).astype(np.float32)))
    with pytest.raises(InvalidSetting):
        found(Meter(smooth), Settings(), ["perspective_vertical"])


def test_a_crop_that_was_turned_is_taken_over() -> None:
    changes = straightened_by(wall(), Settings(lens_profile=True, crop_angle=3.0), drawn())
    assert changes["crop_angle"] == 0
    assert changes["perspective_rotate"] == pytest.approx(POSED["perspective_rotate"], abs=0.1)
    assert set(changes) >= set(perspective.TURNS)
