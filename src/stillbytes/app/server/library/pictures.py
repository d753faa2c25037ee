"""Previews of the library's photos: from the cache, or made by a few threads, those in sight first."""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue

from stillbytes.core.errors import StillbytesError
from stillbytes.develop.settings import Settings
from stillbytes.edit.document import stamp
from stillbytes.edit.photo import Photo
from stillbytes.edit.version_names import MAIN
from stillbytes.library import previews
from stillbytes.library.making import Making, Urgency
from stillbytes.library.previews import Tier
from stillbytes.photo.workers import Workers

DECODERS = 2
MOST_SETTINGS = 2000
"""Of edited photos, kept in memory: reading a sidecar looks through its folder."""
SWEEP_EVERY = 2000
"""Previews made between two looks at whether the cache has grown too large."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A photo whose preview is wanted. edited: whether it may have settings. sidecar: where they are."""

    number: int
    path: Path
    id: str
    edited: bool
    sidecar: Path | None = None
    version: int = MAIN


@dataclass(frozen=True, slots=True)
class _Key:
    shown: Shown
    tier: Tier
    camera: bool


class Pictures:
    """Thread-safe.

    settings: those of a photo that is open, by its id. render: the developed picture of a photo in a tier.
    """

    def __init__(
        self, settings: Callable[[str], Settings | None], render: Callable[[Photo, Settings, Tier], bytes]
    ) -> None:
        self._settings, self._render = settings, render
        self._pool = Workers(decoders=DECODERS)
        self._making: Making[_Key, bytes] = Making(self._make, DECODERS)
        self._made = 0
        self._read: OrderedDict[tuple[Path, int, tuple[int, int] | None], Settings] = OrderedDict()

    def close(self) -> None:
        self._making.close()
        self._pool.close()

    def changed(self, shown: Shown) -> bool:
        """Whether the photo may look otherwise than the camera saw it; known without reading anything."""
        return shown.edited or bool(self._settings(shown.id))

    def first(self, shown: Shown, tier: Tier) -> bytes | None:
        """The camera's picture if it is there: at once, whatever was done to the photo."""
        return previews.cached(shown.path, Settings(), tier)

    def cached(self, shown: Shown, tier: Tier) -> tuple[bytes | None, bool]:
        """(what is there, whether that is how the photo is now): of an edited one the camera's picture will do for a
        moment."""
        settings = self._of(shown)
        found = previews.cached(shown.path, settings, tier)
        if found is not None or not settings:
            return found, found is not None
        return previews.cached(shown.path, Settings(), tier), False

    def make(
        self, wanted: Sequence[Shown], tier: Tier, urgency: Urgency, ended: Callable[[], bool]
    ) -> Iterator[list[tuple[Shown, bytes | None, bool]]]:
        """(photo, JPEG or None where it cannot be made, whether that is final), as they get ready, one or several.

        An edited photo's camera picture comes first, where it is not kept yet. ended: whether nobody waits any more;
        what was not begun then is not.
        """
        edited = {shown for shown in wanted if self._of(shown)}
        keys = [_Key(shown, tier, shown not in edited) for shown in wanted]
        lacking = [shown for shown in wanted if shown in edited and self.first(shown, tier) is None]
        keys = [*(_Key(shown, tier, True) for shown in lacking), *keys]
        ready: SimpleQueue[tuple[_Key, Future[bytes]]] = SimpleQueue()
        futures = self._making.want(keys, urgency)
        for key, future in futures.items():
            future.add_done_callback(partial(_put, ready, key))
        left = len(futures)
        try:
            while left and not ended():
                done = _all_of(ready, 0.25)
                left -= len(done)
                if made := [
                    (
                        key.shown,
                        None if future.exception() else future.result(),
                        not (key.camera and key.shown in edited),
                    )
                    for key, future in done
                    if not future.cancelled()
                ]:
                    yield made
        finally:
            self._making.leave(keys)

    def _of(self, shown: Shown) -> Settings:
        known = self._settings(shown.id)
        if known is not None or not shown.edited:
            return known or Settings()
        key = (shown.path, shown.version, stamp(shown.sidecar) if shown.sidecar is not None else None)
        if (found := self._read.get(key)) is None:
            try:
                found = Photo(shown.path, shown.version).settings
            except StillbytesError:  # a damaged sidecar: the photo is shown as the camera saw it
                found = Settings()
            self._read[key] = found
            while len(self._read) > MOST_SETTINGS:
                with contextlib.suppress(KeyError):  # another thread was quicker
                    self._read.popitem(last=False)
        return found

    def _make(self, key: _Key) -> bytes:
        """Raises UnreadablePhoto."""
        path, settings = key.shown.path, Settings() if key.camera else self._of(key.shown)
        if found := previews.cached(path, settings, key.tier):
            return found
        self._made += 1
        if self._made % SWEEP_EVERY == 0:
            previews.sweep(key.tier)
        if settings:
            return self._render(Photo(path, key.shown.version), settings, key.tier)
        return previews.of_camera(path, key.tier, self._pool)


def _put(ready: SimpleQueue[tuple[_Key, Future[bytes]]], key: _Key, future: Future[bytes]) -> None:
    ready.put((key, future))


def _all_of(ready: SimpleQueue[tuple[_Key, Future[bytes]]], seconds: float) -> list[tuple[_Key, Future[bytes]]]:
    """All that is in the queue; waits so long for the first."""
    found = []
    with contextlib.suppress(Empty):
        found.append(ready.get(timeout=seconds))
        while True:
            found.append(ready.get_nowait())
    return found
