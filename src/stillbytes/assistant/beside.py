"""What a language model may propose beside sliders: what is made, looking for photos, exports, comparing, explaining.

Like the tools of settings these derive from what is declared, and it takes the person's own words to license them: what
is to be removed, and what is to be there instead, has to be said in the request itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from stillbytes.assistant import errands, searching, tools
from stillbytes.assistant.evidence.parts import Part
from stillbytes.assistant.proposal import Step
from stillbytes.assistant.tools import Tool
from stillbytes.assistant.vocabulary.orders import Order
from stillbytes.assistant.vocabulary.text import tokens as tokens_of
from stillbytes.core.errors import InvalidSetting
from stillbytes.core.saying import said
from stillbytes.develop import local_parameters, parameters

MOST_WHAT, MOST_PROMPT, MOST_QUERY = 60, 120, 120
SIZES = (0, 20_000)
"""Pixels of an export's long edge; 0 leaves it as large as the photo is."""


@cache
def beside() -> Mapping[str, Tool]:
    """By name."""
    found = [_made(name) for name in _tasks()]
    names = list(dict.fromkeys((*parameters(), *local_parameters(), *tools.targets())))
    found += [
        Tool(
            "export", "Write the photo as a file, in a format and with so many pixels along its long edge; 0: all.",
            {"format": _one_of(sorted(set(errands.FORMS.values()))), "size": {"type": "integer"}}, _exported,
        ),
        Tool(
            "search", "Look for photos in the library: words and fields such as rating:>=3 date:2024-05 is:edited.",
            {"query": _text(MOST_QUERY)}, lambda a: searching.search(_said(a["query"], MOST_QUERY)),
        ),
        Tool("compare", "Show before and after.", {}, lambda _: Order("compare")),
        Tool(
            "explain", "Tell what a slider or a part of the picture is.", {"name": _one_of(names)}, _explained,
        ),
    ]  # fmt: skip
    return {tool.name: tool for tool in found}


@cache
def _tasks() -> Sequence[str]:
    """Generative tasks that make a part of the photo, where words tell all that they need."""
    from stillbytes.generate.tasks import tasks  # noqa: PLC0415 - with the first model that is asked

    return [name for name, kind in tasks().items() if kind.result == "patch" and ("mask" in kind.needs or kind.covers)]


def _made(name: str) -> Tool:
    from stillbytes.generate.tasks import tasks  # noqa: PLC0415

    kind = tasks()[name]
    properties: dict[str, Any] = {}
    if "mask" in kind.needs:
        properties["what"] = _text(MOST_WHAT)
    if "prompt" in kind.model_fields:
        properties["prompt"] = _text(MOST_PROMPT)

    def read(given: Mapping[str, Any]) -> Step:
        what = _said(given["what"], MOST_WHAT) if "what" in properties else ""
        prompt = _said(given["prompt"], MOST_PROMPT) if "prompt" in properties else ""
        step = errands.task_step(name, what, prompt)
        if step is None:
            raise InvalidSetting(said("{task} cannot be done there.", task=said(kind.label)), "Name one thing.")
        return step

    return Tool(name, kind.says, properties, read)


def licensed(step: Step, said: Sequence[Part], call: Mapping[str, Any], language: str) -> bool:
    """Whether one of the parts of a request asks for the step in its own words."""
    return any(_may(step, part, call, language) for part in said)


def _may(step: Step, part: Part, call: Mapping[str, Any], language: str) -> bool:
    if step.tool == "search":
        return searching.asks(part.text)
    name = "explain" if step.tool == "explain" else (step.task or {})["name"]
    if not errands.may(name, part.text, language):
        return False
    words = set(_words(part.text))
    told = [_words(str(call[field])) for field in ("what", "prompt") if field in call]
    return all(said and set(said) <= words for said in told)


def _words(text: str) -> list[str]:
    try:
        return [token.text for token in tokens_of(text) if not token.breaks]
    except ValueError:  # a number that nobody would write
        return []


def _exported(given: Mapping[str, Any]) -> Step:
    format, size = given["format"], given["size"]
    if format not in errands.FORMS.values() or isinstance(size, bool) or not isinstance(size, int | float):
        raise InvalidSetting("There is no such export.")
    return errands.export_step(str(format), int(min(max(size, SIZES[0]), SIZES[1])))


def _explained(given: Mapping[str, Any]) -> Step:
    says = tools.explained(str(given["name"]))
    if not says:
        raise InvalidSetting(said("There is no “{name}” to explain.", name=str(given["name"])[:40]))
    return Step("explain", says)


def _said(text: Any, most: int) -> str:
    """Raises InvalidSetting for what is no short text."""
    if not isinstance(text, str) or not text.strip() or len(text) > most or not text.isprintable():
        raise InvalidSetting("What is asked for has to be told in a few words.")
    return " ".join(text.split())


def _text(most: int) -> Mapping[str, Any]:
    return {"type": "string", "maxLength": most}


def _one_of(names: Sequence[str]) -> Mapping[str, Any]:
    return {"type": "string", "enum": list(names)}
