"""A look is found again in a picture of the same scene."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest
from generate.look.conftest import shown, uniform
from hypothesis import given, settings
from hypothesis import strategies as st

from stillbytes.core.errors import Cancelled, UnusablePicture
from stillbytes.core.jobs import Control, Job, Jobs
from stillbytes.develop.pipeline import Pipeline
from stillbytes.develop.settings import Settings
from stillbytes.generate.look import fit

EDITS: list[dict[str, Any]] = [
    {"exposure": 0.7},
    {"temperature": 8000.0, "tint": 20.0},
    {"contrast": 40.0, "saturation": -30.0},
    {"curve": ((0.0, 25.0), (64.0, 75.0), (192.0, 185.0), (255.0, 240.0))},
    {"grade_shadows_hue": 200.0, "grade_shadows_saturation": 20.0},
    {"hue_blue": 40.0, "luminance_green": -40.0, "saturation_red": 40.0},
]


@pytest.mark.parametrize("edit", EDITS, ids=["-".join(edit) for edit in EDITS])
def test_a_simple_edit_is_recovered(photo: Pipeline, edit: dict[str, Any]) -> None:
    found = fit(photo, Settings(), shown(photo, Settings(edit)))
    assert found.before.mean > 1.5
    assert found.after.mean < 0.6
    assert found.after.p95 < 2.0


@settings(max_examples=6, deadline=None, derandomize=True)
@given(
    st.fixed_dictionaries(
        {"exposure": st.floats(-1, 1), "temperature": st.floats(4000, 9000)},
        optional={
            name: st.floats(-60, 60)
            for name in ("contrast", "highlights", "shadows", "blacks", "vibrance", "hue_red", "saturation_blue")
        },
    )
)
def test_any_edit_is_recovered(edit: dict[str, float]) -> None:
    photo = _shared()
    found = fit(photo, Settings(), shown(photo, Settings(edit)))
    assert found.after.mean < 1.0


def test_an_exposure_alone_comes_back_as_such_and_round(photo: Pipeline) -> None:
    assert fit(photo, Settings(), shown(photo, Settings(exposure=0.7))).settings == Settings(exposure=0.7)


def test_an_identical_picture_gives_no_settings(photo: Pipeline) -> None:
    found = fit(photo, Settings(), shown(photo, Settings()))
    assert found.settings == Settings()
    assert found.before == found.after
    assert found.after.mean < 0.05


def test_black_and_white_is_recognised_even_when_toned(photo: Pipeline) -> None:
    toned = Settings(black_and_white=True, grey_red=30, grade_global_hue=40, grade_global_saturation=25)
    found = fit(photo, Settings(), shown(photo, toned))
    assert found.settings.value("black_and_white") is True
    assert found.after.mean < 1.0


def test_what_is_no_look_stays_and_is_in_effect(photo: Pipeline) -> None:
    cropped = Settings(crop_left=0.3, crop_bottom=0.8, sharpen_amount=10)
    target = shown(photo, cropped.changed(exposure=-0.8, contrast=30))
    found = fit(photo, cropped.changed(exposure=2.0, hue_red=50), target)
    assert {name: found.settings[name] for name in cropped} == dict(cropped)
    assert "hue_red" not in found.settings
    assert found.after.mean < 0.6


def test_eight_bits_and_another_space_and_size_do_as_well(photo: Pipeline) -> None:
    look = Settings(exposure=0.5, saturation=30)
    wide = shown(photo, look, "display-p3")[::2, ::2]
    found = fit(photo, Settings(), np.rint(wide * 255).astype(np.uint8), "display-p3")
    assert found.after.mean < 1.0
    assert found.settings.number("exposure") == pytest.approx(0.5, abs=0.11)


def test_what_the_target_changed_in_a_place_does_not_sway_the_fit(photo: Pipeline) -> None:
    target = shown(photo, Settings(exposure=0.5)).copy()
    target[60:130, 300:420] = [0.9, 0.1, 0.6]
    assert fit(photo, Settings(), target).settings.number("exposure") == pytest.approx(0.5, abs=0.06)


# Pictures that are none


@pytest.mark.parametrize("level", [0.0, 0.5, 1.0])
def test_a_target_of_one_tone_is_refused(photo: Pipeline, level: float) -> None:
    with pytest.raises(UnusablePicture, match="one flat tone") as refused:
        fit(photo, Settings(), np.full((333, 500, 3), level, np.float32))
    assert refused.value.remedy


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_values_that_are_no_numbers_are_refused(photo: Pipeline, wrong: float) -> None:
    target = shown(photo, Settings()).copy()
    target[5, 5, 1] = wrong
    with pytest.raises(UnusablePicture, match="no numbers"):
        fit(photo, Settings(), target)


@pytest.mark.parametrize("shape", [(333, 500), (333, 500, 4), (0, 500, 3), (500, 333, 3), (333, 333, 3)])
def test_another_shape_is_refused(photo: Pipeline, shape: tuple[int, ...]) -> None:
    with pytest.raises(UnusablePicture):
        fit(photo, Settings(), np.zeros(shape, np.float32))


@pytest.mark.parametrize("level", [0.0, 0.3, 1.0])
def test_a_photo_of_one_tone_becomes_the_targets_as_far_as_it_can(level: float) -> None:
    found = fit(uniform(level), Settings(), np.full((40, 60, 3), 0.4, np.float32))
    assert found.after.mean <= found.before.mean
    if level == 0.3:
        assert found.after.mean < 0.6


def test_one_pixel_is_enough_to_fit_its_brightness() -> None:
    found = fit(uniform(0.3, 1, 1), Settings(), np.full((1, 1, 3), 0.4, np.float32))
    assert found.after.mean < 0.6


# As a job


def test_progress_rises_to_its_end(photo: Pipeline) -> None:
    told: list[tuple[int, int]] = []
    fit(
        photo,
        Settings(),
        shown(photo, Settings(exposure=1)),
        progress=lambda done, total, _: told.append((done, total)),
    )
    assert told == sorted(told)
    assert told[-1][0] == told[-1][1]


@pytest.mark.parametrize("after", [0, 1, 40])
def test_it_stops_when_it_is_cancelled(photo: Pipeline, after: int) -> None:
    asked = 0

    def cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked > after

    with pytest.raises(Cancelled):
        fit(photo, Settings(), shown(photo, Settings(exposure=1)), cancelled=cancelled)
    assert asked == after + 1


def test_a_job_of_it_ends_with_its_result(photo: Pipeline) -> None:
    ended = threading.Event()
    seen: list[Job] = []

    def changed(job: Job) -> None:
        seen.append(job)
        if job.ended:
            ended.set()

    def work(control: Control) -> str:
        target = shown(photo, Settings(exposure=1))
        found = fit(photo, Settings(), target, progress=control.progress, cancelled=control.cancelled)
        return f"{found.after.mean:.2f}"

    jobs = Jobs(changed)
    jobs.start("Look", 5, work)
    assert ended.wait(60)
    jobs.close()
    assert seen[-1].state == "done"
    assert float(seen[-1].message) < 0.5


_held: list[Pipeline] = []


def _shared() -> Pipeline:
    """The photo for property tests, which take no fixtures."""
    if not _held:
        from develop.scenes import bayer, colourful  # noqa: PLC0415

        _held.append(Pipeline(bayer(colourful())))
    return _held[0]
