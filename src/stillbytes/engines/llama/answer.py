"""Reads a streamed answer: bytes to events, events to chunks. Trusts nothing in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from stillbytes.core.errors import EngineError
from stillbytes.core.saying import said
from stillbytes.engines.llama.failures import told_error
from stillbytes.engines.llama.talk import Call, Chunk, Finished, Text, Thought, Timings, Usage

EVENT_LIMIT = 4 << 20
"""Bytes of one event; an honest one has some hundred."""
ANSWER_LIMIT = 32 << 20
CALLS_LIMIT = 64
DONE = "[DONE]"


class BrokenOff(EngineError):
    """An answer that has begun and has no end: the server is gone, or gave up."""

    def __init__(self) -> None:
        super().__init__(
            "The language server's answer breaks off in the middle, and nothing of it is used.",
            "See whether the server is still running, and ask again.",
        )


class Malformed(EngineError):
    """An answer that is not what a language server sends."""

    def __init__(self, how: str) -> None:
        super().__init__(
            f"The language server's answer cannot be understood: {how}.",
            "Is it llama-server or another server with OpenAI's API? A newer version may help.",
        )


class Events:
    """Server-sent events: `feed` bytes as they come, get the data of each whole event."""

    def __init__(self) -> None:
        self._rest = b""
        self._data: list[str] = []
        self._size = 0

    def feed(self, content: bytes) -> Iterator[str]:
        """Raises Malformed for an event that never ends."""
        self._rest += content
        *lines, self._rest = self._rest.split(b"\n")
        if len(self._rest) > EVENT_LIMIT:
            raise Malformed("an event of more than 4 MiB")
        for line in lines:
            yield from self._line(line.rstrip(b"\r"))

    def _line(self, line: bytes) -> Iterator[str]:
        if not line:
            if self._data:
                yield "\n".join(self._data)
            self._data, self._size = [], 0
            return
        field, _, value = line.partition(b":")
        if field in (b"data", b"error"):  # llama-server has sent failures as "error: {...}"
            text = value.removeprefix(b" ").decode("utf-8", "replace")
            self._data.append(text if field == b"data" else f'{{"error": {text}}}')
            self._size += len(line)
            if self._size > EVENT_LIMIT:
                raise Malformed("an event of more than 4 MiB")


class Answer:
    """The chunks of one answer: `take` each event's data; `whole` says whether it came to its end."""

    def __init__(self) -> None:
        self.whole = False
        self._begun = False
        self._reason = ""
        self._usage: Usage | None = None
        self._timings: Timings | None = None
        self._calls: dict[int, dict[str, str]] = {}
        self._size = 0

    def take(self, data: str) -> Iterator[Chunk]:
        """Raises Malformed, and EngineError when the server tells of a failure."""
        if data.strip() == DONE:
            yield from self._end()
            return
        event = _object(data)
        if event.get("error"):
            error = event["error"]
            raise told_error(error if isinstance(error, dict) else {"message": str(error)})
        self._note(event)
        choices = event.get("choices")
        if choices is None or choices == []:
            return
        choice = choices[0] if isinstance(choices, list) else None
        if not isinstance(choice, dict):
            raise Malformed("no choices in it")
        delta = choice.get("delta") or {}
        if not isinstance(delta, dict):
            raise Malformed("no delta in it")
        self._size += len(data)
        if self._size > ANSWER_LIMIT:
            raise Malformed("it does not end")
        for name in ("reasoning_content", "reasoning"):
            if isinstance(thought := delta.get(name), str) and thought:
                yield Thought(thought)
                break
        self._begun = True
        if isinstance(text := delta.get("content"), str) and text:
            yield Text(text)
        self._note_calls(delta.get("tool_calls"))
        if isinstance(reason := choice.get("finish_reason"), str) and reason:
            self._reason = reason

    def close(self) -> Iterator[Chunk]:
        """The stream has ended. Some servers leave out the last event; an answer without any end is Malformed."""
        if not self.whole:
            if not self._reason:
                raise BrokenOff() if self._begun else Malformed("it breaks off")
            yield from self._end()

    def _end(self) -> Iterator[Chunk]:
        if self.whole:
            return
        self.whole = True
        for _, call in sorted(self._calls.items()):
            yield _call(call)
        yield Finished(self._reason or "stop", self._usage, self._timings)

    def _note(self, event: dict[str, Any]) -> None:
        if isinstance(usage := event.get("usage"), dict):
            details = usage.get("prompt_tokens_details")
            cached = details.get("cached_tokens") if isinstance(details, dict) else 0
            self._usage = Usage(
                _count(usage.get("prompt_tokens")), _count(cached), _count(usage.get("completion_tokens"))
            )
        if isinstance(timings := event.get("timings"), dict):
            names = ("prompt_ms", "predicted_ms", "prompt_per_second", "predicted_per_second")
            self._timings = Timings(*(_number(timings.get(name)) for name in names))

    def _note_calls(self, calls: Any) -> None:
        if calls is None:
            return
        if not isinstance(calls, list):
            raise Malformed("tool calls that are no list")
        for part in calls:
            function = part.get("function") if isinstance(part, dict) else None
            if not isinstance(part, dict) or not isinstance(function, dict):
                raise Malformed("a tool call without a function")
            index = part.get("index", len(self._calls))
            if not isinstance(index, int) or not 0 <= index < CALLS_LIMIT:
                raise Malformed("a tool call out of order")
            call = self._calls.setdefault(index, {"id": "", "name": "", "arguments": ""})
            if isinstance(part.get("id"), str):
                call["id"] = part["id"] or call["id"]
            for name in ("name", "arguments"):
                if isinstance(piece := function.get(name), str):
                    call[name] += piece


def _call(call: dict[str, str]) -> Call:
    text = call["arguments"] or "{}"
    try:
        arguments = json.loads(text)
    except (ValueError, RecursionError):
        arguments = None
    if not call["name"] or not isinstance(arguments, dict):
        raise EngineError(
            said(
                "The language model asked for {tool} in a way that cannot be understood: {text}",
                tool=call["name"] or "a tool",
                text=text[:200],
            ),
            "Say it in other words, or choose a larger model.",
        )
    return Call(call["id"] or call["name"], call["name"], arguments, text)


def _object(data: str) -> dict[str, Any]:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Malformed(said("not JSON: {given!r}", given=data[:80])) from error
    if not isinstance(value, dict):
        raise Malformed(said("not an object: {given!r}", given=data[:80]))
    return value


def _count(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else 0


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0
