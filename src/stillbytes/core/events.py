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


class Events:
    """Thread-safe. Listeners are called in the thread that emits and must return at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0
        self._recent: deque[Event] = deque(maxlen=KEPT)
        self._listeners: list[Callable[[Event], None]] = []

    def emit(self, kind: str, data: Mapping[str, Any]) -> None:
        with self._lock:
            self._last += 1
            event = Event(self._last, kind, data)
            self._recent.append(event)
            listeners = list(self._listeners)
        for listener in listeners:
            listener(event)

    def listen(self, listener: Callable[[Event], None], after: int | None = None) -> Callable[[], None]:
        """Call `listener` for each event from now on, first for the kept ones with an id above `after`.

        Returns a function that ends it.
        """
        with self._lock:
            missed = [event for event in self._recent if after is not None and event.id > after]
            self._listeners.append(listener)
        for event in missed:
            listener(event)

        def stop() -> None:
            with self._lock:
                if listener in self._listeners:
                    self._listeners.remove(listener)

        return stop
