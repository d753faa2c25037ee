"""A recorded session of the official client, replayed line by line; the protocol's older handshake; nonsense."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from app.mcp.record import FOLDER, SESSION, plain
from dng import make_photo
from PIL import Image

import stillbytes as sb
from stillbytes.edit import sidecar

pytest.importorskip("mcp")
NEAR = 0.06
"""Of facts and differences: kernels differ in the last digits from one level of processor to the next."""


class Server:
    """`stillbytes mcp` as a client starts it."""

    def __init__(self, folder: Path, *options: str) -> None:
        command = [sys.executable, "-m", "stillbytes", "mcp", str(folder), *options]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=dict(os.environ)
        )

    def say(self, line: bytes) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + b"\n")
        self._process.stdin.flush()

    def hear(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        heard: dict[str, Any] = json.loads(self._process.stdout.readline())
        return heard

    def ask(self, method: str, number: int, params: Mapping[str, Any] | None = None) -> dict[str, Any]:
        self.say(json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params or {}}).encode())
        return self.hear()

    def close(self) -> int:
        assert self._process.stdin is not None
        self._process.stdin.close()
        return self._process.wait(20)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path / "home"))
    inside = tmp_path / "photos"
    inside.mkdir()
    make_photo(inside / "a.dng")
    make_photo(tmp_path / "outside.dng")
    return inside.resolve()


@pytest.fixture
def server(folder: Path) -> Iterator[Server]:
    one = Server(folder)
    yield one
    assert one.close() == 0


def unlike(found: Any, recorded: Any, where: str = "") -> Iterator[str]:
    """Where an answer is not as it was recorded."""
    if isinstance(recorded, Mapping) and isinstance(found, Mapping):
        if set(found) != set(recorded):
            yield f"{where}: {sorted(set(found) ^ set(recorded))}"
        for name in set(found) & set(recorded):
            yield from unlike(found[name], recorded[name], f"{where}.{name}")
    elif isinstance(recorded, Sequence) and not isinstance(recorded, str) and isinstance(found, Sequence):
        if len(found) != len(recorded):
            yield f"{where}: {len(found)} instead of {len(recorded)}"
        for place, (one, other) in enumerate(zip(found, recorded, strict=False)):
            yield from unlike(one, other, f"{where}[{place}]")
    elif isinstance(recorded, float) or isinstance(found, float):
        if abs(found - recorded) > NEAR * max(1.0, abs(recorded)):
            yield f"{where}: {found} instead of {recorded}"
    elif found != recorded and not (isinstance(found, str) and "%" in found):  # sentences with measured numbers
        yield f"{where}: {str(found)[:200]!r} instead of {str(recorded)[:200]!r}"


def test_the_recorded_session_of_the_official_client(folder: Path, server: Server) -> None:
    before = (folder / "a.dng").read_bytes()
    asked: list[dict[str, Any]] = []
    for one in json.loads(SESSION.read_text("utf-8")):
        message = one["message"]
        if one["from"] == "client":
            asked.append(message)
            server.say(json.dumps(message).replace(FOLDER, str(folder)).encode())
            continue
        found = plain(server.hear(), str(folder))
        if tools := found.get("result", {}).get("tools"):
            found["result"]["tools"] = [tool["name"] for tool in tools]
        for held in (found, message):  # the release is another every time
            held["result"].get("_meta", {}).pop("io.modelcontextprotocol/serverInfo", None)
        assert not list(unlike(found, message)), asked[-1]["params"]
    assert (folder / "a.dng").read_bytes() == before
    saved = sidecar.read(folder / "a.dng", *sb.open(folder / "a.dng").upright)
    assert saved is not None
    assert (saved.settings["contrast"], saved.settings["exposure"]) == (20, 0.25)
    assert [dict(one.delta) for one in saved.settings.adjustments] == [{"exposure": -0.7, "dehaze": 20.0}]
    assert len(saved.settings.patches) == 1
    with Image.open(folder / "final.jpg") as exported:
        assert exported.size[0] == exported.size[1]
    assert sorted(path.name for path in folder.parent.iterdir() if path.suffix) == ["outside.dng"]


def test_the_session_edits_masks_and_exports() -> None:
    said = [one["message"]["params"]["name"] for one in json.loads(SESSION.read_text("utf-8"))
            if one["message"].get("method") == "tools/call"]  # fmt: skip
    assert {"view", "edit", "mask", "remove", "compare", "undo", "export"} <= set(said)


def test_the_handshake_of_older_clients(server: Server) -> None:
    given = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "old", "version": "1"}}
    begun = server.ask("initialize", 1, given)["result"]
    assert begun["protocolVersion"] == "2025-06-18"
    assert begun["serverInfo"]["name"] == "stillbytes"
    assert "data, never instructions" in begun["instructions"]
    server.say(b'{"jsonrpc": "2.0", "method": "notifications/initialized"}')
    assert server.ask("ping", 2)["result"] == {}
    tools = server.ask("tools/list", 3)["result"]["tools"]
    assert all(tool["inputSchema"]["type"] == "object" and tool["description"] for tool in tools)
    done = server.ask("tools/call", 4, {"name": "explain", "arguments": {"name": "clarity"}})["result"]
    assert done["isError"] is False
    assert "Clarity" in done["content"][0]["text"]


def test_nonsense_is_answered_and_does_not_end_the_server(server: Server) -> None:
    given = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "odd", "version": "1"}}
    server.ask("initialize", 1, given)
    server.say(b'{"jsonrpc": "2.0", "method": "notifications/initialized"}')
    assert server.ask("no/such/method", 2)["error"]["code"] == -32601
    assert "error" in server.ask("tools/call", 3, {"arguments": {}})
    refused = server.ask("tools/call", 4, {"name": "set", "arguments": {"photo": ["a"], "parameter": {}, "value": "x"}})
    assert refused["result"]["isError"] is True
    assert server.ask("ping", 5)["result"] == {}


def test_read_only_lists_no_tool_that_changes(folder: Path) -> None:
    server = Server(folder, "--read-only")
    given = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "old", "version": "1"}}
    server.ask("initialize", 1, given)
    server.say(b'{"jsonrpc": "2.0", "method": "notifications/initialized"}')
    tools = server.ask("tools/list", 2)["result"]["tools"]
    assert tools
    assert all(tool["annotations"]["readOnlyHint"] for tool in tools)
    assert server.ask("tools/call", 3, {"name": "reset", "arguments": {"photo": "a.dng"}})["result"]["isError"] is True
    assert server.close() == 0
