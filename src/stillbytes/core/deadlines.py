"""Ends what takes too long."""

from __future__ import annotations

import contextlib
import heapq
import itertools
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(order=True, slots=True)
class _Watched:
    """late: called at the time `due`, None once it has ended."""

    due: float
    turn: int
    late: Callable[[], None] | None


class Deadlines:
    """Thread-safe. One thread looks after all: starting one for each takes as long as making a thumbnail."""

    def __init__(self) -> None:
        self._turn = threading.Condition()
        self._watched: list[_Watched] = []
        self._turns = itertools.count()
        self._thread: threading.Thread | None = None

    @contextlib.contextmanager
    def within(self, seconds: float, late: Callable[[], None]) -> Iterator[None]:
        """`late` is called, in another thread, unless the block has ended by then."""
        with self._turn:
            one = _Watched(time.monotonic() + seconds, next(self._turns), late)
            heapq.heappush(self._watched, one)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="deadlines", daemon=True)
                self._thread.start()
            elif self._watched[0] is one:
                self._turn.notify()
        try:
            yield
        finally:
            with self._turn:
                one.late = None

    def _run(self) -> None:
        while True:
            self._next()()

    def _next(self) -> Callable[[], None]:
        """Waits for the first that is late."""
        with self._turn:
            while True:
                while self._watched and self._watched[0].late is None:
                    heapq.heappop(self._watched)
                if not self._watched:
                    self._turn.wait()
                    continue
                first = self._watched[0]
                if (left := first.due - time.monotonic()) > 0:
                    self._turn.wait(left)
                elif first.late is not None:
                    heapq.heappop(self._watched)
                    return first.late
