"""The open version of a photo: settings that change, a history that remembers, snapshots, and a sidecar that follows
within half a second."""

from __future__ import annotations

import atexit
import hashlib
import logging
import threading
import weakref
from collections.abc import Callable
from pathlib import Path

from stillbytes.core.errors import NotFound, SidecarError
from stillbytes.develop.settings import Settings
from stillbytes.edit import sidecar
from stillbytes.edit.history import History
from stillbytes.edit.photo import Photo
from stillbytes.edit.snapshots import Snapshot, Snapshots, well_formed

AUTOSAVE_SECONDS = 0.3
"""From a change to its write; with the write itself well under half a second."""
FOUND = "Settings of the sidecar"
THEIRS = "Changed by another program"
OURS = "Kept over another program's change"

log = logging.getLogger(__name__)


class Document:
    """A version of a photo with its history and snapshots. Every method may be called from any thread.

    A damaged sidecar is never overwritten: the edit goes on in memory, `problem` tells it, and `save_aside` is the way
    out. What another program writes into the sidecar becomes a step of the history. `changed` is called after every
    change of the settings, also by another program.
    """

    def __init__(self, photo: Photo, changed: Callable[[Document], None] | None = None) -> None:
        self.photo = photo
        self.path = photo.sidecar
        self._changed = changed or (lambda _: None)
        self._lock = threading.RLock()
        self._saving = threading.RLock()  # taken before _lock; held while the file is read or written
        self._timer: threading.Timer | None = None
        self._history = History()
        self._snapshots = self._known_snapshots = Snapshots()
        self._gone_snapshots: dict[str, Snapshot] = {}
        self._discarded = False
        self._notes = ""
        self._damage: SidecarError | None = None
        self._failure: NotFound | SidecarError | None = None
        self._dirty = False
        self._ours = False  # whether our history and snapshots are in the file
        self._dropped = False  # whether another program wrote it without those that were
        self._anew = False  # no sidecar is there, as it was moved aside
        self._seen: tuple[tuple[int, int] | None, bytes] = (None, b"")
        start = sidecar.existing(photo.path, photo.number)
        if start is not None:
            self._take_in(start)
        _ = photo.upright  # read now, so that the first write need not wait for the file's metadata
        _open.add(self)

    @property
    def history(self) -> History:
        with self._lock:
            return self._history

    @property
    def settings(self) -> Settings:
        return self.history.settings

    @property
    def snapshots(self) -> Snapshots:
        with self._lock:
            return self._snapshots

    @property
    def unsaved(self) -> bool:
        with self._lock:
            return self._dirty or self._dropped

    @property
    def problem(self) -> str:
        """What is wrong with the sidecar, and what to do; empty when nothing is."""
        with self._lock:
            wrong = self._damage or self._failure
            return str(wrong) if wrong else self._notes

    def commit(self, settings: Settings, label: str) -> History:
        """One step of history that leads to `settings`."""
        return self._step(lambda history: history.committed(settings, label))

    def amend(self, change: Callable[[Settings], Settings], label: str) -> History:
        """The same from the settings as they are now: nothing that was done while something was worked out is lost."""
        return self._step(lambda history: history.committed(change(history.settings), label))

    def undo(self) -> History:
        return self._step(History.undone)

    def redo(self) -> History:
        return self._step(History.redone)

    def go_to(self, position: int) -> History:
        """Raises NotFound."""
        return self._step(lambda history: history.at(position))

    def take_snapshot(self, name: str, settings: Settings | None = None) -> Snapshot:
        """Keep settings under a name, those in effect when None. Raises InvalidSetting for a name that is taken."""
        with self._lock:
            self._mark(self._snapshots.taken(name, self.settings if settings is None else settings))
            return self._snapshots.find(name)

    def rename_snapshot(self, which: str, name: str) -> Snapshot:
        """which: its id or name. Raises NotFound, InvalidSetting for a name that is taken."""
        with self._lock:
            found = self._snapshots.find(which)
            self._mark(self._snapshots.renamed(found.id, name))
            return self._snapshots.find(found.id)

    def update_snapshot(self, which: str) -> Snapshot:
        """Keep the settings in effect under its name. Raises NotFound."""
        with self._lock:
            found = self._snapshots.find(which)
            self._mark(self._snapshots.updated(found.id, self.settings))
            return self._snapshots.find(found.id)

    def delete_snapshot(self, which: str) -> Snapshot:
        """Returns what there was, which `put_snapshot` brings back. Raises NotFound."""
        with self._lock:
            found = self._snapshots.find(which)
            self._mark(self._snapshots.without(found.id))
            self._gone_snapshots[found.id] = found
            return found

    def put_snapshot(self, snapshot: Snapshot) -> None:
        """Have this very snapshot. One that was deleted here comes back as it was, with what only a newer release
        knows, whatever else is told of it. Raises InvalidSetting for a name that another one has."""
        with self._lock:
            gone = self._gone_snapshots.get(snapshot.id)
            self._mark(self._snapshots.put(well_formed(snapshot) if gone is None else gone))
            self._gone_snapshots.pop(snapshot.id, None)

    def apply_snapshot(self, which: str) -> History:
        """Its settings, as a step of the history. Raises NotFound."""
        found = self.snapshots.find(which)
        return self.commit(found.settings, f"Snapshot: {found.name}")

    def discard(self) -> None:
        """Write nothing any more: the version is deleted."""
        with self._saving, self._lock:
            self._discarded, self._dirty, self._dropped = True, False, False
            self._failure = SidecarError(f"This version of {self.photo.path.name} was deleted.", "Bring it back first.")
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None

    def refresh(self) -> bool:
        """Take in what another program wrote into the sidecar; returns whether the settings changed.

        With a change of ours not saved yet, ours stays in effect and theirs becomes a step before it.
        """
        with self._saving:
            before = self.settings
            self._look()
            changed = self.settings != before
        if changed:
            self._changed(self)
        return changed

    def save(self) -> Path:
        """The sidecar, with everything in it. Raises SidecarError when it cannot be written."""
        self.flush()
        if self.unsaved:
            raise SidecarError(self.problem)
        return self.path

    def flush(self) -> None:
        """Write now what is not written yet; `problem` tells if that failed, and it is tried again with the next."""
        with self._saving:
            with self._lock:
                if self._timer is not None:
                    self._timer.cancel()
                    self._timer = None
                if not (self._dirty or self._dropped) or self._discarded:
                    return
            self._look()
            with self._lock:
                history, snapshots, damage = self._history, self._snapshots, self._damage
                self._dirty = damage is not None
            if damage is None:
                self._write(history, snapshots)

    def save_aside(self) -> Path:
        """Move a damaged sidecar out of the way and save; returns where it is now. Raises SidecarError."""
        with self._saving:
            aside = sidecar.move_aside(self.path)
            with self._lock:
                self._damage, self._seen, self._dirty, self._anew = None, (None, b""), True, True
            self.flush()
        return aside

    def _step(self, change: Callable[[History], History]) -> History:
        with self._lock:
            before = self._history
            self._history = after = change(before)
            if after == before:
                return before
            self._save_soon()
        self._changed(self)
        return after

    def _mark(self, snapshots: Snapshots) -> None:
        """With the lock held."""
        if snapshots != self._snapshots:
            self._snapshots = snapshots
            self._save_soon()

    def _save_soon(self) -> None:
        """With the lock held."""
        self._dirty = True
        if self._timer is None:  # not started anew by the next change, or a busy hand would put it off for ever
            self._timer = threading.Timer(AUTOSAVE_SECONDS, self.flush)
            self._timer.daemon = True
            self._timer.start()

    def _look(self) -> None:
        """Take in the file if it changed since we last read or wrote it. A file that went away changes nothing."""
        if stamp(self.path) not in (None, self._seen[0]):
            self._take_in(self.path)

    def _take_in(self, path: Path) -> None:
        seen = stamp(path)
        try:
            self.photo.reread()
            content = sidecar.content_of(path)
            digest = hashlib.blake2b(content).digest()
            known, self._seen = self._seen[1], (seen, digest)
            if digest == known:
                return
            found = sidecar.parsed(content, path.name, *self.photo.upright)
        except SidecarError as error:
            with self._lock:
                self._damage = error
            return
        with self._lock:
            self._damage, self._notes = None, " ".join(found.notes)
            theirs = found.snapshots
            dropped = not found.ours or bool(self._history.entries and not found.history)
            if dropped and not theirs.all:  # by a program that does not know them
                theirs = self._known_snapshots
            # Written with the next change or at the end, not at once: that would be a quarrel over the file.
            self._ours, self._dropped = found.ours, dropped and (self._ours or self._dropped)
            self._history = self._merged(History(found.history, found.position), found.settings)
            self._snapshots = theirs.merged(self._known_snapshots, self._snapshots)
            self._known_snapshots = theirs

    def _merged(self, theirs: History, settings: Settings) -> History:
        """Our history with what the file says. Whoever wrote last is right about the settings; no step is lost."""
        ours = self._history
        if not ours.entries:
            return theirs if theirs.settings == settings else theirs.appended(settings, FOUND)
        if not theirs.entries:  # the other program dropped what it does not know
            theirs = History(ours.entries, len(ours.entries))
        if not self._dirty:
            return theirs if theirs.settings == settings else theirs.appended(settings, THEIRS)
        merged = theirs.appended(settings, THEIRS) if theirs.settings != settings else theirs
        merged = merged.joined(ours)
        return merged if merged.settings == ours.settings else merged.appended(ours.settings, OURS)

    def _write(self, history: History, snapshots: Snapshots) -> None:
        state = (history.settings, history.entries, history.position)
        try:
            with sidecar.changing:
                if not self._anew:
                    sidecar.expect(self.photo.path, self.photo.number)
                content = sidecar.write(self.photo.path, *state, *self.photo.upright, self.path, snapshots)
        except (NotFound, SidecarError) as error:
            log.warning("the sidecar of %s was not written: %s", self.photo.path, error)
            with self._lock:
                self._failure, self._dirty = error, True
            return
        with self._lock:
            self._failure, self._known_snapshots = None, snapshots
            self._anew, self._dropped, self._ours = False, False, True
        self.photo.reread()
        self._seen = (stamp(self.path), hashlib.blake2b(content).digest())


def stamp(path: Path) -> tuple[int, int] | None:
    """Time of modification in nanoseconds and size, which change when a file does; None if there is no file."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


_open: weakref.WeakSet[Document] = weakref.WeakSet()


@atexit.register
def flush_all() -> None:
    """What is not saved yet when the program ends."""
    for document in list(_open):
        document.flush()
