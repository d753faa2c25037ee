"""What a ComfyUI server says on its socket, read with care into typed messages.

Text frames are JSON, `{"type": ..., "data": {...}}`; binary frames begin with their type as a big-endian 32-bit number:
1 is a picture, 4 a picture with metadata (which node and job it belongs to; only for clients that announced that they
understand it), 3 a line of text. Kinds that we do not know are told as Unknown; what cannot be read is Malformed.
Source: ComfyUI 0.3.64, server.py, protocol.py and execution.py.

>>> read('{"type": "progress", "data": {"value": 2, "max": 4, "prompt_id": "p", "node": "3"}}')
Step(job='p', node='3', value=2.0, maximum=4.0)
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

MOST_NODES = 10_000
LONGEST_TEXT = 20_000
"""Characters that are kept of a message for people, such as an error."""


class Malformed(ValueError):
    """A frame that says nothing we can use: cut off, not JSON, or without what its kind must have."""


@dataclass(frozen=True, slots=True)
class Status:
    """The queue changed, or the socket was just opened. remaining: jobs waiting and running, -1 when not told."""

    remaining: int


@dataclass(frozen=True, slots=True)
class Started:
    job: str


@dataclass(frozen=True, slots=True)
class Cached:
    """Nodes whose results are still there from an earlier job."""

    job: str
    nodes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Executing:
    """node: None when the job's work is over. job: empty in the greeting of a socket that was opened again."""

    job: str
    node: str | None


@dataclass(frozen=True, slots=True)
class Step:
    """The running node's own progress: sampler steps, tiles, pictures sent."""

    job: str
    node: str
    value: float
    maximum: float


@dataclass(frozen=True, slots=True)
class NodeState:
    node: str
    state: Literal["running", "finished", "other"]
    value: float
    maximum: float


@dataclass(frozen=True, slots=True)
class States:
    """All nodes that have begun. Those that a node expanded into are told under the node of the workflow."""

    job: str
    nodes: tuple[NodeState, ...]


@dataclass(frozen=True, slots=True)
class Executed:
    """A node that hands something out has done so. output: as in the history, such as `{"images": [...]}`."""

    job: str
    node: str
    output: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Succeeded:
    job: str


@dataclass(frozen=True, slots=True)
class Failed:
    """exception: its class with the module, such as "torch.OutOfMemoryError". traceback: for the log."""

    job: str
    node: str
    class_type: str
    exception: str
    message: str
    traceback: str = ""


@dataclass(frozen=True, slots=True)
class Interrupted:
    job: str
    node: str


@dataclass(frozen=True, slots=True)
class Features:
    """What the server can do beyond the oldest protocol."""

    flags: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Picture:
    """A preview or a result: which, the node tells. job and node are empty where the server does not say."""

    job: str
    node: str
    mime: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Text:
    """A line that a node shows while it works."""

    node: str
    text: str


@dataclass(frozen=True, slots=True)
class Unknown:
    kind: str


Message = (
    Status
    | Started
    | Cached
    | Executing
    | Step
    | States
    | Executed
    | Succeeded
    | Failed
    | Interrupted
    | Features
    | Picture
    | Text
    | Unknown
)


def read(frame: str | bytes) -> Message:
    """One frame. Raises Malformed."""
    return _binary(frame) if isinstance(frame, bytes) else _text(frame)


def told(kind: str, data: Mapping[str, Any]) -> Message:
    """A message by its parts, as the history keeps them too. Raises Malformed."""
    reader = READERS.get(kind)
    if reader is None:
        return Unknown(kind[:80])
    try:
        return reader(data)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Malformed(f"{kind}: {type(error).__name__} {error}"[:300]) from error


def _text(frame: str) -> Message:
    try:
        message = json.loads(frame)
    except (ValueError, RecursionError) as error:
        raise Malformed("not JSON") from error
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise Malformed("no message")
    data = message.get("data")
    return told(message["type"], data if isinstance(data, dict) else {})


def _status(data: Mapping[str, Any]) -> Status:
    status = data.get("status")
    info = status.get("exec_info") if isinstance(status, dict) else None
    remaining = info.get("queue_remaining") if isinstance(info, dict) else None
    return Status(remaining if isinstance(remaining, int) else -1)


def _states(data: Mapping[str, Any]) -> States:
    nodes = data["nodes"]
    if len(nodes) > MOST_NODES:
        raise ValueError("too many nodes")
    return States(_id(data["prompt_id"]), tuple(_state(id, one) for id, one in nodes.items()))


def _state(id: str, one: Mapping[str, Any]) -> NodeState:
    state: Any = one.get("state")
    return NodeState(
        _id(one.get("display_node_id") or one.get("real_node_id") or id),
        state if state in ("running", "finished") else "other",
        _number(one.get("value", 0)),
        _number(one.get("max", 1)),
    )


def _executed(data: Mapping[str, Any]) -> Executed:
    output = data.get("output")
    node = _id(data.get("display_node") or data["node"])
    return Executed(_id(data["prompt_id"]), node, MappingProxyType(output) if isinstance(output, dict) else {})


def _failed(data: Mapping[str, Any]) -> Failed:
    lines = data.get("traceback")
    return Failed(
        _id(data["prompt_id"]),
        str(data.get("node_id") or "")[:200],
        str(data.get("node_type") or "")[:200],
        str(data.get("exception_type") or "")[:200],
        str(data.get("exception_message") or "")[:LONGEST_TEXT].strip(),
        "".join(str(line) for line in lines)[-LONGEST_TEXT:] if isinstance(lines, list) else "",
    )


def _executing(data: Mapping[str, Any]) -> Executing:
    node = data["node"]
    return Executing(str(data.get("prompt_id") or "")[:200], None if node is None else _id(node))


READERS: Mapping[str, Callable[[Mapping[str, Any]], Message]] = {
    "status": _status,
    "execution_start": lambda data: Started(_id(data["prompt_id"])),
    "execution_cached": lambda data: Cached(_id(data["prompt_id"]), tuple(_id(node) for node in data["nodes"])),
    "executing": _executing,
    "progress": lambda data: Step(
        str(data.get("prompt_id") or "")[:200],
        str(data.get("node") or ""),
        _number(data["value"]),
        _number(data["max"]),
    ),
    "progress_state": _states,
    "executed": _executed,
    "execution_success": lambda data: Succeeded(_id(data["prompt_id"])),
    "execution_error": _failed,
    "execution_interrupted": lambda data: Interrupted(_id(data["prompt_id"]), str(data.get("node_id") or "")[:200]),
    "feature_flags": lambda data: Features(MappingProxyType(dict(data))),
}


def _id(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        raise ValueError("no id")
    return str(value)[:200]


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("no number")
    return float(value)


# binary frames


def _binary(frame: bytes) -> Message:
    kind = _word(frame, 0)
    if kind == 1:
        return _picture("", "", frame[8:])  # the picture's type is told as well, but its first bytes are surer
    if kind == 3:
        length = _word(frame, 4)
        if len(frame) < 8 + length:
            raise Malformed("text cut off")
        return Text(
            frame[8 : 8 + length].decode("utf-8", "replace")[:200],
            frame[8 + length :].decode("utf-8", "replace")[:LONGEST_TEXT],
        )
    if kind == 4:
        length = _word(frame, 4)
        if len(frame) < 8 + length:
            raise Malformed("metadata cut off")
        try:
            about = json.loads(frame[8 : 8 + length])
        except (ValueError, RecursionError) as error:
            raise Malformed("metadata is not JSON") from error
        if not isinstance(about, dict):
            raise Malformed("no metadata")
        node = about.get("display_node_id") or about.get("node_id") or ""
        return _picture(str(about.get("prompt_id") or "")[:200], str(node)[:200], frame[8 + length :])
    return Unknown(f"binary {kind}")


def _picture(job: str, node: str, content: bytes) -> Picture:
    mime = mime_of(content)
    if not mime:
        raise Malformed("no whole picture")
    return Picture(job, node, mime, content)


def mime_of(content: bytes) -> str:
    """What a picture is by its first and last bytes; empty for what is no picture, or not a whole one.

    >>> mime_of(b"GIF89a")
    ''
    """
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png" if content.endswith(b"IEND\xaeB`\x82") else ""
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg" if content.rstrip(b"\0")[-2:] == b"\xff\xd9" else ""
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        (size,) = struct.unpack("<I", content[4:8])
        return "image/webp" if len(content) >= size + 8 else ""
    return ""


def _word(frame: bytes, at: int) -> int:
    if len(frame) < at + 4:
        raise Malformed("cut off")
    return int.from_bytes(frame[at : at + 4], "big")
