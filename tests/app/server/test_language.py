"""The page and what the declarations say, in the person's language."""

from __future__ import annotations

import ast
import json
import re
import string
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from app.server.conftest import Running

import stillbytes
from stillbytes.app.languages import ENGLISH, LANGUAGES, READ, asked_for, in_language, named, texts
from stillbytes.assistant.vocabulary.meaning import object_words
from stillbytes.core.errors import EngineCrashed
from stillbytes.core.saying import FORMS, said
from stillbytes.edit.presets import Presets
from stillbytes.engines.comfyui.validate import InvalidWorkflow, unknown_node

DECLARED = ("/api/parameters", "/api/masks/kinds", "/api/tasks", "/api/formats", "/api/library/hints")
OTHERS = [language for language in LANGUAGES if language != ENGLISH]


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("fr, es-MX;q=0.7, en;q=0.5", "es"),
        ("en;q=0.3, es ; q=0.4", "es"),
        ("de;q=0, es;q=0.1", "es"),
        ("fr,*", "en"),
        ("de;q=2, \x00, ,;;", "en"),
    ],
)
def test_the_language_that_is_wanted_most_is_taken(accept: str, language: str) -> None:
    assert asked_for(accept) == language


@pytest.mark.parametrize("language", OTHERS)
def test_everything_declared_is_translated_and_nothing_else(server: Running, language: str) -> None:
    told = {text for path in DECLARED for text in _read(server.client.get(path).json())}
    told |= {text for preset in Presets().all() if not preset.own for text in (preset.name, preset.group)}
    forms, raised = in_code()
    told |= forms | {word.partition(":")[2].capitalize() for word in object_words()}
    known = texts(language)  # type: ignore[arg-type]
    assert {text for text in told if re.search(r"[^\W\d]", re.sub(r"{.*?}", "", text))} <= set(known)
    assert set(known) <= told | raised
    assert all(text.strip() for text in known.values())


@pytest.mark.parametrize("language", OTHERS)
def test_what_is_said_in_another_language_has_the_same_values(language: str) -> None:
    def fields(form: str) -> set[tuple[str, str]]:
        return {(name, spec or "") for _, name, spec, _ in string.Formatter().parse(form) if name}

    forms, _ = in_code()
    for form, told in texts(language).items():  # type: ignore[arg-type]
        if form in forms:
            assert fields(told) == fields(form), form
            # A language may tell one from many where English does not.
            assert all(fields(one) in map(fields, form.split(FORMS)) for one in told.split(FORMS)), form


@cache
def in_code() -> tuple[set[str], set[str]]:
    """(forms of sentences, what errors say in words that are always the same), by the calls that there are."""
    forms, raised = set(), set()
    for path in Path(stillbytes.__file__).parent.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
                texts = [
                    one.value
                    for given in call.args[:2]
                    for one in ((given.body, given.orelse) if isinstance(given, ast.IfExp) else (given,))
                    if isinstance(one, ast.Constant) and isinstance(one.value, str)
                ]
                forms.update(texts if call.func.id == "said" else ())
                raised.update(texts)
    return forms, raised


@pytest.mark.parametrize("language", OTHERS)
def test_what_can_go_wrong_with_photos_is_told_in_the_language(language: str) -> None:
    """No error of these floors is put together in English, and each sentence of theirs is translated."""
    known = texts(language)  # type: ignore[arg-type]
    put_together, lacking = [], []
    for path, call in raising():
        place = path.relative_to(Path(stillbytes.__file__).parent).as_posix()
        if place.startswith(ENGLISH_ONLY):
            continue
        for text in call.args[:2]:
            if isinstance(text, ast.JoinedStr | ast.BinOp):
                put_together.append((place, call.lineno))
            elif isinstance(text, ast.Constant) and text.value and text.value not in known:
                lacking.append((place, text.value))
    assert not put_together and not lacking


@pytest.mark.parametrize("language", OTHERS)
def test_why_something_waits_for_memory_and_what_a_batch_does_is_told_in_the_language(language: str) -> None:
    """What the broker gives as a reason, and titles of tasks, are sentences that remember their form."""
    folder = Path(stillbytes.__file__).parent
    told = [
        one.value
        for one in ast.walk(ast.parse((folder / "gpu/broker/admission.py").read_text("utf-8")))
        if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Attribute) and one.targets[0].attr == "reason"
    ]
    for path in sorted((folder / "library/batch/tasks").glob("*.py")):
        for one in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(one, ast.FunctionDef) and one.name == "title":
                told += [line.value for line in ast.walk(one) if isinstance(line, ast.Return) and line.value]
    assert len(told) > 20
    for value in told:
        assert not any(isinstance(part, ast.JoinedStr) for part in ast.walk(value)), ast.unparse(value)
        texts_in = [part.value for part in ast.walk(value) if isinstance(part, ast.Constant) and part.value]
        assert {text for text in texts_in if isinstance(text, str) and " " in text.strip()} <= {
            *texts(language),
            "ask-label",
        }  # type: ignore[arg-type]


def test_a_batch_has_its_title_in_the_language_of_who_asks(server: Running) -> None:
    ids = list(server.ids().values())[:1]
    asked = {"task": {"kind": "export", "folder": "batch", "how": {"format": "tiff16"}}, "photos": ids, "begin": False}
    german = {"accept-language": "de"}
    made = server.client.post("/api/batches", json=asked, headers=german).json()["batch"]
    assert made["title"] == "Als TIFF, 16 Bit exportieren"
    listed = {
        wanted: [
            one["title"]
            for one in server.client.get("/api/batches", headers={"accept-language": wanted}).json()["batches"]
        ]
        for wanted in ("en", "es")
    }
    assert "Export as TIFF, 16 bit" in listed["en"] and "Exportar como TIFF, 16 bits" in listed["es"]
    server.client.delete(f"/api/batches/{made['id']}")


def test_an_error_that_names_a_file_is_told_in_the_language(server: Running) -> None:
    german = {"accept-language": "de"}
    error = server.client.post("/api/open", json={"places": ["/nowhere/at/all"]}, headers=german).json()["error"]
    assert error == {"message": "/nowhere/at/all existiert nicht.", "remedy": "Prüfen Sie den Pfad."}


def test_what_is_wrong_with_a_sidecar_is_told_in_the_language(server: Running) -> None:
    photo = server.folder / "IMG_1.dng"
    beside = photo.with_name("wrong.xmp")
    photo.with_name("wrong.dng").write_bytes(photo.read_bytes())
    beside.write_text("<broken")
    try:
        told = server.client.get(f"/api/photos/{server.ids()['wrong.dng']}", headers={"accept-language": "de"}).json()
    finally:
        beside.unlink()
        photo.with_name("wrong.dng").unlink()
    assert told["problem"].startswith("wrong.xmp ist beschädigt: ") and "Richten Sie sie" in told["problem"]


ENGLISH_ONLY = (
    *("app/cli/", "app/mcp/", "app/desktop/", "library/batch/c", "gpu/bench", "gpu/simulate/", "__init__"),
    *("develop/kernels/", "assistant/vocabulary/word_files"),
)
"""What only the command line, other programs and other machines meet; kernels and word lists, which only their writers
break."""


@cache
def raising() -> list[tuple[Path, ast.Call]]:
    """The calls that make an error of ours, with the files that they are in."""
    trees = {path: ast.parse(path.read_text("utf-8")) for path in Path(stillbytes.__file__).parent.rglob("*.py")}
    kinds, before = {"StillbytesError", "Unclear"}, 0
    while before != len(kinds):
        before = len(kinds)
        for tree in trees.values():
            for one in ast.walk(tree):
                if isinstance(one, ast.ClassDef) and any(isinstance(b, ast.Name) and b.id in kinds for b in one.bases):
                    kinds.add(one.name)
    return [
        (path, call)
        for path, tree in trees.items()
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in kinds
    ]


def test_answers_come_in_the_language_of_the_request(server: Running) -> None:
    def exposure(accept: str) -> tuple[str, str]:
        groups = server.client.get("/api/parameters", headers={"accept-language": accept}).json()["groups"]
        found = next((g["label"], p["label"]) for g in groups for p in g["parameters"] if p["name"] == "exposure")
        return found

    assert exposure("en") == exposure("fr") == ("Tone", "Exposure")
    assert exposure("de-CH,en;q=0.5") == ("Tonwert", "Belichtung")
    assert exposure("es") == ("Tono", "Exposición")


def test_choices_are_read_in_the_language_and_stay_what_they_are(server: Running) -> None:
    groups = server.client.get("/api/parameters", headers={"accept-language": "de"}).json()["groups"]
    white = next(p for g in groups for p in g["parameters"] if p["name"] == "white_balance")
    assert dict(zip(white["choices"], white["choice_labels"], strict=True))["cloudy"] == "Trüb"


def test_work_is_told_in_the_language_of_who_asks(server: Running) -> None:
    ids = list(server.ids().values())[:2]
    german = {"accept-language": "de"}
    asked = {"photos": ids, "folder": "told", "format": "tiff16"}
    job = server.client.post("/api/exports", json=asked, headers=german).json()
    assert job["label"] == "2 Fotos als TIFF, 16 Bit exportieren"
    spanish, english = (
        next(one for one in server.client.get("/api/jobs", headers=wanted).json()["jobs"] if one["id"] == job["id"])
        for wanted in ({"accept-language": "es"}, {})
    )
    assert spanish["label"] == "Exportar 2 fotos como TIFF, 16 bits"
    assert english["label"] == "Export 2 photos as TIFF, 16 bit"


def test_errors_are_told_in_the_language_where_both_of_their_sentences_can_be(server: Running) -> None:
    headers = {"accept-language": "de"}
    error = server.client.get("/api/photos/nowhere", headers=headers).json()["error"]
    assert error["message"] == "Dieses Foto ist nicht im geöffneten Ordner."
    assert error["remedy"] == "Es wurde vielleicht verschoben; laden Sie den Ordner neu."
    photo = server.ids()["broken.dng"]  # what a process of its own says
    error = server.client.get(f"/api/photos/{photo}", headers=headers).json()["error"]
    assert error["message"].startswith("broken.dng kann nicht als RAW-Datei gelesen werden (")
    assert error["remedy"].startswith("Prüfen Sie, ob sie ganz kopiert wurde")
    photo = server.ids()["IMG_1.dng"]
    error = server.client.post(f"/api/photos/{photo}/patches", json={"task": "remove"}, headers=headers).json()["error"]
    assert error == {"message": "Entfernen braucht eine Maske.", "remedy": "Übermalen Sie, was gemeint ist."}


def test_what_an_engine_ended_with_is_told_in_the_language() -> None:
    error = EngineCrashed(said("{engine} ended unexpectedly{because}.", engine="ComfyUI", because=""), "", "killed")
    assert in_language(error.message, "de") == "ComfyUI endete unerwartet. Letzte Worte: killed"
    problem = unknown_node("Neither", "7")
    error = InvalidWorkflow((problem, problem))
    assert in_language(error.message, "de").startswith("Dieses ComfyUI hat keinen Knoten Neither (Knoten 7). Dieses")
    assert in_language(error.remedy, "es").startswith("Busque el paquete de nodos")


def test_the_events_of_a_page_are_in_its_language(server: Running) -> None:
    def heard() -> str:
        """What the page hears of the jobs that there were, and of one more."""
        with server.client.stream(
            "GET", "/api/events", headers={"last-event-id": "0", "accept-language": "es"}
        ) as told:
            asked = {"photos": list(server.ids().values())[:1], "folder": "heard"}
            server.client.post("/api/exports", json=asked)
            for line in told.iter_lines():
                if (
                    line.startswith("data: ")
                    and "state" in (data := json.loads(line[6:]))
                    and data["state"] == "queued"
                ):
                    return str(data["label"])
        return ""

    assert heard().startswith("Exportar ")
    try:
        server.client.put("/api/language", json={"language": "de"})
        assert heard().endswith("exportieren")
    finally:
        server.client.put("/api/language", json={"language": None})


def test_the_page_is_in_the_language_that_was_chosen_or_that_the_browser_wants(server: Running) -> None:
    def language(accept: str) -> str:
        page = server.client.get("/", headers={"accept-language": accept}).text
        found = re.search(r'<html lang="(\w+)"', page)
        assert found
        return found[1]

    assert (language("es"), language("fr")) == ("es", "en")
    try:
        assert server.client.put("/api/language", json={"language": "de"}).json() == {"language": "de"}
        assert (language("es"), language("fr")) == ("de", "de")
        assert server.client.put("/api/language", json={"language": "xx"}).status_code == 422
    finally:
        server.client.put("/api/language", json={"language": None})
    assert language("es") == "es"


def test_the_page_looks_as_was_chosen(server: Running) -> None:
    def appearance() -> str:
        found = re.search(r'<html lang="\w+" data-appearance="(\w+)">', server.client.get("/").text)
        assert found
        return found[1]

    assert appearance() == "dark"
    try:
        chosen = {"appearance": "light"}
        assert server.client.put("/api/appearance", json=chosen).json() == chosen
        assert appearance() == "light"
        assert server.client.put("/api/appearance", json={"appearance": "pink"}).status_code == 422
    finally:
        server.client.put("/api/appearance", json={"appearance": "dark"})


def _read(value: Any) -> Iterator[str]:
    """What an answer says to people."""
    if isinstance(value, list):
        for one in value:
            yield from _read(one)
    elif isinstance(value, dict):
        for name, one in value.items():
            if name not in READ:
                yield from _read(one)
            elif one:
                yield from [one] if isinstance(one, str) else one
        if value.get("choices") and not value.get("choice_labels"):
            yield from map(named, value["choices"])
