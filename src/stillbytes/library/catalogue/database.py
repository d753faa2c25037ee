"""Connections: any number that read, one at a time that writes, one process at a time that scans."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

from stillbytes.core.saying import said
from stillbytes.library.catalogue import schema
from stillbytes.library.catalogue.errors import LibraryBusy, LibraryError


class Database:
    """The catalogue's database in a folder of its own. Thread-safe. Raises LibraryError from every method.

    place: holds `index.sqlite`, and the files whose content is nowhere else (see `kept`).
    """

    NAME = "index.sqlite"

    def __init__(self, place: Path) -> None:
        self.place = place
        self.path = place / self.NAME
        self._lock = threading.RLock()
        self._all: list[sqlite3.Connection] = []
        self._local = threading.local()
        self._writer = self._connect()

    def close(self) -> None:
        with self._lock:
            for connection in self._all:
                connection.close()
            self._all.clear()

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """This thread's connection. What it reads is never half of what another one writes."""
        with self._told():
            if getattr(self._local, "connection", None) is None:
                self._local.connection = self._connect()
            yield self._local.connection

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction: all of it, or on an error none. Waits for other writers; keep it short."""
        with self._lock, self._told():
            if self._writer.in_transaction:
                yield self._writer
                return
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
                self._writer.execute("COMMIT")
            except BaseException:
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                raise

    @contextlib.contextmanager
    def scanning(self) -> Iterator[None]:
        """Held by whoever fills the catalogue, until the process ends at the latest. Raises LibraryBusy."""
        with alone(self.place, "scan", said("adding photos to this library"), said("what it has added stays")):
            yield

    def _connect(self) -> sqlite3.Connection:
        connection = schema.connect(self.path)
        with self._lock:
            self._all.append(connection)
        return connection

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise schema.damaged(self.path, error) from error


@contextlib.contextmanager
def alone(place: Path, name: str, doing: str, stays: str) -> Iterator[None]:
    """Held by one process and thread at a time, until the process ends at the latest. Raises LibraryBusy.

    An exclusive transaction on a database of its own: the same on all systems, and let go of by a killed process.
    doing, stays: for whoever is told that another one holds it.
    """
    note = place / f"{name}.pid"
    place.mkdir(parents=True, exist_ok=True)
    lock = sqlite3.connect(place / f"{name}.lock", timeout=0, isolation_level=None, check_same_thread=False)
    try:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise LibraryError(
                    said("{place} cannot be written: {why}.", place=place, why=str(error)), "Check its rights."
                ) from error
            with contextlib.suppress(OSError):
                raise LibraryBusy(
                    said("Process {note} is {doing}.", note=note.read_text(), doing=doing),
                    said("Wait until it has ended, or stop it; {stays}.", stays=stays),
                ) from None
            raise LibraryBusy(said("Another process is {doing}.", doing=doing), "Wait until it ends.") from None
        with contextlib.suppress(OSError):
            note.write_text(str(os.getpid()))
        yield
    finally:
        lock.close()
