"""Every frame that a real server sent is understood, and nothing that anybody could send does harm."""

import contextlib
import json
import struct

import pytest
from engines.comfyui.recorded import jobs, lines
from engines.comfyui.sessions import ALL
from hypothesis import given
from hypothesis import strategies as st

from stillbytes.engines.comfyui import messages
from stillbytes.engines.comfyui.messages import Malformed

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("session", sorted(set(ALL) - {"about"}))
def test_every_recorded_message_is_understood(session: str) -> None:
    frames = [json.dumps(line["frame"]) for line in lines(session) if "frame" in line and "type" in line["frame"]]
    assert frames
    for frame in [*frames, *(frame for job in jobs(session) for frame in job.frames)]:
        assert not isinstance(messages.read(frame), messages.Unknown)


def test_a_picture_comes_with_its_job_and_node() -> None:
    job = jobs("text_to_image")[0]
    read = [messages.read(frame) for frame in job.frames if isinstance(frame, bytes)]
    told = [message for message in read if isinstance(message, messages.Picture)]
    assert {message.job for message in told} == {job.id}
    assert [message.node for message in told if message.mime == "image/png"] == ["7", "7"]
    assert [message.mime for message in told if message.node == "5"] == ["image/jpeg"] * 3


def test_an_old_clients_picture_says_nothing_of_its_job() -> None:
    frames = [messages.read(frame) for frame in jobs("old_client")[0].frames if isinstance(frame, bytes)]
    assert {(frame.job, frame.node) for frame in frames if isinstance(frame, messages.Picture)} == {("", "")}


@pytest.mark.parametrize("session", ["text_to_image", "old_client"])
def test_no_part_of_a_picture_is_taken_for_a_picture(session: str) -> None:
    """Whatever the length at which the frame is cut off."""
    for frame in {frame[:300] + frame[-60:] for frame in jobs(session)[0].frames if isinstance(frame, bytes)}:
        for length in range(len(frame)):
            with pytest.raises(Malformed):
                messages.read(frame[:length])
        assert messages.read(frame)


def test_text_is_told_with_its_node() -> None:
    frame = struct.pack(">II", 3, 2) + b"12" + "größer".encode()
    assert messages.read(frame) == messages.Text("12", "größer")
    with pytest.raises(Malformed):
        messages.read(struct.pack(">II", 3, 200) + b"12")


def test_nodes_that_a_node_expanded_into_are_told_as_that_node() -> None:
    state = {"value": 1, "max": 4, "state": "running", "display_node_id": "3", "real_node_id": "3"}
    data = {"type": "progress_state", "data": {"prompt_id": "p", "nodes": {"3.0.1": state}}}
    assert messages.read(json.dumps(data)) == messages.States("p", (messages.NodeState("3", "running", 1, 4),))


@pytest.mark.parametrize("kind", ["crystools.monitor", "logs", "notification", ""])
def test_unknown_kinds_are_told_as_such(kind: str) -> None:
    assert messages.read(json.dumps({"type": kind, "data": {"anything": 1}})) == messages.Unknown(kind)


def test_a_binary_kind_of_the_future_is_told_as_such() -> None:
    assert messages.read(struct.pack(">I", 99) + b"...") == messages.Unknown("binary 99")


@given(kind=st.sampled_from(sorted(messages.READERS)), data=JSON)
def test_any_data_is_a_message_or_malformed(kind: str, data: object) -> None:
    with contextlib.suppress(Malformed):
        messages.read(json.dumps({"type": kind, "data": data}))


@given(kind=st.sampled_from(sorted(messages.READERS)), data=st.data())
def test_wrong_types_in_the_right_places_are_a_message_or_malformed(kind: str, data: st.DataObject) -> None:
    names = ["prompt_id", "node", "nodes", "value", "max", "output", "status", "traceback", "display_node"]
    chosen = data.draw(st.dictionaries(st.sampled_from(names), JSON))
    with contextlib.suppress(Malformed):
        messages.read(json.dumps({"type": kind, "data": chosen}))


@given(st.text() | st.binary() | st.binary().map(lambda rest: b"\0\0\0\4" + rest))
def test_rubbish_is_malformed_or_unknown(frame: str | bytes) -> None:
    try:
        message = messages.read(frame)
    except Malformed:
        return
    assert isinstance(message, messages.Unknown | messages.Text)


def test_deeply_nested_json_is_malformed() -> None:
    with pytest.raises(Malformed):
        messages.read("[" * 100_000)
