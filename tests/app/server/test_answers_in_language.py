"""What the assistant answers is in the language of who asks."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from app.server.ai import one_photo
from assistant.talk import FRAME
from dng import make_photo, scene
from fastapi.testclient import TestClient

import stillbytes as sb
from stillbytes.app.languages import ENGLISH, LANGUAGES, Language, in_language, texts
from stillbytes.app.server.workspace import Workspace
from stillbytes.assistant import asking, checking, suggestions, tools
from stillbytes.assistant.light import Light
from stillbytes.assistant.situation import Situation
from stillbytes.assistant.vocabulary import understand
from stillbytes.core.saying import Said
from stillbytes.develop.settings import Settings
from stillbytes.edit.history import History

OTHERS = [language for language in LANGUAGES if language != ENGLISH]
BENCHMARKS = Path(__file__).parents[3] / "benchmarks/assistant"
Served = tuple[Workspace, TestClient, str]


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    with one_photo(tmp_path, monkeypatch) as found:
        yield found


def sentences(text: Any) -> Iterator[str]:
    """The forms that a text is told by; itself where it is none that remembers its form."""
    if not isinstance(text, Said):
        yield text
        return
    yield text.form
    for value in text.values.values():
        if isinstance(value, Said):
            yield from sentences(value)


def untold(text: Any, language: Language) -> set[str]:
    """What of it is English whatever the language is."""
    words = {form for form in sentences(text) if re.search(r"[^\W\d]", re.sub(r"{.*?}", "", form))}
    return words - set(texts(language))


def requests() -> Iterator[tuple[str, ...]]:
    """Every conversation that the vocabulary is measured with."""
    sys.path.insert(0, str(BENCHMARKS))
    try:
        from expected import cases  # noqa: PLC0415 - beside the requests
    finally:
        sys.path.remove(str(BENCHMARKS))
    for file in sorted((BENCHMARKS / "requests").glob("*.txt")):
        yield from (case.turns for case in cases(file))


def test_whatever_the_vocabulary_answers_can_be_told_in_each_language() -> None:
    lacking: dict[str, str] = {}
    answers = 0
    for turns in requests():
        history = History()
        for turn in turns:
            answer = understand(turn, Situation(history, lambda: FRAME))
            answers += 1
            told = [answer.message, *(step.says for step in answer.steps)]
            told += checking.lines(answer)
            for language in OTHERS:
                lacking |= {form: turn for text in told for form in untold(text, language)}
            if answer.changes:
                history = history.committed(answer.applied(), turn)
    assert answers > 7000 and not lacking


@pytest.mark.parametrize(
    ("call", "english", "german"),
    [
        ({"tool": "move", "parameter": "contrast", "how": "lower"}, "Contrast lower", "Kontrast niedriger"),
        (
            {"tool": "adjust", "target": "dog", "parameter": "exposure", "value": -0.5},
            "Dog: Exposure -0.5 EV", "Hund: Belichtung -0,5 EV",
        ),
        ({"tool": "switch", "parameter": "black_and_white", "on": True}, "Black and white on", "Schwarzweiß ein"),
        ({"tool": "straighten", "degrees": -1.5}, "Straighten by -1.5°", "Um -1,5° gerade richten"),
        ({"tool": "turn", "degrees": 270}, "Turn by 270°", "Um 270° drehen"),
        ({"tool": "undo"}, "Undo", "Rückgängig"),
        ({"tool": "reset"}, "Reset", "Zurücksetzen"),
    ],
)  # fmt: skip
def test_a_call_can_be_told_in_the_language_of_the_page(call, english, german):
    assert tools.worded(call) == english
    assert in_language(tools.worded(call), "de") == german


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize(
    "question",
    [
        "what does dehaze do?", "what is exposure?", "what is crop?", "what is the sky?", "what is tone?",
        "what is xyzzy?",
        "why is it so flat?", "why is it so dark?", "why is it so warm?", "is it too green?", "why is it tilted?",
        "why is it so noisy?", "why so dull?", "why is it so bright?", "what is wrong with it?",
    ],
)  # fmt: skip
def test_explanations_can_be_told_in_each_language(tmp_path: Path, language: Language, question: str) -> None:
    make_photo(tmp_path / "a.dng", scene(240, 160))
    photo = sb.open(tmp_path / "a.dng")
    settings = Settings({"contrast": -30.0, "exposure": -1.0, "saturation": -20.0, "black_and_white": True})
    history = History().committed(settings, "before")
    answer = asking.without_model(question, asking.situation(photo, history), photo)
    assert not untold(answer.message, language)
    assert in_language(answer.message, language) != answer.message


def lights() -> Iterator[tuple[Light, float]]:
    """Pictures with one fault each, and the ISO that they were taken at."""
    even = {0.01: 0.02, 0.05: 0.1, 0.1: 0.15, 0.5: 0.45, 0.9: 0.8, 0.95: 0.9, 0.99: 0.97}
    usual: dict[str, Any] = {
        "at": even, "clipped": 0.0, "black": 0.0, "colour": 0.2, "warmth": 0.0, "green": 0.0, "top": 0.5, "bottom": 0.4,
        "tilt": None, "pixels": np.zeros((1, 1, 3), np.uint8),
    }  # fmt: skip
    dark = {0.01: 0.0, 0.05: 0.01, 0.1: 0.02, 0.5: 0.1, 0.9: 0.3, 0.95: 0.4, 0.99: 0.5}
    faults: list[dict[str, Any]] = [
        {"at": dark},
        {"at": {**even, 0.05: 0.03, 0.1: 0.05}},
        {"at": {**even, 0.05: 0.35, 0.1: 0.4, 0.5: 0.8}},
        {"at": {**even, 0.05: 0.3, 0.95: 0.6}},
        {"at": {**even, 0.05: 0.3, 0.95: 0.6}, "colour": 0.1},
        {"clipped": 0.1},
        *({"warmth": warmth} for warmth in (0.2, 0.08, -0.08, -0.2)),
        *({"green": green} for green in (0.1, -0.1)),
        {"colour": 0.05},
        *({"tilt": tilt} for tilt in (2.0, -1.5)),
    ]
    yield from ((Light(**{**usual, **fault}), 100.0) for fault in faults)
    yield Light(**usual), 12800.0


@pytest.mark.parametrize("language", OTHERS)
def test_a_suggestion_means_the_same_in_each_language(language: Language) -> None:
    seen = 0
    for light, iso in lights():
        for settings in (Settings(), Settings({"highlights": -90.0})):
            for one in suggestions.suggestions(light, settings, iso):
                seen += 1
                about = Situation(History().committed(settings, "before"), lambda: FRAME)
                told = in_language(one.request, language)
                assert not untold(one.request, language) and not untold(one.reason, language)
                wanted, made = understand(one.request, about), understand(told, about)
                assert made.understood, (one.request, told, made.message)
                assert made.applied() == wanted.applied(), (one.request, told)
    assert seen > 30


def test_what_the_numbers_say_of_a_change_can_be_told_in_each_language() -> None:
    before = np.tile(np.linspace(10, 200, 64).astype(np.uint8)[:, None, None], (1, 64, 3))
    pictures = [before, np.full_like(before, 255), np.zeros_like(before), before[:32]]
    told = [line for picture in pictures for line in checking.checks(before, picture)]
    assert len(told) > 8
    assert not {form for line in told for language in OTHERS for form in untold(line, language)}


@pytest.mark.parametrize(
    ("language", "request_", "message"),
    [
        ("de", "brighter", "Belichtung 0 → +0,5 EV."),
        ("es", "brighter", "Exposición 0 → +0,5 EV."),
        ("de", "darken the sky", "Himmel: Belichtung +0 → -0,5 EV."),
        ("de", "more frumious", "Das Wort „frumious“ ist nicht bekannt."),
        ("es", "is the sky too dark?", "Eso es una pregunta."),
        ("en", "brighter", "Exposure 0 → +0.5 EV."),
    ],
)
def test_the_answer_is_in_the_language_of_the_page(served: Served, language: str, request_: str, message: str) -> None:
    _, client, id = served
    asked = client.post(
        f"/api/photos/{id}/ask",
        json={"request": request_, "engine": "vocabulary"},
        headers={"accept-language": language},
    ).json()["proposal"]
    assert asked["message"].startswith(message)
    assert client.get(f"/api/photos/{id}/chat").json()["turns"][-1]["message"] == asked["message"]


def test_what_became_of_it_is_kept_in_the_language_of_the_page(served: Served) -> None:
    _, client, id = served
    german = {"accept-language": "de"}
    asked = client.post(f"/api/photos/{id}/ask", json={"request": "darker, crop to 1:1"}, headers=german).json()
    proposal = asked["proposal"]
    body = {key: proposal[key] for key in ("request", "base", "steps", "turn")}
    assert client.post(f"/api/photos/{id}/ask/apply", json=body, headers=german).status_code == 200
    turn = client.get(f"/api/photos/{id}/chat").json()["turns"][-1]
    assert set(turn["lines"]) == {"Auf 1:1 zuschneiden", "Belichtung 0 → -0,5 EV"}
    assert any(check.startswith("Aus ") for check in turn["checks"])


@pytest.mark.parametrize(
    ("language", "name"), [("en", "All but Dog"), ("de", "Alles außer Hund"), ("es", "Todo menos Perro")]
)
def test_a_mask_that_is_proposed_has_its_name_in_the_language_of_the_page(
    served: Served, language: str, name: str
) -> None:
    _, client, id = served
    body = {"request": "darken everything but the dog", "engine": "vocabulary"}
    asked = client.post(f"/api/photos/{id}/ask", json=body, headers={"accept-language": language}).json()["proposal"]
    assert [step["name"] for step in asked["steps"]] == asked["seeks"] == [name]


def test_a_name_that_somebody_gave_a_mask_stays(served: Served) -> None:
    _, client, id = served
    spot = {"kind": "linear", "zero": [0.5, 0.4], "full": [0.5, 0.0]}
    mask = {"components": [{"kind": spot}]}
    given = [{"id": "a1", "name": "Sky", "mask": mask, "delta": {"exposure": -0.5}}]
    german = {"accept-language": "de"}
    client.put(f"/api/photos/{id}/settings", json={"settings": {"adjustments": given}, "label": "darker"})
    asked = client.post(f"/api/photos/{id}/ask", json={"request": "more", "engine": "vocabulary"}, headers=german)
    assert [step["name"] for step in asked.json()["proposal"]["steps"]] == ["Sky"]
