"""Whether the catalogue says what is, and whether every photo still has the bytes that it had."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from stillbytes.core.errors import Cancelled, UnreadablePhoto
from stillbytes.core.jobs import Control
from stillbytes.core.saying import said
from stillbytes.library.catalogue.database import Database
from stillbytes.library.catalogue.scan.pool import Readers
from stillbytes.library.catalogue.scan.scan import compare

_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Problem:
    """path: of a photo, a folder, or the catalogue itself."""

    path: str
    message: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Verified:
    """damage: what is wrong. problems: photos that could not be read when they were added.

    pending: photos that the next scan will take in, since their files are new, changed, gone or back. hashed: photos
    whose every byte was read; `first` of them for the first time, so that there was nothing to compare with.
    """

    photos: int
    hashed: int
    first: int
    pending: int
    offline: tuple[str, ...]
    damage: tuple[Problem, ...]
    problems: tuple[Problem, ...]

    @property
    def clean(self) -> bool:
        return not self.damage


def verify(database: Database, control: Control, readers: Readers, *, quick: bool = False) -> Verified:
    """quick: only the catalogue itself and what names, sizes and times tell, no photo's content. Raises Cancelled."""
    with database.reading() as db:
        damage = structure(db, str(database.path))
        roots = db.execute("SELECT id, path FROM roots ORDER BY path").fetchall()
        offline = tuple(path for _, path in roots if not Path(path).is_dir())
        pending, waiting = 0, set()
        for root, path in roots:
            if path not in offline:
                compared = compare(db, root, path, control)
                waiting |= {known for _, _, known in compared.wanted if known is not None} | set(compared.gone)
                pending += len(compared.wanted) + len(compared.gone) + len(compared.back)
        sql = (
            "SELECT p.id, f.path, p.name, p.digest FROM photos p JOIN folders f ON f.id = p.folder "
            "JOIN roots r ON r.id = f.root WHERE NOT p.missing AND p.version = 1 ORDER BY f.path, p.name"
        )
        photos = db.execute(sql).fetchall()
        listed = db.execute("SELECT path, message, remedy FROM problems ORDER BY path, id").fetchall()
    hashed = first = 0
    if not quick:
        todo = [row for row in photos if row[0] not in waiting and not row[1].startswith(offline or ("\0",))]
        hashed, first, changed = _hash(database, todo, control, readers)
        damage += changed
    return Verified(len(photos), hashed, first, pending, offline, tuple(damage), tuple(Problem(*row) for row in listed))


def structure(db: sqlite3.Connection, path: str) -> list[Problem]:
    """What is wrong with the database itself."""
    remedy = "`stillbytes library rebuild` makes the catalogue again."
    found: list[str] = []
    try:
        found += [text for (text,) in db.execute("PRAGMA integrity_check") if text != "ok"]
        found += [f"a row of {row[0]} refers to nothing" for row in db.execute("PRAGMA foreign_key_check")]
        for one, other, what in (
            ("SELECT id FROM photos", "SELECT rowid FROM texts", "a photo is not in the index of texts"),
            ("SELECT rowid FROM texts", "SELECT id FROM photos", "the index of texts holds what is no photo"),
        ):
            if db.execute(f"SELECT EXISTS ({one} EXCEPT {other})").fetchone()[0]:
                found.append(what)
    except sqlite3.DatabaseError as error:
        found.append(str(error))
    return [Problem(path, f"The catalogue is damaged: {text}.", remedy) for text in found]


def _hash(
    database: Database, photos: list[tuple[int, str, str, bytes | None]], control: Control, readers: Readers
) -> tuple[int, int, list[Problem]]:
    damage: list[Problem] = []
    hashed = first = 0

    def digest(folder: str, name: str) -> bytes | UnreadablePhoto:
        try:
            return readers.digest(Path(folder, name))
        except UnreadablePhoto as error:
            return error

    with ThreadPoolExecutor(readers.count, "verify") as threads:
        for at in range(0, len(photos), _AT_ONCE):
            if control.cancelled():
                raise Cancelled()
            control.progress(at, len(photos), said("Reading every byte"))
            part = photos[at : at + _AT_ONCE]
            new = []
            for (number, folder, name, known), found in zip(
                part, threads.map(lambda row: digest(row[1], row[2]), part), strict=True
            ):
                path = str(Path(folder, name))
                if isinstance(found, UnreadablePhoto):
                    damage.append(Problem(path, found.message, found.remedy))
                    continue
                hashed += 1
                if known is None:
                    first += 1
                    new.append((found, number))
                elif known != found:
                    damage.append(Problem(path, "Its bytes have changed, though its size and time have not.",
                                          "Compare it with a backup."))  # fmt: skip
            with database.writing() as db:
                db.executemany("UPDATE photos SET digest = ? WHERE id = ?", new)
    return hashed, first, damage
