"""Servers that somebody runs, good and bad: what they are sent, and what becomes of what comes back."""

from __future__ import annotations

import base64
import io
import json
import time

import pytest
from PIL import Image
from scripted import BREAK, ENDLESS, HOLD, REFUSED, plan, scripted

from stillbytes.app.cli import main
from stillbytes.assistant import asking
from stillbytes.assistant.sight import edge
from stillbytes.assistant.transcript import Turn
from stillbytes.core import preferences
from stillbytes.core.errors import Cancelled, EngineCrashed, EngineError, ModelError
from stillbytes.core.preferences import LlamaPreferences, Preferences
from stillbytes.develop.settings import Settings
from stillbytes.edit.history import History
from stillbytes.engines.llama.client import Properties
from stillbytes.gpu import talking

REQUEST = "like a summer evening"
STEP = {"for": REQUEST, "tool": "set", "parameter": "exposure", "value": 0.4}
TOO_LONG = json.dumps({"error": {"type": "exceed_context_size_error", "message": "the request exceeds the context size",
                                 "n_prompt_tokens": 3000, "n_ctx": 2048}})  # fmt: skip


def ask(photo, engine, request=REQUEST, **options):
    about = asking.situation(photo, History())
    return asking.propose(request, about, engine, photo, **options)


def picture_in(body):
    """The picture that was sent, and the words beside it."""
    content = body["messages"][-1]["content"]
    if isinstance(content, str):
        return None, content
    (shown,) = [one["image_url"]["url"] for one in content if one["type"] == "image_url"]
    (text,) = [one["text"] for one in content if one["type"] == "text"]
    return Image.open(io.BytesIO(base64.b64decode(shown.partition(",")[2]))), text


def test_a_server_of_ours_that_dies_is_told_in_a_sentence_and_not_with_its_log(photo, monkeypatch):
    class Dying:
        def run(self, *_, **__):
            raise EngineCrashed("llama ended unexpectedly (killed by signal 9).", "Ask again.", "slot 0\n" * 12)

    monkeypatch.setattr("stillbytes.gpu.access.shared_access", Dying)
    monkeypatch.setattr(talking, "candidates", lambda: ["smollm2-135m"])
    with pytest.raises(EngineError, match=r"llama ended unexpectedly .* Nothing was changed") as caught:
        ask(photo, "auto", "something that no list of words knows")
    assert "slot" not in str(caught.value)


def test_a_model_with_eyes_gets_the_picture_as_it_is_edited(photo):
    with scripted(plan(STEP), plan(STEP), context=8192, vision=True) as server:
        assert photo.edit().ask(REQUEST, engine=server.url).edit.settings["exposure"] == 0.4
        dark = photo.edit(exposure=-3.0).ask(REQUEST, engine=server.url)
        assert dark.understood
    (bright, text), (black, _) = (picture_in(body) for body in server.asked)
    assert bright.format == "JPEG" and max(bright.size) <= 1024 and "Request: like a summer" in text
    means = [one.convert("L").resize((1, 1)).getpixel((0, 0)) for one in (bright, black)]
    assert means[1] < means[0] / 2
    assert not bright.getexif()


def test_the_picture_is_as_large_as_the_context_affords():
    sizes = [edge(Properties("", "", context, vision=True, sleeping=False)) for context in (2048, 3400, 4096, 131072)]
    assert sizes[0] == 0
    assert 0 < sizes[1] < sizes[2] < sizes[3] <= 1024
    assert edge(Properties("", "", 131072, vision=False, sleeping=False)) == edge(None) == 0


def test_a_model_without_eyes_gets_the_light_by_region(photo):
    with scripted(plan(STEP), context=4096) as server:
        ask(photo, server.url)
    shown, text = picture_in(server.asked[0])
    assert shown is None
    for region in ("top", "middle", "bottom", "left", "centre", "right"):
        assert f"\n{region} " in text


@pytest.mark.parametrize("think", [False, True])
def test_it_thinks_only_where_that_was_chosen(photo, think):
    preferences.save(Preferences(llama=LlamaPreferences(think=think)))
    with scripted(plan(STEP), context=4096) as server:
        ask(photo, server.url)
    assert server.asked[0]["chat_template_kwargs"] == {"enable_thinking": think}
    assert ("grammar" in server.asked[0]) is not think


def test_the_answer_is_constrained_in_the_servers_own_way(photo):
    with scripted(plan(STEP)) as server:
        ask(photo, server.url)
    schema = server.asked[0]["response_format"]["json_schema"]["schema"]
    quotes = schema["properties"]["steps"]["items"]["anyOf"][0]["properties"]["for"]["enum"]
    assert quotes == [REQUEST]


def test_it_is_told_what_was_asked_before(photo):
    before = [Turn.of("warmer", "vocabulary", "", "applied")]
    with scripted(plan(STEP), plan(STEP)) as server:
        ask(photo, server.url, before=before)
        ask(photo, server.url)
    first, second = (body["messages"][-1]["content"] for body in server.asked)
    assert "Said before:\n- “warmer”: applied\nRequest: like a summer evening" in first
    assert "Said before" not in second
    assert server.asked[0]["messages"][0] == server.asked[1]["messages"][0]  # what is kept of the prompt stays the same


def test_a_server_that_is_gone_in_mid_answer(photo):
    edit = photo.edit(contrast=5)
    with scripted([plan(STEP)[:40], BREAK]) as server, pytest.raises(EngineError, match="breaks off") as failed:
        edit.ask(REQUEST, engine=server.url)
    assert failed.value.remedy
    assert edit.settings == Settings(contrast=5)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (["{}{}{}"], "did not answer with a plan"),
        (["\ufffd\x07 ]]]"], "did not answer with a plan"),
        (["[1, 2, 3]"], "did not answer with a plan"),
        ([ENDLESS], "did not come to an end"),
        ([plan({"for": REQUEST, "tool": "format_disk"})], "cannot be done"),
        ([plan(STEP, {"for": REQUEST, "tool": "set", "parameter": "exposure", "value": "much"})], "cannot be done"),
    ],
)
def test_nonsense_and_endless_answers(photo, answer, says):
    with scripted(answer) as server:
        found = photo.edit().ask(REQUEST, engine=server.url)
    assert not found.understood
    assert says in found.message
    assert found.edit.settings == Settings()
    assert found.to_json()["steps"] == []


def test_a_context_that_is_too_short_gets_fewer_words_and_then_a_clear_reply(photo):
    with scripted(REFUSED + TOO_LONG, plan(STEP)) as server:
        assert ask(photo, server.url).understood
    lengths = [len(body["messages"][0]["content"]) for body in server.asked]
    assert lengths[1] < lengths[0]
    with scripted(REFUSED + TOO_LONG, REFUSED + TOO_LONG) as server:
        with pytest.raises(EngineError, match="3000 tokens") as failed:
            ask(photo, server.url)
        assert "4096" in failed.value.remedy


def test_a_model_of_several_is_named_after_a_hash(photo):
    with scripted(plan(STEP), models=("small", "large")) as server:
        ask(photo, f"{server.url}#large")
        assert server.asked[0]["model"] == "large"
        with pytest.raises(ModelError, match="no model nope") as failed:
            ask(photo, f"{server.url}#nope")
        assert "small, large" in failed.value.remedy


def test_nobody_there(photo):
    with pytest.raises(EngineError) as failed:
        ask(photo, "http://127.0.0.1:9")
    assert failed.value.remedy


def test_a_chosen_model_that_is_not_here_is_told(photo):
    preferences.save(Preferences(llama=LlamaPreferences(model="no-such-model")))
    with pytest.raises(ModelError, match="no-such-model"):
        ask(photo, "auto")


def test_without_any_model_the_vocabulary_says_so(photo):
    found = ask(photo, "auto")
    assert not found.understood
    assert asking.NOBODY in found.message


def test_a_language_that_nobody_speaks_here(photo):
    french = "rends-la plus lumineuse"
    with scripted(plan({**STEP, "for": french})) as server:
        found = ask(photo, server.url, french)
    assert not found.understood
    assert "English, German and Spanish" in found.message


def test_cancelling_stops_the_server(photo):
    with scripted(["{", HOLD]) as server:
        with pytest.raises(Cancelled):
            ask(photo, server.url, cancelled=lambda: bool(server.asked))
        for _ in range(100):
            if server.closed.is_set():
                break
            time.sleep(0.05)
        assert server.closed.is_set()


def test_from_the_command_line(photo, capsys):
    with scripted(plan(STEP), [plan(STEP)[:30], BREAK]) as server:
        assert main(["ask", str(photo.path), REQUEST, "--engine", server.url, "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert (told["engine"], told["understood"], told["settings"]) == (server.url, True, {"exposure": 0.4})
        assert main(["ask", str(photo.path), REQUEST, "--engine", server.url, "--apply"]) != 0
    assert "breaks off" in capsys.readouterr().err
    assert not list(photo.path.parent.glob("*.xmp"))
