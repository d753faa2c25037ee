"""Photos for looks: rendered files, as most pictures beside a look are."""

from __future__ import annotations

import numpy as np
import pytest
from develop.scenes import bayer, colourful
from numpy.typing import NDArray

from stillbytes.develop.frame import Output
from stillbytes.develop.pipeline import Pipeline
from stillbytes.develop.settings import Settings
from stillbytes.photo.decoded import Decoded


def shown(pipeline: Pipeline, settings: Settings, space: str = "srgb") -> NDArray[np.float32]:
    """The whole developed picture, encoded, 0..1."""
    return np.asarray(pipeline.render(settings, output=Output(space, "float32")).pixels, np.float32)


def uniform(level: float, height: int = 40, width: int = 60) -> Pipeline:
    """A picture of one grey."""
    return Pipeline(Decoded("picture", np.full((height, width, 3), level, np.float32), white=1.0))


@pytest.fixture(scope="session")
def photo() -> Pipeline:
    """A RAW photo with all hues, dark to bright, and edges."""
    return Pipeline(bayer(colourful()))


@pytest.fixture(scope="session")
def muted() -> Pipeline:
    """A RAW photo whose colours are weak, which tells its light."""
    light = colourful(240, 360)
    grey = light.mean(axis=-1, keepdims=True)
    return Pipeline(bayer(grey + (light - grey) * 0.2))
