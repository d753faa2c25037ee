"""The open photo: settings that change, a history that remembers, and a sidecar that follows within half a second."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from stillbytes.core.errors import SidecarError
from stillbytes.develop.settings import Settings
from stillbytes.edit import sidecar
from stillbytes.edit.history import History
from stillbytes.edit.photo import Photo

AUTOSAVE_SECONDS = 0.3
"""From the last change to the write; with the write itself well under half a second."""

log = logging.getLogger(__name__)


class Document:
    """A photo with its history. Every method may be called from any thread.

    `problem` says what is wrong with the sidecar ("" when nothing): a broken file is never overwritten, the edit goes
    on in memory. `changed` is called after every change of the settings, also one by another program.
    """

    def __init__(self, photo: Photo, changed: Callable[[Document], None] | None = None) -> None:
        self.photo = photo
        self.problem = ""
        self._changed = changed or (lambda _: None)
        self._lock = threading.RLock()
        self._timer: threading.Timer | None = None
        self._history = History()
        self._stamp: tuple[int, int] | None = None
        self._read("Settings of the sidecar")

    @property
    def history(self) -> History:
        with self._lock:
            return self._history

    @property
    def settings(self) -> Settings:
        return self.history.settings

    @property
    def unsaved(self) -> bool:
        with self._lock:
            return self._timer is not None

    def commit(self, settings: Settings, label: str) -> History:
        """One step of history that leads to `settings`."""
        return self._step(lambda history: history.committed(settings, label))

    def undo(self) -> History:
        return self._step(History.undone)

    def redo(self) -> History:
        return self._step(History.redone)

    def go_to(self, position: int) -> History:
        """Raises NotFound."""
        return self._step(lambda history: history.at(position))

    def refresh(self) -> bool:
        """Take in what another program wrote into the sidecar; returns whether the settings changed.

        With a change of ours not saved yet, ours stays in effect and theirs becomes a step before it.
        """
        with self._lock:
            if self._stamp_now() == self._stamp:
                return False
            before = self._history
            ours = before.settings if self._timer is not None else None
            self._read("Changed by another program")
            if ours is not None:
                self._history = self._history.committed(ours, "Kept over another program's change")
            if self._history.settings == before.settings:
                return False
        self._changed(self)
        return True

    def flush(self) -> None:
        """Write now what is not written yet."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
                self._write()

    def _step(self, change: Callable[[History], History]) -> History:
        with self._lock:
            before = self._history
            self._history = change(before)
            if self._history == before:
                return before
            if self._timer is not None:
                self._timer.cancel()
            self._timer = threading.Timer(AUTOSAVE_SECONDS, self.flush)
            self._timer.daemon = True
            self._timer.start()
            after = self._history
        self._changed(self)
        return after

    def _read(self, label: str) -> None:
        self._stamp = self._stamp_now()
        self.problem = ""
        if self._stamp is None:
            return
        try:
            found = sidecar.read(self.photo.path, *self.photo.upright)
        except SidecarError as error:
            self.problem = str(error)
            return
        if found is None:
            return
        self.problem = " ".join(found.notes)
        history = History(found.history, min(max(found.position, 0), len(found.history)))
        if not history.entries and self._history.entries:
            history = self._history
        # Whoever wrote last is right about the settings; the step says so where the history does not lead there.
        self._history = history.committed(found.settings, label)

    def _write(self) -> None:
        try:
            history = self._history
            state = (history.settings, history.entries, history.position)
            sidecar.write(self.photo.path, *state, *self.photo.upright)
            self.problem = ""
        except (SidecarError, OSError) as error:
            self.problem = str(error)
            log.warning("the sidecar of %s was not written: %s", self.photo.path, error)
        self._stamp = self._stamp_now()

    def _stamp_now(self) -> tuple[int, int] | None:
        return stamp(sidecar.path_for(self.photo.path))


def stamp(path: Path) -> tuple[int, int] | None:
    """Time of modification in nanoseconds and size, which change when a file does; None if there is no file."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
