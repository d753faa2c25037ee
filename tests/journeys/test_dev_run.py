"""The first of the README's two commands, as a person gives it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from dng import make_photo
from journeys.conftest import Editor
from playwright.sync_api import Browser

ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(os.name == "nt", reason="is stopped as by Ctrl+C, which Windows sends to the tests too")
def test_dev_run_opens_the_editor_on_a_folder(browser: Browser, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    make_photo(folder / "IMG_1.dng", np.full((200, 300, 3), 0.2, np.float32))
    command = [sys.executable, str(ROOT / "dev.py"), "run", str(folder), "--no-browser"]
    environment = {**os.environ, "STILLBYTES_HOME": str(tmp_path / "home")}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, start_new_session=True)
    try:
        assert process.stdout is not None
        told = next(
            (found for line in process.stdout if (found := re.search(r"http://\S+launch\?token=\S+", line))), None
        )
        assert told is not None, "no address was printed"
        page = browser.new_page(viewport={"width": 1200, "height": 800})
        page.goto(told[0])
        assert Editor(page, folder).settled() > 10
        page.close()
    finally:
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(timeout=30) == 0
