"""The web server's run, from the first request to the end of the last stream."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import sys
import threading
from collections.abc import Callable, Generator

import uvicorn

from stillbytes.app.server import card
from stillbytes.app.server.application import create_app
from stillbytes.app.server.guard import MOST_BODY, Guard
from stillbytes.app.server.workspace import Workspace

GRACE_SECONDS = 2
"""For answers under way when the server is stopped."""


def answer(
    workspace: Workspace, listener: socket.socket, token: str, launch: str, *, exit_with_parent: bool = False
) -> None:
    """Answer requests until Ctrl+C, SIGTERM or, with exit_with_parent, the end of standard input."""
    with contextlib.suppress(KeyboardInterrupt):  # before the server has taken over the signal
        asyncio.run(_answering(workspace, listener, token, launch, exit_with_parent))


async def _answering(
    workspace: Workspace, listener: socket.socket, token: str, launch: str, exit_with_parent: bool
) -> None:
    closing = asyncio.Event()
    guard = Guard(create_app(workspace, closing), token, listener.getsockname()[1], launch)
    config = uvicorn.Config(
        guard,
        log_level="warning",
        ws_per_message_deflate=False,  # costs more than it saves for JPEG
        ws_max_size=MOST_BODY,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        lifespan="off",
    )
    server = Server(config, closing, workspace.prepare)
    if exit_with_parent:
        threading.Thread(target=server.end_with_parent, name="parent", daemon=True).start()
    attaching = asyncio.create_task(card.attach(workspace))
    try:
        await server.serve([listener])
    finally:
        attaching.cancel()
        await asyncio.gather(attaching, return_exceptions=True)
        await card.detach(workspace)


class Server(uvicorn.Server):
    """Ends quietly: open streams are told first, and a signal that asked for the end has done its work."""

    def __init__(self, config: uvicorn.Config, closing: asyncio.Event, begun: Callable[[], None]) -> None:
        super().__init__(config)
        self._closing, self._begun = closing, begun

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._begun()  # not earlier, or the page itself would wait for the processor

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._closing.set()  # else uvicorn waits for the event streams
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Unlike uvicorn's, does not raise the signal again at the end, which would make it a failure."""
        numbers = [signal.SIGINT, signal.SIGTERM]
        if sys.platform == "win32":
            numbers.append(signal.SIGBREAK)
        before = {number: signal.signal(number, self.handle_exit) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def end_with_parent(self) -> None:
        """The parent holds our standard input open; its end means that it is gone."""
        while sys.stdin.buffer.read(4096):
            pass
        self.should_exit = True
