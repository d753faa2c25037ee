"""Work that must not meet a running prompt.

ComfyUI's worker thread runs one prompt after the other and asks its queue for flags after each, and when it is woken
while idle. That is the one moment at which models may be touched from outside, and it is on the worker's own thread, so
nothing needs a lock. We stand in for the queue's `get_flags` and do our work there.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

FLAG = "stillbytes"
Work = Callable[[dict[str, Any]], Any]
"""Gets the flags that the worker is about to see, and may add to them."""


class BetweenPrompts:
    """Runs work on ComfyUI's worker thread, in order. Raises AttributeError for a queue without flags."""

    def __init__(self, queue: Any) -> None:
        self._queue = queue
        self._lock = threading.Lock()
        self._waiting: list[tuple[Future[Any], Work]] = []
        self._flags = queue.get_flags
        queue.set_flag  # noqa: B018 - must be there as well
        queue.get_flags = self._get_flags

    def submit(self, work: Work) -> Future[Any]:
        """The result comes when no prompt runs. A future that is cancelled before is never run."""
        future: Future[Any] = Future()
        with self._lock:
            self._waiting.append((future, work))
        self.wake()
        return future

    def wake(self) -> None:
        """Have an idle worker look. It may miss that if it is just going to sleep, so repeat it while you wait."""
        self._queue.set_flag(FLAG, True)

    def _get_flags(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        flags: dict[str, Any] = self._flags(*args, **kwargs)
        flags.pop(FLAG, None)
        with self._lock:
            waiting, self._waiting = self._waiting, []
        for future, work in waiting:
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(work(flags))
                except Exception as error:
                    future.set_exception(error)
        return flags
