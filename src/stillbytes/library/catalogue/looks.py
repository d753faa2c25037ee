"""What was seen in photos' pictures, in the database: by content, so that it stays with a photo wherever it goes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from stillbytes.library.catalogue.database import Database
from stillbytes.library.catalogue.scan.stacks import stack
from stillbytes.library.catalogue.search import run
from stillbytes.library.catalogue.search.hinted import noted
from stillbytes.library.hints.find import VERSION, hints
from stillbytes.library.hints.hint import Measure, Noted

_UNSEEN = (
    "(content NOT IN (SELECT content FROM looks WHERE version = ?) OR (? <> '' "
    "AND content NOT IN (SELECT content FROM embeddings WHERE model = ?) "
    "AND content NOT IN (SELECT content FROM looks WHERE problem <> '')))"
)
"""What has to be looked at, by (version, model, model)."""


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen in one picture. problem: why there is nothing. hash, descriptor: see `likeness.descriptor`.
    vector: float16, of the model that the looking was for."""

    content: bytes
    measures: Mapping[str, Measure]
    hash: int | None = None
    descriptor: bytes | None = None
    problem: str = ""
    vector: bytes | None = None


class Looks:
    """Raises LibraryError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def lacking(self, query: str = "", *, again: bool = False, model: str = "") -> list[tuple[bytes, Path]]:
        """Pictures that were not looked at yet, each by one of its files that is within reach, by path.

        again: all, as if none had been. model: of which the pictures are to have vectors, too. Raises InvalidQuery.
        """
        with self._database.reading() as db:
            where, values = run.condition(db, query)
            sql = (
                "SELECT content, (SELECT path FROM folders WHERE folders.id = photos.folder) place, name FROM photos "
                f"WHERE ({where}) AND NOT missing AND version = 1 "
                "AND folder IN (SELECT f.id FROM folders f JOIN roots r ON r.id = f.root WHERE r.online) "
            )
            if not again:
                sql += f"AND {_UNSEEN} "
                values = (*values, VERSION, model, model)
            found: dict[bytes, Path] = {}
            for content, place, name in db.execute(sql + "ORDER BY place, name", values):
                found.setdefault(content, Path(place, name))
        return list(found.items())

    def are_lacking(self, model: str = "") -> bool:
        """Whether there are any."""
        sql = f"SELECT EXISTS (SELECT 1 FROM photos WHERE NOT missing AND version = 1 AND {_UNSEEN})"
        with self._database.reading() as db:
            return bool(db.execute(sql, (VERSION, model, model)).fetchone()[0])

    def put(self, looks: Sequence[Look], model: str = "") -> None:
        """model: that the vectors are of."""
        all_hints = hints()
        with self._database.writing() as db:
            for one in looks:
                db.execute("DELETE FROM hints WHERE content = ?", (one.content,))
                sql = (
                    "INSERT INTO looks (content, version, problem, hash, descriptor) VALUES (?, ?, ?, ?, ?) "
                    "ON CONFLICT (content) DO UPDATE SET version = excluded.version, problem = excluded.problem, "
                    "hash = excluded.hash, descriptor = excluded.descriptor"
                )
                db.execute(sql, (one.content, VERSION, one.problem, one.hash, one.descriptor))
                rows = [
                    (one.content, kind, measure.value, all_hints[kind].fires(measure), json.dumps(dict(measure.facts)))
                    for kind, measure in one.measures.items()
                ]
                db.executemany("INSERT INTO hints VALUES (?, ?, ?, ?, ?)", rows)
                if model and one.vector is not None:
                    db.execute("DELETE FROM embeddings WHERE content = ? AND model = ?", (one.content, model))
                    sql = "INSERT INTO embeddings (content, model, vector) VALUES (?, ?, ?)"
                    db.execute(sql, (one.content, model, one.vector))

    def photos(self, contents: Sequence[bytes]) -> list[int]:
        """The numbers of all photos of these contents."""
        with self._database.reading() as db:
            sql = "SELECT id FROM photos WHERE content = ?"
            return [number for one in contents for (number,) in db.execute(sql, (one,))]

    def restack(self, contents: Sequence[bytes] | None = None) -> None:
        """Find the bursts in folders where photos of these contents are; in all of them when None."""
        with self._database.writing() as db:
            if contents is None:
                folders = [number for (number,) in db.execute("SELECT id FROM folders")]
            else:
                sql = "SELECT DISTINCT folder FROM photos WHERE content = ?"
                folders = list({number for one in contents for (number,) in db.execute(sql, (one,))})
            stack(db, folders)

    def forget(self, *, unused: bool = False) -> None:
        """Everything, or what is of no photo any more."""
        where = " WHERE content NOT IN (SELECT content FROM photos)" if unused else ""
        with self._database.writing() as db:
            db.execute(f"DELETE FROM looks{where}")

    def looked(self, query: str = "") -> tuple[int, int, dict[str, int]]:
        """(photos looked at, those in whose pictures nothing could be seen, photos by hint). Raises InvalidQuery."""
        with self._database.reading() as db:
            where, values = run.condition(db, query)
            sql = (
                "SELECT count(*), coalesce(sum(l.problem <> ''), 0) FROM looks l JOIN "
                f"(SELECT content FROM photos WHERE {where}) p ON p.content = l.content"
            )
            seen, failed = db.execute(sql, values).fetchone()
            sql = (
                f"SELECT h.kind, count(*) FROM (SELECT content FROM photos WHERE {where}) p "
                "JOIN hints h ON h.content = p.content WHERE h.fires GROUP BY h.kind"
            )
            found = dict(db.execute(sql, values).fetchall())
        return int(seen), int(failed), {kind: int(found.get(kind, 0)) for kind in hints()}

    def noted(self, numbers: Sequence[int], *, all_measures: bool = False) -> dict[int, tuple[Noted, ...]]:
        """What is hinted at of photos, by number; with `all_measures` what was measured of them, too."""
        with self._database.reading() as db:
            return noted(db, numbers, all_measures=all_measures)

    def problems(self, numbers: Sequence[int]) -> dict[int, str]:
        """Why nothing could be seen in a photo's picture, by number."""
        sql = (
            "SELECT p.id, l.problem FROM json_each(?) w JOIN photos p ON p.id = w.value "
            "JOIN looks l ON l.content = p.content WHERE l.problem <> ''"
        )
        with self._database.reading() as db:
            return dict(db.execute(sql, (json.dumps(list(numbers)),)).fetchall())
