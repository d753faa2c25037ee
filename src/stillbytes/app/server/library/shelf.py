"""The library of a server: opened when first asked for, kept up to date while it is open."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from stillbytes.core import paths
from stillbytes.core.errors import Cancelled, NotFound, StillbytesError
from stillbytes.core.events import Events
from stillbytes.core.jobs import Control, Job, Jobs
from stillbytes.core.saying import joined, said
from stillbytes.edit import sidecar
from stillbytes.edit.photo import Photo, photo_id
from stillbytes.edit.version_names import MAIN
from stillbytes.library import previews
from stillbytes.library.making import Urgency

if TYPE_CHECKING:
    from stillbytes.app.server.library.pictures import Pictures, Shown
    from stillbytes.gpu.access import Access
    from stillbytes.library.catalogue import Catalogue, Entry
    from stillbytes.library.catalogue.scan.scan import Scanned
    from stillbytes.library.watching import Watching

T = TypeVar("T")
EVERY_SECONDS = 1.0
"""Between two tellings of a catalogue that is being filled."""
AT_ONCE = 16
"""Photos whose thumbnails are asked for together while nobody waits for them."""
FIRST_SECONDS = 5.0
"""How long whoever opens the library has every core, before it is watched and looked through."""
GLANCE_SECONDS = 0.1
"""Between two looks at whether a person is at work."""
BUSY_SECONDS = 0.3
"""Between two tries to fill a library that somebody else fills."""
REST, LONGEST_REST_SECONDS = 2.0, 0.5
"""Of work that nobody waits for: how long it leaves the interpreter to others, for each second that it had it."""
log = logging.getLogger(__name__)


class Shelf:
    """Thread-safe. Whatever changes is told as the event "library-changed", with the photos if they are known.

    scans, fills, sights: queues for looking through folders, for thumbnails, and for looking at pictures. networks:
    access to those that find faces. busy: whether a person is at work, for whom what nobody waits for makes room.
    came: called where photos may have come, for who suggests captions.
    """

    def __init__(
        self,
        events: Events,
        scans: Jobs,
        fills: Jobs,
        sights: Jobs,
        pictures: Callable[[], Pictures],
        networks: Callable[[], Access],
        busy: Callable[[], bool],
    ) -> None:
        self._events, self._scans, self._fills, self._new_pictures = events, scans, fills, pictures
        self._sights, self._networks, self._busy = sights, networks, busy
        self._lock, self._watch_lock = threading.RLock(), threading.Lock()
        self._catalogue: Catalogue | None = None
        self._pictures: Pictures | None = None
        self._watching: Watching | None = None
        self._known: dict[int, tuple[Path, int, str]] = {}
        self._paths: dict[str, tuple[Path, int]] = {}
        self._closed = self._unwanted = False
        self.came: Callable[[], None] = lambda: None

    @property
    def catalogue(self) -> Catalogue:
        """Raises LibraryError."""
        with self._lock:
            if self._catalogue is None:
                from stillbytes.library.catalogue import Catalogue  # noqa: PLC0415 - not every page asks for it

                self._catalogue = Catalogue(lasting=True)
                threading.Thread(target=self._catch_up, name="library", daemon=True).start()
            return self._catalogue

    @property
    def is_open(self) -> bool:
        """Whether anybody has asked for the library yet."""
        return self._catalogue is not None

    def places(self) -> list[Path]:
        """The folders of the library, whether it is open or not."""
        from stillbytes.library.catalogue.kept import Kept  # noqa: PLC0415 - with the library

        try:
            return [Path(folder) for folder in Kept(paths.home() / "library").folders()]
        except StillbytesError:  # whoever opens the library is told
            return []

    @property
    def pictures(self) -> Pictures:
        with self._lock:
            self._pictures = self._pictures or self._new_pictures()
            return self._pictures

    def close(self) -> None:
        """Let go of everything; jobs have ended before."""
        with self._lock:
            self._closed = True
            if self._watching is not None:
                self._watching.stop()
            if self._pictures is not None:
                self._pictures.close()
            if self._catalogue is not None:
                self._catalogue.close()

    def photo(self, id: str) -> Photo | None:
        """A photo of the library, in one of its versions, if the page was told of it; None for one that is not there or
        that a link leads away from."""
        found = self._paths.get(id)
        if found is None or found[0].resolve() != found[0] or not found[0].is_file():
            return None
        if found[1] != MAIN and sidecar.existing(*found) is None:
            return None
        return Photo(*found)

    def know(self, photo: Photo, through: str) -> None:
        """A version whose sibling, of that id, the page was told of."""
        if through in self._paths:
            self._paths[photo.id] = photo.path, photo.number

    def look_into(self, folders: Sequence[Path]) -> None:
        """What we have changed in folders is in the catalogue at once, if that is open; the watch sees to it else."""
        with self._lock:
            catalogue = self._catalogue
        if catalogue is None:
            return
        try:
            catalogue.look_into(folders)
        except StillbytesError:
            log.info("what changed is looked into later", exc_info=True)
        self.told()

    def id(self, entry: Entry) -> str:
        """Of a photo, as the routes of a photo know it."""
        known = self._known.get(entry.number)
        if known is None or known[:2] != (entry.path, entry.version):  # the numbers of what is gone are given again
            known = self._known[entry.number] = (entry.path, entry.version, photo_id(entry.path, entry.version))
            self._paths[known[2]] = entry.path, entry.version
        return known[2]

    def shown(self, numbers: Sequence[int]) -> list[Shown]:
        """Those whose pictures may be shown: none that a link leads to, which may have come since the last look."""
        from stillbytes.app.server.library.pictures import Shown  # noqa: PLC0415

        entries = self.catalogue.photos(numbers)
        straight = {folder for folder in {entry.path.parent for entry in entries} if folder.resolve() == folder}
        return [
            Shown(entry.number, entry.path, self.id(entry), entry.edited, entry.sidecar, entry.version)
            for entry in entries
            if entry.path.parent in straight and not entry.path.is_symlink()
        ]

    def told(self, numbers: Sequence[int] | None = None) -> None:
        """These photos have changed; any may have when None."""
        self._events.emit("library-changed", {"photos": None if numbers is None else list(numbers)})

    def add(self, folder: str) -> Job:
        """Take in a folder in the background. Raises NotFound."""
        place = Path(folder).expanduser()
        if not place.is_absolute() or not place.is_dir():
            raise NotFound(said("{folder} is no folder.", folder=folder), "Choose one that is there.")
        name = place.name or str(place)

        def work(control: Control) -> str:
            found = self._filling(control, lambda control: self.catalogue.add(place, control))
            self.fill(name)
            added = said(
                "{count:,} photo added to the library | {count:,} photos added to the library", count=found.added
            )
            return joined([added, said("{count:,} moved", count=found.moved)] if found.moved else [added], ", ")

        return self._scans.start(said("Add {folder} to the library", folder=name), 0, work)

    def update(self) -> Job:
        """Look through all folders, in the background."""
        return self._scans.start(said("Look through the library's folders"), 0, self._looked)

    def remove(self, folder: str) -> None:
        """Raises NotFound, LibraryBusy."""
        self.catalogue.remove(folder)
        self._watch()
        self.told()

    def arrived(self, name: str) -> None:
        """Photos came into a folder, which may be new to the library: watch it, tell of it, make its thumbnails."""
        self._watch()
        self.told()
        self.fill(name)

    def fill(self, name: str) -> Job:
        """Make the thumbnails that are not there yet, when there is nothing else to do."""

        def work(control: Control) -> str:
            control = self._giving_way(control)
            numbers = self.catalogue.numbers(sort="path", descending=False)
            made = 0
            for at in range(0, len(numbers), AT_ONCE):
                control.progress(at, len(numbers), said("Making thumbnails"))
                wanted = [s for s in self.shown(numbers[at : at + AT_ONCE]) if not self._has(s)]
                for ready in self.pictures.make(wanted, previews.GRID, Urgency.IDLE, control.cancelled):
                    made += len(ready)
                if control.cancelled():
                    raise Cancelled()
            self._notice()
            return said("{count:,} thumbnail made | {count:,} thumbnails made", count=made)

        return self._fills.start(said("Thumbnails of {folder}", folder=name), 0, work)

    def look(self, *, again: bool = False) -> Job:
        """Look at the photos' pictures that were not looked at yet, when there is nothing else to do."""
        waiting = next((job for job in self._sights.list() if job.state == "queued"), None)
        if waiting is not None and not again:
            return waiting

        def work(control: Control) -> str:
            self._unwanted = False
            control = self._giving_way(control)
            try:
                if control.cancelled():
                    raise Cancelled()
                found = self.catalogue.look("", control, again=again, networks=self._networks, seen=self.told)
            except Cancelled:
                self._unwanted = True
                raise
            finally:
                self.told()
            seen = said("{count:,} photo looked at | {count:,} photos looked at", count=found.photos)
            return joined([seen, said("{count:,} unreadable", count=found.failed)] if found.failed else [seen], ", ")

        return self._sights.start(said("Look at photos for hints"), 0, work)

    def meaning(self) -> tuple[str, int] | None:
        """The network that finds photos by what is meant, and how many pictures it has seen."""
        from stillbytes.gpu.models.store import here  # noqa: PLC0415 - with the library

        return self.catalogue.meaning.ready(here())

    def meant(self, query: str) -> list[int]:
        """Photos by what the free words mean. Raises NotFound, InvalidQuery, EngineError."""
        return [number for number, _ in self.catalogue.meaning.search(query, self._networks())]

    def _notice(self) -> None:
        """Look at what came, unless a person stopped that."""
        self.came()
        from stillbytes.library.hints.looking import model_here  # noqa: PLC0415 - with the library

        if not self._unwanted and self.catalogue.looks.are_lacking(model_here()):
            self.look()

    def _has(self, shown: Shown) -> bool:
        return self.pictures.cached(shown, previews.GRID)[1]

    def _looked(self, control: Control) -> str:
        found = self._filling(control, self.catalogue.update)
        return said(
            "{added:,} new, {changed:,} changed, {missing:,} missing",
            added=found.added,
            changed=found.changed,
            missing=found.missing,
        )

    def _filling(self, control: Control, scan: Callable[[Control], Scanned]) -> Scanned:
        """A scan that the page sees grow, and can stop."""

        def waits() -> None:
            control.progress(0, 0, said("Waits until the library is looked through"))

        try:
            return self._growing(control, lambda control: _in_turn(lambda: scan(control), control.cancelled, waits))
        finally:
            self._watch()

    def _growing(self, control: Control, work: Callable[[Control], T]) -> T:
        """Work of which the page hears while it goes on, and can stop."""
        last, progress = time.monotonic(), control.progress

        def report(done: int, total: int, message: str) -> None:
            nonlocal last
            progress(done, total, message)
            if time.monotonic() - last > EVERY_SECONDS:
                last = time.monotonic()
                self.told()

        control.progress = report
        try:
            return work(control)
        finally:
            self.told()

    def _giving_way(self, control: Control) -> Control:
        """The same, for work that nobody waits for: while a person is at work it rests whenever it asks."""

        def asked() -> bool:
            self._rest(control.cancelled)
            return control.cancelled()

        return Control(control.progress, asked)

    def _rest(self, stopped: Callable[[], bool], most: float = math.inf) -> None:
        """Until no person is at work, for so many seconds at most."""
        until = time.monotonic() + most
        while self._busy() and not stopped() and time.monotonic() < until:
            time.sleep(GLANCE_SECONDS)

    def _catch_up(self) -> None:
        """What happened while no server was running, and from now on."""
        control = Control(lambda done, total, message: None, _unhurried(lambda: self._closed))
        try:
            self._rest(control.cancelled, FIRST_SECONDS)
            self._watch()
            found = _in_turn(lambda: self.catalogue.update(control), lambda: self._closed)
            if found.added or found.changed or found.moved or found.missing:
                self.told()
            self._notice()
            for tier in previews.TIERS.values():
                previews.sweep(tier)
        except (StillbytesError, OSError):
            if not self._closed:
                log.warning("the library could not be looked through", exc_info=True)

    def _watch(self) -> None:
        from stillbytes.library.watching import Watching  # noqa: PLC0415 - with the library

        with self._watch_lock:
            folders = [folder.path for folder in self.catalogue.folders()]
            with self._lock:
                if self._closed:
                    return
                watching = self._watching = self._watching or Watching(self._happened)
            watching.watch(folders)  # which takes seconds for many thousand, while the page asks for photos

    def _happened(self, folders: Sequence[Path]) -> Sequence[Path]:
        from stillbytes.library.catalogue import LibraryBusy  # noqa: PLC0415

        try:
            found = self.catalogue.look_into(folders)
        except LibraryBusy:
            return folders
        except StillbytesError:
            if not self._closed:
                log.warning("changed folders could not be looked into", exc_info=True)
            return ()
        if found.added or found.changed or found.moved or found.missing:
            self.told()
            self._notice()
        return ()


def _in_turn(scan: Callable[[], T], stopped: Callable[[], bool], waits: Callable[[], None] = lambda: None) -> T:
    """A scan as soon as nobody else fills the library: this process, another one, or the command line. waits: told when
    that is not at once. Raises Cancelled."""
    from stillbytes.library.catalogue import LibraryBusy  # noqa: PLC0415

    while True:
        try:
            return scan()
        except LibraryBusy:
            if stopped():
                raise Cancelled() from None
            waits()
            time.sleep(BUSY_SECONDS)


def _unhurried(stopped: Callable[[], bool]) -> Callable[[], bool]:
    """The same, asked by work that nobody waits for: it rests whenever it asks."""
    begun = time.monotonic()

    def asked() -> bool:
        nonlocal begun
        time.sleep(min(REST * (time.monotonic() - begun), LONGEST_REST_SECONDS))
        begun = time.monotonic()
        return stopped()

    return asked
