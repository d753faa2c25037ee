"""Photos that are alike: by the picture, the same ones more than once, and which of a burst is shown."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from stillbytes.core.errors import NotFound
from stillbytes.core.jobs import Control
from stillbytes.core.saying import said
from stillbytes.library.catalogue.database import Database
from stillbytes.library.catalogue.errors import LibraryError
from stillbytes.library.catalogue.kept import Kept
from stillbytes.library.catalogue.scan.pool import Readers
from stillbytes.library.catalogue.scan.stacks import stack
from stillbytes.library.catalogue.search import run
from stillbytes.library.catalogue.search.run import Entry

if TYPE_CHECKING:
    from stillbytes.library.likeness.duplicates import Known

Reading = Callable[[], AbstractContextManager[Readers]]


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Photos that are the same. how: "bytes", every one of them, or "picture". reason: why, in a sentence."""

    how: Literal["bytes", "picture"]
    photos: tuple[Entry, ...]
    reason: str


class Alike:
    """Raises LibraryError. Pictures are compared as far as they were looked at."""

    def __init__(self, database: Database, kept: Kept, reading: Reading) -> None:
        self._database, self._kept, self._reading = database, kept, reading

    def to(self, number: int, query: str = "") -> list[int]:
        """The photos of a search, those most like this one first, it before them; then those not looked at.

        Raises NotFound where this one's picture was not looked at, InvalidQuery.
        """
        import numpy as np  # noqa: PLC0415 - most searches do without

        from stillbytes.library.likeness.descriptor import LENGTH, apart  # noqa: PLC0415

        with self._database.reading() as db:
            where, values = run.condition(db, query)
            sql = "SELECT l.descriptor FROM photos p JOIN looks l ON l.content = p.content WHERE p.id = ?"
            row = db.execute(sql, (number,)).fetchone()
            if row is None or row[0] is None:
                raise NotFound(
                    "This photo's picture was not looked at yet.", "`stillbytes library hints` looks at the pictures."
                )
            sql = (
                "SELECT p.id, l.descriptor FROM (SELECT id, content FROM photos "
                f"WHERE {where}) p LEFT JOIN looks l ON l.content = p.content ORDER BY p.id"
            )
            rows = db.execute(sql, values).fetchall()
        one = np.frombuffer(row[0], np.uint8).astype(np.float32)
        known = [(n, described) for n, described in rows if described is not None and len(described) == LENGTH]
        far = []
        for at in range(0, len(known), 8192):
            part = b"".join(described for _, described in known[at : at + 8192])
            far.append(apart(one, np.frombuffer(part, np.uint8).reshape(-1, LENGTH).astype(np.float32)))
        order = [int(i) for i in np.argsort(np.concatenate(far), kind="stable")] if far else []
        found = [known[i][0] for i in order]
        first = [number] if number in found else []
        seen = {n for n, _ in known}
        return [*first, *(n for n in found if n != number), *(n for n, _ in rows if n not in seen)]

    def duplicates(self, query: str = "", control: Control | None = None) -> list[Duplicates]:
        """The same photo more than once, those of the same bytes first. A RAW and its JPEG, the versions of a photo and
        the photos of a burst are none. Raises InvalidQuery, Cancelled."""
        from stillbytes.library.likeness.duplicates import same_bytes, same_picture  # noqa: PLC0415

        control = control or Control(lambda done, total, message: None)
        known = self._known(query)
        found: list[tuple[Literal["bytes", "picture"], Sequence[int], str]] = []
        once = list(known)
        with self._reading() as readers:
            for numbers in same_bytes(known, readers.digest, control):
                found.append(("bytes", numbers, said("Every byte of these files is the same.")))
                gone = set(numbers[1:])
                once = [one for one in once if one.number not in gone]
        for numbers, bits in same_picture(once, control):
            reason = said("The pictures' light and colours agree.")
            if bits:
                reason = said(
                    "The pictures are the same but for {bits} of 64 signs of their light, and their colours agree.",
                    bits=bits,
                )
            found.append(("picture", numbers, reason))
        entries: dict[int, Entry] = {}
        with self._database.reading() as db:
            every = [number for _, numbers, _ in found for number in numbers]
            for at in range(0, len(every), 500):
                entries |= {entry.number: entry for entry in run.entries(db, every[at : at + 500])}
        return [
            Duplicates(how, tuple(entries[number] for number in numbers if number in entries), reason)
            for how, numbers, reason in found
        ]

    def put_on_top(self, number: int) -> None:
        """Have a photo be the one that is shown of its burst. Raises NotFound, LibraryError for one in none."""
        with self._database.writing() as db:
            row = db.execute("SELECT folder, burst, content FROM photos WHERE id = ?", (number,)).fetchone()
            if row is None:
                raise NotFound(
                    said("There is no photo {number} in the library.", number=number), "It may have been removed."
                )
            folder, burst, content = row
            if burst is None:
                raise LibraryError("This photo is in no burst.", "`is:burst` finds those that are.")
            others = [c.hex() for (c,) in db.execute("SELECT content FROM photos WHERE burst = ?", (burst,))]
            kept = [one for one in self._kept.tops() if one not in others]
            self._kept.keep_tops([*kept, content.hex()])
            self._fill(db)
            stack(db, [folder])

    def restore(self) -> None:
        """Have the database know the tops that are kept."""
        with self._database.reading() as db:
            known = {content.hex() for (content,) in db.execute("SELECT content FROM tops")}
        if known != set(self._kept.tops()):
            with self._database.writing() as db:
                self._fill(db)

    def _fill(self, db: sqlite3.Connection) -> None:
        contents = []
        for one in self._kept.tops():
            try:
                contents.append((bytes.fromhex(one),))
            except ValueError:  # a damaged entry costs that one
                continue
        db.execute("DELETE FROM tops")
        db.executemany("INSERT OR IGNORE INTO tops VALUES (?)", contents)

    def _known(self, query: str) -> list[Known]:
        from stillbytes.library.likeness.duplicates import Known  # noqa: PLC0415

        with self._database.reading() as db:
            where, values = run.condition(db, query)
            sql = (
                "SELECT p.id, f.path, p.name, p.size, p.content, p.stack, l.hash, l.descriptor FROM photos p "
                "JOIN folders f ON f.id = p.folder JOIN roots r ON r.id = f.root "
                "LEFT JOIN looks l ON l.content = p.content "
                f"WHERE p.id IN (SELECT id FROM photos WHERE {where}) AND NOT p.missing AND p.version = 1 AND r.online "
                "ORDER BY f.path, p.name"
            )
            return [
                Known(number, Path(folder, name), size, content, top, hash, descriptor or b"")
                for number, folder, name, size, content, top, hash, descriptor in db.execute(sql, values)
            ]
