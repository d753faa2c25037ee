"""Dark light of which noise was cut off at code 0: as bright as the scene once noise is reduced."""

from __future__ import annotations

import numpy as np
import pytest
from develop.scenes import cut
from numpy.typing import NDArray

from stillbytes.core.geometry import Rect
from stillbytes.develop.pipeline import Pipeline
from stillbytes.develop.settings import Settings
from stillbytes.photo.decoded import Decoded

REDUCED = Settings(noise_luminance=75)


def planes(decoded: Decoded, settings: Settings, level: int = 0) -> NDArray[np.float32]:
    pipeline = Pipeline(decoded)
    uniforms = pipeline._noise_uniforms(settings, pipeline.form(settings), 0.5**level, level)
    whole = Rect.of(pipeline._sensor.size(level))
    found, x, y = pipeline._sensor.read(level, whole, uniforms)
    return found[:, y : whole.height - y, x : whole.width - x]


@pytest.mark.parametrize("black", [0.0, 300.0, 1000.0])
@pytest.mark.parametrize("light", [0.004, 0.02, 0.1])
@pytest.mark.parametrize("level", [0, 1, 3])
def test_the_dark_is_as_bright_as_the_scene(black: float, light: float, level: int) -> None:
    exact = planes(cut(light, 1e-9, 4000.0), Settings(noise_colour=0), level).mean(axis=(1, 2))
    gains = np.array(Pipeline(cut(light, 0.05, black))._sensor._camera.gains)
    found = planes(cut(light, 0.05, black), REDUCED, level).mean(axis=(1, 2))
    assert np.abs((found - exact) / gains).max() < 0.01  # a fifth of the samples' noise
    if (black, light) == (0.0, 0.004):
        older = planes(cut(light, 0.05, black), REDUCED.changed(noise_process="3"), level).mean(axis=(1, 2))
        assert np.abs((older - exact) / gains).min() > 0.015


def test_a_file_that_knows_of_no_noise_is_left_as_it_is() -> None:
    decoded = cut(0.004, 0.0, 0.0)
    newer, older = (planes(decoded, REDUCED.changed(noise_process=process)) for process in ("4", "3"))
    assert np.abs(newer - older).max() < 1e-4


def test_nothing_is_done_where_black_leaves_room() -> None:
    newer, older = (
        planes(cut(0.02, 0.05, 3000.0), REDUCED.changed(noise_process=process)).mean() for process in ("4", "3")
    )
    assert newer == pytest.approx(older, abs=1e-4)
