"""What is said to a language model and what comes back, whichever server runs it."""

from __future__ import annotations

import base64
import contextlib
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from stillbytes.engines.llama.grammar import Unsupported, compact

Role = Literal["system", "user", "assistant", "tool"]


@dataclass(frozen=True, slots=True)
class Image:
    """content: the file. kind: "image/jpeg" or "image/png"."""

    content: bytes = field(repr=False)
    kind: str = "image/jpeg"


@dataclass(frozen=True, slots=True)
class Call:
    """The model asks for a tool. arguments: its JSON object, parsed."""

    id: str
    name: str
    arguments: Mapping[str, Any]
    text: str = field(default="", repr=False)
    """The arguments as the model wrote them."""


@dataclass(frozen=True, slots=True)
class Message:
    """calls: of an assistant. answers: id of the call that a "tool" message answers."""

    role: Role
    text: str = ""
    images: tuple[Image, ...] = ()
    calls: tuple[Call, ...] = ()
    answers: str = ""


@dataclass(frozen=True, slots=True)
class Tool:
    """parameters: the JSON schema of its arguments."""

    name: str
    says: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """One turn. schema: JSON schema that the answer must satisfy. tokens: at most so many. think: None leaves it to

    the model. must_call: a tool has to be used.
    """

    messages: tuple[Message, ...]
    tools: tuple[Tool, ...] = ()
    schema: Mapping[str, Any] | None = None
    tokens: int | None = None
    temperature: float | None = None
    seed: int | None = None
    think: bool | None = None
    must_call: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds to connect, to the first token (the prompt is read before it), and between two tokens."""

    connect: float = 5.0
    first: float = 300.0
    between: float = 60.0


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Thought:
    """A piece of what the model thinks before it answers."""

    text: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens: of the prompt, those of it that were cached, and of the answer."""

    prompt: int
    cached: int
    answer: int


@dataclass(frozen=True, slots=True)
class Timings:
    """As llama-server measures: milliseconds for the uncached prompt and the answer, tokens per second of each."""

    prompt_ms: float
    answer_ms: float
    prompt_per_s: float
    answer_per_s: float


@dataclass(frozen=True, slots=True)
class Finished:
    """The last chunk. reason: "stop", "length" (cut off at `tokens` or the context) or "tool_calls"."""

    reason: str
    usage: Usage | None
    timings: Timings | None


Chunk = Text | Thought | Call | Finished


Chat = Callable[[Request, Limits], AsyncGenerator[Chunk, None]]
"""Of an engine, a guest or a client."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer."""

    text: str
    thoughts: str
    calls: tuple[Call, ...]
    finished: Finished


def body(request: Request, model: str, *, native: bool) -> dict[str, Any]:
    """The request as OpenAI's API has it. native: with llama-server's additions."""
    written: dict[str, Any] = {
        "model": model,
        "messages": [_message(message) for message in request.messages],
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if request.tools:
        written["tools"] = [
            {
                "type": "function",
                "function": {"name": tool.name, "description": tool.says, "parameters": dict(tool.parameters)},
            }
            for tool in request.tools
        ]
        if request.must_call:
            written["tool_choice"] = "required"
    if request.schema is not None:
        written |= _constraint(request.schema, native=native and not request.think)
    for name, value in (
        ("max_tokens", request.tokens),
        ("temperature", request.temperature),
        ("seed", request.seed),
    ):
        if value is not None:
            written[name] = value
    if native:
        written |= {"cache_prompt": True, "id_slot": 0}
        if request.think is not None:
            written["chat_template_kwargs"] = {"enable_thinking": request.think}
    return written


def _constraint(schema: Mapping[str, Any], *, native: bool) -> dict[str, Any]:
    """The answer has to satisfy the schema. A grammar of our own would forbid to think before it, too."""
    if native:
        with contextlib.suppress(Unsupported):
            return {"grammar": compact(schema)}
    answer = {"name": "answer", "strict": True, "schema": dict(schema)}
    return {"response_format": {"type": "json_schema", "json_schema": answer}}


def _message(message: Message) -> dict[str, Any]:
    written: dict[str, Any] = {"role": message.role, "content": message.text}
    if message.images:
        pictures = [
            {"type": "image_url", "image_url": {"url": f"data:{i.kind};base64,{base64.b64encode(i.content).decode()}"}}
            for i in message.images
        ]
        written["content"] = [*pictures, {"type": "text", "text": message.text}]
    if message.calls:
        import json  # noqa: PLC0415 - few messages have calls

        written["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": call.text or json.dumps(dict(call.arguments))},
            }
            for call in message.calls
        ]
    if message.answers:
        written["tool_call_id"] = message.answers
    return written
