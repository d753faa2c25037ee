"""A query's tree as one condition on `photos`."""

from __future__ import annotations

from collections.abc import Callable

from stillbytes.core.saying import said
from stillbytes.library.catalogue.errors import InvalidQuery
from stillbytes.library.catalogue.search.fields import Condition, field, words
from stillbytes.library.catalogue.search.parse import All, Either, Not, Query, Term, parse

Collection = tuple[str, str | None]
"""(id, query of a smart one)"""
_NESTED = 8
IN_TEXTS = "id IN (SELECT rowid FROM texts WHERE texts MATCH ?)"


def compiled(query: Query, collections: Callable[[str], Collection | None], depth: int = 0) -> Condition:
    """(SQL, values). collections: finds one by its name. Raises InvalidQuery."""
    match query:
        case Term(None, value, exact):
            return IN_TEXTS, (words(value, exact),)
        case Term("collection", value, _):
            return _of_collection(value, collections, depth)
        case Term(name, value, exact):
            assert name is not None
            return field(name).condition(value, exact)
        case Not(part):
            sql, values = compiled(part, collections, depth)
            return f"({sql}) IS NOT TRUE", values
        case Either(parts):
            return _joined("OR", parts, collections, depth)
        case All(parts):
            return _joined("AND", parts, collections, depth) if parts else ("TRUE", ())


def mentions_missing(query: Query) -> bool:
    """Whether photos whose files are gone are asked for; they are left out otherwise."""
    match query:
        case Term(name, value, _):
            return name in ("is", "has") and value.lower() == "missing"
        case Not(part):
            return mentions_missing(part)
        case All(parts) | Either(parts):
            return any(map(mentions_missing, parts))


def _of_collection(name: str, collections: Callable[[str], Collection | None], depth: int) -> Condition:
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
    return compiled(parse(found[1]), collections, depth + 1)


def _joined(
    word: str, parts: tuple[Query, ...], collections: Callable[[str], Collection | None], depth: int
) -> Condition:
    free = [words(p.value, p.exact) for p in parts if isinstance(p, Term) and p.field is None]
    found = [compiled(p, collections, depth) for p in parts if not (isinstance(p, Term) and p.field is None)]
    if free:  # one look into the index of texts for all words
        found.append((IN_TEXTS, (f" {word} ".join(free),)))
    if len(found) == 1:
        return found[0]
    sql = f" {word} ".join(f"({sql})" for sql, _ in found)
    return sql, tuple(value for _, values in found for value in values)
