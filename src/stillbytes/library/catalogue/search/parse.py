"""The search language as a tree.

sunset beach            both words, or words that begin so, anywhere in a photo's texts
"old town"              these words in this order
camera:nikon iso:>=800  fields (see `fields`)
-keyword:family         not
lens:50mm OR lens:85mm  either; AND binds tighter than OR and may be left out
(a OR b) -c             as one
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from stillbytes.core.saying import said
from stillbytes.library.catalogue.errors import InvalidQuery

DEEPEST = 40
MOST_TERMS = 200


@dataclass(frozen=True, slots=True)
class Term:
    """field: None for free text. exact: it stood in quotes."""

    field: str | None
    value: str
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Not:
    part: Query


@dataclass(frozen=True, slots=True)
class All:
    """Without parts: every photo."""

    parts: tuple[Query, ...] = ()


@dataclass(frozen=True, slots=True)
class Either:
    parts: tuple[Query, ...]


Query = Term | Not | All | Either

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<open>\() | (?P<close>\)) | (?P<minus>-(?=[^\s()-]|\())
        | (?:(?P<field>[A-Za-z_]+):)? (?:"(?P<quoted>[^"]*)"? | (?P<word>[^\s()"][^\s()]*) | (?<=:))
    )""",
    re.VERBOSE,
)


def parse(text: str) -> Query:
    """Raises InvalidQuery.

    >>> parse("owl -rating:<3")
    All(parts=(Term(field=None, value='owl', exact=False), Not(part=Term(field='rating', value='<3', exact=False))))
    """
    tokens = _tokens(text.encode("utf-8", "replace").decode().replace("\0", " "))
    if len(tokens) > MOST_TERMS:
        raise InvalidQuery("The search is too long.", said("It may have {most} terms.", most=MOST_TERMS))
    reading = _Reading(tokens)
    found = reading.either(0)
    if reading.next is not None:
        raise InvalidQuery("A bracket closes that was never opened.", 'In a text, put it in quotes: "a)".')
    return found


def _tokens(text: str) -> list[Term | str]:
    """Terms, and of what joins them one of "(", ")", "-", "OR"."""
    found: list[Term | str] = []
    at = 0
    while match := _TOKEN.match(text, at):
        if match.end() == at:
            break
        at = match.end()
        if match["open"] or match["close"] or match["minus"]:
            found.append(match[0].strip())
            continue
        field, word, quoted = match["field"], match["word"], match["quoted"]
        if field is None and word in ("OR", "AND", "NOT"):
            found += {"OR": ["OR"], "AND": [], "NOT": ["-"]}[word]
        elif field is None or word is not None or quoted is not None:
            found.append(Term(field.lower() if field else None, word if quoted is None else quoted, quoted is not None))
        else:
            raise InvalidQuery(
                said("{field}: needs a value.", field=field),
                said('For the word itself write "{field}:" in quotes.', field=field),
            )
    return found


class _Reading:
    """Recursive descent."""

    def __init__(self, tokens: list[Term | str]) -> None:
        self._tokens, self._at = tokens, 0

    @property
    def next(self) -> Term | str | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def either(self, depth: int) -> Query:
        if depth > DEEPEST:
            raise InvalidQuery(
                "The search has too many brackets in one another.", said("{deepest} are allowed.", deepest=DEEPEST)
            )
        parts = [self._all(depth)]
        while self.next == "OR":
            self._at += 1
            parts.append(self._all(depth))
        parts = [part for part in parts if part != All()] or [All()]  # "a OR" while it is being typed
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def _all(self, depth: int) -> Query:
        parts = []
        while self.next not in (None, ")", "OR"):
            part = self._one(depth)
            if part != All():
                parts.append(part)
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _one(self, depth: int) -> Query:
        token = self.next
        negated = False
        while token == "-":
            negated = not negated
            self._at += 1
            token = self.next
        if token is None or token in (")", "OR"):
            return All()
        self._at += 1
        if token == "(":
            found = self.either(depth + 1)
            if self.next != ")":
                raise InvalidQuery("A bracket is not closed.", "Add a ).")
            self._at += 1
        else:
            assert isinstance(token, Term)
            found = token
        return Not(found) if negated and found != All() else found
