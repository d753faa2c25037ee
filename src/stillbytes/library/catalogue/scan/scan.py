"""Looking through folders: what is new, changed, moved, gone or out of reach since the last time.

A walk compares names, sizes and times with the database; only what differs is read, by processes of its own, and
written in short transactions. A scan that was stopped, by its owner or by SIGKILL, goes on where it was: what has been
written is not read again.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stillbytes.core.errors import Cancelled, UnreadablePhoto
from stillbytes.core.jobs import Control
from stillbytes.library.catalogue.database import Database
from stillbytes.library.catalogue.scan import reader
from stillbytes.library.catalogue.scan.pool import Readers
from stillbytes.library.catalogue.scan.rows import Rows, forget_unused, now, stack
from stillbytes.library.catalogue.scan.walk import Listing, Seen, walk

BATCH = 192
"""Photos for one request to a reading process; if one of them crashes it, each is asked for alone.

With fewer, the reading processes wait for work between one request and the next."""
COMMIT_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a scan found. Counts of photos, but for `problems`; offline: folders that could not be reached."""

    photos: int = 0
    added: int = 0
    changed: int = 0
    moved: int = 0
    missing: int = 0
    problems: int = 0
    offline: tuple[str, ...] = ()
    seconds: float = 0.0


@dataclass(slots=True)
class Compared:
    """What a walk through one root differs in from the database.

    wanted: what has to be read, (folder, file, number if known); gone, back: numbers of photos whose files went or
    came back; problems: (path, message).
    """

    photos: int = 0
    wanted: list[tuple[str, Seen, int | None]] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    back: list[int] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)


def scan(
    database: Database, tops: Sequence[str], control: Control, readers: Readers, *, afresh: bool = False
) -> Scanned:
    """Bring the catalogue up to date with these roots. Raises Cancelled, with all that was done so far kept.

    afresh: read every photo again, and forget those whose files are gone.
    """
    begin, total, offline = time.monotonic(), Scanned(), []
    for top in tops:
        with database.writing() as db:
            (root,) = db.execute("SELECT id FROM roots WHERE path = ?", (top,)).fetchone()
            online = _reachable(db, root, top)
            db.execute("UPDATE roots SET online = ?, scanned = CASE WHEN ? THEN NULL ELSE scanned END WHERE id = ?",
                       (online, online, root))  # fmt: skip
        if not online:
            offline.append(top)
            continue
        one = _scan_root(database, root, top, control, readers, afresh)
        total = Scanned(*(getattr(total, n) + getattr(one, n) for n in Scanned.__slots__[:6]))
    with database.reading() as db:
        (problems,) = db.execute("SELECT count(*) FROM problems").fetchone()
    return Scanned(
        total.photos, total.added, total.changed, total.moved, total.missing, problems, tuple(offline),
        time.monotonic() - begin,
    )  # fmt: skip


def _scan_root(database: Database, root: int, top: str, control: Control, readers: Readers, afresh: bool) -> Scanned:
    with database.reading() as db:
        compared = compare(db, root, top, control, afresh)
    with database.writing() as db:
        rows = Rows(db, root, top)
        db.execute("DELETE FROM problems WHERE root = ? AND photo IS NULL", (root,))
        for path, message in compared.problems:
            rows.problem(path, message)
        db.executemany("UPDATE photos SET missing = 1, stack = NULL WHERE id = ?", [(n,) for n in compared.gone])
        db.executemany("UPDATE photos SET missing = 0 WHERE id = ?", [(n,) for n in compared.back])
        for numbers in (compared.gone, compared.back):
            for number in numbers:
                rows.touched.add(db.execute("SELECT folder FROM photos WHERE id = ?", (number,)).fetchone()[0])
    new = sum(known is None for _, _, known in compared.wanted)
    try:
        _read(database, rows, compared, control, readers)
    finally:
        with database.writing() as db:
            stack(db, rows.touched)
            if rows.touched:
                forget_unused(db)
    with database.writing() as db:
        if afresh:
            _forget_missing(db, root)
        db.execute("UPDATE roots SET scanned = ? WHERE id = ?", (now(), root))
        if len(compared.wanted) > 1000:
            db.execute("INSERT INTO texts (texts) VALUES ('optimize')")
            db.execute("ANALYZE")
    added, gone = new - rows.moved, len(compared.gone)
    return Scanned(compared.photos, added, len(compared.wanted) - new, rows.moved, max(0, gone - rows.moved))


def _reachable(db: Any, root: int, top: str) -> bool:
    """Whether the folder is there. One that is empty but was not is a disk that is not mounted."""
    try:
        with os.scandir(top) as entries:
            if any(True for _ in entries):
                return True
    except OSError:
        return False
    held = "SELECT EXISTS (SELECT 1 FROM photos p JOIN folders f ON f.id = p.folder WHERE f.root = ? AND NOT p.missing)"
    return not db.execute(held, (root,)).fetchone()[0]


def _forget_missing(db: Any, root: int) -> None:
    sql = "SELECT p.id FROM photos p JOIN folders f ON f.id = p.folder WHERE f.root = ? AND p.missing"
    gone = db.execute(sql, (root,)).fetchall()
    db.executemany("DELETE FROM photos WHERE id = ?", gone)
    db.execute("DELETE FROM texts WHERE rowid NOT IN (SELECT id FROM photos)")
    forget_unused(db)


def compare(db: Any, root: int, top: str, control: Control, afresh: bool = False) -> Compared:
    """Walk through one root. Raises Cancelled."""
    compared = Compared()
    folders = dict(db.execute("SELECT path, id FROM folders WHERE root = ?", (root,)))
    lost: list[str] = []
    for listing in walk(top):
        if control.cancelled():
            raise Cancelled()
        if compared.photos == 0 or len(listing.photos) > 0:
            control.progress(0, 0, f"Looking through {Path(listing.path).name}")
        lost += listing.lost
        compared.problems += listing.problems
        compared.photos += len(listing.photos)
        number = folders.pop(listing.path, None)
        if listing.lost:
            continue
        if number is None:
            compared.wanted += [(listing.path, seen, None) for seen in listing.photos]
        else:
            _compare_folder(db, number, listing, compared, afresh)
    for path, number in folders.items():
        if not any(path == place or path.startswith(place + os.sep) for place in lost):
            compared.gone += [
                n for (n,) in db.execute("SELECT id FROM photos WHERE folder = ? AND NOT missing", (number,))
            ]
    return compared


def _compare_folder(db: Any, number: int, listing: Listing, compared: Compared, afresh: bool) -> None:
    sql = "SELECT name, id, size, mtime, sidecar, sidecar_size, sidecar_mtime, missing FROM photos WHERE folder = ?"
    known = {row[0]: row[1:] for row in db.execute(sql, (number,))}
    for seen in listing.photos:
        row = known.pop(seen.name, None)
        if row is None:
            compared.wanted.append((listing.path, seen, None))
        elif afresh or row[1:6] != (*seen.stamp, seen.sidecar, *(seen.sidecar_stamp or (None, None))):
            compared.wanted.append((listing.path, seen, row[0]))
        elif row[6]:
            compared.back.append(row[0])
    unclear = {path for path, _ in listing.problems}
    for name, row in known.items():
        if not row[6] and os.path.join(listing.path, name) not in unclear:  # noqa: PTH118 - as the listing has it
            compared.gone.append(row[0])


def _read(database: Database, rows: Rows, compared: Compared, control: Control, readers: Readers) -> None:
    """Read what is wanted and write it down, both at once."""
    done, total = 0, len(compared.wanted)
    for batch in _in_parts(_looked(compared.wanted, control, readers)):
        with database.writing():
            for path, seen, known, looked in batch:
                place = str(Path(path, seen.name))
                if looked is None:
                    continue  # gone since the walk; the next scan tells
                if "error" in looked:
                    rows.problem(place, looked["error"])
                else:
                    rows.put(path, seen, looked, known)
        done += len(batch)
        control.progress(done, total, "Reading photos")
        if control.cancelled():
            raise Cancelled()


_Looked = tuple[str, Seen, int | None, dict[str, Any] | None]


def _looked(
    wanted: Sequence[tuple[str, Seen, int | None]], control: Control, readers: Readers
) -> Iterator[list[_Looked]]:
    """Batches in their order, a few read ahead."""
    batches = [wanted[at : at + BATCH] for at in range(0, len(wanted), BATCH)]
    waiting: deque[tuple[Sequence[tuple[str, Seen, int | None]], Future[list[dict[str, Any] | None]]]] = deque()
    with ThreadPoolExecutor(readers.count, "read") as threads:
        try:
            for batch in batches:
                waiting.append((batch, threads.submit(_look, readers, batch)))
                if len(waiting) > 3 * readers.count:
                    yield _joined(*waiting.popleft())
            while waiting:
                yield _joined(*waiting.popleft())
        finally:
            for _, future in waiting:
                future.cancel()


def _joined(batch: Sequence[tuple[str, Seen, int | None]], found: Future[list[dict[str, Any] | None]]) -> list[_Looked]:
    return [(*wanted, looked) for wanted, looked in zip(batch, found.result(), strict=True)]


def _in_parts(batches: Iterator[list[_Looked]]) -> Iterator[list[_Looked]]:
    """Joined to what is worth a transaction."""
    held: list[_Looked] = []
    begin = time.monotonic()
    for batch in batches:
        held += batch
        if time.monotonic() - begin > COMMIT_SECONDS:
            yield held
            held, begin = [], time.monotonic()
    if held:
        yield held


def _look(readers: Readers, batch: Sequence[tuple[str, Seen, int | None]]) -> list[dict[str, Any] | None]:
    photos = [(str(Path(path, s.name)), str(Path(path, s.sidecar)) if s.sidecar else None) for path, s, _ in batch]
    try:
        return readers.look(photos)
    except UnreadablePhoto:
        return [_alone(readers, *photo) for photo in photos]


def _alone(readers: Readers, path: str, sidecar: str | None) -> dict[str, Any] | None:
    """One photo of a batch that could not be read; if it was this one, what can be told without opening it."""
    try:
        return readers.look([(path, sidecar)])[0]
    except UnreadablePhoto as error:
        try:
            return reader.nothing(reader.content_of(Path(path)), [(error.message, error.remedy)])
        except FileNotFoundError:
            return None
        except OSError as failed:
            return {"error": f"{Path(path).name} cannot be read: {failed.strerror or failed}."}
