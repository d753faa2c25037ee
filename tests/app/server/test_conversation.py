"""The rules of the live socket: whose turn it is, what is dropped, and what survives a mistake."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import pytest
from app.server.asynchronous import run
from fastapi import WebSocketDisconnect

from stillbytes.app.server.frames import Wish
from stillbytes.app.server.routes import live
from stillbytes.app.server.routes.live import Conversation, Waiting


def wish(sequence: int, view: str = "main", **more: Any) -> Wish:
    asked = {"sequence": sequence, "photo": "p", "view": view, "settings": {}, "scale": 1, **more}
    return Wish.model_validate(asked)


async def taken(waiting: Waiting, count: int) -> list[int]:
    return [(await waiting.take())[0].sequence for _ in range(count)]


def test_a_wish_that_waits_gives_way_to_a_newer_one_of_its_view() -> None:
    async def scenario() -> list[int]:
        waiting = Waiting()
        for sequence, view in ((1, "main"), (2, "before"), (3, "main"), (4, "main")):
            waiting.put(wish(sequence, view))
        return await taken(waiting, 2)

    assert run(scenario()) == [4, 2]


def test_two_busy_views_take_turns() -> None:
    async def scenario() -> list[str]:
        waiting, order = Waiting(), []
        for sequence in range(6):  # both views want another frame whenever one has been taken
            waiting.put(wish(sequence, "main"))
            waiting.put(wish(sequence, "before"))
            order.append((await waiting.take())[0].view)
        return order

    assert run(scenario()) == ["main", "before"] * 3


@pytest.mark.parametrize(
    ("running", "newer", "expected"),
    [
        ({"draft": False}, {"draft": False}, False),
        ({"draft": True}, {"draft": True}, False),
        ({"draft": True}, {"draft": False}, False),
        ({"draft": False}, {"draft": True}, True),
        ({"draft": True}, {"photo": "q"}, True),
        ({"draft": False}, {"draft": True, "view": "before"}, False),
    ],
)
def test_a_frame_under_way_is_given_up_for(running: dict[str, Any], newer: dict[str, Any], expected: bool) -> None:
    """Another photo, or a draft where a full frame is made; else a steady hand would never see a frame."""
    waiting = Waiting()
    waiting.put(wish(2, **newer))
    assert waiting.overtaken(wish(1, **running)) is expected


class FakeSocket:
    """The other end: what it sends is put in, what it gets is kept, and reading can be held up."""

    def __init__(self) -> None:
        self.incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.got: list[Any] = []
        self.reads = asyncio.Event()
        self.reads.set()
        self.gone = False

    def say(self, **asked: Any) -> None:
        text = json.dumps({"sequence": 1, "photo": "p", "settings": {}, "scale": 1, **asked})
        self.incoming.put_nowait({"type": "websocket.receive", "text": text})

    def leave(self) -> None:
        self.incoming.put_nowait({"type": "websocket.disconnect", "code": 1001})

    async def receive(self) -> dict[str, Any]:
        return await self.incoming.get()

    async def send_text(self, text: str) -> None:
        await self.send_bytes(json.loads(text))

    async def send_bytes(self, content: Any) -> None:
        await self.reads.wait()
        if self.gone:
            raise WebSocketDisconnect(1006)
        self.got.append(content)


Scenario = Callable[[FakeSocket], Awaitable[None]]
Maker = Callable[[Wish, Callable[[], bool]], Any]


def talk(monkeypatch: pytest.MonkeyPatch, make: Maker, scenario: Scenario) -> list[Any]:
    """What a page gets that behaves as in the scenario, with frames made by `make`."""
    monkeypatch.setattr(live, "frame", lambda wish, arrived, opened, cancelled: make(wish, cancelled))

    async def all_of_it() -> list[Any]:
        socket = FakeSocket()
        workspace: Any = SimpleNamespace(pipelines=SimpleNamespace(of=None))
        conversation = asyncio.create_task(Conversation(workspace, socket, "en").run())  # type: ignore[arg-type]
        await scenario(socket)
        socket.leave()
        await asyncio.wait_for(conversation, 30)
        return socket.got

    return run(all_of_it())


async def until(true: Callable[[], bool]) -> None:
    for _ in range(3000):
        if true():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not happen")


def test_a_page_that_does_not_read_gets_no_pile_of_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []

    def make(wish: Wish, cancelled: Callable[[], bool]) -> int:
        made.append(wish.sequence)
        return wish.sequence

    async def scenario(socket: FakeSocket) -> None:
        socket.reads.clear()
        socket.say(sequence=0)
        await until(lambda: made == [0])
        for sequence in range(1, 200):
            socket.say(sequence=sequence)
        await until(socket.incoming.empty)
        assert made == [0]
        socket.reads.set()
        await until(lambda: len(socket.got) == 2)

    assert talk(monkeypatch, make, scenario) == [0, 199]


def test_a_draft_ends_a_full_frame_and_the_full_frame_is_never_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    begun = threading.Event()

    def make(wish: Wish, cancelled: Callable[[], bool]) -> int:
        begun.set()
        while not wish.draft and not cancelled():
            threading.Event().wait(0.005)
        return wish.sequence

    async def scenario(socket: FakeSocket) -> None:
        socket.say(sequence=1, draft=False)
        await until(begun.is_set)
        socket.say(sequence=2, draft=True)
        await until(lambda: socket.got == [2])

    assert talk(monkeypatch, make, scenario) == [2]


def test_a_mistake_of_ours_costs_one_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    def make(wish: Wish, cancelled: Callable[[], bool]) -> int:
        return 10 // wish.sequence

    async def scenario(socket: FakeSocket) -> None:
        socket.say(sequence=0, view="before")
        await until(lambda: len(socket.got) == 1)
        socket.say(sequence=2)
        await until(lambda: len(socket.got) == 2)

    refusal, frame = talk(monkeypatch, make, scenario)
    assert (refusal["sequence"], refusal["view"]) == (0, "before")
    assert refusal["error"]["message"]
    assert frame == 5


def test_a_page_that_goes_away_ends_its_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, ended = threading.Event(), threading.Event()

    def make(wish: Wish, cancelled: Callable[[], bool]) -> int:
        begun.set()
        while not cancelled():
            threading.Event().wait(0.005)
        ended.set()
        return 0

    async def scenario(socket: FakeSocket) -> None:
        socket.say()
        await until(begun.is_set)

    assert talk(monkeypatch, make, scenario) == []
    assert ended.wait(30)


def test_a_socket_that_breaks_while_sending_ends_quietly(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario(socket: FakeSocket) -> None:
        socket.gone = True
        socket.say()
        await until(socket.incoming.empty)
        await asyncio.sleep(0.05)

    assert talk(monkeypatch, lambda wish, cancelled: 1, scenario) == []


NONSENSE = ["", "{", "[]", "null", "NaN", "[" * 20000, '{"sequence": "x"}', '{"sequence": 1e400}', "1" * 5000,
            '{"sequence": 1, "photo": "\\ud800", "settings": {"\\udfff": 1}, "scale": 1}', "x" * 70000]  # fmt: skip


@pytest.mark.parametrize("text", [*NONSENSE, None], ids=lambda text: str(text)[:12])
def test_nonsense_is_answered_in_words(monkeypatch: pytest.MonkeyPatch, text: str | None) -> None:
    async def scenario(socket: FakeSocket) -> None:
        socket.incoming.put_nowait({"type": "websocket.receive", "text": text, "bytes": b"\0"})
        await until(lambda: len(socket.got) == 1)

    (answer,) = talk(monkeypatch, lambda wish, cancelled: 1, scenario)
    assert answer["error"]["message"] and answer["view"] == "main"
