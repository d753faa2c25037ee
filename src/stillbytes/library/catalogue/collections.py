"""Collections: photos put together by hand, and smart ones, which are stored searches."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace

from stillbytes.core.errors import NotFound
from stillbytes.core.saying import said
from stillbytes.edit.version_names import MAIN, sidecar_name, version_of
from stillbytes.library.catalogue.database import Database
from stillbytes.library.catalogue.errors import LibraryError
from stillbytes.library.catalogue.kept import Collection, Kept, new_id
from stillbytes.library.catalogue.search import run
from stillbytes.library.catalogue.search.parse import parse


@dataclass(frozen=True, slots=True)
class Listed:
    """A collection as lists show it. query: of a smart one, else None."""

    id: str
    name: str
    query: str | None
    photos: int


class Collections:
    """Each change is kept in a file first and then in the database. A name is taken once. Raises LibraryError."""

    def __init__(self, database: Database, kept: Kept) -> None:
        self._database, self._kept = database, kept

    def all(self) -> list[Listed]:
        """By name, with how many photos each holds now."""
        sql = (
            "SELECT c.id, c.name, c.query, (SELECT count(*) FROM collection_photos m JOIN photos p ON p.id = m.photo "
            "WHERE m.collection = c.id AND NOT p.missing) FROM collections c ORDER BY c.folded"
        )
        with self._database.reading() as db:
            found = [Listed(*row) for row in db.execute(sql)]
            return [replace(one, photos=_count(db, one.query)) if one.query is not None else one for one in found]

    def create(self, name: str, photos: Sequence[int] = ()) -> Listed:
        """A collection of these photos, by number, in order. Raises NotFound."""
        return self._begin(Collection(new_id(), self._free(name)), photos)

    def create_smart(self, name: str, query: str) -> Listed:
        """A stored search. Raises InvalidQuery."""
        with self._database.reading() as db:
            run.condition(db, query)
        return self._begin(Collection(new_id(), self._free(name), query), ())

    def rename(self, id: str, name: str) -> None:
        """Raises NotFound."""
        self._change(replace(self._one(id), name=self._free(name, id)))

    def set_query(self, id: str, query: str) -> None:
        """Of a smart collection. Raises NotFound, InvalidQuery."""
        parse(query)
        if self._one(id).query is None:
            raise LibraryError("This collection is not a smart one.", "Create a smart one with this search.")
        self._change(replace(self._one(id), query=query))

    def put(self, id: str, photos: Sequence[int]) -> None:
        """Set the photos of a collection, in order. Raises NotFound."""
        one = self._one(id)
        if one.query is not None:
            raise LibraryError(
                said('"{what}" is a smart collection.', what=one.name), "Its search says which photos it holds."
            )
        with self._database.writing() as db:
            once = list(dict.fromkeys(photos))
            members = [_member(db, number) for number in once]
            self._kept.keep(one.with_members(members))
            _fill(db, id, once)

    def add(self, id: str, photos: Sequence[int]) -> None:
        """Raises NotFound."""
        self.put(id, [*self.photos(id), *photos])

    def remove(self, id: str, photos: Sequence[int]) -> None:
        """Raises NotFound."""
        gone = set(photos)
        self.put(id, [number for number in self.photos(id) if number not in gone])

    def delete(self, id: str) -> None:
        """The collection; its photos stay. Raises NotFound."""
        self._one(id)
        self._kept.drop(id)
        with self._database.writing() as db:
            db.execute("DELETE FROM collections WHERE id = ?", (id,))

    def photos(self, id: str) -> list[int]:
        """Numbers of the photos of a collection made by hand, in its order. Raises NotFound."""
        self._one(id)
        with self._database.reading() as db:
            sql = "SELECT photo FROM collection_photos WHERE collection = ? ORDER BY position"
            return [number for (number,) in db.execute(sql, (id,))]

    def restore(self) -> None:
        """Make the database's collections those of the files. Members are found by path, else by content."""
        with self._database.writing() as db:
            db.execute("DELETE FROM collections")
            for one in self._kept.collections():
                _insert(db, one)
                found = (_number(db, path, content) for path, content in one.members)
                _fill(db, one.id, list(dict.fromkeys(number for number in found if number is not None)))

    def _begin(self, one: Collection, photos: Sequence[int]) -> Listed:
        with self._database.writing() as db:
            once = list(dict.fromkeys(photos))
            self._kept.keep(one.with_members([_member(db, number) for number in once]))
            _insert(db, one)
            _fill(db, one.id, once)
            return Listed(one.id, one.name, one.query, len(once) if one.query is None else _count(db, one.query))

    def _change(self, one: Collection) -> None:
        self._kept.keep(one)
        with self._database.writing() as db:
            db.execute(
                "UPDATE collections SET name = ?, folded = ?, query = ? WHERE id = ?",
                (one.name, one.name.casefold(), one.query, one.id),
            )

    def _one(self, id: str) -> Collection:
        found = next((one for one in self._kept.collections() if one.id == id), None)
        if found is None:
            raise NotFound("There is no such collection.", "It may have been deleted.")
        return found

    def _free(self, name: str, id: str = "") -> str:
        name = " ".join(name.encode("utf-8", "replace").decode().split())
        if not name:
            raise LibraryError("A collection needs a name.", "Give it one.")
        if any(one.name.casefold() == name.casefold() and one.id != id for one in self._kept.collections()):
            raise LibraryError(said('There is a collection "{name}" already.', name=name), "Choose another name.")
        return name


def _count(db: sqlite3.Connection, query: str) -> int:
    where, values = run.condition(db, query)
    return run.count(db, where, values)


def _insert(db: sqlite3.Connection, one: Collection) -> None:
    db.execute("INSERT INTO collections VALUES (?, ?, ?, ?)", (one.id, one.name, one.name.casefold(), one.query))


def _fill(db: sqlite3.Connection, id: str, photos: Sequence[int]) -> None:
    db.execute("DELETE FROM collection_photos WHERE collection = ?", (id,))
    rows = [(id, number, position) for position, number in enumerate(photos)]
    db.executemany("INSERT INTO collection_photos VALUES (?, ?, ?)", rows)


def _member(db: sqlite3.Connection, number: int) -> tuple[str, str]:
    sql = "SELECT f.path, p.name, p.content, p.version FROM photos p JOIN folders f ON f.id = p.folder WHERE p.id = ?"
    row = db.execute(sql, (number,)).fetchone()
    if row is None:
        raise NotFound(said("There is no photo {number} in the library.", number=number), "It may have been removed.")
    folder, name, content, version = row
    name = name if version == MAIN else sidecar_name(name, version)
    return folder.rstrip("/\\") + "/" + name, content.hex()


def _number(db: sqlite3.Connection, path: str, content: str) -> int | None:
    folder, _, name = path.rpartition("/")
    name, version = version_of(name)
    sql = (
        "SELECT p.id FROM photos p JOIN folders f ON f.id = p.folder WHERE p.name = ? AND f.path = ? AND p.version = ? "
        "UNION ALL SELECT id FROM photos WHERE content = ? AND version = ? LIMIT 1"
    )
    row = db.execute(sql, (name, folder, version, bytes.fromhex(content), version)).fetchone()
    return None if row is None else int(row[0])
