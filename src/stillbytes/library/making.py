"""Work that many wait for, done by a few threads, the most wanted first."""

from __future__ import annotations

import heapq
import itertools
import threading
from collections.abc import Callable, Hashable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Urgency(IntEnum):
    """SEEN: somebody looks at its place. AHEAD: of a hand that may go there next. IDLE: for later."""

    SEEN = 0
    AHEAD = 1
    IDLE = 2


@dataclass(eq=False)
class _Wish(Generic[V]):
    """rank: the least is done first. waiting: how many want it."""

    rank: tuple[int, int, int]
    waiting: int = 0
    future: Future[V] = field(default_factory=Future)


class Making(Generic[K, V]):
    """Thread-safe. What several want is made once; what nobody wants any more is not begun.

    make: from a key to its value, in one of the threads; its error is the future's.
    """

    def __init__(self, make: Callable[[K], V], threads: int = 2) -> None:
        self._make, self._most = make, threads
        self._turn = threading.Condition()
        self._wishes: dict[K, _Wish[V]] = {}
        self._ranked: list[tuple[tuple[int, int, int], int, K, _Wish[V]]] = []
        """A heap. One that has got a better rank, or is no longer wanted, is in it with the old one, too."""
        self._turns = itertools.count()
        self._begun: set[K] = set()
        self._batch = self._threads = self._idle = 0
        self._closed = False

    def want(self, keys: Iterable[K], urgency: Urgency = Urgency.SEEN) -> dict[K, Future[V]]:
        """Of what is equally urgent the latest call goes first, and its keys in their order. Each call is to be
        followed by `leave` with the same keys, once it is done or no longer of interest."""
        with self._turn:
            self._batch += 1
            found = {}
            for place, key in enumerate(dict.fromkeys(keys)):
                rank = (int(urgency), -self._batch, place)
                wish = self._wishes.get(key)
                if wish is None or rank < wish.rank:
                    wish = self._wishes.setdefault(key, _Wish(rank))
                    wish.rank = rank
                    heapq.heappush(self._ranked, (rank, next(self._turns), key, wish))
                wish.waiting += 1
                if self._closed:
                    wish.future.cancel()
                found[key] = wish.future
            if not self._closed:
                for _ in range(min(len(found) - self._idle, self._most - self._threads)):
                    self._threads += 1
                    threading.Thread(target=self._run, name="making", daemon=True).start()
                self._turn.notify_all()
            return found

    def leave(self, keys: Iterable[K]) -> None:
        """No longer wait for these."""
        with self._turn:
            for key in dict.fromkeys(keys):
                wish = self._wishes.get(key)
                if wish is None:
                    continue
                wish.waiting -= 1
                if wish.waiting <= 0 and key not in self._begun:
                    del self._wishes[key]
                    wish.future.cancel()

    def close(self) -> None:
        """Begin nothing more; what is under way is not waited for."""
        with self._turn:
            self._closed = True
            for key, wish in self._wishes.items():
                if key not in self._begun:
                    wish.future.cancel()
            self._turn.notify_all()

    def _run(self) -> None:
        while (found := self._next()) is not None:
            key, wish = found
            try:
                value = self._make(key)
            except BaseException as error:  # who waits is told
                self._ended(key)
                wish.future.set_exception(error)
            else:
                self._ended(key)
                wish.future.set_result(value)

    def _next(self) -> tuple[K, _Wish[V]] | None:
        with self._turn:
            self._idle += 1
            while not self._closed:
                while self._ranked:
                    rank, _, key, wish = heapq.heappop(self._ranked)
                    if self._wishes.get(key) is not wish or wish.rank != rank or key in self._begun:
                        continue
                    self._begun.add(key)
                    wish.future.set_running_or_notify_cancel()
                    self._idle -= 1
                    return key, wish
                self._turn.wait()
            self._idle -= 1
            self._threads -= 1
            return None

    def _ended(self, key: K) -> None:
        """Forgotten before it is told, so that whoever asks from now on has it made anew."""
        with self._turn:
            self._begun.discard(key)
            self._wishes.pop(key, None)
