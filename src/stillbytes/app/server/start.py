"""Starts the server on this machine's loopback address and opens the page."""

from __future__ import annotations

import asyncio
import json as jsonlib
import secrets
import socket
import sys
import threading
import webbrowser
from pathlib import Path

import uvicorn

from stillbytes.app.server.application import create_app
from stillbytes.app.server.guard import Guard
from stillbytes.app.server.workspace import Workspace
from stillbytes.core.errors import StillbytesError
from stillbytes.develop.kernels.load import library
from stillbytes.photo.decode import warm_up

HOST = "127.0.0.1"


def serve(
    path: Path, *, port: int = 0, json: bool = False, browser: bool = True, exit_with_parent: bool = False
) -> int:
    """Serve the folder (or photo) until stopped; returns the exit status.

    json: the first line of output is {"url", "launch"}; `launch` opens the page once. Raises StillbytesError when the
    port is taken or the place does not exist.
    """
    warm_up()
    threading.Thread(target=library, name="kernels", daemon=True).start()
    workspace = Workspace(path)
    listener = _bound(port)
    port = listener.getsockname()[1]
    guard = Guard(create_app(workspace), secrets.token_urlsafe(32), port)
    config = uvicorn.Config(
        guard,
        log_level="warning",
        ws_per_message_deflate=False,
        server_header=False,
        timeout_graceful_shutdown=2,
        lifespan="on",
    )
    server = _Server(config)
    url = f"http://{HOST}:{port}/"
    launch = f"{url}launch?token={guard.launch_token()}"
    if json:
        print(jsonlib.dumps({"url": url, "launch": launch}), flush=True)
    else:
        print(f"Stillbytes is open at {launch}\nPress Ctrl+C to stop.", flush=True)
    if browser:
        threading.Thread(target=webbrowser.open, args=(launch,), daemon=True).start()
    if exit_with_parent:
        threading.Thread(target=_watch_parent, args=(server,), daemon=True).start()
    try:
        asyncio.run(server.serve([listener]))
    except KeyboardInterrupt:
        workspace.close()
    return 0


class _Server(uvicorn.Server):
    """Tells open event streams to end before uvicorn waits for them."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        app = self.config.app
        inner = getattr(app, "_app", None)
        closing = getattr(getattr(inner, "state", None), "closing", None)
        if closing is not None:
            closing.set()
        await super().shutdown(sockets)


def _bound(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if sys.platform != "win32":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(128)  # who reads the address may connect at once
    except OSError as error:
        listener.close()
        raise StillbytesError(f"Port {port} is not free.", "Use --port 0 for any free port.") from error
    return listener


def _watch_parent(server: uvicorn.Server) -> None:
    """The parent holds our standard input open; its end means that it is gone."""
    while sys.stdin.buffer.read(4096):
        pass
    server.should_exit = True
