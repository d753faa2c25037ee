"""The system's web view in a window of ours, through pywebview (the extra "desktop")."""

from __future__ import annotations

import ctypes.util
import importlib.util
import logging
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stillbytes.app.desktop.window.no_window import NoWindow
from stillbytes.app.desktop.window.place import Place, remember, remembered
from stillbytes.core import paths

if TYPE_CHECKING:
    import webview

EXTRA = "Install it with `pip install 'stillbytes[desktop]'`, or use `stillbytes app --window browser`."
BACKGROUND = "#1c1c1c"
"""The page's, so that nothing flashes before it is there."""
SMALLEST = (640, 480)


def installed() -> bool:
    """Whether pywebview is there; whether it finds something to show a page with is seen when it is started."""
    return importlib.util.find_spec("webview") is not None


def lacking_for_qt() -> str:
    """The library without which Qt ends the whole program under X11; empty where it is there or not needed."""
    if sys.platform != "linux" or os.environ.get("WAYLAND_DISPLAY") or not importlib.util.find_spec("PySide6"):
        return ""
    return "" if ctypes.util.find_library("xcb-cursor") else "the library xcb-cursor"


class WebviewWindow:
    """take_leave: called before the window closes, in a thread; returns when the page has sent what it held."""

    own = True

    def __init__(self, take_leave: Callable[[], None]) -> None:
        self._take_leave = take_leave
        self._window: webview.Window | None = None
        self._place = remembered()
        self._asked = self._leaving = self._full = False

    def run(self, launch: str) -> None:
        if not installed():
            raise NoWindow("pywebview is not installed.", EXTRA)
        if lacking := lacking_for_qt():
            raise NoWindow(
                f"Qt needs {lacking} to show a window.",
                "On Debian and Ubuntu: `sudo apt install libxcb-cursor0`; or use `stillbytes app --window browser`.",
            )
        import webview  # noqa: PLC0415 - an extra

        place = self._place
        window = webview.create_window(
            "Stillbytes", launch, width=place.width, height=place.height, x=place.x, y=place.y,
            maximized=place.maximized, min_size=SMALLEST, background_color=BACKGROUND, text_select=True, zoomable=False,
        )  # fmt: skip
        if window is None:
            raise NoWindow("The web view could not make a window.", EXTRA)
        self._window = window
        window.events.closing += self._asked_to_close
        window.events.resized += self._resized
        window.events.moved += self._moved
        window.events.maximized += lambda: self._now(maximized=True)
        window.events.restored += lambda: self._now(maximized=False)
        storage = paths.home() / "webview"
        logging.getLogger("pywebview").setLevel(logging.CRITICAL)  # else it prints what it looked for in vain
        try:
            # Not private: the page keeps which panels are open.
            webview.start(private_mode=False, storage_path=str(storage), **_looks())
        except webview.WebViewException as error:
            raise NoWindow(f"There is no web view that pywebview could use ({error}).", EXTRA) from error
        remember(self._place.model_copy(update={"opened": remembered().opened, "port": remembered().port}))

    def close(self) -> None:
        if not self._asked:
            self._asked = True
            threading.Thread(target=self._leave, name="leaving", daemon=True).start()

    def come_forward(self) -> None:
        if self._window is not None:
            self._window.show()
            self._window.restore()
            if self._place.maximized:
                self._window.maximize()

    def choose_folder(self, start: str) -> Path | None:
        import webview  # noqa: PLC0415 - an extra

        assert self._window is not None
        chosen = self._window.create_file_dialog(webview.FileDialog.FOLDER, directory=start)
        return Path(chosen[0]) if chosen else None

    def toggle_full_screen(self) -> None:
        assert self._window is not None
        if self._full:
            self._window.toggle_fullscreen()
            self._full = False
        else:
            self._full = True  # before its size is told, which is not one to come back in
            self._window.toggle_fullscreen()

    def _asked_to_close(self) -> bool:
        """False keeps the window until the page has sent everything; then it is closed for good."""
        if self._leaving:
            return True
        self.close()
        return False

    def _leave(self) -> None:
        self._take_leave()
        self._leaving = True
        if self._window is not None:
            self._window.destroy()

    def _resized(self, width: int, height: int) -> None:
        if not self._place.maximized and not self._full:
            self._now(width=int(width), height=int(height))

    def _moved(self, x: int, y: int) -> None:
        if not self._place.maximized and not self._full:
            self._now(x=int(x), y=int(y))

    def _now(self, **how: Any) -> None:
        place: Place = self._place.model_copy(update=how)
        if place.sane:
            self._place = place


def _looks() -> dict[str, Any]:
    """Our icon, where a window is given one while it runs."""
    icon = Path(__file__).parents[1] / "stillbytes.png"
    return {"icon": str(icon)} if sys.platform == "linux" and icon.is_file() else {}
