"""Work that takes a while: progress, cancel, and an end that says what happened."""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Literal

from stillbytes.core.errors import Cancelled, NotFound, StillbytesError

State = Literal["queued", "running", "done", "failed", "cancelled"]
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


class Control:
    """What running work sees of its job."""

    def __init__(self, report: Callable[[int, int, str], None]) -> None:
        self._stop = threading.Event()
        self.progress = report

    def cancel(self) -> None:
        self._stop.set()

    def cancelled(self) -> bool:
        return self._stop.is_set()


Work = Callable[[Control], str]
"""Does the job and returns its result in words. Raises Cancelled when its control says so."""


class Jobs:
    """Runs jobs one after the other, in their order. `changed` hears of every change. Thread-safe."""

    def __init__(self, changed: Callable[[Job], None] = lambda job: None) -> None:
        self._changed = changed
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}
        self._controls: dict[str, Control] = {}
        self._threads = ThreadPoolExecutor(1, "job")

    def start(self, label: str, total: int, work: Work) -> Job:
        job = Job(uuid.uuid4().hex[:12], label, total=total)

        def report(done: int, of: int, message: str) -> None:
            self._update(job.id, done=done, total=of, message=message)

        control = Control(report)
        with self._lock:
            self._jobs[job.id] = job
            self._controls[job.id] = control
            for old in [j.id for j in self._jobs.values() if j.state not in ("queued", "running")][:-KEPT]:
                del self._jobs[old], self._controls[old]
        self._changed(job)
        self._threads.submit(self._run, job.id, control, work)
        return job

    def list(self) -> list[Job]:
        with self._lock:
            return list(self._jobs.values())

    def cancel(self, id: str) -> Job:
        """Ask a job to stop. One that has ended stays as it is. Raises NotFound."""
        with self._lock:
            if id not in self._jobs:
                raise NotFound("There is no such job.", "It may have ended long ago.")
            self._controls[id].cancel()
            job = self._jobs[id]
        return self._update(id, state="cancelled") if job.state == "queued" else job

    def close(self) -> None:
        """Stop everything and wait for what runs."""
        with self._lock:
            for control in self._controls.values():
                control.cancel()
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _run(self, id: str, control: Control, work: Work) -> None:
        if control.cancelled():
            return
        self._update(id, state="running")
        try:
            message = work(control)
            self._update(id, state="done", message=message)
        except Cancelled:
            self._update(id, state="cancelled", message="")
        except StillbytesError as error:
            self._update(id, state="failed", message=error.message, remedy=error.remedy)
        except Exception:  # a job's own mistake must not stop the jobs after it
            log.exception("job %s failed", id)
            self._update(id, state="failed", message="Something unexpected went wrong.", remedy="The log says more.")

    def _update(self, id: str, **changes: object) -> Job:
        with self._lock:
            job = replace(self._jobs[id], **changes)  # type: ignore[arg-type]
            self._jobs[id] = job
        self._changed(job)
        return job
