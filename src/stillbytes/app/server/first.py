"""What the first picture needs of the interface: the declarations, the opened folder, its photos, the live picture."""

from __future__ import annotations

import asyncio

from starlette.routing import Match
from starlette.types import Receive, Scope, Send

from stillbytes.app.server.interface import interface
from stillbytes.app.server.routes import events, live, photos, reference
from stillbytes.app.server.workspace import Workspace


class First:
    """ASGI application. closing: see `create_app`."""

    def __init__(self, workspace: Workspace, closing: asyncio.Event) -> None:
        self._app = interface(
            reference.router(), photos.router(workspace), events.router(workspace, closing), live.router(workspace)
        )

    def knows(self, scope: Scope) -> bool:
        """Whether it has a route for that."""
        return any(route.matches(scope)[0] is Match.FULL for route in self._app.routes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)
