"""Looking through folders: what is new, changed, moved, gone or out of reach since the last time.

A walk compares names, sizes and times with the database; only what differs is read, by processes of its own, and
written in short transactions. A scan that was stopped, by its owner or by SIGKILL, goes on where it was: what has been
written is not read again.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stillbytes.core.errors import Cancelled
from stillbytes.core.jobs import Control
from stillbytes.core.saying import said
from stillbytes.edit.version_names import MAIN
from stillbytes.library.catalogue.database import Database
from stillbytes.library.catalogue.scan.pool import Readers, look_at
from stillbytes.library.catalogue.scan.rows import Rows, forget_unused, now
from stillbytes.library.catalogue.scan.stacks import stack
from stillbytes.library.catalogue.scan.walk import Listing, Seen, look_into, walk

BATCH = 192
"""Photos for one request to a reading process; if one of them crashes it, each is asked for alone.

With fewer, the reading processes wait for work between one request and the next."""
COMMIT_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a scan found. photos, added, moved: files. changed, missing: versions, of which each photo has at least one.
    offline: folders that could not be reached."""

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
    database: Database,
    tops: Sequence[str],
    control: Control,
    readers: Readers,
    *,
    afresh: bool = False,
    only: Mapping[str, Sequence[str]] | None = None,
) -> Scanned:
    """Bring the catalogue up to date with these roots. Raises Cancelled, with all that was done so far kept.

    afresh: read every photo again, and forget those whose files are gone. only: the folders of each root to look into,
    and into none below them; the whole of each root when None.
    """
    begin, total, offline = time.monotonic(), Scanned(), []
    for top in tops:
        with database.writing() as db:
            (root,) = db.execute("SELECT id FROM roots WHERE path = ?", (top,)).fetchone()
            online = _reachable(db, root, top)
            db.execute("UPDATE roots SET online = ?, scanned = CASE WHEN ? THEN NULL ELSE scanned END WHERE id = ?",
                       (online, online and only is None, root))  # fmt: skip
        if not online:
            offline.append(top)
            continue
        one = _scan_root(database, root, top, control, readers, afresh, None if only is None else only[top])
        total = Scanned(*(getattr(total, n) + getattr(one, n) for n in Scanned.__slots__[:6]))
    with database.reading() as db:
        (problems,) = db.execute("SELECT count(*) FROM problems").fetchone()
    return Scanned(
        total.photos, total.added, total.changed, total.moved, total.missing, problems, tuple(offline),
        time.monotonic() - begin,
    )  # fmt: skip


def _scan_root(
    database: Database,
    root: int,
    top: str,
    control: Control,
    readers: Readers,
    afresh: bool,
    only: Sequence[str] | None,
) -> Scanned:
    with database.reading() as db:
        compared = compare(db, root, top, control, afresh) if only is None else compare_folders(db, root, only)
    if only is not None and not (compared.wanted or compared.gone or compared.back):
        return Scanned(compared.photos)
    with database.writing() as db:
        rows = Rows(db, root, top)
        if only is None:
            db.execute("DELETE FROM problems WHERE root = ? AND photo IS NULL", (root,))
        for path, message in compared.problems:
            db.execute("DELETE FROM problems WHERE root = ? AND photo IS NULL AND path = ?", (root, path))
            rows.problem(path, message)
        db.executemany("UPDATE photos SET missing = 1, stack = NULL WHERE id = ?", [(n,) for n in compared.gone])
        db.executemany("UPDATE photos SET missing = 0 WHERE id = ?", [(n,) for n in compared.back])
        for numbers in (compared.gone, compared.back):
            for number in numbers:
                rows.touched.add(db.execute("SELECT folder FROM photos WHERE id = ?", (number,)).fetchone()[0])
    known = sum(number is not None for _, _, number in compared.wanted)
    new = sum(number is None and seen.version == MAIN for _, seen, number in compared.wanted)
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
        if only is None:
            db.execute("UPDATE roots SET scanned = ? WHERE id = ?", (now(), root))
        if len(compared.wanted) > 1000:
            db.execute("INSERT INTO texts (texts) VALUES ('optimize')")
            db.execute("ANALYZE")
    missing = max(0, len(compared.gone) - rows.found)
    return Scanned(compared.photos, new - rows.moved, known, rows.moved, missing)


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
            control.progress(0, 0, said("Looking through {folder}", folder=Path(listing.path).name))
        lost += listing.lost
        compared.problems += listing.problems
        compared.photos += _files(listing)
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


def compare_folders(db: Any, root: int, paths: Sequence[str]) -> Compared:
    """Look into these folders of one root, but into none below them, unless a folder is gone with all below it."""
    compared = Compared()
    known = dict(db.execute("SELECT path, id FROM folders WHERE root = ?", (root,)))
    for path in dict.fromkeys(paths):
        if os.path.islink(path) or not os.path.isdir(path):  # noqa: PTH112, PTH114 - links are not followed
            for place in [one for one in known if one == path or one.startswith(path + os.sep)]:
                sql = "SELECT id FROM photos WHERE folder = ? AND NOT missing"
                compared.gone += [number for (number,) in db.execute(sql, (known.pop(place),))]
            continue
        listing, _ = look_into(path)
        if listing.lost:
            continue
        compared.photos += _files(listing)
        compared.problems += listing.problems
        if path in known:
            _compare_folder(db, known[path], listing, compared, afresh=False)
        else:
            compared.wanted += [(path, seen, None) for seen in listing.photos]
    return compared


def _compare_folder(db: Any, number: int, listing: Listing, compared: Compared, afresh: bool) -> None:
    sql = (
        "SELECT name, version, id, size, mtime, sidecar, sidecar_size, sidecar_mtime, missing FROM photos "
        "WHERE folder = ?"
    )
    known = {row[:2]: row[2:] for row in db.execute(sql, (number,))}
    for seen in listing.photos:
        row = known.pop((seen.name, seen.version), None)
        if row is None:
            compared.wanted.append((listing.path, seen, None))
        elif afresh or row[1:6] != (*seen.stamp, seen.sidecar, *(seen.sidecar_stamp or (None, None))):
            compared.wanted.append((listing.path, seen, row[0]))
        elif row[6]:
            compared.back.append(row[0])
    unclear = {path for path, _ in listing.problems}
    for (name, _), row in known.items():
        if not row[6] and os.path.join(listing.path, name) not in unclear:  # noqa: PTH118 - as the listing has it
            compared.gone.append(row[0])


def _files(listing: Listing) -> int:
    return len({seen.name for seen in listing.photos})


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
        control.progress(done, total, said("Reading photos"))
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
    return look_at(
        readers,
        [(str(Path(path, s.name)), str(Path(path, s.sidecar)) if s.sidecar else None) for path, s, _ in batch],
    )
