"""Starting and stopping the server as a person and as another program do."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from dng import make_photo
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from stillbytes.app.server.start import bound, has_screen
from stillbytes.core.errors import StillbytesError

COMMAND = [sys.executable, "-m", "stillbytes", "serve"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "photos"
    place.mkdir()
    make_photo(place / "a.dng")
    return place


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Starter]:
    starter = Starter({**os.environ, "STILLBYTES_HOME": str(tmp_path / "home"), "DISPLAY": "", "WAYLAND_DISPLAY": ""})
    yield starter
    for process in starter.processes:
        process.kill()
        process.wait()


def test_what_a_kept_connection_sends_waits_for_no_word_of_the_other_side() -> None:
    async def delayed() -> list[int]:
        found: list[int] = []

        async def told(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            held = writer.get_extra_info("socket")
            found.append(held.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        async with await asyncio.start_server(told, sock=bound(0)) as server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            await reader.read()
            writer.close()
        return found

    assert all(asyncio.run(delayed()))


class Starter:
    def __init__(self, env: dict[str, str]) -> None:
        self.env = env
        self.processes: list[subprocess.Popen[str]] = []

    def __call__(self, *arguments: str) -> subprocess.Popen[str]:
        pipe = subprocess.PIPE
        process = subprocess.Popen(
            [*COMMAND, *arguments], env=self.env, stdin=pipe, stdout=pipe, stderr=pipe, text=True
        )
        self.processes.append(process)
        return process


def entered(process: subprocess.Popen[str]) -> httpx.Client:
    """A client that followed the launch link of the first line of output."""
    assert process.stdout is not None
    told = json.loads(process.stdout.readline())
    client = httpx.Client(base_url=told["url"], timeout=120)
    assert client.get(told["launch"]).headers["location"] == "/"
    return client


def test_the_address_is_the_first_line_and_answers_at_once(start: Starter, folder: Path) -> None:
    process = start(str(folder), "--json", "--no-browser", "--exit-with-parent")
    with contextlib.closing(entered(process)) as client:
        assert client.get("/api/folder").json()["photos"][0]["name"] == "a.dng"
    out, err = process.communicate(timeout=120)  # closes standard input
    assert (out, err, process.returncode) == ("", "", 0)


def test_without_json_the_address_is_told_to_a_person(start: Starter, folder: Path) -> None:
    process = start(str(folder), "--exit-with-parent")
    out, _ = process.communicate(timeout=120)
    assert "http://127.0.0.1:" in out and "Ctrl+C" in out


def test_a_port_that_is_taken_is_a_message_with_a_remedy(start: Starter, folder: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        process = start(str(folder), "--port", str(port), "--no-browser")
        out, err = process.communicate(timeout=120)
    assert process.returncode == 1
    assert f"Port {port}" in out + err and "--port 0" in out + err and "Traceback" not in out + err


def test_a_folder_that_does_not_exist_is_a_message(start: Starter, tmp_path: Path) -> None:
    process = start(str(tmp_path / "nowhere"), "--no-browser", "--json")
    out, err = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "does not exist" in out + err and "Traceback" not in out + err


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signal that another program can send politely")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_streams_and_sockets_and_saves_the_last_edit(
    start: Starter, folder: Path, number: signal.Signals
) -> None:
    process = start(str(folder), "--json", "--no-browser")
    with contextlib.closing(entered(process)) as client:
        host = str(client.base_url.netloc.decode())
        cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        (photo,) = client.get("/api/folder").json()["photos"]
        client.get(f"/api/photos/{photo['id']}")
        listening, ended = threading.Event(), threading.Event()

        def listen() -> None:
            with client.stream("GET", "/api/events") as stream:
                for _ in stream.iter_bytes():
                    listening.set()
            ended.set()

        threading.Thread(target=listen, daemon=True).start()
        with connect(f"ws://{host}/live", origin=f"http://{host}", additional_headers={"cookie": cookie}) as live:  # type: ignore[arg-type]
            assert listening.wait(120)
            client.put(f"/api/photos/{photo['id']}/settings", json={"settings": {"exposure": 1}, "label": "+1"})
            process.send_signal(number)
            with pytest.raises(ConnectionClosed):
                live.recv(timeout=120)
        assert ended.wait(120)
        assert process.wait(timeout=120) == 0
    assert 'Exposure2012="+1' in (folder / "a.xmp").read_text()
    assert process.stderr is not None and "Traceback" not in process.stderr.read()


def test_the_server_listens_on_the_loopback_address_only() -> None:
    with bound(0) as listener:
        assert listener.getsockname()[0] == "127.0.0.1"
        with pytest.raises(StillbytesError, match="cannot be used"):
            bound(listener.getsockname()[1])


def test_no_browser_is_started_where_there_is_no_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    assert not has_screen()
    monkeypatch.setenv("DISPLAY", ":0")
    assert has_screen()
