"""The first moments of the server: the page is there before the interface, and of that first what the first picture
needs."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from starlette.types import ASGIApp, Receive, Scope, Send

from stillbytes.app.server import page
from stillbytes.app.server.workspace import Workspace

if TYPE_CHECKING:
    from stillbytes.app.server.first import First

PATIENCE_S = 1.0
"""How long the whole interface waits for a photo that takes longer."""
log = logging.getLogger(__name__)
Part = TypeVar("Part")


class Beginning:
    """ASGI: answers what it can at once. Whoever asks for something else waits until that is there; once the whole
    interface is, it answers everything.

    closing: see `create_app`.
    """

    def __init__(self, workspace: Workspace, closing: asyncio.Event) -> None:
        self._workspace, self._closing = workspace, closing
        self._page = page.router()
        loop = asyncio.get_running_loop()
        self._first: asyncio.Future[First] = loop.create_future()
        self._whole: asyncio.Future[ASGIApp] = loop.create_future()

    async def complete(self) -> None:
        """Import and build the interface, in a thread: what the first picture needs, and the whole when that picture
        has been developed."""
        try:
            await _build(self._first, self._first_part)
            await asyncio.to_thread(self._workspace.developed.wait, PATIENCE_S)
            await _build(self._whole, self._all)
        finally:
            gc.freeze()  # see `start.begin`
            gc.enable()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (await self._who(scope))(scope, receive, send)

    async def _who(self, scope: Scope) -> ASGIApp:
        """Who answers that."""
        if not self._whole.done():
            if scope.get("method") in ("GET", "HEAD") and page.has(scope["path"]):
                return self._page
            first = await asyncio.shield(self._first)  # others wait for it, too
            if first.knows(scope):
                return first
        return await asyncio.shield(self._whole)

    def _first_part(self) -> First:
        from stillbytes.app.server.first import First  # noqa: PLC0415 - the web framework, at last

        return First(self._workspace, self._closing)

    def _all(self) -> ASGIApp:
        from stillbytes.app.server.application import create_app  # noqa: PLC0415 - all that there is

        return create_app(self._workspace, self._closing)


async def _build(part: asyncio.Future[Part], made: Callable[[], Part]) -> None:
    try:
        part.set_result(await asyncio.to_thread(made))
    except Exception as error:  # whoever waits for it is told
        log.exception("a part of the interface could not be built")
        part.set_exception(error)
