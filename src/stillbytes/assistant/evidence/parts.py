"""A request in the parts that can be answered one by one, and what the words of a part can ask for."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from stillbytes.assistant.vocabulary.lexicon import LANGUAGES, Atom, lexicon
from stillbytes.assistant.vocabulary.text import Token, folded, tokens

MOST_PARTS = 12
MOST_LETTERS = 160
"""Of one part; what a longer one says after that is not quoted."""
SAYING = (
    "parameter", "effect", "region", "band", "colour", "dimension", "target", "command", "shape", "side", "choice",
    "off_switch", "group", "fault", "orientation",
)  # fmt: skip
"""Roles of words that speak of a photo; the others say how much, which way, or nothing."""
_END = re.compile(r"[,;!?\n]+$|[.:]+$")


@dataclass(frozen=True, slots=True)
class Part:
    """text: as it was said. atoms: of one language. looks: whether it has a word of a scene, a light or a mood.

    deed: a word of what no editing is, or "".
    """

    text: str
    atoms: tuple[Atom, ...]
    looks: bool
    deed: str

    @property
    def photographic(self) -> bool:
        """Whether any of its words can ask for a change of a photo."""
        return not self.deed and (self.looks or self.ratio or any(atom.has(*SAYING) for atom in self.atoms))

    @property
    def ratio(self) -> bool:
        return any(atom.ratio for atom in self.atoms)

    def payloads(self, role: str) -> set[Any]:
        return {payload for atom in self.atoms for payload in atom.roles.get(role, ())}


def language_of(request: str) -> tuple[str, float]:
    """The language most of its words are of, and which share of them is known there."""
    said = [token for token in _tokens(request) if token.number is None and not token.breaks]
    known = {
        name: [bool(atom.roles) or atom.text in _single(name) for atom in _atoms(said, name)] for name in LANGUAGES
    }
    best = max(LANGUAGES, key=lambda name: sum(known[name]))
    return best, sum(known[best]) / len(known[best]) if said else 0.0


def is_question(request: str, language: str) -> bool:
    """Whether it asks to be told something. "Could you ...?" does not."""
    said = request.strip(" ¿")
    first = folded(said).split(maxsplit=1)[:1]
    return said.endswith("?") and bool(first) and first[0].strip(",;") in _words(language)[2]


def parts(request: str, language: str) -> tuple[Part, ...]:
    """Its parts, which stand between marks and words such as "and". "black and white" is one."""
    return tuple(_part(text, language) for text in texts(request, language))


def texts(request: str, language: str) -> tuple[str, ...]:
    words = request.split()
    found: list[list[str]] = [[]]
    for place, word in enumerate(words):
        after = words[place + 1] if place + 1 < len(words) else ""
        joins = _joins(word, language) and not _signs(word, after, language)
        around = " ".join(words[max(place - 1, 0) : place + 2])
        if joins and found[-1] and not _one_phrase(around, language):
            found.append([])
        elif not (joins and not found[-1]):
            found[-1].append(word)
            if _END.search(word):
                found.append([])
    said = [" ".join(part).strip(" ,;.:!?")[:MOST_LETTERS] for part in found]
    said = [part for part in said if part]
    return tuple(said[:MOST_PARTS])


def _part(text: str, language: str) -> Part:
    atoms = tuple(_atoms(_tokens(text), language))
    looks, deeds, _ = _words(language)
    plain = f" {' '.join(token.text for token in _tokens(text))} "
    deed = next((word for word in deeds if f" {word} " in plain), "")
    return Part(text, atoms, any(f" {word} " in plain for word in looks), deed)


def _tokens(text: str) -> tuple[Token, ...]:
    try:
        return tokens(text)
    except ValueError:  # a number that nobody would write
        return tokens(re.sub(r"\d", " ", text))


@cache
def _words(language: str) -> tuple[tuple[str, ...], ...]:
    """Words of looks, of deeds and those that questions begin with, as tokens have them."""
    given = tomllib.loads((files(__package__) / "words" / f"{language}.toml").read_text("utf-8"))
    return tuple(
        tuple(dict.fromkeys(" ".join(token.text for token in tokens(word)) for word in given[name]))
        for name in ("looks", "deeds", "questions")
    )


@cache
def _single(language: str) -> frozenset[str]:
    """Every word that is in one of those."""
    return frozenset(word for words in _words(language)[:2] for phrase in words for word in phrase.split())


def _atoms(said: Sequence[Token], language: str) -> list[Atom]:
    return lexicon(language).atoms(said, strict=False)


def _joins(word: str, language: str) -> bool:
    plain = folded(word).strip(".,;:!?")
    atoms = _atoms(_tokens(plain), language) if plain else []
    return len(atoms) == 1 and atoms[0].has("join") and word.strip() == word.strip(",;:!?")


def _signs(word: str, after: str, language: str) -> bool:
    """Whether it is the sign of the number after it: "shadows plus 15"."""
    atoms = _atoms(_tokens(folded(word)), language)
    return after[:1].isdigit() and len(atoms) == 1 and atoms[0].has("positive", "negative")


def _one_phrase(around: str, language: str) -> bool:
    """Whether the words about a joining one are one phrase of the language."""
    return any(" " in atom.text and atom.has(*SAYING) for atom in _atoms(_tokens(around), language))
