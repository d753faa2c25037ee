"""`stillbytes app`: one window, what is opened later comes into it, and its end loses nothing."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from dng import make_photo

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-in for a browser is a script with a first line")
SECONDS = 300


class Desktop:
    """A person's home and photos, and a browser that the test holds."""

    def __init__(self, folder: Path) -> None:
        self.home, self.photos, self.more = folder / "home", folder / "photos", folder / "more"
        for place in (self.photos, self.more):
            place.mkdir()
        for path in (self.photos / "a.dng", self.more / "b.dng", self.more / "c.dng", self.more / "d.dng"):
            make_photo(path)
        self.place = folder / "browser"
        self.place.mkdir()
        self.browser = self.place / "browser.py"
        source = Path(__file__).with_name("fake_browser.py").read_text()
        self.browser.write_text(f"#!{sys.executable}\n{source}")
        self.browser.chmod(0o755)
        self.environment = {
            **os.environ, "STILLBYTES_HOME": str(self.home), "STILLBYTES_BROWSER": str(self.browser), "DISPLAY": ":0"
        }  # fmt: skip
        self.processes: list[subprocess.Popen[str]] = []

    def start(self, *places: Path) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "stillbytes", "app", "--window", "browser", *map(str, places)]
        process = subprocess.Popen(
            command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.processes.append(process)
        return process

    def client(self) -> httpx.Client:
        """As the page of the browser that was started last."""
        told = self.place / "told.json"
        until(told.exists)
        found = json.loads(told.read_text())
        told.unlink()
        return httpx.Client(base_url=found["url"], headers={"cookie": found["cookie"]}, timeout=SECONDS)

    def heard(self, name: str) -> bool:
        events = self.place / "events"
        return events.exists() and name in events.read_text().split()

    def close_browser(self) -> None:
        (self.place / "close").touch()


@pytest.fixture
def desktop(tmp_path: Path) -> Iterator[Desktop]:
    found = Desktop(tmp_path)
    yield found
    found.close_browser()
    for process in found.processes:
        process.kill()
        process.wait()


def until(true: Callable[[], object]) -> None:
    end = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.02)


def edit(client: httpx.Client, exposure: float) -> None:
    folder = client.get("/api/folder").json()
    id = folder["first"]
    done = client.put(f"/api/photos/{id}/settings", json={"settings": {"exposure": exposure}, "label": "lighter"})
    assert done.status_code == 200


def test_a_second_start_hands_over_and_closing_the_window_saves_everything(desktop: Desktop) -> None:
    first = desktop.start(desktop.photos / "a.dng")
    with desktop.client() as client:
        assert (desktop.home / "app.json").stat().st_mode & 0o077 == 0  # who can read it can use the editor
        edit(client, 1)
        second = desktop.start(desktop.more / "c.dng", desktop.more / "d.dng")
        out, _ = second.communicate(timeout=SECONDS)
        assert (second.returncode, out) == (0, "Opened in the window that is there already.\n")
        until(lambda: desktop.heard("place-opened"))
        opened = client.get("/api/folder").json()
        names = {photo["id"]: photo["name"] for photo in opened["photos"]}
        assert names[opened["first"]] == "c.dng" and {names[id] for id in opened["chosen"]} == {"c.dng", "d.dng"}

        missing = desktop.start(desktop.more / "gone.dng")
        out, _ = missing.communicate(timeout=SECONDS)
        assert missing.returncode == 1 and "gone.dng does not exist" in out
        until(lambda: desktop.heard("place-refused"))

        edit(client, 2)
    desktop.close_browser()
    assert first.wait(SECONDS) == 0
    assert 'Exposure2012="+1' in (desktop.photos / "a.xmp").read_text()
    assert 'Exposure2012="+2' in (desktop.more / "c.xmp").read_text()
    assert not (desktop.home / "app.json").exists()
    assert json.loads((desktop.home / "window.json").read_text())["opened"] == str(desktop.more / "c.dng")


def test_what_a_killed_one_left_behind_keeps_nobody_away(desktop: Desktop) -> None:
    killed = desktop.start(desktop.photos)
    with desktop.client() as client:
        client.get("/api/folder")
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert (desktop.home / "app.json").exists() and (desktop.home / "app.lock").exists()

    again = desktop.start()  # shows what was open last
    with desktop.client() as client:
        assert client.get("/api/folder").json()["path"] == str(desktop.photos)
        until(lambda: desktop.heard("photo-changed") or client.get("/api/jobs").status_code == 200)
        again.send_signal(signal.SIGTERM)
        assert again.wait(SECONDS) == 0
    assert desktop.heard("leaving")  # the page was asked for what it held
    shutil.rmtree(desktop.photos)


def test_a_browser_that_shows_nothing_is_told_with_its_own_words(desktop: Desktop) -> None:
    desktop.browser.write_text("#!/bin/sh\necho 'no protocol specified' >&2\nexit 3\n")
    out, _ = (process := desktop.start(desktop.photos)).communicate(timeout=SECONDS)
    assert process.returncode == 1
    assert "could not show a window (no protocol specified)" in out and "--window tab" in out
