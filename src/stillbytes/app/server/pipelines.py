"""The photos that are kept decoded: the current one and a few to go back to."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent import futures
from dataclasses import dataclass, field

from stillbytes.core.errors import Cancelled, StillbytesError, UnreadablePhoto
from stillbytes.core.saying import said
from stillbytes.develop.pipeline import Pipeline
from stillbytes.edit.document import stamp
from stillbytes.edit.photo import Photo

MOST_PHOTOS = 3
MOST_PIXELS = 120_000_000
"""Of all kept photos together; one pixel takes about ten bytes with what the pipeline derives from it."""
AT_ONCE = 2
"""Photos that are decoded at the same time, as many as there are decoders."""
PATIENCE = 0.02
"""Seconds between two looks at whether anybody still waits."""


@dataclass(eq=False)
class _Entry:
    """One photo on its way or there. asked: rises with every request for any photo. file: the state of the file."""

    file: tuple[int, int] | None
    asked: int = 0
    result: futures.Future[Pipeline] = field(default_factory=futures.Future)

    @property
    def pixels(self) -> int:
        size = self.result.result().frame
        return size.width * size.height


class Pipelines:
    """Thread-safe. A photo is decoded once, however many ask at the same time; the latest asked for comes first.

    open: the photo of an id; raises NotFound.
    """

    def __init__(
        self, open: Callable[[str], Photo], most_photos: int = MOST_PHOTOS, most_pixels: int = MOST_PIXELS
    ) -> None:
        self._open, self._most_photos, self._most_pixels = open, most_photos, most_pixels
        self._turn = threading.Condition()
        self._entries: dict[str, _Entry] = {}
        self._waiting: list[_Entry] = []
        self._running = 0
        self._asked = 0

    def of(self, id: str, cancelled: Callable[[], bool] | None = None) -> Pipeline:
        """One for all versions of a photo. Raises NotFound, UnreadablePhoto, and Cancelled as soon as `cancelled` says
        so; decoding then goes on."""
        photo = self._open(id)
        id, file = photo.file_id, stamp(photo.path)
        with self._turn:
            entry = self._entries.get(id)
            if entry is None or entry.file != file:
                entry = self._entries[id] = _Entry(file)
                self._waiting.append(entry)
                threading.Thread(target=self._decode, args=(id, photo, entry), name="decode", daemon=True).start()
            self._asked += 1
            entry.asked = self._asked
        while True:
            try:
                return entry.result.result(None if cancelled is None else PATIENCE)
            except futures.TimeoutError:
                if cancelled is not None and cancelled():
                    raise Cancelled() from None

    def held(self, photo: Photo) -> Pipeline | None:
        """The pipeline if it is there already. Does not count as asking."""
        with self._turn:
            entry = self._entries.get(photo.file_id)
            return entry.result.result() if entry is not None and entry.result.done() else None

    def _decode(self, id: str, photo: Photo, entry: _Entry) -> None:
        with self._turn:
            self._turn.wait_for(
                lambda: self._running < AT_ONCE and entry is max(self._waiting, key=lambda other: other.asked)
            )
            self._waiting.remove(entry)
            self._running += 1
        pipeline, problem = _decoded(photo)
        with self._turn:
            self._running -= 1
            if pipeline is not None:
                entry.result.set_result(pipeline)
                self._trim()
            else:  # forgotten, so that the next request tries again
                if self._entries.get(id) is entry:
                    del self._entries[id]
                entry.result.set_exception(problem)
            self._turn.notify_all()

    def _trim(self) -> None:
        """Let go of what was asked for longest ago; the latest stays, whatever its size."""
        there = sorted((e.asked, id) for id, e in self._entries.items() if e.result.done())
        pixels = sum(self._entries[id].pixels for _, id in there)
        for _, id in there[:-1]:
            if len(there) <= self._most_photos and pixels <= self._most_pixels:
                return
            pixels -= self._entries.pop(id).pixels
            there = there[1:]


def _decoded(photo: Photo) -> tuple[Pipeline | None, BaseException | None]:
    try:
        return photo.pipeline, None
    except StillbytesError as error:
        return None, error
    except Exception as error:  # who waits must hear of it
        unread = UnreadablePhoto(
            said("{photo} could not be opened ({why}).", photo=photo.path.name, why=str(error)),
            "The file may be damaged.",
        )
        unread.__cause__ = error
        return None, unread
