"""Notices what happens in the folders of a library, however deep."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from stillbytes.library.catalogue.scan.walk import WANTED

QUIET_SECONDS = 0.6
"""After the last change of a row of them it is told."""
PATIENCE_SECONDS = 4.0
"""A row that does not end is told in parts."""
log = logging.getLogger(__name__)


class Watching(FileSystemEventHandler):
    """Tells of folders in which photos or sidecars came, went or changed.

    changed: called with them in a thread of its own, never twice at once; returns those that are to be told again.
    """

    def __init__(self, changed: Callable[[Sequence[Path]], Sequence[Path]]) -> None:
        self._changed = changed
        self._turn, self._setting = threading.Condition(), threading.Lock()
        self._dirty: set[Path] = set()
        self._whole: set[Path] = set()
        self._first = self._last = 0.0
        self._observer: BaseObserver | None = None
        self._watched: frozenset[Path] = frozenset()
        self._ended = False
        self._thread: threading.Thread | None = None

    def watch(self, folders: Sequence[Path]) -> None:
        """These and no others from now on. One that cannot be watched is left out; the log says why."""
        with self._setting:
            wanted = frozenset(folder for folder in folders if folder.is_dir())
            if wanted == self._watched or self._ended:
                return
            self._watched = wanted
            self._end_observer()
            if not wanted:
                return
            self._observer = Observer()
            for folder in sorted(wanted):
                try:
                    self._observer.schedule(self, str(folder), recursive=True)
                except OSError as error:
                    log.warning("%s cannot be watched: %s", folder, error)
            self._observer.start()
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="watching", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        with self._turn:
            self._ended = True
            self._turn.notify_all()
        with self._setting:
            self._end_observer()

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type in ("opened", "closed_no_write"):
            return
        for text in (event.src_path, event.dest_path):
            if not text:
                continue
            path = Path(os.fsdecode(text))
            if event.is_directory:
                if event.event_type != "modified":
                    self._put(path, whole=True)
            elif path.suffix.lower() in WANTED and not path.name.startswith("."):
                self._put(path.parent)

    def _put(self, folder: Path, whole: bool = False) -> None:
        with self._turn:
            (self._whole if whole else self._dirty).add(folder)
            self._last = time.monotonic()
            self._first = self._first or self._last
            self._turn.notify_all()

    def _run(self) -> None:
        while (folders := self._next()) is not None:
            try:
                again = self._changed(folders)
            except Exception:  # one bad moment must not end the watch
                log.exception("changed folders could not be looked into")
                again = ()
            if again:
                time.sleep(QUIET_SECONDS)
                for folder in again:
                    self._put(folder)

    def _next(self) -> list[Path] | None:
        with self._turn:
            while not self._ended:
                if not (self._dirty or self._whole):
                    self._turn.wait()
                    continue
                now = time.monotonic()
                due = min(self._last + QUIET_SECONDS, self._first + PATIENCE_SECONDS)
                if now < due:
                    self._turn.wait(due - now)
                    continue
                found, whole = set(self._dirty), set(self._whole)
                self._dirty.clear()
                self._whole.clear()
                self._first = 0.0
                break
            else:
                return None
        for top in whole:  # a folder that came may hold others
            found.add(top)
            found |= {Path(folder) for folder, _, _ in os.walk(top)}
        return sorted(found)

    def _end_observer(self) -> None:
        if self._observer is not None:
            self._observer.stop()
            if self._observer.is_alive():
                self._observer.join(2.0)
            self._observer = None
