"""Crops, turns and straight horizons."""

from __future__ import annotations

import pytest
from assistant.talk import FRAME, say, settings

from stillbytes.develop.resampling.geometry import Geometry


@pytest.mark.parametrize("ratio", [(4, 5), (5, 4), (1, 1), (16, 9), (3, 1)])
@pytest.mark.parametrize("rotate", ["0", "90"])
def test_a_crop_has_its_shape_and_lies_in_the_one_before(ratio, rotate):
    before = {"crop_left": 0.1, "crop_right": 0.8, "rotate": rotate}
    answer = say(f"crop to {ratio[0]}:{ratio[1]}", **before)
    after = answer.applied()
    size = Geometry.of(after, FRAME).developed
    assert size.width / size.height == pytest.approx(ratio[0] / ratio[1], rel=0.002)
    assert after.number("crop_left") >= 0.1
    assert after.number("crop_right") <= 0.8


@pytest.mark.parametrize("angle", [1.5, -3, 20])
def test_straightening_shows_nothing_beside_the_photo(angle):
    after = say(f"straighten by {angle} degrees").applied()
    assert after.number("crop_angle") == angle
    a, b, tx, c, d, ty = Geometry.of(after, FRAME).affine(Geometry.of(after, FRAME).cut, 1.0)
    size = Geometry.of(after, FRAME).cut
    for x, y in ((0, 0), (size.width - 1, 0), (0, size.height - 1), (size.width - 1, size.height - 1)):
        assert -2 <= a * x + b * y + tx <= FRAME.width + 1
        assert -2 <= c * x + d * y + ty <= FRAME.height + 1


def test_turning_left_twice_is_upside_down():
    assert settings("rotate left", "turn it left") == {"rotate": "180"}


def test_shapes_in_words_and_after_a_comma():
    for said in ("crop it to 16 by 9", "crop, 16:9", "auf 16 zu 9 zuschneiden", "recorta a 16 por 9"):
        assert say(said).steps[0].says == "Crop to 16:9", said


@pytest.mark.parametrize(
    ("said", "angle"), [("tilt it 1.5 degrees clockwise", -1.5), ("rotate left by 3 degrees", 3.0)]
)
def test_a_turn_by_a_few_degrees_straightens(said, angle):
    """The crop's rectangle turns against the picture: see `test_turning`."""
    assert settings(said)["crop_angle"] == angle
    assert settings(said, flip_vertical=True)["crop_angle"] == -angle
    assert not say(said.replace("1.5", "60").replace("3", "60")).understood


def test_what_stands_after_something_that_is_found_is_not_lost():
    (found,) = [step for step in say("fix the verticals and black and white").steps if step.rows]
    assert [row.parameter.name for row in found.rows] == ["black_and_white"]
