"""Searching photos by what is meant, where a network for that is installed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from stillbytes.core.errors import NotFound
from stillbytes.library.catalogue.database import Database
from stillbytes.library.catalogue.errors import InvalidQuery
from stillbytes.library.catalogue.search import run
from stillbytes.library.catalogue.search.parse import All, Query, Term, parse

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from stillbytes.gpu.access import Access
    from stillbytes.library.meaning.encoders import Encoder
    from stillbytes.library.meaning.vectors import Compared, Vectors

MOST = 300
"""Photos that a search by meaning finds: every photo is more or less like a sentence."""
FEW = 0.15
"""Where less of the nearest photos are of a search, its photos are compared, instead of further ones looked for."""


class Meaning:
    """Raises LibraryError. vectors: held from one search to the next."""

    def __init__(self, database: Database, vectors: Vectors) -> None:
        self._database, self._vectors = database, vectors

    def ready(self, here: Callable[[str], bool]) -> tuple[str, int] | None:
        """(id of the network, pictures that it has seen); None where none is installed."""
        from stillbytes.library.meaning.encoders import installed  # noqa: PLC0415 - with the first search

        encoder = installed(here)
        if encoder is None:
            return None
        sql = "SELECT count(*) FROM embeddings WHERE model = ?"
        with self._database.reading() as db:
            return encoder.model, int(db.execute(sql, (encoder.model,)).fetchone()[0])

    def search(self, text: str, access: Access, most: int = MOST) -> list[tuple[int, float]]:
        """(number, cosine) of photos, the nearest first: the free words of the search are what is meant, its fields
        hold as ever. Raises NotFound without a network, InvalidQuery, EngineError, ModelError."""
        from stillbytes.library.meaning.encoders import installed, of_text  # noqa: PLC0415

        words, rest = split(text)
        if not words:
            raise InvalidQuery("There are no words whose meaning could be looked for.", "Write what is to be seen.")
        encoder = installed(access.here)
        if encoder is None:
            raise NotFound(
                "No network that finds photos by what is meant is installed.",
                "`stillbytes models pull siglip2-base-224-int8` gets one.",
            )

        def ask(model: str, inputs: Mapping[str, NDArray[Any]], role: str = "model") -> dict[str, NDArray[Any]]:
            return access.ask(model, inputs, role, label="Search")

        vector = of_text(words, encoder, access.file(encoder.model, "vocabulary"), ask)
        return self.nearest(vector, encoder, rest, most)

    def nearest(
        self, vector: NDArray[Any], encoder: Encoder, query: Query | str = "", most: int = MOST
    ) -> list[tuple[int, float]]:
        """The photos of a search that are nearest to a vector.

        Their cosines and their order are exact, and no photo that is left out is nearer than the last one by more than
        twice `vectors.BOUND`.
        """
        with self._database.reading() as db:
            where, values = run.condition(db, query)
            compared = self._vectors.compared(db, encoder.model, vector)
            found = _nearest(db, compared, where, values, most)
            return _exactly(db, found, vector, most) if found else []


def _nearest(
    db: sqlite3.Connection, compared: Compared, where: str, values: Sequence[Any], most: int
) -> list[tuple[int, int]]:
    """(number, id of its row in `embeddings`) of the photos of a search that are nearest, and of some more than are
    wanted, as the cosines are not exact."""
    from stillbytes.library.meaning.vectors import nearest  # noqa: PLC0415 - with the first search

    ids, cosines, enough = compared.ids, compared.cosines, most + most // 4 + 20
    among = nearest(cosines, enough)
    found = _of_the_search(db, ids[among].tolist(), where, values)
    passed = len(found) / max(len(among), 1)
    if passed * len(ids) <= enough or passed < FEW:  # one after the other would be many
        sql = f"SELECT id, content FROM photos WHERE {where}"
        placed = [(number, compared.places.get(content)) for number, content in db.execute(sql, values)]
        there = [(number, place) for number, place in placed if place is not None]
        order = nearest(cosines[[place for _, place in there]], enough)
        return [(there[i][0], int(ids[there[i][1]])) for i in order]
    while len(found) < enough and len(among) < len(ids):
        among = nearest(cosines, int(len(among) * max(1.2 * enough / len(found), 1.2)) + 1)
        found = _of_the_search(db, ids[among].tolist(), where, values)
    return found[:enough]


def _of_the_search(
    db: sqlite3.Connection, ids: Sequence[int], where: str, values: Sequence[Any]
) -> list[tuple[int, int]]:
    """(number, id) of the photos of a search to which these rows of `embeddings` belong, in their order."""
    # The plus keeps a search's own list of numbers from being gone through for each of these rows.
    sql = (
        "SELECT id, row FROM (SELECT w.key AS place, e.id AS row, p.id AS number FROM json_each(?) w "
        "CROSS JOIN embeddings e ON e.id = w.value CROSS JOIN photos p ON p.content = e.content) "
        "CROSS JOIN photos ON photos.id = +number "
        f"WHERE {where} ORDER BY place"
    )
    return db.execute(sql, (json.dumps(ids), *values)).fetchall()


def _exactly(
    db: sqlite3.Connection, found: Sequence[tuple[int, int]], vector: NDArray[Any], most: int
) -> list[tuple[int, float]]:
    from stillbytes.library.meaning.vectors import exact  # noqa: PLC0415

    sql = "SELECT e.id, e.vector FROM json_each(?) w JOIN embeddings e ON e.id = w.value"
    rows = db.execute(sql, (json.dumps(list({row for _, row in found})),)).fetchall()
    cosine = dict(zip([row for row, _ in rows], exact([kept for _, kept in rows], vector).tolist(), strict=True))
    return sorted(((number, cosine[row]) for number, row in found), key=lambda one: (-one[1], one[0]))[:most]


def split(text: str) -> tuple[str, Query]:
    """The free words of a search, and what is left of it. Raises InvalidQuery.

    >>> split("red car at night rating:>=3")
    ('red car at night', Term(field='rating', value='>=3', exact=False))
    """
    query = parse(text)
    parts = query.parts if isinstance(query, All) else (query,)
    words = [part.value for part in parts if isinstance(part, Term) and part.field is None]
    rest = tuple(part for part in parts if not (isinstance(part, Term) and part.field is None))
    return " ".join(words), rest[0] if len(rest) == 1 else All(rest)
