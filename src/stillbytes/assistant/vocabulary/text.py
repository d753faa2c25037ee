"""A request as tokens: words in small letters without accents, numbers with their sign, ratios and marks."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

GAP = "…"
MOST_CHARACTERS = 500
MOST_OF_A_FRACTION = 10
BREAKS = frozenset(',;.!?()[]{}"“”«»*|>~_#·•…–—-+/\\')

_TOKEN = re.compile(
    r"""(?P<ratio>\d{1,5}(?:[.,]\d+)?\s?[:x×]\s?\d{1,5}(?:[.,]\d+)?(?![\w]))
      | (?P<number>(?:(?<![\w.,%°])[+\-−]\s?)?(?:\d+\s\d[/⁄]\d+|\d+(?:[.,]\d+)*(?:[/⁄]\d+)?|(?<![\w.,])[.,]\d+))
      | (?P<word>[^\W\d_]+(?:['\-][^\W\d_]+)*)
      | (?P<mark>\S)""",
    re.VERBOSE,
)
_AFTER_WHOLE = re.compile(r"(?<=\d)(?=[¼-¾⅐-⅞])")
"""Where "1½" is a number and a fraction."""
_HYPHEN = re.compile(r"(?<=[^\W\d_])-(?=[^\W\d_])(?!(?:up|down|off|out|in|on|over|ups|ons)\b)")
"""What joins words that stand for themselves, as in "white-balance"; "make-up" is a word of its own."""
_PICTURES = ("So", "Sk", "Cf", "Mn")
"""Categories of characters that are no words: emoji, joiners, accents that stand alone."""
_OPENING = "¿¡"
"""Marks of which the closing one says all."""
_THOUSANDS = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")


class Unreadable(ValueError):
    """A number that nobody would write."""


@dataclass(frozen=True, slots=True)
class Token:
    """text: folded. number: without its sign, for numbers. sign: "+", "-" or "". ratio: width and height.
    joined: whether it ended the word before, as in "the sky's too dark" and "the sky's saturation"."""

    text: str
    number: float | None = None
    sign: str = ""
    ratio: tuple[float, float] | None = None
    joined: bool = False

    @property
    def breaks(self) -> bool:
        """Whether it is a mark that ends a part of a request, unless a phrase holds it."""
        return self.number is None and self.ratio is None and self.text in BREAKS


def folded(text: str) -> str:
    """In small letters, without accents."""
    plain = _AFTER_WHOLE.sub(" ", text.casefold().replace("’", "'").replace("‘", "'").replace("`", "'"))
    apart = unicodedata.normalize("NFKD", plain)
    return "".join(c for c in apart if not unicodedata.combining(c))


@lru_cache(512)  # a request and the names of presets are read for each language
def tokens(text: str) -> tuple[Token, ...]:
    """Raises Unreadable."""
    found = []
    plain = _HYPHEN.sub(" ", folded(text).replace("−", "-").replace("‑", "-"))
    plain = re.sub(r"(?<=[^\W\d_])(?=[+\-]\d)", " ", plain)
    for match in _TOKEN.finditer(plain):
        said = match.group()
        if match.lastgroup == "ratio":
            width, height = (float(side.replace(",", ".")) for side in re.split(r"\s?[:x×]\s?", said))
            found.append(Token(said, ratio=(width, height)))
        elif match.lastgroup == "number":
            sign = said[0] if said[0] in "+-" else ""
            try:
                number = _number(said.lstrip("+- "))
            except ValueError as problem:
                raise Unreadable(said) from problem
            found.append(Token(said, number=number, sign=sign))
        elif (
            match.lastgroup == "word"
            or said == "°"
            or (unicodedata.category(said) not in _PICTURES and said not in _OPENING)
        ):
            found.append(Token(said))
    return tuple(found)


def _number(text: str) -> float:
    """Raises ValueError."""
    whole, apart, part = text.partition(" ")
    if apart:  # "1 1/3"
        return _number(whole) + _number(part)
    if "/" in text or "⁄" in text:
        above, below = (_number(side) for side in text.replace("⁄", "/").split("/"))
        if not (below and max(above, below) <= MOST_OF_A_FRACTION):  # "noise reduction 30/20", "1/250 at f/8"
            raise ValueError(text)
        return above / below
    if _THOUSANDS.fullmatch(text):
        return float(text.replace(".", "").replace(",", ""))
    if len(text) > 12 or text.count(".") + text.count(",") > 1:
        raise ValueError(text)
    return float(text.replace(",", "."))
