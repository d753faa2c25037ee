"""Streamed answers, good and bad, in whatever pieces they arrive."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillbytes.core.errors import EngineError, OutOfMemory
from stillbytes.engines.llama.answer import Answer, BrokenOff, Events, Malformed
from stillbytes.engines.llama.talk import (
    Call,
    Chunk,
    Finished,
    Image,
    Message,
    Request,
    Text,
    Thought,
    Timings,
    Tool,
    Usage,
    body,
)


def event(delta: dict[str, Any] | None = None, reason: str | None = None, **more: Any) -> bytes:
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": reason}]
    return f"data: {json.dumps({'choices': choices, **more})}\n\n".encode()


END = event({}, "stop") + b"data: [DONE]\n\n"


def read(*pieces: bytes) -> list[Chunk]:
    events, answer = Events(), Answer()
    chunks = [chunk for piece in pieces for data in events.feed(piece) for chunk in answer.take(data)]
    return [*chunks, *answer.close()]


WHOLE = (
    event({"role": "assistant", "content": None})
    + event({"reasoning_content": "Hm"})
    + event({"content": "Grün "})
    + b": a comment, such as servers send to keep a connection alive\n\n"
    + event({"content": "it is."})
    + event({}, "stop")
    + event(
        usage={"prompt_tokens": 9, "completion_tokens": 4, "prompt_tokens_details": {"cached_tokens": 5}},
        timings={"prompt_ms": 1.5, "predicted_ms": 2, "prompt_per_second": 3, "predicted_per_second": 4.0},
    )
    + b"data: [DONE]\n\n"
)
CHUNKS = [
    Thought("Hm"),
    Text("Grün "),
    Text("it is."),
    Finished("stop", Usage(9, 5, 4), Timings(1.5, 2.0, 3.0, 4.0)),
]


@given(st.lists(st.integers(0, len(WHOLE)), max_size=20))
def test_an_answer_is_the_same_in_whatever_pieces_it_comes(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(WHOLE)]
    assert read(*(WHOLE[a:b] for a, b in itertools.pairwise(edges))) == CHUNKS
    assert read(WHOLE.replace(b"\n", b"\r\n")) == CHUNKS


@given(st.binary(max_size=300), st.integers(0, len(WHOLE)))
def test_rubbish_anywhere_is_a_typed_error_or_does_not_matter(rubbish: bytes, at: int) -> None:
    try:
        assert isinstance(read(WHOLE[:at] + rubbish + WHOLE[at:])[-1], Finished)
    except EngineError as error:
        assert error.message


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(
        ["choices", "delta", "content", "tool_calls", "function", "index", "arguments", "name", "usage", "timings",
         "finish_reason", "error", "message", "prompt_tokens_details", "id", "type"]), inner, max_size=5),
    max_leaves=25,
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(["choices", "usage", "timings", "error"]), json_values))
def test_any_json_is_a_typed_error_or_understood(value: dict[str, Any]) -> None:
    try:
        read(b"data: " + json.dumps(value).encode() + b"\n\n" + END)
    except EngineError as error:
        assert error.message


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "breaks off"),
        (b"data: {not json}\n\n", "not JSON"),
        (b"data: 17\n\n", "not an object"),
        (b'data: {"choices": 5}\n\n', "no choices"),
        (b'data: {"choices": [{"delta": 5}]}\n\n', "no delta"),
        (event({"tool_calls": {"a": 1}}), "no list"),
        (event({"tool_calls": [{"index": 10**9, "function": {}}]}), "out of order"),
        (event({"tool_calls": [{"index": 0}]}), "without a function"),
        (b"data: " + b"x" * (5 << 20), "more than 4 MiB"),
        (b"data: [" + b"[" * 100_000 + b"\n\n", "not JSON"),
    ],
)
def test_what_cannot_be_understood(content: bytes, said: str) -> None:
    with pytest.raises(Malformed, match=said) as failed:
        read(content)
    assert failed.value.remedy


def test_failures_told_in_mid_answer() -> None:
    with pytest.raises(EngineError, match="the server is unhappy"):
        read(event({"content": "a"}), b'data: {"error": {"message": "the server is unhappy", "code": 500}}\n\n')
    with pytest.raises(OutOfMemory):
        read(b'error: {"message": "CUDA error: out of memory"}\n\n')
    with pytest.raises(EngineError, match="just words"):
        read(b'data: {"error": "just words"}\n\n')


def test_tool_calls_come_whole_in_order_before_the_end() -> None:
    parts = [
        {"index": 1, "id": "b", "function": {"name": "crop", "arguments": ""}},
        {"index": 0, "id": "a", "function": {"name": "set_", "arguments": '{"e'}},
        {"index": 0, "function": {"name": "exposure", "arguments": 'v": 1}'}},
    ]
    *calls, last = read(
        *(event({"tool_calls": [part]}) for part in parts), event({}, "tool_calls"), b"data: [DONE]\n\n"
    )
    assert calls == [Call("a", "set_exposure", {"ev": 1}, '{"ev": 1}'), Call("b", "crop", {}, "{}")]
    assert isinstance(last, Finished) and last.reason == "tool_calls"


@pytest.mark.parametrize("arguments", ["{", "[1]", '"text"', '{"a": }'])
def test_a_call_that_is_no_object_is_the_models_fault(arguments: str) -> None:
    call = {"index": 0, "id": "a", "function": {"name": "crop", "arguments": arguments}}
    with pytest.raises(EngineError, match="asked for crop in a way that cannot be understood"):
        read(event({"tool_calls": [call]}), END)


def test_a_request_is_written_as_the_api_wants_it() -> None:
    tool = Tool("crop", "Crops.", {"type": "object"})
    call = Call("1", "crop", {"x": 1})
    request = Request(
        (
            Message("system", "You edit."),
            Message("user", "Look", images=(Image(b"abc", "image/png"),)),
            Message("assistant", calls=(call,)),
            Message("tool", "done", answers="1"),
        ),
        tools=(tool,),
        schema={"type": "object"},
        tokens=5,
        temperature=0.5,
        seed=7,
        think=False,
        must_call=True,
    )
    written = body(request, "m", native=True)
    assert written["messages"][1]["content"] == [
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,YWJj"}},
        {"type": "text", "text": "Look"},
    ]
    assert json.loads(written["messages"][2]["tool_calls"][0]["function"]["arguments"]) == {"x": 1}
    assert written["messages"][3] == {"role": "tool", "content": "done", "tool_call_id": "1"}
    assert written["tool_choice"] == "required" and written["tools"][0]["function"]["name"] == "crop"
    assert written["response_format"]["json_schema"]["schema"] == {"type": "object"}
    assert (written["max_tokens"], written["temperature"], written["seed"]) == (5, 0.5, 7)
    assert written["chat_template_kwargs"] == {"enable_thinking": False} and written["cache_prompt"] is True
    guest = body(request, "m", native=False)
    assert (
        not {"cache_prompt", "id_slot", "chat_template_kwargs"} & guest.keys()
    )  # others may refuse what they do not know


def test_an_answer_that_has_begun_and_ends_without_an_end() -> None:
    with pytest.raises(BrokenOff, match="breaks off in the middle") as failed:
        read(event({"content": "half"}))
    assert "running" in failed.value.remedy
