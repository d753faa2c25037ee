"""What declarations and work say, in other languages.

A declaration is English: labels and meanings of parameters, mask kinds, tasks and presets stand beside the code that
uses them, and so does what is said of work (`core.saying`). `<language>.json` here has a translation for each of these
texts, English text to translation; what the page itself says is in `web/src/texts`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast, get_args

from pydantic import BaseModel

from stillbytes.core import preferences
from stillbytes.core.saying import COMMA, Said

Language = preferences.Language
LANGUAGES: tuple[Language, ...] = get_args(Language)
ENGLISH: Language = "en"

READ = frozenset({"label", "says", "choice_labels", "message", "remedy", "reason"})
"""Fields of answers that hold what a declaration, work or an error says to people."""

Answer = TypeVar("Answer", bound=BaseModel)


def asked_for(accept: str) -> Language:
    """The first of our languages that an Accept-Language header wants; English where it wants none."""
    wanted: list[tuple[float, Language]] = []
    for part in accept[:1000].split(","):
        found = re.fullmatch(r"\s*([A-Za-z]{1,8})(?:-[A-Za-z0-9-]*)?\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?))?\s*", part)
        weight = float(found[2] or 1) if found else 0.0
        if found and weight and found[1].lower() in LANGUAGES:
            wanted.append((-weight, cast("Language", found[1].lower())))
    return min(wanted, key=lambda one: one[0])[1] if wanted else ENGLISH


@cache
def texts(language: Language) -> Mapping[str, str]:
    """English text -> translation; none for English."""
    if language == ENGLISH:
        return {}
    return cast("dict[str, str]", json.loads((Path(__file__).parent / f"{language}.json").read_text("utf-8")))


def worded(fields: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """Fields of an answer or event, with what they say in the language."""
    if language == ENGLISH:
        return dict(fields)
    told: dict[str, Any] = _told(fields, texts(language))
    if told.get("message") and told["message"] == fields["message"] and "remedy" in fields:
        told["remedy"] = fields["remedy"]  # what happened and what to do about it are in one language
    return told


def told(answer: Answer, language: Language) -> Answer:
    """The answer with what its declarations say in the language."""
    if language == ENGLISH:
        return answer
    return type(answer).model_validate(_told(answer.model_dump(), texts(language)))


def in_language(text: str, language: Language) -> str:
    """One text in the language; English where nothing is known of it."""
    told: str = text if language == ENGLISH else _said(text, texts(language))
    return told


def named(choice: str) -> str:
    """A choice as it is read where nothing else is declared: "as-shot" -> "As shot"."""
    words = choice.replace("-", " ").replace("_", " ")
    return words[:1].upper() + words[1:]


def _told(value: Any, known: Mapping[str, str]) -> Any:
    if isinstance(value, list | tuple):
        return [_told(one, known) for one in value]
    if not isinstance(value, Mapping):
        return value
    told = {name: _said(one, known) if name in READ else _told(one, known) for name, one in value.items()}
    if told.get("choices") and not told.get("choice_labels") and "choice_labels" in told:
        told["choice_labels"] = [known.get(named(choice), named(choice)) for choice in told["choices"]]
    return told


def _said(value: Any, known: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return [_said(one, known) for one in value]
    if isinstance(value, Said):
        return value.told(known, COMMA)  # as all of our languages but English write numbers
    return known.get(value, value) if isinstance(value, str) else value
