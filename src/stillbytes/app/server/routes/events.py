"""One stream of server-sent events: jobs, changed photos, the changed folder."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from stillbytes.app.server.workspace import Workspace
from stillbytes.core.events import Event

HEARTBEAT_SECONDS = 10.0
QUEUED = 512


def router(workspace: Workspace, closing: asyncio.Event) -> APIRouter:
    routes = APIRouter(prefix="/api", tags=["events"])

    @routes.get("/events", response_class=StreamingResponse)
    async def listen(request: Request) -> StreamingResponse:
        header = request.headers.get("last-event-id", "")
        after = int(header) if header.isdigit() and len(header) < 16 else None
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return StreamingResponse(_stream(workspace, closing, after), media_type="text/event-stream", headers=headers)

    return routes


async def _stream(workspace: Workspace, closing: asyncio.Event, after: int | None) -> AsyncIterator[str]:
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[Event] = asyncio.Queue(QUEUED)

    def put(event: Event) -> None:
        if not queue.full():  # a listener that far behind connects again and catches up
            queue.put_nowait(event)

    def hear(event: Event) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(put, event)

    stop = workspace.events.listen(hear, after)
    try:
        yield ":\n\n"
        while not closing.is_set():
            try:
                event = await asyncio.wait_for(_either(queue, closing), HEARTBEAT_SECONDS)
            except TimeoutError:
                yield ":\n\n"
                continue
            if event is not None:
                yield f"id: {event.id}\nevent: {event.kind}\ndata: {json.dumps(dict(event.data))}\n\n"
    finally:
        stop()


async def _either(queue: asyncio.Queue[Event], closing: asyncio.Event) -> Event | None:
    """The next event, or None when the server closes."""
    get, end = asyncio.ensure_future(queue.get()), asyncio.ensure_future(closing.wait())
    try:
        done, _ = await asyncio.wait((get, end), return_when=asyncio.FIRST_COMPLETED)
        return get.result() if get in done else None
    finally:
        get.cancel()
        end.cancel()
