"""Fixtures of the develop tests."""

from __future__ import annotations

import pytest
from develop.scenes import bayer, colourful

from stillbytes.develop.pipeline import Pipeline


@pytest.fixture(scope="session")
def scene() -> Pipeline:
    """A small Bayer photo with all hues and edges."""
    return Pipeline(bayer(colourful()))
