"""The editor in its own window, from the first start to the last edit written."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from stillbytes.app.desktop.instance import First
from stillbytes.app.desktop.window import Kind, Window
from stillbytes.app.desktop.window import browser as browsers
from stillbytes.app.desktop.window.no_window import NoWindow
from stillbytes.app.desktop.window.place import Place, remember, remembered
from stillbytes.app.desktop.window.tab import TabWindow
from stillbytes.app.desktop.window.webview import WebviewWindow, installed
from stillbytes.app.server.start import HOST, begin, bound, has_screen, working
from stillbytes.core.errors import NotFound, StillbytesError
from stillbytes.library.folder import Folder

if TYPE_CHECKING:
    import socket

    from stillbytes.app.server.workspace import Workspace

LAST_WORDS_SECONDS = 0.5


def show(first: First, places: Sequence[Path], kind: Kind | None) -> None:
    """Until the window was closed and everything is written. Raises StillbytesError, see `open_app`."""
    begin()
    folder = Folder(places[0], places[1:]) if places else last_folder(remembered().opened)
    remember(remembered().model_copy(update={"opened": folder.first or folder.path}))
    from stillbytes.app.server.guard import token  # noqa: PLC0415 - the decoder starts while this is imported

    listener = _listener()
    port = listener.getsockname()[1]
    remember(remembered().model_copy(update={"port": port}))
    key, launch = token(), token()
    url = f"http://{HOST}:{port}/"
    first.publish(url, key)
    with working(folder) as workspace:
        ended = threading.Event()
        failed = threading.Event()
        problems: list[BaseException] = []
        windows: list[Window] = []

        def answer() -> None:
            from stillbytes.app.server import answering  # noqa: PLC0415 - after all the rest

            try:
                answering.answer(workspace, listener, key, launch, until=ended.wait, last_words=LAST_WORDS_SECONDS)
            except BaseException as error:  # the main thread raises it
                problems.append(error)
                failed.set()
                for window in windows:
                    window.close()

        server = threading.Thread(target=answer, name="server")
        server.start()
        try:
            _run_one(workspace, kind, windows, f"{url}launch?token={launch}", failed.is_set)
        finally:
            first.withdraw()
            _remember_opened(workspace)
            ended.set()
            server.join()
        if problems:
            raise problems[0]


def last_folder(opened: Path | None) -> Folder:
    """What was open last, if it is still there; else where photos usually are."""
    import platformdirs  # noqa: PLC0415 - only for a start without a place

    for place in (opened, platformdirs.user_pictures_path()):
        if place is not None:
            with contextlib.suppress(NotFound, OSError):
                return Folder(place)
    return Folder(Path.home())


def _listener() -> socket.socket:
    """At the port of the last time, by which the browser knows what the page kept, if it is free."""
    if port := remembered().port:
        with contextlib.suppress(StillbytesError):
            return bound(port)
    return bound(0)


def _run_one(
    workspace: Workspace, kind: Kind | None, windows: list[Window], launch: str, failed: Callable[[], bool]
) -> None:
    """The first of the windows that can be shown, until it is closed; none without a server."""
    candidates = list(_windows(workspace, kind))
    for number, window in enumerate(candidates):
        windows.append(window)
        if failed():  # after it is in the list: whoever fails from now on closes it
            return
        workspace.window = window
        try:
            with _signals(window.close):
                window.run(launch)
            return
        except NoWindow as error:
            if number == len(candidates) - 1:
                raise
            print(f"stillbytes: {error.message}", file=sys.stderr, flush=True)
        finally:
            workspace.window = None
    raise NoWindow("There is no screen to show a window on.", "`stillbytes serve` starts the editor without one.")


def _windows(workspace: Workspace, kind: Kind | None) -> Iterator[Window]:
    """Those that may do, the best first. Raises NoWindow for a kind that cannot be had."""
    if not has_screen():
        return
    if kind == "webview" or (kind is None and installed()):
        yield WebviewWindow(workspace.take_leave)
    if kind in ("browser", None):
        program = browsers.find()
        if program is not None:
            yield browsers.BrowserWindow(program, lambda: workspace.events.heard, workspace.take_leave)
        elif kind is not None:
            raise NoWindow(
                "There is no browser here that is made from Chromium (Chromium, Chrome, Edge, Brave, Vivaldi).",
                "Install one, name one with STILLBYTES_BROWSER, or `pip install 'stillbytes[desktop]'`.",
            )
    if kind in ("tab", None):
        yield TabWindow(lambda: workspace.events.heard, lambda text: print(text, flush=True))


@contextlib.contextmanager
def _signals(close: Callable[[], None]) -> Iterator[None]:
    """Ctrl+C and a polite end close the window as a person does."""
    numbers = [signal.SIGINT, signal.SIGTERM]
    if sys.platform == "win32":
        numbers.append(signal.SIGBREAK)
    before = {number: signal.signal(number, lambda *_: close()) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _remember_opened(workspace: Workspace) -> None:
    folder = workspace.folder
    place: Place = remembered()
    remember(place.model_copy(update={"opened": folder.first or folder.path}))
