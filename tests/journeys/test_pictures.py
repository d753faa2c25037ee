"""The guide's pictures are made by walking through the editor: `python3 dev.py pictures`."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from journeys.conftest import SERVE, Editor, opened
from journeys.guide import PICTURES, photos
from PIL import Image
from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def folder(request: pytest.FixtureRequest) -> Path:
    chosen = request.config.getoption("--pictures")
    if not chosen:
        pytest.skip("the guide's pictures are made with --pictures DIR")
    found = Path(chosen).resolve()
    found.mkdir(parents=True, exist_ok=True)
    return found


@pytest.fixture(scope="module")
def guided(browser: Browser, folder: Path) -> Iterator[Editor]:
    del folder  # without one nothing is started
    # Its name is read in a picture.
    with (
        tempfile.TemporaryDirectory(prefix="stillbytes-") as place,
        opened(browser, Path(place), SERVE, photos, "Evening") as found,
    ):
        yield found


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_of_the_guide(name: str, folder: Path, guided: Editor) -> None:
    PICTURES[name](guided)
    guided.page.wait_for_timeout(500)  # what fades in or out has done so
    shot = Image.open(io.BytesIO(guided.page.screenshot())).convert("RGB")
    assert len(shot.getcolors(1 << 24) or []) > 1000
    shot.save(folder / f"{name}.webp", quality=82, method=6)
