"""The web server's run, from the first request to the end of the last stream."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Generator

import uvicorn

from stillbytes.app.server import card
from stillbytes.app.server.beginning import Beginning
from stillbytes.app.server.guard import MOST_BODY, Guard
from stillbytes.app.server.presence import Noticing
from stillbytes.app.server.workspace import Workspace

GRACE_SECONDS = 2
"""For answers under way when the server is stopped."""


def answer(
    workspace: Workspace,
    listener: socket.socket,
    token: str,
    launch: str,
    *,
    until: Callable[[], object] | None = None,
    last_words: float = 0.0,
) -> None:
    """Answer requests until Ctrl+C, SIGTERM or the return of `until`, which runs in a thread of its own.

    last_words: seconds that a page which is gone by then has for its connections to end; what it sent is read to the
    last byte. One that is still there is told that we end.
    """
    with contextlib.suppress(KeyboardInterrupt):  # before the server has taken over the signal
        asyncio.run(_answering(workspace, listener, token, launch, until, last_words))


async def _answering(
    workspace: Workspace,
    listener: socket.socket,
    token: str,
    launch: str,
    until: Callable[[], object] | None,
    last_words: float,
) -> None:
    closing = asyncio.Event()
    app = Beginning(workspace, closing)
    guard = Guard(Noticing(app, workspace.presence), token, listener.getsockname()[1], launch)
    config = uvicorn.Config(
        guard,
        log_level="warning",
        ws_per_message_deflate=False,  # costs more than it saves for JPEG
        ws_max_size=MOST_BODY,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        lifespan="off",
    )
    server = Server(config, closing)
    if until is not None:
        threading.Thread(target=server.end_after, args=(until, last_words), name="until", daemon=True).start()
    workspace.opened.watch()
    later = [asyncio.create_task(app.complete()), asyncio.create_task(card.attach(workspace))]
    try:
        await server.serve([listener])
    finally:
        for one in later:
            one.cancel()
        await asyncio.gather(*later, return_exceptions=True)
        await card.detach(workspace)


class Server(uvicorn.Server):
    """Ends quietly: open streams are told first, and a signal that asked for the end has done its work."""

    def __init__(self, config: uvicorn.Config, closing: asyncio.Event) -> None:
        super().__init__(config)
        self._closing = closing

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._closing.set()  # else uvicorn waits for the event streams
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Unlike uvicorn's, does not raise the signal again at the end, which would make it a failure."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        numbers = [signal.SIGINT, signal.SIGTERM]
        if sys.platform == "win32":
            numbers.append(signal.SIGBREAK)
        before = {number: signal.signal(number, self.handle_exit) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def end_after(self, until: Callable[[], object], last_words: float) -> None:
        until()
        last = time.monotonic() + last_words
        while self.server_state.connections and time.monotonic() < last:
            time.sleep(0.02)
        self.should_exit = True


def parent_gone() -> None:
    """Returns when the parent, which holds our standard input open, is gone."""
    while sys.stdin.buffer.read(4096):
        pass
