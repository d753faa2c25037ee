"""A request for photos in plain words becomes a query of the library's search language.

>>> wording("show me all five-star owls from 2024")
'rating:5 date:2024 owl'
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from stillbytes.assistant.vocabulary.lexicon import LANGUAGES
from stillbytes.assistant.vocabulary.text import folded

LONGEST = 300
MOST_WORDS = 6
"""That are looked for in texts: more of them are a sentence."""
LEAST_STEM = 3
_NAME = r"([\w][\w .-]{0,40}?)"
"""Of a camera, a lens, a keyword or a folder."""


@dataclass
class _Reading:
    """left: what nothing was made of yet. terms: of the query so far."""

    left: str
    terms: list[str] = field(default_factory=list)

    def take(self, pattern: str, made: Callable[[re.Match[str]], str]) -> bool:
        """Whether the pattern is there; what it says becomes a term then."""
        found = re.search(rf"(?<![\w-])(?:{pattern})(?![\w-])", self.left)
        if found is None:
            return False
        self.terms.append(made(found))
        self.left = f"{self.left[: found.start()]} {self.left[found.end() :]}"
        return True


def wording(request: str, today: Callable[[], date] = date.today) -> str | None:
    """The query; None when the request asks for no photos, or in words that are not understood."""
    said = " ".join(re.sub(r"[?!,;“”\"()]", " ", folded(request)).split()).strip(" .")
    if not said or len(said) > LONGEST:
        return None
    for language in LANGUAGES:
        found = _read(said, _given()[language], today, language)
        if found is not None:
            return found
    return None


def asks(said: str) -> bool:
    """Whether words can ask for a search: what licenses a model to propose one."""
    plain = f" {' '.join(folded(said).split())} "
    return any(
        f" {word} " in plain
        for words in _given().values()
        for word in (*words["sure"], *words["maybe"], *words["photos"])
    )


def _read(said: str, words: Mapping[str, Any], today: Callable[[], date], language: str) -> str | None:
    opened = re.match(
        rf"(?:(?:please|bitte|por favor|can you|could you|kannst du|puedes) )*({_any(words['sure'])})\s", said
    )
    maybe = re.match(
        rf"(?:(?:please|bitte|por favor|can you|could you|kannst du|puedes) )*({_any(words['maybe'])})\s", said
    )
    begun = opened or maybe
    if begun is None:
        return None
    reading = _Reading(f"{said[begun.end() :]} ")
    _fields(reading, words, today)
    speaks = reading.take(_any(words["photos"]), lambda _: "")
    every = reading.take(_any(words["every"]), lambda _: "")
    terms = [term for term in reading.terms if term]
    if opened is None and not (speaks or every or terms):
        return None
    looked = _looked_for(reading.left, words, language)
    if looked is None or not (terms or looked or (speaks and every)):
        return None
    return " ".join((*terms, *looked))


def _fields(reading: _Reading, words: Mapping[str, Any], today: Callable[[], date]) -> None:
    for term, said in words["states"].items():
        reading.take(_any(said), lambda _, term=term: term)  # type: ignore[misc]
    for colour, said in words["labels"].items():
        reading.take(_any(said), lambda _, colour=colour: f"label:{colour}")  # type: ignore[misc]
    _stars(reading, words)
    above, below = _any(words["above"]), _any(words["below"])
    reading.take(rf"(?:{above}) iso ?(\d{{2,6}})|iso (?:{above}) (\d{{2,6}})", lambda m: f"iso:>{m[1] or m[2]}")
    reading.take(rf"(?:{below}) iso ?(\d{{2,6}})|iso (?:{below}) (\d{{2,6}})", lambda m: f"iso:<{m[1] or m[2]}")
    reading.take(r"iso ?(\d{2,6})", lambda m: f"iso:{m[1]}")
    reading.take(r"f ?/ ?(\d{1,2}(?:[.,]\d)?)", lambda m: f"aperture:{m[1].replace(',', '.')}")
    reading.take(r"(\d{1,4}) ?mm", lambda m: f"focal:{m[1]}")
    _dates(reading, words, today)
    end = r"(?=\s*$)"
    reading.take(rf"(?:{_any(words['tagged'])}) {_NAME}{end}", lambda m: f'keyword:"{m[1]}"')
    reading.take(rf"(?:{_any(words['in_folder'])}) {_NAME}{end}", lambda m: f'folder:"{m[1]}"')
    model = r"((?:[\w-]+ ){0,3}?[\w-]*\d[\w-]*)"  # of a camera or a lens: its name has a number in it
    reading.take(rf"(?:{_any(words['taken_with'])}) {model}{end}", lambda m: f'(camera:"{m[1]}" OR lens:"{m[1]}")')


def _stars(reading: _Reading, words: Mapping[str, Any]) -> None:
    numbers = {**{str(n): n for n in range(6)}, **words["numbers"]}
    number, star = f"({_any(numbers)})", _any(words["star"])
    least, more = _any(words["at_least"]), _any(words["more"])

    def rated(m: re.Match[str], sign: str) -> str:
        return f"rating:{sign}{numbers[next(group for group in m.groups() if group)]}"

    for pattern, sign in (
        (rf"(?:{least}) {number}[ -](?:{star})|{number}[ -](?:{star}) (?:{more})", ">="),
        (rf"{number}\+[ -](?:{star})|{number} (?:{more}) (?:{star})", ">="),
        (rf"(?:{least}) {number}-?(?:{star})|{number}[ -]?(?:{star})", ""),
    ):
        if reading.take(pattern, lambda m, sign=sign: rated(m, sign)):  # type: ignore[misc]
            return


def _dates(reading: _Reading, words: Mapping[str, Any], today: Callable[[], date]) -> None:
    months = {name: number for number, names in enumerate(words["months"], 1) for name in names}
    month, year = f"({_any(months)})", r"((?:19|20)\d\d)"
    joined = _any(("of", "from", "in", "de", "im", "von", "vom", "aus", "del"))
    of = rf"(?:(?:{joined}) )?"
    since, after, before = (_any(words[name]) for name in ("since", "after", "before"))
    seasons = words["seasons"]

    def in_month(m: re.Match[str], sign: str = "") -> str:
        return f"date:{sign}{m[2]}-{months[m[1]]:02}"

    tries: Sequence[tuple[str, Callable[[re.Match[str]], str]]] = (
        (rf"(?:{_any(words['between'])}) {year} (?:{_any(words['until'])}) {year}", lambda m: f"date:{m[1]}..{m[2]}"),
        (rf"(?:{since}) {month} {of}{year}", lambda m: in_month(m, ">=")),
        (rf"(?:{before}) {month} {of}{year}", lambda m: in_month(m, "<")),
        (rf"(?:{since}) {year}", lambda m: f"date:>={m[1]}"),
        (rf"(?:{after}) {year}", lambda m: f"date:>{m[1]}"),
        (rf"(?:{before}) {year}", lambda m: f"date:<{m[1]}"),
        (rf"{of}{year}-(\d\d)-(\d\d)", lambda m: f"date:{m[1]}-{m[2]}-{m[3]}"),
        (rf"{of}{month} {of}{year}", in_month),
        (
            rf"{of}({_any(seasons)}) {of}{year}",
            lambda m: f"date:{m[2]}-{seasons[m[1]][0]}..{m[2]}-{seasons[m[1]][1]}",
        ),
        (rf"{of}{year}", lambda m: f"date:{m[1]}"),
        (_any(words["yesterday"]), lambda _: "date:yesterday"),
        (_any(words["today"]), lambda _: "date:today"),
        (rf"{of}(?:(?:the|der|die|dem|den|el|la) )?({_any(words['this'])}|{_any(words['last'])}) "
         rf"({_any(words['day_week'])}|{_any(words['day_month'])}|{_any(words['day_year'])})",
         lambda m: _period(m[1] in words["last"], m[2], words, today())),
        (rf"(?:{joined}) {month}", lambda m: _latest(months[m[1]], today())),
    )  # fmt: skip
    for pattern, made in tries:
        if reading.take(pattern, made):
            return


def _period(last: bool, unit: str, words: Mapping[str, Any], now: date) -> str:
    """This or the last week, month or year."""
    if unit in words["day_year"]:
        return f"date:{now.year - last}"
    if unit in words["day_month"]:
        first = (now.replace(day=1) - timedelta(days=1)) if last else now
        return f"date:{first.year}-{first.month:02}"
    monday = now - timedelta(days=now.weekday() + 7 * last)
    return f"date:{monday.isoformat()}..{(monday + timedelta(days=6)).isoformat()}"


def _latest(month: int, now: date) -> str:
    """The last month of that name that has begun."""
    return f"date:{now.year - (month > now.month)}-{month:02}"


def _looked_for(left: str, words: Mapping[str, Any], language: str) -> list[str] | None:
    """Words for the texts of photos; None for what nobody would look for."""
    said = [word for word in re.findall(r"[^\W_][\w'-]*|\S", left) if word not in words["fill"]]
    if any(not re.match(r"\w", word) for word in said) or len(said) > MOST_WORDS:
        return None
    found: list[str] = []
    for place, word in enumerate(said):
        if word in words["or"]:
            if not found or place + 1 == len(said):
                return None
            found.append("OR")
        elif word not in (*words["photos"], *words["every"]):
            found.append(_stem(word, language))
    if "OR" in found:
        return ["(" + " ".join(found) + ")"]
    return found


def _stem(word: str, language: str) -> str:
    """A word without its plural: the library finds what begins so."""
    endings = {"en": ("ies", "ses", "xes", "ches", "shes", "s"), "de": ("n", "e"), "es": ("es", "s")}[language]
    for ending in endings:
        cut = len(ending) if ending in ("ies", "s", "n", "e") else 2
        if word.endswith(ending) and not word.endswith("ss") and len(word) - cut >= LEAST_STEM:
            return word[:-cut]
    return word


def _any(said: Any) -> str:
    return "|".join(re.escape(word) for word in sorted(said, key=len, reverse=True))


@cache
def _given() -> Mapping[str, Any]:
    return tomllib.loads((files(__package__) / "words.toml").read_text("utf-8"))
