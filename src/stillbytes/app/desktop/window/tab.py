"""A tab of the usual browser, for lack of a window."""

from __future__ import annotations

import threading
import time
import webbrowser
from collections.abc import Callable
from pathlib import Path

from stillbytes.app.desktop.window.no_window import NoWindow

GONE_SECONDS = 15.0
"""Without any page for so long, the tab was closed."""
COMES_SECONDS = 120.0
LOOK_SECONDS = 0.25


class TabWindow:
    """heard: whether a page is connected to the server at this moment. told: where the address is printed."""

    own = False

    def __init__(self, heard: Callable[[], bool], told: Callable[[str], None]) -> None:
        self._heard, self._told = heard, told
        self._closed = threading.Event()

    def run(self, launch: str) -> None:
        self._told(f"Stillbytes is open at {launch}\nIt ends when the page is closed, or with Ctrl+C.")
        threading.Thread(target=webbrowser.open, args=(launch,), name="browser", daemon=True).start()
        last, wait = time.monotonic(), COMES_SECONDS
        while not self._closed.wait(LOOK_SECONDS):
            if self._heard():
                last, wait = time.monotonic(), GONE_SECONDS
            elif time.monotonic() - last > wait:
                if wait == COMES_SECONDS:
                    raise NoWindow("No page was opened.", "Open the address that was printed, within two minutes.")
                return

    def close(self) -> None:
        self._closed.set()

    def come_forward(self) -> None:
        """The page asks for it by itself."""

    def choose_folder(self, start: str) -> Path | None:
        del start
        return None

    def toggle_full_screen(self) -> None:
        """The page does that by itself."""
