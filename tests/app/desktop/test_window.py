"""The windows around the page."""

from __future__ import annotations

import importlib.machinery
import sys
import threading
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stillbytes.app.desktop.window import browser, place
from stillbytes.app.desktop.window.no_window import NoWindow
from stillbytes.app.desktop.window.webview import WebviewWindow


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path))
    return tmp_path


class Event:
    def __init__(self) -> None:
        self.handlers: list[Callable[..., Any]] = []

    def __iadd__(self, handler: Callable[..., Any]) -> Event:
        self.handlers.append(handler)
        return self

    def __call__(self, *values: Any) -> bool:
        return all(handler(*values) is not False for handler in self.handlers)


class FakeWindow:
    """As pywebview has it."""

    def __init__(self, **how: Any) -> None:
        self.how = how
        self.events = types.SimpleNamespace(
            **{name: Event() for name in ("closing", "resized", "moved", "maximized", "restored")}
        )
        self.destroyed = threading.Event()

    def toggle_fullscreen(self) -> None:
        self.events.resized(3840, 2160)
        self.events.moved(0, 0)

    def destroy(self) -> None:
        assert self.events.closing()  # this time it is not kept
        self.destroyed.set()


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    """A pywebview whose person moves the window, maximises it, and closes it with the cross."""
    module = types.ModuleType("webview")
    module.__spec__ = importlib.machinery.ModuleSpec("webview", None)
    made: list[FakeWindow] = []

    def create_window(title: str, url: str, **how: Any) -> FakeWindow:
        made.append(FakeWindow(title=title, url=url, **how))
        return made[-1]

    def start(**how: Any) -> None:
        window = made[-1]
        window.events.resized(1200, 800)
        window.events.moved(40, 30)
        window.events.maximized()
        window.events.resized(1920, 1080)
        assert not window.events.closing()  # kept until the page has sent everything
        assert window.destroyed.wait(20)

    module.made, module.create_window, module.start = made, create_window, start  # type: ignore[attr-defined]
    module.WebViewException = RuntimeError  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "webview", module)
    return module


def test_a_window_of_ours_closes_when_the_page_has_sent_everything_and_comes_back_in_its_place(fake: Any) -> None:
    left: list[bool] = []
    WebviewWindow(lambda: left.append(fake.made[-1].destroyed.is_set())).run("http://127.0.0.1:1/launch")
    assert left == [False]  # asked once, before it was closed
    found = place.remembered()
    assert (found.width, found.height, found.x, found.y, found.maximized) == (1200, 800, 40, 30, True)
    WebviewWindow(lambda: None).run("http://127.0.0.1:1/launch")
    how = fake.made[-1].how
    assert (how["width"], how["height"], how["x"], how["y"], how["maximized"]) == (1200, 800, 40, 30, True)


def test_the_size_of_the_screen_is_not_one_to_come_back_in(fake: Any) -> None:
    start = fake.start

    def filled(**how: Any) -> None:
        window.toggle_full_screen()
        start(**how)

    fake.start = filled
    window = WebviewWindow(lambda: None)
    window.run("http://127.0.0.1:1/launch")
    found = place.remembered()
    assert (found.width, found.height) == (1500, 940) and (found.x, found.y) == (None, None)


def test_without_pywebview_or_its_web_view_the_remedy_is_told(fake: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_engine(**how: Any) -> None:
        raise RuntimeError("You must have either QT or GTK")

    fake.start = no_engine
    with pytest.raises(NoWindow, match=r"You must have either QT or GTK.*stillbytes\[desktop\]"):
        WebviewWindow(lambda: None).run("http://127.0.0.1:1/launch")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(NoWindow, match=r"pywebview is not installed.*stillbytes\[desktop\]"):
        WebviewWindow(lambda: None).run("http://127.0.0.1:1/launch")


def test_a_library_without_which_qt_would_end_the_program_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object())
    monkeypatch.setattr("ctypes.util.find_library", lambda name: None)
    with pytest.raises(NoWindow, match=r"xcb-cursor.*libxcb-cursor0"):
        WebviewWindow(lambda: None).run("http://127.0.0.1:1/launch")


@pytest.mark.parametrize("written", [b"", b"\xff", b'{"width": -5}', b'{"x": 1e9}', b'{"opened": 3}', b"[]"])
def test_a_window_that_nobody_could_find_is_not_made(home: Path, written: bytes) -> None:
    (home / "window.json").write_bytes(written)
    assert place.remembered() == place.Place()


def test_a_browser_has_a_profile_of_its_own_and_keeps_to_this_machine(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STILLBYTES_BROWSER_OPTIONS", "--ozone-platform=wayland '--lang=de AT'")
    given = browser.command("chromium", "http://127.0.0.1:1/launch?token=x")
    assert given[:3] == ["chromium", "--app=http://127.0.0.1:1/launch?token=x", f"--user-data-dir={home / 'window'}"]
    assert {"--disable-background-networking", "--no-first-run", "--lang=de AT", "--window-size=1500,940"} <= set(given)
    (home / "window/Default").mkdir()  # from now on it remembers its size by itself
    assert not any(one.startswith("--window-size") for one in browser.command("chromium", "http://127.0.0.1:1/"))


def test_a_browser_that_was_named_and_is_not_there_is_not_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STILLBYTES_BROWSER", "/nowhere/chromium")
    assert browser.find() is None
