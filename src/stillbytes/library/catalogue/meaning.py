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
        from stillbytes.library.meaning.vectors import nearest  # noqa: PLC0415 - with the first search

        with self._database.reading() as db:
            where, values = run.condition(db, query)
            among = None if where == "TRUE" else run.matching(db, where, values)
            compared = self._vectors.compared(db, encoder.model, vector, among)
            best = nearest(compared.cosines, most + most // 4 + 20)  # some more, as the cosines are not exact
            found = list(zip(compared.photos[best].tolist(), compared.ids[best].tolist(), strict=True))
            return _exactly(db, found, vector, most) if found else []


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
