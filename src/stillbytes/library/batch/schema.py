"""The database of the queue: batches, one row for each photo of them, and a journal of what was done."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from stillbytes.core.errors import StillbytesError
from stillbytes.core.saying import said

VERSION = 1
PATIENCE_SECONDS = 20.0
"""For another process that is writing."""
TABLES = """
CREATE TABLE batches (
    id TEXT PRIMARY KEY,
    made TEXT NOT NULL,                   -- ISO 8601 UTC
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    task TEXT NOT NULL,                   -- JSON
    cancelled INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE items (
    batch TEXT NOT NULL REFERENCES batches(id) ON DELETE CASCADE,
    number INTEGER NOT NULL,              -- from 1
    photo TEXT NOT NULL,                  -- whole path
    version INTEGER NOT NULL,
    target TEXT,                          -- of a file that is made
    state TEXT NOT NULL DEFAULT 'waiting',
    attempts INTEGER NOT NULL DEFAULT 0,
    staged TEXT,                          -- JSON: the result, before it is where it belongs
    note TEXT NOT NULL DEFAULT '',
    message TEXT NOT NULL DEFAULT '',
    remedy TEXT NOT NULL DEFAULT '',
    by TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (batch, number)
) WITHOUT ROWID;
CREATE INDEX items_by_state ON items(batch, state);
CREATE TABLE journal (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,                     -- ISO 8601 UTC
    batch TEXT NOT NULL REFERENCES batches(id) ON DELETE CASCADE,
    number INTEGER,                       -- NULL: of the whole batch
    event TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT ''
);
CREATE INDEX journal_by_batch ON journal(batch, id);
"""


class QueueError(StillbytesError):
    """The queue cannot be read or written, or somebody else is working on it."""


def connect(path: Path) -> sqlite3.Connection:
    """A connection in autocommit mode. What is committed is on the disk, also after a power cut. Raises QueueError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(path, timeout=PATIENCE_SECONDS, isolation_level=None, check_same_thread=False)
    except (OSError, sqlite3.Error) as error:
        raise QueueError(
            said("The queue {file} cannot be opened: {why}.", file=path, why=str(error)), "Check the folder's rights."
        ) from error
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA trusted_schema = OFF")
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("BEGIN IMMEDIATE")
        (found,) = db.execute("PRAGMA user_version").fetchone()
        if found > VERSION:
            raise QueueError(said("The queue {file} is of a newer release.", file=path), "Update Stillbytes.")
        if found < VERSION:
            for statement in TABLES.split(";\n"):
                db.execute(statement)
            db.execute(f"PRAGMA user_version = {VERSION}")
        db.execute("COMMIT")
    except sqlite3.Error as error:
        db.close()
        raise damaged(path, error) from error
    except BaseException:
        db.close()
        raise
    return db


def damaged(path: Path, error: sqlite3.Error) -> QueueError:
    """An error of SQLite in words."""
    if isinstance(error, sqlite3.OperationalError):
        return QueueError(
            said("The queue {file} cannot be used: {why}.", file=path, why=str(error)),
            "Is the disk full, or the file locked?",
        )
    return QueueError(
        said("The queue {file} is damaged: {why}.", file=path, why=str(error)),
        "Move it away; photos and finished exports are not touched by that.",
    )
