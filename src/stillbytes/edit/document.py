"""The open version of a photo: settings that change, a history that remembers, snapshots, and a sidecar that follows
within half a second."""

from __future__ import annotations

import atexit
import hashlib
import logging
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path

from stillbytes.core.errors import NotFound, SidecarError
from stillbytes.core.saying import joined, said
from stillbytes.develop.settings import Settings
from stillbytes.edit import sidecar
from stillbytes.edit.history import History
from stillbytes.edit.photo import Photo
from stillbytes.edit.snapshots import Snapshot, Snapshots, well_formed
from stillbytes.edit.trail import Trail, later

AUTOSAVE_SECONDS = 0.3
"""From a change to its write; with the write itself well under half a second."""
MOVING_SECONDS = 0.3
"""For another program that moves a photo, until what belongs to the photo is there, too."""
MOVED_SECONDS = 5.0
"""How long after it was followed an older sidecar may come behind the photo."""
CHECK_SECONDS = 1.0
"""From a write to the look whether the photo has stayed with it."""
MOST_STATES = 256
"""Contents of the sidecar that are remembered."""
FOUND = "Settings of the sidecar"
THEIRS = "Changed by another program"
OURS = "Kept over another program's change"

log = logging.getLogger(__name__)


class Document:
    """A version of a photo with its history and snapshots. Every method may be called from any thread.

    A damaged sidecar is never overwritten: the edit goes on in memory, `problem` tells it, and `save_aside` is the way
    out. What another program writes into the sidecar becomes a step of the history. `changed` is called after every
    change of the settings, also by another program.

    A photo that another program moves is followed before the next write: `photo` and `path` are where it is now, and
    `changed` is called. One that is not found has its edit written where it was, and `problem` tells.
    """

    def __init__(
        self,
        photo: Photo,
        changed: Callable[[Document], None] | None = None,
        places: Callable[[], Iterable[Path]] = tuple,
    ) -> None:
        """places: folders to look in for a photo that was moved, beside those around its own."""
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
        self._astray: NotFound | None = None  # where we wrote, for a photo that is not there
        self._dirty = False
        self._ours = False  # whether our history and snapshots are in the file
        self._dropped = False  # whether another program wrote it without those that were
        self._anew = False  # no sidecar is there, as it was moved aside
        self._seen: tuple[tuple[int, int] | None, bytes] = (None, b"")
        self._states: deque[bytes] = deque(maxlen=MOST_STATES)  # digests of what we read or wrote
        self._trail = Trail(photo.path, places)
        self._followed = float("-inf")
        self._written: bytes | None = None
        self._left: Path | None = None  # what we wrote where the photo had just been
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
            wrong = self._damage or self._failure or self._astray
            return joined(filter(None, (wrong.message, wrong.remedy))) if wrong else self._notes

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
            self._failure = SidecarError(
                said("This version of {path} was deleted.", path=self.photo.path.name), "Bring it back first."
            )
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

    def follow(self) -> bool:
        """Be where the photo is, if another program moved it, now or before; returns whether it did."""
        with self._saving:
            followed = not self._discarded and self._follow()
        if followed:
            later(CHECK_SECONDS, self._check)
            self._changed(self)
        return self._followed > float("-inf")

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
            followed = self._follow()
            self._look()
            while not (self._put() and not self._trail.lost) and self._follow():
                followed = True
        if followed:
            later(CHECK_SECONDS, self._check)
            self._changed(self)

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
            self._timer = threading.Timer(AUTOSAVE_SECONDS, self._autosave)
            self._timer.daemon = True
            self._timer.start()

    def _autosave(self) -> None:
        with self._saving:
            moving = self._trail.lost
        if moving:
            time.sleep(MOVING_SECONDS)
        self.flush()
        later(CHECK_SECONDS, self._check)

    def _check(self) -> None:
        """Have what was written where the photo is, if another program moved that at the same time."""
        self.follow()
        if self._just_followed:
            self.refresh()
        self.flush()
        if self._just_followed:
            later(CHECK_SECONDS, self._check)

    @property
    def _just_followed(self) -> bool:
        return time.monotonic() - self._followed < MOVED_SECONDS

    def _follow(self) -> bool:
        """Be where the photo is; returns whether it was moved. With _saving held."""
        if not self._trail.lost or (place := self._trail.follow()) is None:
            return False
        log.info("%s was moved to %s", self.photo.path, place)
        before, known, vacant = self.path, self._seen[1], not self.photo.path.exists()
        with self._lock:
            self.photo = Photo(place, self.photo.number)
            self.path, self._seen = self.photo.sidecar, (None, known)
            self._failure = self._astray = None
            self._followed = time.monotonic()
        there, left = sidecar.existing(place, self.photo.number), _digest(before)
        if there is None and left is not None and (vacant or left == known):  # with all that others wrote into it
            try:
                sidecar.replace(self.path, sidecar.content_of(before))
            except SidecarError as error:
                log.warning("the sidecar of %s did not come along: %s", place, error)
            else:
                there = self.path
        elif there is not None and left == self._written != _digest(there) in self._states:
            self._left = before
        if there is not None:
            self._take_in(there)
        return True

    def _put(self) -> bool:
        """Write what there is; returns whether that is done, or not to be done. With _saving held."""
        with self._lock:
            history, snapshots, damage = self._history, self._snapshots, self._damage
            self._dirty = damage is not None
        return damage is not None or self._write(history, snapshots)

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
            if digest in self._states and self._just_followed:
                with self._lock:  # moved with the photo or behind it, and older than what we have
                    self._damage, self._dirty = None, True
                return
            self._states.append(digest)
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

    def _write(self, history: History, snapshots: Snapshots) -> bool:
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
            return False
        astray = self._told_astray() if self._trail.lost else None
        with self._lock:
            self._failure, self._astray, self._known_snapshots = None, astray, snapshots
            self._anew, self._dropped, self._ours = False, False, True
        self.photo.reread()
        self._clear_up()
        self._written = hashlib.blake2b(content).digest()
        self._seen = (stamp(self.path), self._written)
        self._states.append(self._written)
        return True

    def _told_astray(self) -> NotFound:
        name, path = self.photo.path.name, str(self.path)
        told = said("{photo} is not where it was; its edit is in {sidecar}.", photo=name, sidecar=path)
        return NotFound(told, "Move that beside the photo.")

    def _clear_up(self) -> None:
        """What we wrote where the photo had just been is no other photo's."""
        left, self._left = self._left, None
        if left is not None and left != self.path and _digest(left) == self._written:
            try:
                left.unlink()
            except OSError as error:
                log.warning("%s stays where its photo was: %s", left, error)


def stamp(path: Path) -> tuple[int, int] | None:
    """Time of modification in nanoseconds and size, which change when a file does; None if there is no file."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def _digest(path: Path) -> bytes | None:
    try:
        return hashlib.blake2b(path.read_bytes()).digest()
    except OSError:
        return None


_open: weakref.WeakSet[Document] = weakref.WeakSet()


@atexit.register
def flush_all() -> None:
    """What is not saved yet when the program ends."""
    for document in list(_open):
        document.flush()
