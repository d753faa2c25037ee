"""Jobs on a server or a connection that misbehaves: they come home all the same, or end with a clear message.

Every fault is put at every place in the messages of recorded jobs.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
from collections.abc import Callable
from typing import Any

import pytest
from engines.comfyui import graphs
from engines.comfyui.recorded import Recorded, jobs
from engines.comfyui.stand_in import Faults, StandIn
from engines.comfyui.test_client import LIMITS, failing, pictures, with_server
from engines.comfyui.wire import Reply, Request, Socket, Wire

from stillbytes.core.errors import Cancelled, EngineError, StillbytesError
from stillbytes.engines.comfyui import client as client_module
from stillbytes.engines.comfyui import server as server_module
from stillbytes.engines.comfyui.client import Client, Limits
from stillbytes.engines.comfyui.job import Stored
from stillbytes.engines.supervise.process import Unreachable

Frames = list[str | bytes]
CUT = ["text_to_image", "old_client", "canny", "tiled", "upscale"]


def home(recorded: Recorded, faults: Faults, limits: Limits = LIMITS) -> StandIn:
    """The server, after the job came home with all its pictures."""

    async def use(server: StandIn, client: Client) -> None:
        finished = await client.complete(recorded.prompt)
        assert [output.content for output in finished.outputs] == pictures(recorded) != []

    return with_server(StandIn(recorded, faults=faults), use, limits)


@pytest.mark.parametrize("session", CUT)
@pytest.mark.parametrize("patient", [True, False])
def test_the_socket_may_be_cut_at_any_message(session: str, patient: bool) -> None:
    """patient: the job goes on when the client is back; otherwise all that follows is missed."""
    recorded = jobs(session)[0]
    for at in range(len(recorded.frames) + 1):
        server = home(recorded, Faults(cut_at=at, patient=patient))
        # Never computed twice: what was missed is asked for, or stored instead of sent from what the server has cached.
        assert [prompt["prompt"] for prompt in server.prompts].count(recorded.prompt) == 1


@pytest.mark.parametrize("session", ["text_to_image", "tiled"])
def test_without_any_socket_the_job_comes_home(session: str) -> None:
    home(jobs(session)[0], Faults(no_sockets=True))


def test_when_the_socket_never_comes_back_the_job_comes_home() -> None:
    recorded = jobs("text_to_image")[0]
    for at in range(0, len(recorded.frames), 6):
        home(recorded, Faults(cut_at=at, patient=False, no_sockets=True))


def twice(frames: Frames) -> Frames:
    return [frame for frame in frames for _ in range(2)]


def later_again(frames: Frames) -> Frames:
    return [*frames[:-1], *frames]


def bytewise(frames: Frames) -> Frames:
    """Every picture arrives cut off."""
    return [frame if isinstance(frame, str) else frame[: len(frame) // 2] for frame in frames]


def with_rubbish(frames: Frames) -> Frames:
    rubbish: Frames = [
        "{",
        "[]",
        "null",
        '{"type": "progress"}',
        '{"type": 3}',
        '{"type": "executing", "data": 7}',
        b"",
    ]
    rubbish += [b"\0", b"\0\0\0\1", b"\0\0\0\4\xff\xff\xff\xff", b"\xff" * 50, "\u0000", '{"type": "new", "data": {}}']
    return [piece for frame in frames for piece in (*rubbish, frame)]


def without_pictures(frames: Frames) -> Frames:
    return [frame for frame in frames if isinstance(frame, str)]


def without_text(frames: Frames) -> Frames:
    return [frame for frame in frames if isinstance(frame, bytes)]


def nothing(frames: Frames) -> Frames:
    return []


def foreign(frames: Frames) -> Frames:
    """Another client's job is told as well."""
    other = jobs("two_clients")[1].frames
    return [
        frame for pair in zip(frames, [*other, *frames][: len(frames)], strict=True) for frame in (pair[1], pair[0])
    ]


def backwards(frames: Frames) -> Frames:
    return frames[::-1]


CHANGES: list[Callable[[Frames], Frames]] = [
    twice, later_again, bytewise, with_rubbish, without_pictures, without_text, nothing, foreign, backwards,
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("session", ["text_to_image", "tiled", "canny"])
def test_messages_may_be_doubled_spoilt_or_missing(
    session: str, change: Callable[[Frames], Frames], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "USUAL_WAITING", 0.1)
    monkeypatch.setattr(client_module, "USUAL_WORKING", 0.1)
    home(jobs(session)[0], Faults(change=change))


def test_unreadable_frames_are_counted() -> None:
    recorded = jobs("text_to_image")[0]

    async def use(server: StandIn, client: Client) -> None:
        await client.complete(recorded.prompt)
        assert client.skipped == sum(isinstance(frame, bytes) for frame in recorded.frames)

    with_server(StandIn(recorded, faults=Faults(change=bytewise)), use)


@pytest.mark.parametrize("seed", range(12))
def test_neighbouring_messages_may_change_places(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "USUAL_WORKING", 0.1)

    def swapped(frames: Frames) -> Frames:
        chance = random.Random(seed)
        for at in range(len(frames) - 1):
            if chance.random() < 0.4:
                frames[at], frames[at + 1] = frames[at + 1], frames[at]
        return frames

    home(jobs("canny")[0], Faults(change=swapped))


def test_each_message_may_be_the_one_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "USUAL_WORKING", 0.05)
    recorded = jobs("text_to_image")[0]
    for missing in range(len(recorded.frames)):
        home(recorded, Faults(change=lambda frames, missing=missing: frames[:missing] + frames[missing + 1 :]))


def test_the_history_may_come_late() -> None:
    home(jobs("tiled")[0], Faults(change=lambda frames: [f for f in frames if '"executed"' not in str(f)], late=0.3))


@pytest.mark.parametrize("path", ["/queue", "/history"])
def test_a_server_that_fails_for_a_while_is_asked_again(path: str) -> None:
    faults = Faults(cut_at=12, patient=False, statuses={path: [500, 503]})
    home(jobs("text_to_image")[0], faults)
    assert faults.statuses[path] == []


@pytest.mark.parametrize(("status", "says"), [(500, "failed over /prompt"), (404, "understand"), (401, "refuses us")])
def test_a_refusal_without_reason_is_told(status: int, says: str) -> None:
    error = failing(jobs("tiled")[0], faults=Faults(statuses={"/prompt": [status]}))
    assert isinstance(error, EngineError)
    assert says in error.message


def test_a_job_whose_acceptance_was_not_heard_is_found_again() -> None:
    """The answer to POST /prompt is lost: it is not sent twice."""
    recorded = jobs("text_to_image")[0]
    server = StandIn(recorded)
    answer = server._answer

    async def deaf(request: Request) -> Reply | bytes | None:
        reply = await answer(request)
        return b"" if request.path == "/prompt" else reply

    server.wire._answer = deaf

    async def use(server: StandIn, client: Client) -> None:
        assert [output.content for output in (await client.complete(recorded.prompt)).outputs] == pictures(recorded)

    with_server(server, use)
    assert len(server.prompts) == 1


# giving up


def test_a_server_that_ends_in_mid_job_is_unreachable() -> None:
    recorded = jobs("killed")[0]
    for at in range(0, len(recorded.frames), 8):
        error = failing(recorded, Limits(connect=1, answer=1, away=0.2), Faults(die_at=at))
        assert isinstance(error, Unreachable)


def test_a_process_known_to_be_dead_is_not_waited_for() -> None:
    recorded = jobs("killed")[0]

    async def main() -> None:
        async with StandIn(recorded, faults=Faults(die_at=3)).serving() as server:
            client = Client(server.url, alive=lambda: server.wire._server is not None)
            async with asyncio.timeout(10):  # the usual patience is 30 s
                with pytest.raises(Unreachable):
                    await client.complete(recorded.prompt)
            await client.close()

    asyncio.run(main())


def test_a_server_that_was_started_again_has_lost_the_job() -> None:
    error = failing(jobs("text_to_image")[0], faults=Faults(forget_at=5))
    assert not isinstance(error, Cancelled)
    assert "started again" in error.message


def test_a_job_that_runs_but_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "USUAL_WORKING", 0.1)
    recorded = jobs("text_to_image")[0]

    async def use(server: StandIn, client: Client) -> None:
        with pytest.raises(EngineError, match="said nothing about the job"):
            await client.complete(recorded.prompt)
        await server.until(lambda: server.running is None)  # it was stopped there too

    with_server(StandIn(recorded, faults=Faults(stall_at=8)), use, Limits(quiet=0.3))


def test_a_silent_socket_is_opened_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server may have lost track of it without its breaking."""
    monkeypatch.setattr(client_module, "USUAL_WORKING", 0.05)
    monkeypatch.setattr(client_module, "RENEW", 0.1)
    recorded = jobs("text_to_image")[0]
    opened = []

    async def use(server: StandIn, client: Client) -> None:
        talk = server.wire._talk

        async def counted(one: Socket) -> None:
            opened.append(one)
            await talk(one)

        server.wire._talk = counted
        task = asyncio.create_task(client.complete(recorded.prompt))
        await server.until(lambda: len(opened) > 2)
        task.cancel()
        await asyncio.wait({task})

    with_server(StandIn(recorded, faults=Faults(stall_at=8)), use)


def test_a_job_has_a_time_limit() -> None:
    error = failing(jobs("cancel_running")[0], Limits(total=0.3))
    assert "not done within" in error.message


def test_a_server_that_hangs_is_given_up() -> None:
    error = failing(jobs("tiled")[0], Limits(connect=0.3, answer=0.3), Faults(hang={"/view"}))
    assert "did not answer /view" in error.message or "broke" in error.message


# what is not ComfyUI at all


async def _raw(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, talk: bytes) -> None:
    with contextlib.suppress(ConnectionError):
        await reader.read(100)
        writer.write(talk)
        await writer.drain()
        writer.close()


RUBBISH = [
    b"", b"SSH-2.0-OpenSSH_9.2\r\n", b"\x16\x03\x01\x02\x00", b"HTTP/1.1 200 OK\r\n\r\n<html>hello</html>",
    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]", b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n{",
    b"HTTP/1.1 500 No\r\n\r\n", b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\n\r\n", b"\xff" * 5000,
    b'HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{"prompt_id": [1, 2]}',
    b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd",
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n",
]  # fmt: skip


@pytest.mark.parametrize("talk", RUBBISH)
@pytest.mark.parametrize("asked", ["job", "system", "nodes", "upload", "memory", "free"])
def test_whatever_answers_there_is_an_error_that_a_person_can_read(talk: bytes, asked: str) -> None:
    async def main() -> None:
        server = await asyncio.start_server(lambda r, w: _raw(r, w, talk), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        client = Client(f"http://127.0.0.1:{port}", limits=Limits(connect=1, answer=1, away=0.1))
        actions: dict[str, Callable[[], Any]] = {
            "job": lambda: client.complete(graphs.trivial()),
            "system": client.server.system,
            "nodes": client.server.nodes,
            "upload": lambda: client.upload(b"x", "x.png"),
            "memory": client.server.memory,
            "free": client.server.free,
        }
        try:
            async with asyncio.timeout(10):
                if asked in ("memory", "free"):  # may take an empty 200 for an answer
                    with contextlib.suppress(StillbytesError):
                        assert await actions[asked]() is None
                else:
                    with pytest.raises(StillbytesError) as error:
                        await actions[asked]()
                    assert str(port) in error.value.message or error.value.remedy
        finally:
            await client.close()
            server.close()

    asyncio.run(main())


def test_a_port_that_takes_connections_and_says_nothing() -> None:
    async def main() -> None:
        with socket.socket() as mute:
            mute.bind(("127.0.0.1", 0))
            mute.listen()
            client = Client(f"http://127.0.0.1:{mute.getsockname()[1]}", limits=Limits(connect=0.3, answer=0.3))
            async with asyncio.timeout(10):
                with pytest.raises(EngineError, match="did not answer"):
                    await client.server.system()
            await client.close()

    asyncio.run(main())


def test_an_answer_without_end_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "MOST_PICTURE", 1_000_000)

    async def endless(request: Request) -> Reply | bytes | None:
        return Reply(200, b" " * 5_000_000)

    async def talk(one: Socket) -> None:
        return None

    async def main() -> None:
        async with Wire(endless, talk).serving() as wire:
            client = Client(wire.url, limits=LIMITS)
            with pytest.raises(EngineError, match="more than"):
                await client.server.view(Stored("1", "large.png", "", "temp"))
            await client.close()

    asyncio.run(main())
