"""The recordings of a real ComfyUI (`sessions.py` makes them), taken apart into the jobs that were done."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

RECORDINGS = Path(__file__).resolve().parent / "recordings"
ENDS = ("execution_success", "execution_error", "execution_interrupted")


@dataclass(frozen=True)
class Recorded:
    """A job of a session. frames: what was told about it. entry: its history, None where it was refused or removed.

    files: pictures that were fetched, by name. sent: pictures that came over the socket, by node.
    """

    id: str
    prompt: dict[str, Any]
    status: int
    answer: Any
    frames: tuple[str | bytes, ...] = ()
    entry: Any = None
    files: dict[str, bytes] = field(default_factory=dict)

    @property
    def sent(self) -> dict[str, list[bytes]]:
        found: dict[str, list[bytes]] = {}
        for frame in self.frames:
            node, content = _in(frame) if isinstance(frame, bytes) else ("", b"")
            if content.startswith(b"\x89PNG"):
                found.setdefault(node or self._saving(), []).append(content)
        return found

    def _saving(self) -> str:
        return next(id for id, node in self.prompt.items() if node["class_type"] == "SaveImageWebsocket")


@cache
def lines(session: str) -> tuple[dict[str, Any], ...]:
    text = gzip.decompress((RECORDINGS / f"{session}.jsonl.gz").read_bytes()).decode()
    return tuple(json.loads(line) for line in text.splitlines())


@cache
def jobs(session: str) -> tuple[Recorded, ...]:
    """The jobs of a session, in the order in which they were sent."""
    asked = [line for line in lines(session) if "http" in line]
    files = {
        line["http"][1].partition("filename=")[2].partition("&")[0]: base64.b64decode(line["answer"]["base64"])
        for line in asked
        if line["http"][1].startswith("/view") and line["status"] == 200
    }
    entries: dict[str, Any] = {}
    for line in asked:
        if line["http"][1].startswith("/history") and isinstance(line["answer"], dict):
            entries |= line["answer"]
    found = []
    for line in asked:
        if line["http"][:2] == ["POST", "/prompt"]:
            id = line["http"][2]["prompt_id"]
            kept = Recorded(id, line["http"][2]["prompt"], line["status"], line["answer"])
            found.append(replace(kept, frames=tuple(_about(id, session)), entry=entries.get(id), files=files))
    return tuple(found)


def answers(session: str, path: str) -> Any:
    """What the real server answered there."""
    return next(line["answer"] for line in lines(session) if "http" in line and line["http"][1] == path)


def _about(id: str, session: str) -> Iterator[str | bytes]:
    """The frames that tell of one job, from its start to its end."""
    at = None
    for line in lines(session):
        if line.get("from") != "server":
            continue
        frame = line["frame"]
        if "base64" in frame:
            data = base64.b64decode(frame["base64"])
            if id.encode() in data or (data[3] == 1 and at == line["socket"]):
                yield data
        elif frame["data"].get("prompt_id") == id and (at is not None or frame["type"] == "execution_start"):
            at = line["socket"]
            yield json.dumps(frame)
            if frame["type"] in ENDS:
                return


def _in(frame: bytes) -> tuple[str, bytes]:
    """The node that a picture is from, and the picture."""
    if frame[3] != 4:
        return "", frame[8:]
    length = int.from_bytes(frame[4:8], "big")
    return json.loads(frame[8 : 8 + length])["node_id"], frame[8 + length :]
