"""Work that takes a while: progress, cancel, and an end that says what happened."""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, Literal

from stillbytes.core.errors import Cancelled, NotFound, StillbytesError
from stillbytes.core.saying import said

State = Literal["queued", "running", "done", "failed", "cancelled"]
FOLLOWS: dict[State, tuple[State, ...]] = {
    "queued": ("running", "cancelled"),
    "running": ("running", "done", "failed", "cancelled"),
    "done": (),
    "failed": (),
    "cancelled": (),
}
"""Which states a job may go to; what has ended stays as it is."""
KEPT = 100
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """done of total steps. message: the current step, then the result or the error; remedy: what to do about it."""

    id: str
    label: str
    state: State = "queued"
    done: int = 0
    total: int = 0
    message: str = ""
    remedy: str = ""

    @property
    def ended(self) -> bool:
        return not FOLLOWS[self.state]


class Control:
    """What running work sees of its job: `progress(done, total, message)` to tell, `cancelled()` to ask.

    stopped: whoever else can end it.
    """

    def __init__(self, report: Callable[[int, int, str], None], stopped: Callable[[], bool] = lambda: False) -> None:
        self._stop, self._stopped = threading.Event(), stopped
        self.progress = report

    def cancel(self) -> None:
        self._stop.set()

    def cancelled(self) -> bool:
        return self._stop.is_set() or self._stopped()


Work = Callable[[Control], str]
"""Does the job and returns its result in words. Raises Cancelled when its control says so."""


class Jobs:
    """Runs jobs one after the other, in their order. Thread-safe.

    changed: hears of every change, in order; it must return at once and not call back.
    """

    def __init__(self, changed: Callable[[Job], None] = lambda job: None) -> None:
        self._changed = changed
        self._lock = threading.RLock()
        self._jobs: dict[str, Job] = {}
        self._controls: dict[str, Control] = {}
        self._threads = ThreadPoolExecutor(1, "job")

    def start(self, label: str, total: int, work: Work) -> Job:
        job = Job(uuid.uuid4().hex[:12], label, total=total)

        def report(done: int, of: int, message: str) -> None:
            self._update(job.id, "running", done=done, total=of, message=message)

        control = Control(report)
        with self._lock:
            self._jobs[job.id] = job
            self._controls[job.id] = control
            for old in [j.id for j in self._jobs.values() if j.ended][:-KEPT]:
                del self._jobs[old], self._controls[old]
            self._changed(job)
        self._threads.submit(self._run, job.id, control, work)
        return job

    def list(self) -> list[Job]:
        """Oldest first: what waits and runs, and the last KEPT that have ended."""
        with self._lock:
            return list(self._jobs.values())

    def cancel(self, id: str) -> Job:
        """Ask a job to stop. One that has ended stays as it is. Raises NotFound."""
        with self._lock:
            if id not in self._jobs:
                raise NotFound("There is no such job.", "It may have ended long ago.")
            self._controls[id].cancel()
            job = self._jobs[id]
            return self._update(id, "cancelled") if job.state == "queued" else job

    def stop(self) -> None:
        """Ask everything to stop, without waiting."""
        for job in self.list():
            self.cancel(job.id)

    def close(self) -> None:
        """Stop everything and wait for what runs."""
        self.stop()
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _run(self, id: str, control: Control, work: Work) -> None:
        with self._lock:
            if control.cancelled():  # while it waited
                return
            self._update(id, "running")
        try:
            self._update(id, "done", message=work(control))
        except Cancelled:
            self._update(id, "cancelled", message="")
        except StillbytesError as error:
            self._update(id, "failed", message=error.message, remedy=error.remedy)
        except Exception:  # a job's own mistake must not stop the jobs after it
            log.exception("job %s failed", id)
            message, remedy = said("Something unexpected went wrong."), said("The log says more.")
            self._update(id, "failed", message=message, remedy=remedy)

    def _update(self, id: str, state: State, **changes: Any) -> Job:
        """The job in its new state, or as it is when that state cannot follow."""
        with self._lock:
            job = self._jobs[id]
            if state in FOLLOWS[job.state]:
                job = self._jobs[id] = replace(job, state=state, **changes)
                self._changed(job)
            return job
