"""The stream of server-sent events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest
from app.server.asynchronous import run

from stillbytes.app.server.routes import events as route
from stillbytes.core.events import Events


def opened(events: Events, after: int | None = None) -> tuple[AsyncIterator[str], asyncio.Event]:
    """The stream, and what closes it. In a running loop."""
    closing = asyncio.Event()
    workspace: Any = SimpleNamespace(events=events)
    return route._stream(workspace, closing, after), closing


def test_events_come_with_their_number_kind_and_data() -> None:
    async def scenario() -> list[str]:
        events = Events()
        stream, _ = opened(events)
        heard = [await anext(stream)]
        events.emit("job", {"id": "x", "label": "ü\nnew line"})
        return [*heard, await anext(stream)]

    first, event = run(scenario())
    assert first == ":\n\n"
    assert event == 'id: 1\nevent: job\ndata: {"id": "x", "label": "\\u00fc\\nnew line"}\n\n'


def test_who_was_away_gets_what_was_missed() -> None:
    async def scenario() -> list[str]:
        events = Events()
        for n in range(4):
            events.emit("job", {"n": n})
        stream, _ = opened(events, after=2)
        return [await anext(stream) for _ in range(3)]

    assert [text.partition("\n")[0] for text in run(scenario())] == [":", "id: 3", "id: 4"]


def test_the_stream_ends_when_the_server_does() -> None:
    async def scenario() -> list[str]:
        stream, closing = opened(Events())
        await anext(stream)
        asyncio.get_running_loop().call_later(0.05, closing.set)
        return [text async for text in stream]

    assert run(scenario()) == [":\n\n"]


def test_a_quiet_stream_shows_that_it_is_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(route, "HEARTBEAT_SECONDS", 0.01)

    async def scenario() -> list[str]:
        stream, _ = opened(Events())
        return [await anext(stream) for _ in range(3)]

    assert run(scenario()) == [":\n\n"] * 3


def test_a_page_that_is_too_far_behind_is_sent_away_to_catch_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(route, "QUEUED", 5)

    async def scenario() -> int:
        events = Events()
        stream, _ = opened(events)
        await anext(stream)
        for n in range(20):
            events.emit("job", {"n": n})
        await asyncio.sleep(0.01)
        return len([text async for text in stream])

    assert run(scenario()) < 20


def test_a_stream_that_is_left_hears_nothing_more() -> None:
    async def scenario() -> int:
        events = Events()
        stream, _ = opened(events)
        await anext(stream)
        await stream.aclose()  # type: ignore[attr-defined]
        return len(events._listeners)

    assert run(scenario()) == 0
