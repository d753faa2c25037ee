"""A Chromium of this machine, as a window of its own without bars and with a profile of its own.

It remembers size and place by itself. What it would tell its maker in the background is switched off.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from stillbytes.app.desktop.window import WINDOW_CLASS
from stillbytes.app.desktop.window.no_window import NoWindow
from stillbytes.core import paths

NAMES = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge"),
    *("microsoft-edge-stable", "brave-browser", "vivaldi", "vivaldi-stable", "msedge", "chrome"),
)
_MAC = ("Google Chrome", "Chromium", "Microsoft Edge", "Brave Browser", "Vivaldi")
_WINDOWS = ("Google/Chrome/Application/chrome.exe", "Microsoft/Edge/Application/msedge.exe")
OPTIONS = (
    *("--no-first-run", "--no-default-browser-check", "--disable-background-networking", "--disable-sync"),
    *("--disable-component-update", "--disable-domain-reliability", "--disable-breakpad", "--no-pings"),
    *("--disable-background-mode", "--disable-features=Translate", f"--class={WINDOW_CLASS}"),
)
FIRST_SIZE = (1500, 940)
"""Afterwards the browser remembers what a person made of it."""
MORE_OPTIONS = "STILLBYTES_BROWSER_OPTIONS"
REMEDY = "`stillbytes app --window tab` opens the page in the usual browser."
LOOK_SECONDS = 0.25
GONE_SECONDS = 5.0
"""Without any page for so long, the window was closed; a page that is loaded anew comes back sooner."""
COMES_SECONDS = 60.0
"""A window that another process of the browser shows must be there by then."""
QUITS = sys.platform != "darwin"
"""Whether the browser's process ends with its last window."""


class BrowserWindow:
    """heard: whether a page is connected to the server at this moment. take_leave: has it send what it holds."""

    own = False

    def __init__(self, program: str, heard: Callable[[], bool], take_leave: Callable[[], None]) -> None:
        self._program, self._heard, self._take_leave = program, heard, take_leave
        self._closed = threading.Event()

    def run(self, launch: str) -> None:
        with tempfile.TemporaryFile() as said:
            try:
                process = subprocess.Popen(
                    command(self._program, launch), stdin=subprocess.DEVNULL, stdout=said, stderr=said
                )
            except OSError as error:
                raise NoWindow(f"{self._program} could not be started: {error.strerror or error}.", REMEDY) from error
            self._wait(process, said)

    def close(self) -> None:
        self._closed.set()

    def come_forward(self) -> None:
        """The page asks for it by itself; a browser's process has no way to be asked."""

    def choose_folder(self, start: str) -> Path | None:
        del start
        return None

    def toggle_full_screen(self) -> None:
        """The page does that by itself."""

    def _wait(self, process: subprocess.Popen[bytes], said: IO[bytes]) -> None:
        begun = last = time.monotonic()
        came = handed_on = False
        while not self._closed.wait(LOOK_SECONDS):
            now, ended = time.monotonic(), process.poll() is not None
            if self._heard():
                came, last = True, now
                handed_on = handed_on or ended  # to a browser of an earlier run, which shows it
                continue
            if ended and not came and process.returncode:
                raise NoWindow(f"{Path(self._program).name} could not show a window{_last_words(said)}.", REMEDY)
            patience = GONE_SECONDS if handed_on or not QUITS else 0
            if came and (ended or not QUITS) and now - last >= patience:
                break
            if ended and now - begun > COMES_SECONDS:
                break
        if process.poll() is None:
            self._take_leave()
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(5)


def command(program: str, launch: str) -> list[str]:
    """What is run. STILLBYTES_BROWSER_OPTIONS may hold more options, as a shell takes them."""
    profile = paths.home() / "window"
    profile.mkdir(parents=True, exist_ok=True)
    first = [] if (profile / "Default").exists() else [f"--window-size={FIRST_SIZE[0]},{FIRST_SIZE[1]}"]
    more = shlex.split(os.environ.get(MORE_OPTIONS, ""))
    return [program, f"--app={launch}", f"--user-data-dir={profile}", *OPTIONS, *first, *more]


def find() -> str | None:
    """STILLBYTES_BROWSER, or the first of those that are made from Chromium."""
    chosen = os.environ.get("STILLBYTES_BROWSER")
    found = (shutil.which(name) for name in ((chosen,) if chosen else NAMES))
    return next((program for program in found if program), None) or (None if chosen else _in_usual_places())


def _in_usual_places() -> str | None:
    if sys.platform == "darwin":
        roots = (Path("/Applications"), Path.home() / "Applications")
        places = [root / f"{name}.app" / "Contents" / "MacOS" / name for root in roots for name in _MAC]
    elif sys.platform == "win32":
        names = ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")
        folders = [os.environ[name] for name in names if name in os.environ]
        places = [Path(folder) / name for folder in folders for name in _WINDOWS]
    else:
        places = list[Path]()
    return next((str(place) for place in places if place.is_file()), None)


def _last_words(said: IO[bytes]) -> str:
    said.seek(0)
    words = [line.strip() for line in said.read(100_000).decode(errors="replace").split("\n") if line.strip()]
    # What made it give up; its crash handler talks on afterwards.
    last = next((line for line in words if ":FATAL:" in line), words[-1] if words else "")
    return f" ({last[:300]})" if last else ""
