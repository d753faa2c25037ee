"""One stream of server-sent events: jobs, changed photos, the changed folder."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from stillbytes.app.languages import ENGLISH, Language, worded
from stillbytes.app.server.routes import part
from stillbytes.app.server.spoken import OfPage
from stillbytes.app.server.workspace import Workspace
from stillbytes.core.events import Event

HEARTBEAT_SECONDS = 10.0
WORDED = ("gpu", "job", "device-failed", "asking")
"""Events that say something to people."""
QUEUED = 512


def router(workspace: Workspace, closing: asyncio.Event) -> APIRouter:
    routes = part("events")

    @routes.get("/events", response_class=StreamingResponse)
    async def listen(request: Request, language: OfPage) -> StreamingResponse:
        header = request.headers.get("last-event-id", "")
        after = int(header) if header.isdigit() and len(header) < 16 else None
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return StreamingResponse(
            _stream(workspace, closing, after, language), media_type="text/event-stream", headers=headers
        )

    return routes


async def _stream(
    workspace: Workspace, closing: asyncio.Event, after: int | None, language: Language = ENGLISH
) -> AsyncIterator[str]:
    """Until the page goes away, the server closes, or the page is too far behind: it then asks again and catches up."""
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[Event] = asyncio.Queue(QUEUED)
    end = asyncio.ensure_future(closing.wait())

    def put(event: Event) -> None:
        if queue.full():
            end.cancel()
        else:
            queue.put_nowait(event)

    def hear(event: Event) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended; nobody listens any more
            loop.call_soon_threadsafe(put, event)

    stop = workspace.events.listen(hear, after)
    try:
        yield ":\n\n"
        while not end.done():
            event = await _next(queue, end)
            yield ":\n\n" if event is None else told(event, language)
    finally:
        stop()
        end.cancel()


async def _next(queue: asyncio.Queue[Event], end: asyncio.Future[Any]) -> Event | None:
    """The next event; None when there is none for a while, or at the end."""
    get = asyncio.ensure_future(queue.get())
    await asyncio.wait((get, end), timeout=HEARTBEAT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    if get.done():
        return get.result()
    get.cancel()
    return None


def told(event: Event, language: Language = ENGLISH) -> str:
    """The event as server-sent events write it. language: what it says to people is told in."""
    data = worded(event.data, language) if event.kind in WORDED else event.data
    return f"id: {event.id}\nevent: {event.kind}\ndata: {json.dumps(dict(data))}\n\n"
