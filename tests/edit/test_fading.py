"""Less of what a step of the history did, or more of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillbytes.core.errors import InvalidSetting, NotFound
from stillbytes.develop import parameters
from stillbytes.develop.camera import WhitePoint
from stillbytes.develop.parameter import STRAIGHT
from stillbytes.develop.settings import Settings
from stillbytes.edit.fading import between, can_fade, fade
from stillbytes.edit.history import History

DAYLIGHT = WhitePoint(5000, 10)
NUMBERS = [p for p in parameters().values() if p.kind == "number" and p.group != "Crop"]


@st.composite
def numbers(draw: st.DrawFn) -> Settings:
    chosen = draw(st.lists(st.sampled_from(NUMBERS), max_size=8, unique_by=lambda p: p.name))
    return Settings(
        {
            p.name: p.clamped(round(draw(st.floats(p.minimum, p.maximum)), p.decimals))
            for p in chosen
        }
    )  # fmt: skip


def sky(exposure: float, amount: float = 1.0, id: str = "sky") -> dict[str, object]:
    return {"id": id, "mask": {"kind": "linear"}, "delta": {"exposure": exposure}, "amount": amount}


@given(numbers(), numbers(), st.floats(0, 1.5))
def test_any_amount_of_any_step_is_valid_and_none_and_all_are_exact(a: Settings, b: Settings, amount: float) -> None:
    assert between(a, b, 0, DAYLIGHT) == a
    assert between(a, b, 1, DAYLIGHT) == b
    part = between(a, b, amount, DAYLIGHT)
    for name in part:
        parameters()[name].check(part[name])
    assert {name for name in part if part.get(name) != a.get(name)} <= {*a, *b}


@given(numbers(), numbers(), st.floats(0.01, 0.99))
def test_a_part_lies_between(a: Settings, b: Settings, amount: float) -> None:
    part = between(a, b, amount, DAYLIGHT)
    for p in NUMBERS:
        if p.default is not None and not p.name.endswith("_hue"):
            low, high = sorted((a.number(p.name), b.number(p.name)))
            assert low - p.step / 2 <= part.number(p.name) <= high + p.step / 2


def test_a_temperature_goes_from_what_the_camera_found_by_its_ratio() -> None:
    half = between(Settings(), Settings(temperature=7200, tint=30), 0.5, DAYLIGHT)
    assert half.number("temperature") == pytest.approx(6000, abs=1)  # the root of 5000 times 7200
    assert half.number("tint") == 20


def test_a_curve_goes_by_its_heights_and_stays_one_that_rises() -> None:
    lifted = Settings(curve=[(0, 40), (128, 150), (255, 255)])
    half = between(Settings(), lifted, 0.5, DAYLIGHT)
    assert half["curve"] == ((0, 20), (128, 139), (255, 255))
    much = between(Settings(), Settings(curve=[(0, 0), (100, 20), (130, 240), (255, 255)]), 1.5, DAYLIGHT)
    heights = [y for _, y in much["curve"]]  # type: ignore[union-attr]
    assert heights == sorted(heights)
    assert between(lifted, Settings(), 0.999, DAYLIGHT).value("curve") != STRAIGHT


def test_masks_that_are_new_fade_in_and_those_that_changed_go_on_from_where_they_were() -> None:
    before = Settings(adjustments=[sky(-1.0)])
    after = Settings(adjustments=[sky(-2.0), sky(1.0, id="face")])
    darker, face = between(before, after, 0.5, DAYLIGHT).adjustments
    assert darker.delta["exposure"] == -1.5
    assert darker.amount == 1
    assert face.delta["exposure"] == 1
    assert face.amount == 0.5


def test_what_has_no_half_is_there_at_once() -> None:
    step = Settings(black_and_white=True, contrast=40)
    assert between(Settings(), step, 0.5, DAYLIGHT) == Settings(black_and_white=True, contrast=20)


def test_a_step_is_faded_where_it_changed_something_and_nowhere_else() -> None:
    history = History().committed(Settings(exposure=1), "Exposure").committed(Settings(exposure=2, contrast=40), "Look")
    history = history.committed(history.settings.changed(shadows=30), "Shadows")
    assert fade(history, 2, 0.5, DAYLIGHT) == Settings(exposure=1.5, contrast=20, shadows=30)
    assert fade(history, 2, 0, DAYLIGHT) == Settings(exposure=1, shadows=30)
    assert fade(history, 2, 1, DAYLIGHT) == history.settings


def test_a_step_or_amount_that_there_is_not_is_refused() -> None:
    history = History().committed(Settings(exposure=1), "Exposure")
    with pytest.raises(NotFound):
        fade(history, 2, 0.5, DAYLIGHT)
    with pytest.raises(InvalidSetting, match=r"0 to 1\.5"):
        fade(history, 1, 2, DAYLIGHT)
    with pytest.raises(InvalidSetting):
        fade(history, 1, float("nan"), DAYLIGHT)


def test_one_slider_needs_no_fading_and_a_crop_has_none() -> None:
    assert not can_fade(["exposure"])
    assert not can_fade(["crop_left", "crop_right", "rotate"])
    assert can_fade(["exposure", "contrast"])
    assert can_fade(["adjustments"])
    assert not can_fade(["exposure", "of_a_newer_release"])
