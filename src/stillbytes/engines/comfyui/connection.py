"""The socket on which a ComfyUI server tells what it does: opened again when it breaks, and never a reason to fail.

Whatever is missed meanwhile can be asked over HTTP, so whoever listens is told that there was a gap, and no more.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import quote

from stillbytes.engines.comfyui import messages
from stillbytes.engines.comfyui.messages import Malformed, Message

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

PAUSES = (0.0, 0.1, 0.3, 1.0, 2.0, 5.0)
"""Seconds before another attempt, by the number of failures in a row; the last one holds from there on."""
LARGEST = 512 << 20
"""Bytes of a frame: a result of 45 MP as PNG has about 140 MB."""
FLAGS = json.dumps({"type": "feature_flags", "data": {"supports_preview_metadata": True}})
"""Must be the first thing that we say. With it, pictures come with the job and the node that they belong to."""


class Connection:
    """url: of the server, with http. client: the id under which jobs are queued, whose messages come here.

    heard: called with each message. broke, opened: called when messages may be missed from now on, and no longer are.
    wanted: whether to go on after a failure. skipped: frames that could not be read.
    """

    def __init__(
        self,
        url: str,
        client: str,
        heard: Callable[[Message], None],
        broke: Callable[[], None],
        opened: Callable[[], None],
        wanted: Callable[[], bool],
    ) -> None:
        self.url = f"ws{url.removeprefix('http')}/ws?clientId={quote(client)}"
        self.skipped = 0
        self._heard, self._broke, self._opened, self._wanted = heard, broke, opened, wanted
        self._socket: ClientConnection | None = None
        self._task: asyncio.Task[None] | None = None
        self._tried = asyncio.Event()

    @property
    def connected(self) -> bool:
        return self._socket is not None

    async def open(self, limit: float) -> bool:
        """Have it connected; at once when it is. Returns whether it is after the first attempt, or `limit` seconds."""
        if self._task is None or self._task.done():
            self._tried.clear()
            self._task = asyncio.create_task(self._keep(limit))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(limit):
                await self._tried.wait()
        return self.connected

    async def renew(self) -> None:
        """Close it in order, and open it again: the server may have lost track of it without its breaking.

        It does when an older socket of the same client ends after the newer one was opened
        (https://github.com/Comfy-Org/ComfyUI/issues/16010).
        """
        if self._socket is not None:
            await self._socket.close()

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task}, timeout=5.0)
            self._task = None

    async def _keep(self, limit: float) -> None:
        from websockets.asyncio.client import connect  # noqa: PLC0415 - heavy
        from websockets.exceptions import WebSocketException  # noqa: PLC0415

        failures = 0
        while True:
            try:
                # No compression: pictures are compressed already. No proxy: it is this machine, or one beside it.
                async with connect(
                    self.url, max_size=LARGEST, compression=None, proxy=None, open_timeout=limit, close_timeout=1.0,
                    ping_timeout=60.0,
                ) as socket:  # fmt: skip
                    await socket.send(FLAGS)
                    self._socket, failures = socket, 0
                    self._tried.set()
                    self._opened()
                    async for frame in socket:
                        self._read(frame)
            except (OSError, EOFError, TimeoutError, WebSocketException):
                pass  # what follows from it, the jobs find out over HTTP
            finally:
                if self._socket is not None:
                    self._socket = None
                    self._broke()
            self._tried.set()
            if not self._wanted():
                return
            await asyncio.sleep(PAUSES[min(failures, len(PAUSES) - 1)])
            failures += 1

    def _read(self, frame: str | bytes) -> None:
        try:
            message = messages.read(frame)
        except Malformed:
            self.skipped += 1
            return
        self._heard(message)
