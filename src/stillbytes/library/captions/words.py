"""What a model may suggest, as plain words, and which of a library's keywords they are.

Nothing that a model writes is trusted: it may have read it in the picture. What cannot be seen is taken out, and what
would mean something to the catalogue (`|` and `>` part the levels of a keyword, `,` and `;` keywords) is a space.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

VERSION = 1
"""Counts changes of what is asked, and of what is taken of an answer."""
MOST_CAPTION = 200
"""Characters."""
MOST_KEYWORDS, MOST_KEYWORD, MOST_WORDS = 10, 40, 4
"""Keywords, characters of one, words in one."""
MOST_READ = 4000
_SEPARATORS = re.compile(r"[|<>,;/\\\s]+")
_SHORTEST = 3
"""Letters of a word that an ending may be taken off."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a picture made a model say. keywords: single ones, without levels."""

    caption: str = ""
    keywords: tuple[str, ...] = ()


def line(text: str) -> str:
    """On one line, without what cannot be seen or turns the direction of what is read."""
    shown = unicodedata.normalize("NFC", text[:MOST_READ])
    return " ".join("".join(c if unicodedata.category(c)[0] != "C" else " " for c in shown).split())


def caption(text: str) -> str:
    """Cut between words where it is too long.

    >>> caption("A boat" + chr(0x202E) + " on\\na lake.")
    'A boat on a lake.'
    """
    said = line(text)
    if len(said) <= MOST_CAPTION:
        return said
    cut = said[:MOST_CAPTION]
    return f"{cut.rpartition(' ')[0] or cut[:-1]}…"


def keyword(text: str) -> str:
    """Empty for what is none.

    >>> keyword(" #Animals > birds, "), keyword("12"), keyword("a " * 30)
    ('Animals birds', '', '')
    """
    said = _SEPARATORS.sub(" ", line(text)).strip(" .:!?#*\"'“”„«»()[]{}_-")
    if len(said) > MOST_KEYWORD or said.count(" ") >= MOST_WORDS or not any(map(str.isalpha, said)):
        return ""
    return said


def keywords(texts: Iterable[str]) -> tuple[str, ...]:
    """Each once, the first ones."""
    found: dict[str, str] = {}
    for text in texts:
        if said := keyword(text):
            found.setdefault(folded(said), said)
    return tuple(found.values())[:MOST_KEYWORDS]


def folded(text: str) -> str:
    """Without case and accents, for comparing."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))


def singulars(word: str, language: str) -> Iterator[str]:
    """What a word may be the plural of, by the endings of its language, folded. Too little rather than too much:
    stemmers of the usual kind take "universe" and "university" for one word."""
    plain = folded(word)

    def without(ending: str, more: str = "") -> Iterator[str]:
        if plain.endswith(ending) and len(plain) - len(ending) + len(more) >= _SHORTEST:
            yield plain[: -len(ending)] + more

    if language == "de":
        for ending in ("e", "n", "en", "s"):
            yield from without(ending)
        if any(c in "äöü" for c in word.casefold()):
            yield from without("er")
        return
    if language == "es":
        yield from without("ces", "z")
    else:
        yield from without("ies", "y")
        yield from without("ves", "f")
        yield from without("ves", "fe")
    if not plain.endswith("ss"):
        yield from without("s")
        yield from without("es")


@dataclass(frozen=True)
class Known:
    """The keywords of a library: paths, levels apart by "|", each with the number of photos that have it."""

    paths: Sequence[tuple[str, int]]
    _forms: dict[str, dict[str, list[str]]] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def _by_use(self) -> list[str]:
        return [path for path, _ in sorted(self.paths, key=lambda one: -one[1])]

    @cached_property
    def _whole(self) -> dict[str, str]:
        return {_plain(path): path for path in reversed(self._by_use)}

    @cached_property
    def _leaves(self) -> dict[str, str]:
        return {folded(leaf(path)): path for path in reversed(self._by_use)}

    def _plurals(self, language: str) -> dict[str, list[str]]:
        """Worked out once for each language."""
        if language not in self._forms:
            found: defaultdict[str, list[str]] = defaultdict(list)
            for path in self._by_use:
                for one in singulars(leaf(path), language):
                    found[one].append(path)
            self._forms[language] = found
        return self._forms[language]

    def matched(self, words: Sequence[str], language: str) -> tuple[str, ...]:
        """The words, those that the library has in its own form: "Boat" for "boats", "Animals|Birds" for "birds"."""
        plurals = self._plurals(language)
        found: dict[str, None] = {}
        for word in words:
            plain = _plain(word)
            known = self._whole.get(plain) or self._leaves.get(plain)
            if known is None:
                other = (self._leaves[one] for one in singulars(word, language) if one in self._leaves)
                known = next(other, None) or next(iter(plurals.get(plain, ())), None)
            found.setdefault(known or word)
        return tuple(found)

    def leaves(self, most: int) -> list[str]:
        """Those that are used most, without their levels."""
        found = dict.fromkeys(keyword(leaf(path)) for path in self._by_use[: 2 * most])
        return [word for word in found if word][:most]


def leaf(path: str) -> str:
    """The lowest level of a keyword."""
    return path.rpartition("|")[2]


def _plain(path: str) -> str:
    return folded(_SEPARATORS.sub(" ", path).strip())
