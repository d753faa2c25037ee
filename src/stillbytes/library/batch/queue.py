"""The queue: batches, their photos, and what became of each, in one SQLite file in STILLBYTES_HOME."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import threading
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from stillbytes.core import paths
from stillbytes.core.errors import InvalidSetting, NotFound, UnreadablePhoto
from stillbytes.core.files import lock
from stillbytes.core.jobs import Control
from stillbytes.core.saying import said
from stillbytes.edit.photo import Photo
from stillbytes.library.batch import schema
from stillbytes.library.batch.carrying import left_over
from stillbytes.library.batch.schema import QueueError
from stillbytes.library.batch.task import Making
from stillbytes.library.batch.tasks import AnyTask, task_of

ItemState = Literal["waiting", "running", "done", "failed"]
BatchState = Literal["waiting", "running", "stopped", "cancelled", "done", "failed"]
"""waiting: nothing was begun; stopped: something was, and nobody works on it; failed: all has ended, not all well."""
LOCK_SECONDS = 1.0
"""For somebody who only looks whether a batch is worked on."""


@dataclass(frozen=True, slots=True)
class Batch:
    """One task for many photos. made: ISO 8601 UTC. The counts are of photos."""

    id: str
    made: str
    kind: str
    title: str
    state: BatchState
    waiting: int
    running: int
    done: int
    failed: int

    @property
    def total(self) -> int:
        return self.waiting + self.running + self.done + self.failed


@dataclass(frozen=True, slots=True)
class Item:
    """One photo of a batch. number: from 1. target: of the file that is made, None where none is. note: what is to be
    said about the result; message, remedy: why it failed. by: on which machine."""

    number: int
    photo: Path
    version: int
    target: Path | None
    state: ItemState
    attempts: int
    staged: Mapping[str, Any] | None
    note: str
    message: str
    remedy: str
    by: str


@dataclass(frozen=True, slots=True)
class Note:
    """A line of the journal. number: of the photo, None for the whole batch. at: ISO 8601 UTC."""

    at: str
    number: int | None
    event: str
    detail: str


class Queue:
    """Thread-safe, and for any number of processes. Raises QueueError from every method.

    place: the folder of the queue, by default `batches` in STILLBYTES_HOME.
    """

    def __init__(self, place: Path | None = None) -> None:
        self.place = place or paths.home() / "batches"
        self.path = self.place / "queue.sqlite"
        self._lock = threading.RLock()
        self._db = schema.connect(self.path)

    def __enter__(self) -> Queue:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def add(
        self,
        task: AnyTask,
        photos: Iterable[str | Path | Photo],
        *,
        confirmed: int | None = None,
        control: Control | None = None,
    ) -> Batch:
        """Put a task for these photos into the queue; nothing is done yet. A photo that comes twice counts once.

        confirmed: to how many photos a person said yes, for tasks that change photos (InvalidSetting without, where it
        is more than one). The names of files are chosen now. Raises UnreadablePhoto for what is no photo, and what the
        task finds wrong with itself.
        """
        import stillbytes  # noqa: PLC0415 - its `open` says what is a photo

        opened = [one if isinstance(one, Photo) else stillbytes.open(Path(one).expanduser()) for one in photos]
        wanted = list({(one.path.resolve(), one.number): one for one in opened}.values())
        if not wanted:
            raise InvalidSetting("There are no photos to do that for.", "Choose some.")
        check(task, len(wanted), confirmed)
        task.check()
        taken = self.taken() if isinstance(task, Making) else set()
        rows = []
        for number, photo in enumerate(wanted, 1):
            if control is not None:
                control.progress(number - 1, len(wanted), photo.path.name)
            target = None
            path = photo.path.resolve()
            if isinstance(task, Making):
                target = task.place(Photo(path, photo.number), number, taken).absolute()
                taken.add(target)
            rows.append((number, _text(path), photo.number, None if target is None else _text(target)))
        id, made = uuid.uuid4().hex[:12], now()
        with self._writing() as db:
            values = (id, made, task.kind, task.title, task.model_dump_json(exclude_defaults=False))
            db.execute("INSERT INTO batches (id, made, kind, title, task) VALUES (?, ?, ?, ?, ?)", values)
            sql = "INSERT INTO items (batch, number, photo, version, target) VALUES (?, ?, ?, ?, ?)"
            db.executemany(sql, [(id, *row) for row in rows])
            _note(db, id, None, "added", f"{len(rows)} photos")
        return self.batch(id)

    def batches(self) -> list[Batch]:
        """Oldest first."""
        with self._reading() as db:
            rows = db.execute(f"{_BATCHES} GROUP BY b.id ORDER BY b.rowid").fetchall()
        return [self._batch(row) for row in rows]

    def batch(self, id: str) -> Batch:
        """By its id or the beginning of it. Raises NotFound."""
        with self._reading() as db:
            rows = db.execute(f"{_BATCHES} WHERE substr(b.id, 1, ?) = ? GROUP BY b.id", (len(id), id)).fetchall()
        if len(rows) != 1 or not id:
            several = said("There are several batches {id!r}.", id=id[:40])
            none = said("There is no batch {id!r}.", id=id[:40])
            raise NotFound(several if rows and id else none, "`stillbytes batch list` shows what there is.")
        return self._batch(rows[0])

    def task(self, id: str) -> AnyTask:
        """Raises NotFound, InvalidSetting for one of another release that is not understood."""
        with self._reading() as db:
            row = db.execute("SELECT task FROM batches WHERE id = ?", (id,)).fetchone()
        if row is None:
            raise NotFound(
                said("There is no batch {id!r}.", id=id[:40]), "`stillbytes batch list` shows what there is."
            )
        return task_of(json.loads(row[0]))

    def items(
        self, id: str, states: Sequence[ItemState] = (), *, limit: int | None = None, offset: int = 0
    ) -> list[Item]:
        """The photos of a batch in order, only those in these states if there are any."""
        which = f"AND state IN ({', '.join('?' * len(states))})" if states else ""
        sql = f"SELECT {_ITEM} FROM items WHERE batch = ? {which} ORDER BY number LIMIT ? OFFSET ?"
        with self._reading() as db:
            rows = db.execute(sql, (id, *states, -1 if limit is None else limit, offset)).fetchall()
        return [_item(row) for row in rows]

    def journal(self, id: str) -> list[Note]:
        """What was done, oldest first."""
        with self._reading() as db:
            rows = db.execute("SELECT at, number, event, detail FROM journal WHERE batch = ? ORDER BY id", (id,))
            return [Note(*row) for row in rows]

    def cancel(self, id: str) -> Batch:
        """Begin no more photos of it; whoever works on it stops within a second. What is done stays."""
        found = self.batch(id)
        if found.state not in ("done", "failed"):
            with self._writing() as db:
                db.execute("UPDATE batches SET cancelled = 1 WHERE id = ?", (found.id,))
                _note(db, found.id, None, "cancelled")
        return self.batch(found.id)

    def again(self, id: str, *, failed: bool = False) -> Batch:
        """Let a cancelled batch go on when it is run next. failed: what failed is tried again, too."""
        found = self.batch(id)
        with self._writing() as db:
            db.execute("UPDATE batches SET cancelled = 0 WHERE id = ?", (found.id,))
            if failed:
                sql = "UPDATE items SET state = 'waiting', attempts = 0 WHERE batch = ? AND state = 'failed'"
                count = db.execute(sql, (found.id,)).rowcount
                _note(db, found.id, None, "again", f"{count} that failed")
        return self.batch(found.id)

    def forget(self, id: str) -> None:
        """Take a batch off the list; what it did stays. Raises QueueError while somebody works on it."""
        found = self.batch(id)
        with self.holding(found.id):
            self.sweep(found.id)
            with self._writing() as db:
                db.execute("DELETE FROM batches WHERE id = ?", (found.id,))
        self._note_of(found.id).unlink(missing_ok=True)

    def cancelled(self, id: str) -> bool:
        """Also for one that was forgotten."""
        with self._reading() as db:
            row = db.execute("SELECT cancelled FROM batches WHERE id = ?", (id,)).fetchone()
        return row is None or bool(row[0])

    @contextlib.contextmanager
    def holding(self, id: str) -> Iterator[None]:
        """Held by whoever works on a batch, until the process ends at the latest. Raises QueueError."""
        until = time.monotonic() + LOCK_SECONDS
        with self._note_of(id).open("a") as note:
            while True:
                try:
                    lock(note.fileno(), wait=False)
                    break
                except OSError as error:
                    if time.monotonic() > until:
                        raise QueueError(
                            said("Somebody is working on the batch {id}.", id=id), "Wait until it ends, or cancel it."
                        ) from error
                    time.sleep(0.05)
            yield

    def held(self, id: str) -> bool:
        """Whether somebody works on a batch."""
        if not self._note_of(id).exists():
            return False
        with self._note_of(id).open("a") as note:
            try:
                lock(note.fileno(), wait=False)
            except OSError:
                return True
        return False

    # What whoever works on a batch writes.

    def sweep(self, id: str) -> None:
        """Take away the files of tries that came to nothing."""
        with self._reading() as db:
            rows = db.execute("SELECT target FROM items WHERE batch = ? AND target IS NOT NULL", (id,)).fetchall()
        for folder in {Path(target).parent for (target,) in rows}:
            for left in left_over(folder, id):
                with contextlib.suppress(OSError):
                    left.unlink()

    def update(self, id: str, number: int, event: str, detail: str = "", **fields: Any) -> None:
        """Change fields of a photo's row and note it in the journal, both or neither. On the disk when this returns."""
        sets = ", ".join(f"{name} = ?" for name in fields)
        values = [_stored(value) for value in fields.values()]
        with self._writing() as db:
            if sets:
                db.execute(f"UPDATE items SET {sets} WHERE batch = ? AND number = ?", (*values, id, number))
            _note(db, id, number, event, detail)

    def put_back(self, id: str, number: int, *, tried: bool = False) -> None:
        """Have a photo wait again, unless its result was about to get its place. tried: that counts as a try."""
        sql = (
            "UPDATE items SET state = 'waiting', attempts = max(0, attempts - ?) "
            "WHERE batch = ? AND number = ? AND staged IS NULL"
        )
        with self._writing() as db:
            if db.execute(sql, (not tried, id, number)).rowcount:
                _note(db, id, number, "put back")

    def note(self, id: str, event: str, detail: str = "") -> None:
        with self._writing() as db:
            _note(db, id, None, event, detail)

    def taken(self) -> set[Path]:
        """Names of files that batches will make."""
        with self._reading() as db:
            rows = db.execute("SELECT target FROM items WHERE target IS NOT NULL AND state <> 'done'").fetchall()
        return {Path(target) for (target,) in rows}

    def _batch(self, row: tuple[Any, ...]) -> Batch:
        id, made, kind, title, cancelled, waiting, running, done, failed, begun = row
        state: BatchState
        if not waiting and not running:
            state = "failed" if failed else "done"
        elif self.held(id):
            state = "running"
        elif cancelled:
            state = "cancelled"
        else:
            state = "stopped" if begun else "waiting"
        return Batch(id, made, kind, title, state, waiting, running, done, failed)

    def _note_of(self, id: str) -> Path:
        return self.place / f"{id}.lock"

    @contextlib.contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock, self._told():
            yield self._db

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction: all of it, or on an error none."""
        with self._lock, self._told():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise schema.damaged(self.path, error) from error


def check(task: AnyTask, count: int, confirmed: int | None) -> None:
    """Raises InvalidSetting unless a person said yes to so many photos, where that is wanted."""
    if task.asks and count > 1 and confirmed != count:
        raise InvalidSetting(
            said("{number} photos would be changed.", number=count), "Ask first, and confirm that number."
        )


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


_BATCHES = (
    "SELECT b.id, b.made, b.kind, b.title, b.cancelled, coalesce(sum(i.state = 'waiting'), 0), "
    "coalesce(sum(i.state = 'running'), 0), coalesce(sum(i.state = 'done'), 0), coalesce(sum(i.state = 'failed'), 0), "
    "EXISTS (SELECT 1 FROM journal j WHERE j.batch = b.id AND j.event = 'begun') "
    "FROM batches b LEFT JOIN items i ON i.batch = b.id"
)
_ITEM = "number, photo, version, target, state, attempts, staged, note, message, remedy, by"


def _item(row: tuple[Any, ...]) -> Item:
    number, photo, version, target, state, attempts, staged, *rest = row
    return Item(
        number, Path(photo), version, Path(target) if target else None, state, attempts,
        json.loads(staged) if staged else None, *rest,
    )  # fmt: skip


def _stored(value: Any) -> Any:
    if isinstance(value, Path):
        return _text(value)
    return json.dumps(value) if isinstance(value, Mapping) else value


def _text(path: Path) -> str:
    text = os.fspath(path)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise UnreadablePhoto(said("The name of {file!r} is no text.", file=path.name), "Rename it.") from None
    return text


def _note(db: sqlite3.Connection, id: str, number: int | None, event: str, detail: str = "") -> None:
    values = (now(), id, number, event, detail)
    db.execute("INSERT INTO journal (at, batch, number, event, detail) VALUES (?, ?, ?, ?, ?)", values)
