"""The first moments of the server: what the first picture needs is there before the rest of the interface."""

from __future__ import annotations

import asyncio
import gc
import logging
import sys

from fastapi import FastAPI
from starlette.routing import Match
from starlette.types import ASGIApp, Receive, Scope, Send

from stillbytes.app.server import page
from stillbytes.app.server.interface import interface
from stillbytes.app.server.routes import events, live, photos, reference
from stillbytes.app.server.workspace import Workspace

SHARE_S = 0.0005
"""How long importing may keep the interpreter to itself while a picture is drawn and a page is answered."""
PATIENCE_S = 1.0
"""How long the whole interface waits for a photo that takes longer."""
log = logging.getLogger(__name__)


class Beginning:
    """ASGI: answers with the page, the opened folder, its photos and the live picture. Whoever asks for something else
    waits until the whole interface is there, which answers everything from then on.

    closing: see `create_app`.
    """

    def __init__(self, workspace: Workspace, closing: asyncio.Event) -> None:
        self._workspace, self._closing = workspace, closing
        parts = reference.router(), photos.router(workspace), events.router(workspace, closing)
        self._known = [route for part in parts for route in part.routes]
        self._first = interface(*parts, live.router(workspace), page.router())
        self._whole: asyncio.Future[FastAPI] = asyncio.get_running_loop().create_future()

    async def complete(self) -> None:
        """When the first photo has been developed, import and build the whole interface, in a thread."""
        await asyncio.to_thread(self._workspace.developed.wait, PATIENCE_S)
        try:
            self._whole.set_result(await asyncio.to_thread(self._built))
        except Exception as error:  # whoever waits for it is told
            log.exception("the interface could not be built")
            self._whole.set_exception(error)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app: ASGIApp = self._first
        if self._whole.done() or not self._knows(scope):
            app = await asyncio.shield(self._whole)  # others wait for it, too
        await app(scope, receive, send)

    def _knows(self, scope: Scope) -> bool:
        path = str(scope["path"])
        return not path.startswith("/api/") or any(one.matches(scope)[0] is Match.FULL for one in self._known)

    def _built(self) -> FastAPI:
        usual = sys.getswitchinterval()
        sys.setswitchinterval(SHARE_S)
        try:
            from stillbytes.app.server.application import create_app  # noqa: PLC0415 - all that there is

            return create_app(self._workspace, self._closing)
        finally:
            sys.setswitchinterval(usual)
            gc.freeze()  # see `start.begin`
            gc.enable()
