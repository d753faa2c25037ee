"""Whether a person is at work: what nobody asked for waits until they are not."""

from __future__ import annotations

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

AWAY_S = 20.0
"""Without a sign of a person for so long, work that nobody asked for may begin."""
BUSY_S = 1.0
"""So long after a sign of a person, work that nobody waits for rests."""
ASKS = ("GET", "HEAD", "OPTIONS")
READS = ("list_", "stream_")
"""Pages ask in these ways by themselves, too; in others by routes whose names begin so."""


class Presence:
    """When a person last did something, or looked at something else. Thread-safe."""

    def __init__(self) -> None:
        self._last = self._glanced = time.monotonic()

    def seen(self) -> None:
        self._last = time.monotonic()

    def glanced(self) -> None:
        """Other pictures are in sight: somebody scrolls, if they have not changed by themselves."""
        self._glanced = time.monotonic()

    @property
    def busy(self) -> bool:
        """Whether a person is at work just now, or scrolls, and every core is theirs."""
        return time.monotonic() - max(self._last, self._glanced) < BUSY_S

    @property
    def away(self) -> bool:
        return time.monotonic() - self._last >= AWAY_S


class Noticing:
    """ASGI layer: what is sent and said to the server is a sign of a person."""

    def __init__(self, app: ASGIApp, presence: Presence) -> None:
        self._app, self._presence = app, presence

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            try:
                return await self._app(scope, receive, send)
            finally:
                # Which route it was is known afterwards.
                reads = getattr(scope.get("endpoint"), "__name__", "").startswith(READS)
                if scope["type"] == "http" and scope["method"] not in ASKS and not reads:
                    self._presence.seen()

        async def heard() -> Message:
            message = await receive()
            self._presence.seen()
            return message

        await self._app(scope, heard, send)
