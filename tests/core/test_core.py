"""Atomic files, events and jobs."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from stillbytes.core.errors import Cancelled, NotFound, StillbytesError
from stillbytes.core.events import Event, Events
from stillbytes.core.files import atomic_path, write_atomically
from stillbytes.core.jobs import Control, Job, Jobs


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_atomically(path, b"old")
    with pytest.raises(RuntimeError), atomic_path(path) as part:
        part.write_bytes(b"half")
        raise RuntimeError
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_written_file_is_whole(tmp_path: Path) -> None:
    write_atomically(tmp_path / "deep" / "a.txt", b"new")
    assert (tmp_path / "deep" / "a.txt").read_bytes() == b"new"


def test_a_listener_catches_up_on_what_it_missed() -> None:
    events = Events()
    for i in range(3):
        events.emit("job", {"i": i})
    heard: list[Event] = []
    stop = events.listen(heard.append, after=1)
    events.emit("job", {"i": 3})
    stop()
    events.emit("job", {"i": 4})
    assert [event.data["i"] for event in heard] == [1, 2, 3]


def _ended(jobs: Jobs, changes: list[Job]) -> list[str]:
    jobs.close()
    return [job.state for job in changes]


def test_a_job_reports_progress_and_its_result() -> None:
    changes: list[Job] = []
    jobs = Jobs(changes.append)
    done = threading.Event()

    def work(control: Control) -> str:
        control.progress(1, 2, "half")
        done.set()
        return "all"

    jobs.start("Work", 2, work)
    assert done.wait(5)
    assert _ended(jobs, changes) == ["queued", "running", "running", "done"]
    assert changes[-1].message == "all"


def test_a_failed_job_says_why_and_the_next_one_runs() -> None:
    changes: list[Job] = []
    jobs = Jobs(changes.append)
    second = threading.Event()

    def fail(control: Control) -> str:
        raise StillbytesError("No.", "Try again.")

    def broken(control: Control) -> str:
        raise ZeroDivisionError

    def last(control: Control) -> str:
        second.set()
        return ""

    for work in (fail, broken, last):
        jobs.start("x", 1, work)
    assert second.wait(5)
    _ended(jobs, changes)
    failed = [job for job in changes if job.state == "failed"]
    assert (failed[0].message, failed[0].remedy) == ("No.", "Try again.")
    assert len(failed) == 2


def test_a_running_job_can_be_cancelled() -> None:
    changes: list[Job] = []
    jobs = Jobs(changes.append)
    started = threading.Event()

    def work(control: Control) -> str:
        started.set()
        while not control.cancelled():
            pass
        raise Cancelled

    job = jobs.start("Long", 1, work)
    assert started.wait(5)
    jobs.cancel(job.id)
    assert _ended(jobs, changes)[-1] == "cancelled"
    with pytest.raises(NotFound):
        jobs.cancel("none")
