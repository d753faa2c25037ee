"""A query's tree as one condition on `photos`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from stillbytes.core.saying import said
from stillbytes.library.catalogue.errors import InvalidQuery
from stillbytes.library.catalogue.search.fields import IN_TEXTS, Condition, field, words
from stillbytes.library.catalogue.search.parse import All, Either, Not, Query, Term, parse

Collection = tuple[str, str | None]
"""(id, query of a smart one)"""
_NESTED = 8
_DEEPEST = 12
"""Brackets in one another that an expression for the index of texts may have: its parser has a small stack."""


@dataclass(frozen=True, slots=True)
class _Texts:
    """What the index of texts alone can tell: photos that match FTS5's expression, or those that do not (negated).
    depth: of its brackets."""

    expression: str
    negated: bool = False
    depth: int = 0

    def condition(self) -> Condition:
        sql = IN_TEXTS.replace("IN", "NOT IN", 1) if self.negated else IN_TEXTS
        return sql, (self.expression,)


def compiled(query: Query, collections: Callable[[str], Collection | None], depth: int = 0) -> Condition:
    """(SQL, values). collections: finds one by its name. Raises InvalidQuery."""
    return _condition(_compiled(query, collections, depth))


def mentions_missing(query: Query) -> bool:
    """Whether photos whose files are gone are asked for; they are left out otherwise."""
    match query:
        case Term(name, value, _):
            return name in ("is", "has") and value.lower() == "missing"
        case Not(part):
            return mentions_missing(part)
        case All(parts) | Either(parts):
            return any(map(mentions_missing, parts))


def _compiled(query: Query, collections: Callable[[str], Collection | None], depth: int) -> Condition | _Texts:
    match query:
        case Term(None, value, exact):
            return _Texts(words(value, exact))
        case Term("collection", value, _):
            return _of_collection(value, collections, depth)
        case Term(name, value, exact):
            assert name is not None
            sql, values = field(name).condition(value, exact)
            return _Texts(str(values[0])) if sql == IN_TEXTS else (sql, values)
        case Not(part):
            found = _compiled(part, collections, depth)
            if isinstance(found, _Texts):
                return replace(found, negated=not found.negated)
            return f"({found[0]}) IS NOT TRUE", found[1]
        case Either(parts):
            return _joined("OR", [_compiled(part, collections, depth) for part in parts])
        case All(parts):
            return _joined("AND", [_compiled(part, collections, depth) for part in parts]) if parts else ("TRUE", ())


def _of_collection(name: str, collections: Callable[[str], Collection | None], depth: int) -> Condition | _Texts:
    found = collections(name)
    if found is None:
        raise InvalidQuery(
            said('There is no collection "{name}".', name=name[:60]), "`stillbytes library status` lists them."
        )
    if found[1] is None:
        return "id IN (SELECT photo FROM collection_photos WHERE collection = ?)", (found[0],)
    if depth >= _NESTED:
        raise InvalidQuery(
            said('The smart collection "{name}" refers to itself.', name=name[:60]), "Change its search."
        )
    return _compiled(parse(found[1]), collections, depth + 1)


def _joined(word: Literal["AND", "OR"], parts: Sequence[Condition | _Texts]) -> Condition | _Texts:
    texts = [part for part in parts if isinstance(part, _Texts) and part.depth < _DEEPEST]
    rest = [_condition(part) for part in parts if part not in texts]
    if texts:  # one look into the index of texts, instead of a list of photos for each
        one = _together(word, texts)
        if not rest:
            return one
        rest.append(_condition(one))
    sql = f" {word} ".join(f"({sql})" for sql, _ in rest)
    return sql, tuple(value for _, values in rest for value in values)


def _together(word: Literal["AND", "OR"], texts: Sequence[_Texts]) -> _Texts:
    """FTS5 knows "this and not that" but no "not that" alone; "this or not that" is the opposite of "that and not
    this"."""
    other: Literal["AND", "OR"] = "OR" if word == "AND" else "AND"
    wanted = _expression(word, [one for one in texts if not one.negated])
    unwanted = _expression(other, [one for one in texts if one.negated])
    if wanted is None or unwanted is None:
        one = wanted or unwanted
        assert one is not None
        return replace(one, negated=wanted is None)
    first, second = (wanted, unwanted) if word == "AND" else (unwanted, wanted)
    return _Texts(f"({first.expression}) NOT ({second.expression})", word == "OR", max(first.depth, second.depth) + 1)


def _expression(word: Literal["AND", "OR"], texts: Sequence[_Texts]) -> _Texts | None:
    if len(texts) < 2:
        return texts[0] if texts else None
    parts = [f"({one.expression})" if one.depth else one.expression for one in texts]
    return _Texts(f" {word} ".join(parts), depth=max(one.depth for one in texts) + 1)


def _condition(found: Condition | _Texts) -> Condition:
    return found.condition() if isinstance(found, _Texts) else found
