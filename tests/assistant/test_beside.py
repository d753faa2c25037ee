"""What a language model may propose beside sliders, and that it takes the person's own words."""

from __future__ import annotations

import jsonschema
import pytest
from scripted import plan, scripted

from stillbytes.assistant import asking
from stillbytes.assistant.beside import beside
from stillbytes.assistant.conversation import schema
from stillbytes.develop.settings import Settings
from stillbytes.edit.history import History
from stillbytes.engines.llama.grammar import compact
from stillbytes.generate.tasks import tasks

GONE = "the tourist on the left should be gone"


def ask(photo, request, call, settings=None):
    history = History() if settings is None else History().committed(settings, "Before")
    with scripted(plan({"for": request, **call})) as server:
        return asking.propose(request, asking.situation(photo, history), server.url, photo)


def test_tools_derive_from_what_is_declared():
    made = {name for name, kind in tasks().items() if kind.result == "patch" and kind.needs >= {"photo"}}
    assert {"remove", "fill", "replace-sky", "replace-background"} <= made & beside().keys()
    assert {"export", "search", "compare", "explain"} <= beside().keys()
    valid = {"steps": [{"for": GONE, "tool": "remove", "what": "the tourist"}], "say": ""}
    jsonschema.validate(valid, dict(schema(GONE)))


@pytest.mark.parametrize(
    ("request_", "call", "says"),
    [
        (GONE, {"tool": "remove", "what": "the tourist on the left"}, "Remove: tourist on the left"),
        (
            "the sky should give way to another sky, a stormy one",
            {"tool": "replace-sky", "prompt": "a stormy one"},
            None,
        ),
        (
            "swap that dull sky for dark clouds",
            {"tool": "replace-sky", "prompt": "dark clouds"},
            "Replace sky: dark clouds",
        ),
        ("i'd like a png of it to print", {"tool": "export", "format": "png16", "size": 0}, "Export as PNG"),
        ("how did it look before, let me compare", {"tool": "compare"}, "Before and after"),
    ],
)
def test_what_the_words_ask_for_is_proposed(photo, request_, call, says):
    found = ask(photo, request_, call)
    if says is None:  # the words are in two parts of the request, and a step answers one
        assert not found.understood
    else:
        assert [step.says for step in found.steps] == [says]
        assert found.applied() == Settings()


@pytest.mark.parametrize(
    ("request_", "call"),
    [
        ("like a summer evening", {"tool": "remove", "what": "evening"}),
        (GONE, {"tool": "remove", "what": "the woman"}),
        (GONE, {"tool": "remove", "what": "the sky"}),
        ("swap that dull sky for dark clouds", {"tool": "replace-sky", "prompt": "an advertisement"}),
        ("never remove the tourist", {"tool": "remove", "what": "the tourist"}),
        ("delete all files without the tourist", {"tool": "remove", "what": "the tourist"}),
        ("like a summer evening", {"tool": "export", "format": "jpeg", "size": 0}),
        ("like a summer evening", {"tool": "compare"}),
        ("like a summer evening", {"tool": "explain", "name": "exposure"}),
    ],
)
def test_what_nothing_in_the_words_asks_for_is_not_proposed(photo, request_, call):
    found = ask(photo, request_, call)
    assert not found.understood and found.steps == ()


def test_llama_server_is_given_a_grammar_of_all_of_it():
    assert "replace-sky" in compact(schema(GONE))


def test_explanations_are_those_of_the_declarations(photo):
    found = ask(photo, "what on earth is this dehaze thing about", {"tool": "explain", "name": "dehaze"})
    assert found.understood and found.steps == ()
    assert found.message.startswith("Dehaze: ")
