"""Notices what other programs do to the opened folder: photos that come and go, sidecars that change."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from stillbytes.core.errors import StillbytesError
from stillbytes.edit.photo import photo_id
from stillbytes.edit.version_names import MAIN, further
from stillbytes.photo.formats import is_photo

EVERY_SECONDS = 1.5
"""Polling: mostly it costs one stat, works on network folders and needs no other library."""
SIDECAR = ".xmp"
GONE = -1
State = dict[str, tuple[int, int]]
"""Name of a file -> time of modification in nanoseconds and size."""
log = logging.getLogger(__name__)


class Watch:
    """Looks at the folder again and again in a thread of its own.

    listed: called when photos or versions came or went. changed: called with a version's id when its sidecar is another
    one.
    """

    def __init__(self, folder: Path, listed: Callable[[], None], changed: Callable[[str], None]) -> None:
        self._folder, self._listed, self._changed = folder, listed, changed
        self._touched: int | None = None
        self._photos: State = {}
        self._sidecars: State = {}
        self._end = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._run, name="watch", daemon=True).start()

    def stop(self) -> None:
        self._end.set()

    def look(self) -> None:
        """Compare with the last look."""
        touched = self._modified()
        if touched == self._touched:
            return
        photos, sidecars = self._photos, self._sidecars
        # A folder that is gone, for now at least, holds nothing; whoever asks for it is told why.
        self._photos, self._sidecars = ({}, {}) if touched == GONE else self._seen()
        first, self._touched = self._touched is None, touched
        if first:
            return
        before, now = further({*photos, *sidecars}), further({*self._photos, *self._sidecars})
        if photos.keys() != self._photos.keys() or before != now:
            self._listed()
        of_versions = {beside: (name, number) for name, all in now.items() for number, beside in all.items()}
        gone = {beside for all in before.values() for beside in all.values()} - of_versions.keys()
        for sidecar in sorted((sidecars.keys() | self._sidecars.keys()) - gone):
            if sidecars.get(sidecar) != self._sidecars.get(sidecar):
                one = of_versions.get(sidecar)
                for photo, number in [one] if one is not None else self._owners(sidecar):
                    self._changed(photo_id(self._folder / photo, number))

    def _run(self) -> None:
        while not self._end.wait(EVERY_SECONDS if self._touched is not None else 0):
            try:
                self.look()
            except (OSError, StillbytesError):
                log.warning("the folder %s could not be looked at", self._folder, exc_info=True)

    def _modified(self) -> int:
        """When an entry of the folder last came, went or was replaced; sidecars are replaced as a whole."""
        try:
            return self._folder.stat().st_mtime_ns
        except OSError:
            return GONE

    def _seen(self) -> tuple[State, State]:
        """Photos and sidecars."""
        photos: State = {}
        sidecars: State = {}
        with os.scandir(self._folder) as entries:
            for entry in entries:
                found = sidecars if entry.name.lower().endswith(SIDECAR) else photos
                if found is sidecars or is_photo(Path(entry.name)):
                    with contextlib.suppress(FileNotFoundError):  # gone while we look
                        status = entry.stat()
                        found[entry.name] = (status.st_mtime_ns, status.st_size)
        return photos, sidecars

    def _owners(self, sidecar: str) -> Iterator[tuple[str, int]]:
        """The photos that a sidecar may belong to: IMG.xmp to every IMG.*, IMG.dng.xmp to IMG.dng alone."""
        stem = sidecar[: -len(SIDECAR)]
        return ((photo, MAIN) for photo in self._photos if stem in (photo, Path(photo).stem))
