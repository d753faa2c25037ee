"""One stream of events for all listeners, with numbers, so that one who was away can catch up."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

KEPT = 256


@dataclass(frozen=True, slots=True)
class Event:
    """id: rises by one. kind: such as "job" or "photo-changed". data: JSON-able."""

    id: int
    kind: str
    data: Mapping[str, Any]


Listener = Callable[[Event], None]


class Events:
    """Thread-safe. Every listener hears every event once and in order.

    Listeners are called in the thread that emits, one event at a time: they must return at once and not emit.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0
        self._recent: deque[Event] = deque(maxlen=KEPT)
        self._listeners: list[Listener] = []

    def emit(self, kind: str, data: Mapping[str, Any], *, kept: bool = True) -> None:
        """kept: for who was away; what the next event of its kind makes stale need not be."""
        # The listeners are called under the lock: else two threads could hand over their events in either order.
        with self._lock:
            self._last += 1
            event = Event(self._last, kind, data)
            if kept:
                self._recent.append(event)
            for listener in self._listeners:
                listener(event)

    @property
    def heard(self) -> bool:
        """Whether anybody listens at this moment."""
        with self._lock:
            return bool(self._listeners)

    def listen(self, listener: Listener, after: int | None = None) -> Callable[[], None]:
        """Call `listener` for each event from now on, first for the kept ones with an id above `after`.

        Returns a function that ends it.
        """
        with self._lock:
            for event in self._recent:
                if after is not None and event.id > after:
                    listener(event)
            self._listeners.append(listener)

        def stop() -> None:
            with self._lock:
                if listener in self._listeners:
                    self._listeners.remove(listener)

        return stop
