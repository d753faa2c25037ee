"""The editor as a person starts it, in a real browser."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from dng import make_photo
from playwright.sync_api import Browser, Page, expect, sync_playwright

ARGUMENTS = (
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip

expect.set_options(timeout=20_000)  # two journeys at once on two processors


@dataclass
class Editor:
    page: Page
    folder: Path

    def brightness(self) -> float:
        """Mean of what the canvas shows, 0..255."""
        code = """canvas => {
            const d = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
            let sum = 0, n = 0;
            for (let i = 0; i < d.length; i += 4 * 97) if (d[i + 3] > 0) { sum += d[i] + d[i + 1] + d[i + 2]; n += 3; }
            return n ? sum / n : -1;
        }"""
        return float(self.page.get_by_test_id("canvas").evaluate(code))

    def until(self, condition: str, seconds: float = 30) -> None:
        """Wait until the JavaScript expression is true (the page's security policy forbids `wait_for_function`)."""
        for _ in range(int(seconds * 20)):
            if self.page.evaluate(condition):
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"not within {seconds} s: {condition}")

    def settled(self, expected: Callable[[float], bool] = lambda brightness: True, seconds: float = 60) -> float:
        """The brightness once it is as expected and no longer changes; on a busy machine that may take long."""
        last, same = -1.0, 0
        for _ in range(int(seconds * 10)):
            now = self.brightness()
            same = same + 1 if now == last and now >= 0 else 0
            if same >= 5 and expected(now):
                return now
            last = now
            self.page.wait_for_timeout(100)
        raise AssertionError(f"the picture did not settle as expected; its brightness is {last}")

    def developed(self) -> float:
        """The brightness of a page that has just been opened, when more than the camera's preview is seen."""
        self.until("window.__stillbytes_metrics?.some(frame => !frame.draft && frame.view === 'main')", 60)
        return self.settled()

    def framed(
        self, action: Callable[[], object], expected: Callable[[float], bool] = lambda brightness: True
    ) -> float:
        """Do what leads to a new frame of full resolution; returns the brightness after it."""
        newest = self.page.evaluate("window.__stillbytes_metrics?.at(-1)?.sequence ?? -1")
        action()
        full = f"frame => !frame.draft && frame.view === 'main' && frame.sequence > {newest}"
        self.until(f"window.__stillbytes_metrics?.some({full})", 60)
        return self.settled(expected)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        arguments = [*ARGUMENTS, *(["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else [])]
        place = os.environ.get("STILLBYTES_BROWSER") or shutil.which("chromium")
        found = playwright.chromium.launch(executable_path=place, args=arguments)
        yield found
        found.close()


SERVE = ("-m", "stillbytes")
DRAWING = (
    "-c",
    "import sys; from drawing import Machine; from stillbytes.app.server.workspace import Workspace; "
    "from stillbytes.gpu import access; machine = Machine(); machine.store.ids |= {'ip-adapter-sd15', 'clip-vit-h'}; "
    "Workspace.networks = lambda self, patience=0.0: machine; access.shared_access = lambda: machine; "
    "from stillbytes.app.cli import main; sys.exit(main(sys.argv[1:]))",
)
"""A server whose ComfyUI draws at once, see `drawing`."""


def gradients(folder: Path) -> None:
    """Two photos."""
    y, x = np.mgrid[0:400, 0:600] / 400
    for i, name in enumerate(("IMG_1.dng", "IMG_2.dng")):
        light = np.stack([0.05 + 0.3 * x, 0.05 + 0.25 * y, 0.1 + 0.2 * (1.5 - x) * (1 + i)], -1)
        make_photo(folder / name, light.astype(np.float32))


@contextmanager
def opened(
    browser: Browser,
    tmp_path: Path,
    program: tuple[str, ...],
    photos: Callable[[Path], None] = gradients,
    name: str = "photos",
) -> Iterator[Editor]:
    """A folder of that name with photos, and the page of a server of its own."""
    folder = tmp_path / name
    folder.mkdir()
    photos(folder)
    command = [sys.executable, *program, "serve", str(folder), "--json", "--no-browser", "--exit-with-parent"]
    paths = os.pathsep.join((str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")))
    environment = {**os.environ, "STILLBYTES_HOME": str(tmp_path / "home"), "PYTHONPATH": paths}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None and process.stdin is not None
    launch = json.loads(process.stdout.readline())["launch"]
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(launch)
    found = Editor(page, folder)
    found.developed()
    yield found
    assert problems == []
    page.close()
    process.stdin.close()
    assert process.wait(timeout=20) == 0


@pytest.fixture
def editor(browser: Browser, tmp_path: Path) -> Iterator[Editor]:
    with opened(browser, tmp_path, SERVE) as found:
        yield found


@pytest.fixture
def drawing_editor(browser: Browser, tmp_path: Path) -> Iterator[Editor]:
    """With models and an engine."""
    with opened(browser, tmp_path, DRAWING) as found:
        yield found
