"""The opened folder, which is watched, and those that were opened before it: their photos can still be reached."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from stillbytes.app.server.watch import Watch
from stillbytes.core.errors import NotFound
from stillbytes.edit.photo import Photo
from stillbytes.library.folder import Folder


class Opened:
    """Thread-safe. listed, changed: see `Watch`."""

    def __init__(self, folder: Folder, listed: Callable[[], None], changed: Callable[[str], None]) -> None:
        self._listed, self._changed = listed, changed
        self._lock = threading.Lock()
        self._folder = folder
        self._before: dict[Path, Folder] = {}
        self._watch = self._watch_of(folder)
        self._watching = False

    @property
    def folder(self) -> Folder:
        return self._folder

    def photo(self, id: str) -> Photo:
        """Raises NotFound. An edit that was under way when another folder was opened still finds its photo."""
        try:
            return self._folder.photo(id)
        except NotFound:
            with self._lock:
                before = list(self._before.values())
            for folder in before:
                if folder.knows(id):
                    return folder.photo(id)
            raise

    def places(self) -> list[Path]:
        """The opened folder, and those that were opened before it."""
        with self._lock:
            return [self._folder.path, *self._before]

    def open(self, places: Sequence[Path]) -> None:
        """The folder of the first place, with the others chosen that lie in it. Raises NotFound."""
        folder = Folder(places[0], places[1:])
        with self._lock:
            self._before[self._folder.path] = self._folder
            self._before.pop(folder.path, None)
            self._folder = folder
            self._watch.stop()
            self._watch = self._watch_of(folder)
            if self._watching:
                self._watch.start()

    def watch(self) -> None:
        with self._lock:
            self._watching = True
            self._watch.start()

    def stop(self) -> None:
        with self._lock:
            self._watching = False
            self._watch.stop()

    def _watch_of(self, folder: Folder) -> Watch:
        return Watch(folder.path, self._listed, self._changed)
