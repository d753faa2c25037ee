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
    from stillbytes.library.meaning.vectors import Vectors

MOST = 300
"""Photos that a search by meaning finds: every photo is more or less like a sentence."""
TIMES = 8
"""As many of the nearest are looked at closely for each that is wanted."""


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
        import numpy as np  # noqa: PLC0415 - with the first search

        from stillbytes.library.meaning.vectors import exact, nearest  # noqa: PLC0415

        with self._database.reading() as db:
            where, values = run.condition(db, query)
            ids, near = self._vectors.compared(db, encoder.model, vector)
            best = nearest(near, most * TIMES)
            found = _among(db, ids[best].tolist(), where, values)
            if len(found) < most and len(best) < near.size:  # few photos are of that search
                sql = (
                    "SELECT (SELECT e.id FROM embeddings e WHERE e.model = ? AND e.content = photos.content) "
                    f"FROM photos WHERE {where}"
                )
                wanted = [id for (id,) in db.execute(sql, (encoder.model, *values)) if id is not None]
                places = np.flatnonzero(np.isin(ids, np.array(wanted, np.int64)))
                best = places[nearest(near[places], most * TIMES)]
                found = _among(db, ids[best].tolist(), where, values)
        if not found:
            return []
        cosines = exact([kept for _, kept in found], vector)
        order = np.lexsort((np.array([number for number, _ in found]), -cosines))[:most]
        return [(found[i][0], float(cosines[i])) for i in order]


def _among(db: sqlite3.Connection, ids: list[int], where: str, values: Sequence[Any]) -> list[tuple[int, bytes]]:
    """(number, vector) of the photos of a search to which these rows of `embeddings` belong."""
    sql = (
        "SELECT id, kept FROM (SELECT e.content AS seen, e.vector AS kept FROM json_each(?) w "
        "CROSS JOIN embeddings e ON e.id = w.value) CROSS JOIN photos ON photos.content = seen "
        f"WHERE {where}"
    )
    return db.execute(sql, (json.dumps(ids), *values)).fetchall()


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
