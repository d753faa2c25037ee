"""The trail of an open photo, which leads to it after another program moved it."""

from __future__ import annotations

import logging
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from stillbytes.photo.whereabouts import Trace, search

PATIENCE_SECONDS = 10.0
"""From a search in vain to the next one."""

log = logging.getLogger(__name__)


class Trail:
    """Not thread-safe. places: folders to look in beside those around the photo's own."""

    def __init__(self, path: Path, places: Callable[[], Iterable[Path]] = tuple) -> None:
        self._path, self._places = path, places
        self._trace = Trace.of(path)
        self._not_before = 0.0

    @property
    def lost(self) -> bool:
        """Whether the photo is not where it was: nothing is there, or another photo that was moved there."""
        if self._trace is None:
            return False
        same = self._trace.led_to(self._path)
        if same:
            self._trace = replace(self._trace, seen=time.time())
        if same is not False:
            return same is None
        now = Trace.of(self._path)
        if now is None or (now.content != self._trace.content and now.modified < self._trace.seen * 1e9):
            return now is not None
        self._trace = now  # written anew, or its disk counts files in another way
        return False

    def follow(self) -> Path | None:
        """Where the photo is now; None where it was not found. From then on the trail is about that place."""
        if self._trace is None or time.monotonic() < self._not_before:
            return None
        found = search(self._trace, self._near())
        if found is None:
            self._not_before = time.monotonic() + PATIENCE_SECONDS
            self._trace = Trace.of(self._path) or self._trace
            return None
        self._path, self._trace = found, Trace.of(found) or self._trace
        return found

    def _near(self) -> Iterator[Path]:
        """Its folder, or what is left of the way to it, and all below; then the others, and what is beside."""
        folder = self._path.parent
        while not folder.is_dir() and folder != folder.parent:
            folder = folder.parent
        yield folder
        yield from self._places()
        yield folder.parent


def later(seconds: float, method: Callable[[], None]) -> None:
    """Call a method then, unless its object or the program has ended."""
    timer = threading.Timer(seconds, _call, [weakref.WeakMethod(method)])
    timer.daemon = True
    try:
        timer.start()
    except RuntimeError:  # the program is ending
        log.debug("too late for %s", method)


def _call(method: weakref.WeakMethod[Callable[[], None]]) -> None:
    if (found := method()) is not None:
        found()
