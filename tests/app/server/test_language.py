"""The page and what the declarations say, in the person's language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from app.server.conftest import Running

from stillbytes.app.languages import ENGLISH, LANGUAGES, READ, asked_for, named, texts
from stillbytes.edit.presets import Presets

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
    said = {text for path in DECLARED for text in _read(server.client.get(path).json())}
    said |= {text for preset in Presets().all() if not preset.own for text in (preset.name, preset.group)}
    assert set(texts(language)) == {text for text in said if re.search(r"[^\W\d]", text)}  # type: ignore[arg-type]
    assert all(text.strip() for text in texts(language).values())  # type: ignore[arg-type]


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


def test_the_page_is_in_the_language_that_was_chosen_or_that_the_browser_wants(server: Running) -> None:
    def language(accept: str) -> str:
        page = server.client.get("/", headers={"accept-language": accept}).text
        found = re.search(r'<html lang="(\w+)">', page)
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
