"""Notices what other programs do to the opened folder: photos that come and go, sidecars that change."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from stillbytes.core.errors import NotFound, StillbytesError
from stillbytes.edit.document import stamp
from stillbytes.library.folder import Folder

EVERY_SECONDS = 1.5
"""Polling: it costs one stat, works on network folders and needs no other library."""
Stamp = tuple[int, int] | None
State = dict[str, tuple[Stamp, Stamp]]
"""Photo id -> states of the two files that may be its sidecar."""
log = logging.getLogger(__name__)


class Watch:
    """Looks at the folder again and again in a thread of its own.

    listed: called when photos came or went. changed: called with a photo's id when its sidecar is another one.
    """

    def __init__(self, folder: Folder, listed: Callable[[], None], changed: Callable[[str], None]) -> None:
        self._folder, self._listed, self._changed = folder, listed, changed
        self._touched: int | None = None
        self._state: State = {}
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
        first, before = self._touched is None, self._state
        self._touched = touched
        self._state = self._seen()
        if first:
            return
        if before.keys() != self._state.keys():
            self._listed()
        for id in before.keys() & self._state.keys():
            if before[id] != self._state[id]:
                self._changed(id)

    def _run(self) -> None:
        while not self._end.wait(EVERY_SECONDS if self._touched is not None else 0):
            try:
                self.look()
            except (OSError, StillbytesError):
                log.warning("the folder %s could not be looked at", self._folder.path, exc_info=True)

    def _modified(self) -> int:
        """When an entry of the folder last came, went or was replaced; sidecars are replaced as a whole."""
        try:
            return self._folder.path.stat().st_mtime_ns
        except OSError:
            return -1

    def _seen(self) -> State:
        try:
            listed = self._folder.photos()
        except NotFound:  # gone, for now at least: whoever asks for the folder is told
            return {}
        return {
            photo.id: (stamp(photo.path.with_suffix(".xmp")), stamp(photo.path.with_name(f"{photo.name}.xmp")))
            for photo in listed
        }
