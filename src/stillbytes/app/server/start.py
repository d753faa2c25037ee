"""Starts the server on this machine's loopback address and opens the page.

The address is told as soon as the port is ours: while the browser starts and loads the page, the rest is imported and
the first photo is developed. Whoever asks earlier waits for that.
"""

from __future__ import annotations

import contextlib
import gc
import json as jsonlib
import os
import socket
import sys
import threading
import webbrowser
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from stillbytes.core.errors import StillbytesError
from stillbytes.core.saying import said
from stillbytes.photo.decode import warm_up, workers

if TYPE_CHECKING:
    from stillbytes.app.server.workspace import Workspace
    from stillbytes.library.folder import Folder

HOST = "127.0.0.1"
BACKLOG = 128


def serve(
    path: Path, *, port: int = 0, json: bool = False, browser: bool = True, exit_with_parent: bool = False
) -> int:
    """Serve the folder (or photo) until stopped; returns the exit status.

    port: 0 for any free one. json: the first line of output is {"url", "launch"}; `launch` opens the page once.
    exit_with_parent: stop when standard input ends. Raises StillbytesError when the port is taken or the place does
    not exist.
    """
    begin()
    from stillbytes.library.folder import Folder  # noqa: PLC0415 - the decoder starts while this is imported

    folder = Folder(path)
    listener = bound(port)
    port = listener.getsockname()[1]
    from stillbytes.app.server.guard import token  # noqa: PLC0415

    key, launch = token(), token()
    url = f"http://{HOST}:{port}/"
    tell(url, f"{url}launch?token={launch}", json=json, browser=browser)
    run(folder, listener, key, launch, exit_with_parent=exit_with_parent)
    return 0


def begin() -> None:
    """First of all: a decoder starts while the rest is imported. That all stays, and to look for garbage in it would
    take a fifth of the start, so that nobody does until the server answers."""
    gc.disable()
    warm_up()


def tell(url: str, launch: str, *, json: bool, browser: bool) -> None:
    """Print the address and open it."""
    if json:
        print(jsonlib.dumps({"url": url, "launch": launch}), flush=True)
    else:
        print(f"Stillbytes is open at {launch}\nPress Ctrl+C to stop.", flush=True)
    if browser and has_screen():
        threading.Thread(target=webbrowser.open, args=(launch,), name="browser", daemon=True).start()


def has_screen() -> bool:
    """Whether a browser has a place to open. Without one Python may start a text browser in our terminal."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("BROWSER") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def run(folder: Folder, listener: socket.socket, key: str, launch: str, *, exit_with_parent: bool) -> None:
    """Answer until told to stop; then save everything."""
    with working(folder) as workspace:
        from stillbytes.app.server.answering import answer, parent_gone  # noqa: PLC0415 - with the page

        answer(workspace, listener, key, launch, until=parent_gone if exit_with_parent else None)


@contextlib.contextmanager
def working(folder: Folder) -> Iterator[Workspace]:
    """A workspace that saves everything at the end."""
    from stillbytes.app.server.ahead import Ahead  # noqa: PLC0415

    ahead = Ahead(folder)
    from stillbytes.app.server.workspace import Workspace  # noqa: PLC0415 - while the photo is read

    workspace = Workspace(folder, ahead)
    workspace.look_ahead()
    try:
        yield workspace
    finally:
        workspace.stop()
        workers.close()  # else a damaged photo could hold up the end for as long as its decoder may take
        workspace.close()


def bound(port: int) -> socket.socket:
    """A socket that listens at the port of this machine's loopback address, and nowhere else.

    Raises StillbytesError when the port cannot be had.
    """
    # asyncio sends without delay only over sockets that say their protocol: else an answer's body would wait for word
    # that its head has arrived, which takes 40 ms on a connection that is kept.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform == "win32":  # there, the other option would let two programs share a port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(BACKLOG)  # who reads the address may connect at once
    except OSError as error:
        listener.close()
        reason = error.strerror or error
        raise StillbytesError(
            said("Port {port} cannot be used: {why}.", port=port, why=reason),
            "Use another one, or --port 0 for any free one.",
        ) from error
    return listener
