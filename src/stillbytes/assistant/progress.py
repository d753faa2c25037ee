"""What a language model is doing at the moment, for who waits: in words, with what of its answer is there already."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from stillbytes.core.saying import said

Stage = Literal["looking", "waiting", "reading", "thinking", "answering"]
SAYS: dict[Stage, str] = {
    "looking": said("Looks at the photo"),
    "waiting": said("Waits for the language model"),
    "reading": said("Reads the request"),
    "thinking": said("Thinks"),
    "answering": said("Answers"),
}
APART_S = 0.1
"""Between two reports of an answer that is being written."""
_STEPS = re.compile(r'"steps"\s*:\s*\[')
_SAY = re.compile(r'"say"\s*:\s*"((?:[^"\\]|\\.)*)')


@dataclass(frozen=True, slots=True)
class Progress:
    """says: of the stage, for people. pieces: of the answer so far, about as many as tokens. calls: of tools that are

    written to their end. say: the beginning of what it says. thought: how many pieces it thought before. Whatever the
    model wrote is unchecked.
    """

    stage: Stage
    says: str
    pieces: int = 0
    thought: int = 0
    calls: tuple[Any, ...] = ()
    say: str = ""


Tell = Callable[[Progress], None]


def nobody(progress: Progress) -> None:
    """Nobody wants to know."""


def stage(name: Stage, says: str = "") -> Progress:
    return Progress(name, says or SAYS[name])


class Written:
    """Tells of an answer while it is written, not too often."""

    def __init__(self, tell: Tell) -> None:
        self._tell, self._last, self._told = tell, 0.0, ""
        self.text, self._pieces, self._thought = "", 0, 0

    def thought(self) -> None:
        self._thought += 1
        self._now("thinking")

    def wrote(self, text: str) -> None:
        self.text += text
        self._pieces += 1
        self._now("answering")

    def _now(self, name: Stage) -> None:
        now = time.monotonic()
        if name == self._told and now - self._last < APART_S:
            return
        self._told, self._last = name, now
        calls, say = begun(self.text)
        self._tell(Progress(name, SAYS[name], self._pieces, self._thought, tuple(calls), say))


def begun(text: str) -> tuple[list[Any], str]:
    """The steps that are complete in the beginning of a plan, and what of its sentence is there."""
    calls: list[Any] = []
    if start := _STEPS.search(text):
        place, decoder = start.end(), json.JSONDecoder()
        while place < len(text):
            while place < len(text) and text[place] in " \t\r\n,":
                place += 1
            try:
                call, place = decoder.raw_decode(text, place)
            except (ValueError, RecursionError):
                break
            calls.append(call)
    say = _SAY.search(text)
    return calls, _unescaped(say.group(1)) if say else ""


def _unescaped(said: str) -> str:
    try:
        return str(json.loads(f'"{said}"'))
    except ValueError:  # cut within an escape
        return _unescaped(said.rpartition("\\")[0]) if "\\" in said else ""
