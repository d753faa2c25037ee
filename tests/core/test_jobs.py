"""Jobs: order, progress, cancel and the ways they end."""

from __future__ import annotations

import threading

import pytest

from stillbytes.core.errors import Cancelled, ExportError, NotFound
from stillbytes.core.jobs import KEPT, Control, Job, Jobs


def ended(jobs: Jobs) -> list[Job]:
    """The jobs, once they have all run."""
    last = threading.Event()

    def work(control: Control) -> str:
        last.set()
        return ""

    jobs.start("last", 0, work)
    assert last.wait(30)
    jobs.close()
    return [job for job in jobs.list() if job.label != "last"]


def test_a_job_reports_its_progress_and_its_result() -> None:
    heard: list[Job] = []
    jobs = Jobs(heard.append)

    def work(control: Control) -> str:
        control.progress(1, 2, "one.dng")
        return "exports"

    jobs.start("Export", 2, work)
    ended(jobs)
    told = [(j.state, j.done, j.message) for j in heard if j.label == "Export"]
    assert told == [("queued", 0, ""), ("running", 0, ""), ("running", 1, "one.dng"), ("done", 1, "exports")]


def test_jobs_run_one_after_the_other() -> None:
    jobs, order = Jobs(), list[str]()

    def work(name: str) -> str:
        order.extend([f"{name} begins", f"{name} ends"])
        return ""

    for name in "abc":
        jobs.start(name, 0, lambda control, name=name: work(name))  # type: ignore[misc]
    ended(jobs)
    assert order == [f"{name} {what}" for name in "abc" for what in ("begins", "ends")]


def test_an_error_of_ours_says_what_and_the_next_job_runs() -> None:
    jobs = Jobs()

    def fail(control: Control) -> str:
        raise ExportError("The disk is full.", "Make room.")

    def crash(control: Control) -> str:
        raise ZeroDivisionError

    for work in (fail, crash, lambda control: "fine"):
        jobs.start("job", 1, work)
    first, second, third = ended(jobs)
    assert (first.state, first.message, first.remedy) == ("failed", "The disk is full.", "Make room.")
    assert second.state == "failed" and second.message
    assert (third.state, third.message) == ("done", "fine")


def test_a_running_job_can_be_cancelled() -> None:
    jobs, running = Jobs(), threading.Event()

    def work(control: Control) -> str:
        running.set()
        while not control.cancelled():
            threading.Event().wait(0.005)
        raise Cancelled()

    job = jobs.start("Export", 1, work)
    assert running.wait(30)
    assert jobs.cancel(job.id).state == "running"
    assert ended(jobs)[0].state == "cancelled"
    assert jobs.cancel(job.id).state == "cancelled"


def test_a_waiting_job_that_is_cancelled_never_runs() -> None:
    jobs, go, ran = Jobs(), threading.Event(), threading.Event()

    def hold(control: Control) -> str:
        go.wait(30)
        return ""

    def work(control: Control) -> str:
        ran.set()
        return ""

    jobs.start("first", 1, hold)
    waiting = jobs.start("second", 1, work)
    assert jobs.cancel(waiting.id).state == "cancelled"
    go.set()
    assert [job.state for job in ended(jobs)] == ["done", "cancelled"]
    assert not ran.is_set()


def test_closing_cancels_what_runs_and_what_waits() -> None:
    jobs, running = Jobs(), threading.Event()

    def work(control: Control) -> str:
        running.set()
        while not control.cancelled():
            threading.Event().wait(0.005)
        raise Cancelled()

    for _ in range(3):
        jobs.start("Export", 1, work)
    assert running.wait(30)
    jobs.close()
    assert [job.state for job in jobs.list()] == ["cancelled"] * 3


def test_an_unknown_job_is_a_clear_error() -> None:
    with pytest.raises(NotFound):
        Jobs().cancel("nothing")


def test_of_ended_jobs_only_the_newest_are_kept() -> None:
    jobs = Jobs()
    for n in range(KEPT + 20):
        jobs.start(str(n), 0, lambda control: "")
        jobs.cancel(jobs.list()[-1].id)
    assert len(jobs.list()) <= KEPT + 2
    assert jobs.list()[-1].label == str(KEPT + 19)
    jobs.close()


def test_an_ended_job_stays_as_it_is() -> None:
    jobs, controls = Jobs(), list[Control]()

    def work(control: Control) -> str:
        controls.append(control)
        return "exports"

    jobs.start("Export", 3, work)
    ended(jobs)
    controls[0].progress(1, 3, "late.dng")
    assert (jobs.list()[0].state, jobs.list()[0].message) == ("done", "exports")
