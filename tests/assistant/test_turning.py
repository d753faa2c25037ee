"""To the right is to the right of who looks at the picture, by quarters and by degrees."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from develop.scenes import bayer

from stillbytes.assistant import tools
from stillbytes.assistant.situation import Situation
from stillbytes.assistant.vocabulary import understand
from stillbytes.develop.pipeline import Pipeline
from stillbytes.develop.settings import Settings
from stillbytes.edit.automatic.meter import LUMA, Meter
from stillbytes.edit.history import History


@pytest.fixture(scope="module")
def pipeline():
    """A bright line on dark ground, tilted by 10 degrees."""
    y, x = np.mgrid[0:400, 0:600].astype(float)
    away = (y - 200) * np.cos(np.radians(10)) - (x - 300) * np.sin(np.radians(10))
    return Pipeline(bayer(np.repeat(np.where(np.abs(away) < 5, 0.6, 0.02)[..., None], 3, -1)))


def seen(pipeline, settings):
    """Degrees by which the line is turned clockwise as the picture is seen, 0..180."""
    codes = Meter(pipeline).picture(settings, 500) @ LUMA
    y, x = np.nonzero(codes > (codes.max() + codes.min()) / 2)
    _, axes = np.linalg.eigh(np.cov(x, y))
    return np.degrees(np.arctan2(axes[1, 1], axes[0, 1])) % 180


def situation(pipeline, settings):
    return Situation(History().committed(settings, "Start"), lambda: pipeline.frame)


@pytest.mark.parametrize(
    ("turn", "mirrored", "upturned"), list(itertools.product(("0", "90", "180", "270"), (False, True), (False, True)))
)
@pytest.mark.parametrize(
    ("said", "degrees"),
    [
        ("rotate 5 degrees to the right", 5), ("tilt it 5 degrees counterclockwise", -5),
        ("dreh es 5 Grad nach links", -5), ("rotate 90 degrees right", 90),
    ],
)  # fmt: skip
def test_the_picture_turns_to_the_side_that_was_said(pipeline, said, degrees, turn, mirrored, upturned):
    before = Settings(rotate=turn, flip_horizontal=mirrored, flip_vertical=upturned)
    answer = understand(said, situation(pipeline, before))
    assert answer.understood
    turned = seen(pipeline, answer.applied()) - seen(pipeline, before)
    assert (turned - degrees + 90) % 180 - 90 == pytest.approx(0, abs=0.7)


@pytest.mark.parametrize("mirrored", [False, True])
def test_a_language_model_turns_the_picture_too(pipeline, mirrored):
    before = Settings(flip_horizontal=mirrored)
    steps, base = tools.put_together([tools.read({"tool": "straighten", "degrees": 5})], situation(pipeline, before))
    after = base.changed(**{row.parameter.name: row.after for row in steps[0].rows})
    assert seen(pipeline, after) - seen(pipeline, before) == pytest.approx(5, abs=0.7)
