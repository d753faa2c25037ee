"""What of an answer is there while it is written."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st
from scripted import HOLD, plan, scripted

from stillbytes.assistant import models, tools
from stillbytes.assistant.progress import Progress, Written, begun
from stillbytes.assistant.situation import Situation
from stillbytes.core.errors import Cancelled

STEPS = (
    {"tool": "set", "parameter": "exposure", "value": 0.5},
    {"tool": "adjust", "target": "sky", "parameter": "exposure", "value": -0.5},
    {"tool": "crop", "width": 4, "height": 5},
)


def test_steps_are_there_as_soon_as_they_are_whole():
    text = plan(*STEPS, say="Brighter, “so to speak”\n.")
    seen = [begun(text[:end]) for end in range(len(text) + 1)]
    counts = [len(calls) for calls, _ in seen]
    assert counts == sorted(counts)
    assert set(counts) == {0, 1, 2, 3}
    assert seen[-1] == (list(STEPS), "Brighter, “so to speak”\n.")
    assert all(seen[-1][1].startswith(say) for _, say in seen)


@given(st.text(alphabet='{}[]",:\\stepsay u0 12', max_size=80))
def test_whatever_is_written_can_be_read(text):
    calls, say = begun('{"steps": [' + text)
    assert isinstance(say, str)
    json.dumps(calls)
    assert all(isinstance(tools.worded(call), str) for call in calls)


def test_calls_are_told_in_words():
    assert [tools.worded(call) for call in STEPS] == ["Exposure 0.5 EV", "Sky: Exposure -0.5 EV", "Crop to 4:5"]
    assert tools.worded({"tool": "delete"}) == ""


def test_it_is_told_at_once_and_then_not_too_often():
    heard: list[Progress] = []
    written = Written(heard.append)
    for _ in range(50):
        written.thought()
    for _ in range(50):
        written.wrote("x")
    assert [one.stage for one in heard] == ["thinking", "answering"]
    assert heard[-1].thought == 50


def test_who_no_longer_waits_closes_the_connection():
    heard: list[Progress] = []
    with scripted([plan(*STEPS)[:80], HOLD]) as server:

        def enough() -> bool:
            return any(one.calls for one in heard)

        try:
            models.by_url(server.url, "nicer", Situation(), {}, enough, heard.append)
        except Cancelled:
            pass
        else:
            raise AssertionError("it was not cancelled")
        assert server.closed.wait(10)
    assert [one.stage for one in heard[:2]] == ["waiting", "reading"]
    assert tools.worded(heard[-1].calls[0]) == "Exposure 0.5 EV"
