"""Ctrl+C as a wish to stop after what is being done, so that what is done by then is kept."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType


@contextlib.contextmanager
def stoppable() -> Iterator[Callable[[], bool]]:
    """Whether to stop, as long as this lasts. A second Ctrl+C ends the program as it otherwise does."""
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():  # which alone hears of it
        yield asked.is_set
        return

    def stop(number: int, frame: FrameType | None) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield asked.is_set
    finally:
        signal.signal(signal.SIGINT, before)
