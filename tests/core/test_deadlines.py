"""What takes too long is ended, and nothing else."""

from __future__ import annotations

import threading
import time

from stillbytes.core.deadlines import Deadlines


def test_what_takes_too_long_is_told_and_what_ends_in_time_is_not() -> None:
    deadlines, late = Deadlines(), list[str]()
    told = threading.Event()
    with deadlines.within(60.0, lambda: late.append("long")):
        with deadlines.within(0.05, lambda: (late.append("short"), told.set())[0]):  # sooner than what is waited for
            assert told.wait(20)
        for _ in range(1000):
            with deadlines.within(0.3, lambda: late.append("in time")):
                pass
        time.sleep(0.5)
    assert late == ["short"]


def test_one_thread_looks_after_all() -> None:
    before = threading.active_count()
    deadlines = Deadlines()
    for _ in range(100):
        with deadlines.within(60.0, lambda: None):
            assert threading.active_count() <= before + 1
