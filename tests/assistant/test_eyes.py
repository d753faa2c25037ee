"""A model that sees looks at what a step did: before and after, told in words, never in the way of the work."""

from __future__ import annotations

import base64
import io
import json

import pytest
from PIL import Image
from scripted import BREAK, ENDLESS, HOLD, plan, scripted

from stillbytes.assistant import asking
from stillbytes.assistant.carrying_out import Means
from stillbytes.assistant.eyes import eyes, verdict
from stillbytes.core import preferences
from stillbytes.core.preferences import LlamaPreferences, Preferences


def answer(done, harm=False, say="Brighter."):
    return json.dumps({"done": done, "harm": harm, "say": say})


def carried(document, request, *answers, vision=True, context=8192, cancelled=lambda: False):
    """The checks of every step that ended, and what was sent."""
    told = []
    with scripted(*answers, vision=vision, context=context) as server:
        preferences.save(Preferences(llama=LlamaPreferences(url=server.url)))
        photo = document.photo
        proposal = asking.propose(request, asking.situation(photo, document.history), "vocabulary", photo)
        means = Means(lambda: None, tell=told.append, eyes=eyes(photo, cancelled))
        asking.carried(document, photo, proposal, None, means)
    return [news.checks for news in told if news.state == "done"], server.asked


def pictures(body):
    content = body["messages"][-1]["content"]
    shown = [one["image_url"]["url"] for one in content if one["type"] == "image_url"]
    return [Image.open(io.BytesIO(base64.b64decode(one.partition(",")[2]))) for one in shown]


def test_each_step_is_looked_at_before_and_after(document):
    checks, asked = carried(document, "square, exposure +2", answer(True, say="The same, cut."), answer(True))
    assert [one[-1] for one in checks] == ["By eye: done. “The same, cut.”", "By eye: done. “Brighter.”"]
    before, after = pictures(asked[1])
    light = [one.convert("L").resize((1, 1)).getpixel((0, 0)) for one in (before, after)]
    assert light[1] > light[0] + 20 and max(before.size) <= 448
    assert "Exposure 0 → +2 EV" in json.dumps(asked[1]["messages"], ensure_ascii=False)
    assert not after.getexif()


def test_what_the_eyes_doubt_comes_first(document):
    checks, _ = carried(document, "exposure +2", answer(False, harm=True, say="A second sun."))
    assert checks[0][0] == "By eye: it is not seen. Something else changed. “A second sun.”"
    assert any("Changed by" in one for one in checks[0])


def test_a_model_without_eyes_is_not_asked(document):
    checks, asked = carried(document, "exposure +2", vision=False)
    assert asked == [] and not any("eye" in one for one in checks[0])


@pytest.mark.parametrize("said", [[answer(True)[:12], BREAK], "no json at all", [ENDLESS], plan()])
def test_what_fails_is_told_and_stops_nothing(document, said):
    checks, _ = carried(document, "exposure +2", said)
    assert document.settings.number("exposure") == 2
    assert checks[0][0].startswith(("Nobody looked at it", "The model that looked at it"))


def test_stopping_while_it_looks(document):
    calls = []

    def cancelled():
        calls.append(1)
        return len(calls) > 4

    checks, _ = carried(document, "exposure +2", ["{", HOLD], cancelled=cancelled)
    assert document.settings.number("exposure") == 2
    assert not any("eye" in one for one in checks[0])


def test_without_any_model_nobody_looks(document):
    assert eyes(document.photo, lambda: False) is None


def test_nothing_of_an_answer_is_trusted():
    assert verdict(json.dumps({"done": 1, "harm": False, "say": ""})).startswith("The model")
    assert verdict(answer(True, say="a\nb" + "x" * 400)).count("\n") == 0
    assert len(verdict(answer(True, say="x" * 4000))) < 250
