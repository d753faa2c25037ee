"""One engine's process, kept as the table in states.py says: started, watched, ended, and started again when needed."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stillbytes.core import paths
from stillbytes.core.errors import EngineCrashed, EngineError
from stillbytes.core.saying import said
from stillbytes.engines.supervise import events, records
from stillbytes.engines.supervise.log import LIMIT, last_words
from stillbytes.engines.supervise.states import Event, State, step

PAUSES = (0.0, 0.5, 2.0, 5.0, 15.0, 30.0)
"""Seconds before the next start after so many failures in a row; the last one holds from there on."""
PATIENCE = 3.0
"""The longest pause that a job waits through; before a longer one it is told why."""
SETTLED = 60.0
"""Seconds of work after which earlier failures are forgotten."""
_POLL = 0.05
_WATCH = 0.5
_SPAWN_LIMIT = 20.0
_NEWS = 2.0
"""Seconds within which we hear that a process ended, once its connection broke."""


class Unreachable(EngineError):
    """An engine whose connection broke or was refused. A job that raises it is asked whether the engine died."""


@dataclass(frozen=True, slots=True)
class Launch:
    """How to start an engine.

    url: where it will answer. healthy: whether it is ready now; it may raise EngineError to say that it never will be.
    ready_within, grace: seconds until it must be ready, and between asking it to end and killing it. detached: it
    outlives this process. secret, about: for its record.
    """

    command: tuple[str, ...]
    url: str
    healthy: Callable[[], Awaitable[bool]]
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    ready_within: float = 120.0
    grace: float = 5.0
    detached: bool = False
    secret: str = ""
    about: Mapping[str, str] = field(default_factory=dict)


class Process:
    """The process of one engine. All methods belong to one event loop.

    events: what happens to it. The engine's output is in `log`.
    """

    def __init__(self, engine: str, *, log_limit: int = LIMIT) -> None:
        self.engine = engine
        self.events = events.Stream()
        self.state: State = "stopped"
        self.launch: Launch | None = None
        self.pid: int | None = None
        self.failures = 0
        self._log_limit = log_limit
        self._url = ""
        self._lock = asyncio.Lock()
        self._changed = asyncio.Condition()
        self._guardian: subprocess.Popen[bytes] | None = None
        self._record: records.Record | None = None
        self._generation = 0
        self._status: int | None = None
        self._began = 0.0
        self._not_before = 0.0
        self._jobs = 0
        self._obituary = ""
        self._watching: asyncio.Task[None] | None = None
        self._overdue: threading.Timer | None = None

    @property
    def log(self) -> Path:
        return paths.home() / "logs" / "engines" / f"{self.engine}.log"

    @property
    def url(self) -> str:
        """Where it answers; empty when it does not run."""
        return self._url if self.state in ("starting", "ready", "adopted") else ""

    @property
    def running(self) -> bool:
        return self.state in ("ready", "adopted")

    @property
    def jobs(self) -> int:
        """How many jobs are under way."""
        return self._jobs

    def last_words(self) -> str:
        """The last lines of the latest run."""
        return last_words(self.log)

    async def start(self, launch: Launch) -> None:
        """Have it run and answer; at once when it does.

        After failures the next start has to wait; a short wait is done here, before a long one EngineError says what
        happened. Raises EngineError with its last words when it ends or does not answer in time.
        """
        async with self._lock:
            if self.running:
                return
            wait = self._not_before - time.monotonic()
            if wait > PATIENCE:
                raise EngineError(
                    said(
                        "{engine} failed {failures} times in a row. Its last words: {last}",
                        engine=self.engine,
                        failures=self.failures,
                        last=self._obituary,
                    ),
                    said(
                        "It is tried again in {wait:.0f} s; `stillbytes engines logs {engine}` shows more.",
                        wait=wait,
                        engine=self.engine,
                    ),
                )
            await asyncio.sleep(max(0.0, wait))
            self.launch = launch
            try:
                self._do("start")
                await self._await_health(launch)
            except asyncio.CancelledError:
                self._do("stop")
                await asyncio.shield(self._until(("stopped",), launch.grace + _SPAWN_LIMIT))
                raise

    async def adopt(self, url: str, record: records.Record | None = None) -> None:
        """Use one that runs at `url` already. With its record it is ours to end; without, it is left as it is."""
        async with self._lock:
            if not self.running:
                self._url, self._record = url, record
                self._do("adopt")

    async def stop(self) -> None:
        """End it with all its children and wait for that; one that somebody else started is only let go.

        A start under way fails. Raises EngineError when it cannot be ended.
        """
        self._do("stop")
        grace = self.launch.grace if self.launch else 5.0
        if not await self._until(("stopped",), grace + _SPAWN_LIMIT):
            raise EngineError(
                said("{engine} (process {process}) does not end.", engine=self.engine, process=self.pid),
                "End it by hand.",
            )

    async def hung(self) -> None:
        """Kill it because it does not answer; what it was doing fails."""
        self._do("hung")
        await self._until(("crashed", "stopped"), _SPAWN_LIMIT)

    @contextlib.asynccontextmanager
    async def job(self) -> AsyncIterator[None]:
        """Work under way. When the engine ends meanwhile, the job's own error becomes EngineCrashed with last words.

        After Unreachable, OSError the news of its end is waited for; other errors are passed on at once.
        """
        generation = self._generation
        self._jobs += 1
        try:
            yield
        except (EngineError, OSError) as error:
            if await self._died(generation, _NEWS if isinstance(error, Unreachable | OSError) else 0.0):
                raise self.crash() from error
            raise
        finally:
            self._jobs -= 1

    def crash(self) -> EngineCrashed:
        """The error that tells of the latest crash."""
        return EngineCrashed(
            said("{engine} ended unexpectedly{because}.", engine=self.engine, because=_because(self._status)),
            said("The next job starts it again; `stillbytes engines logs {engine}` shows more.", engine=self.engine),
            self._obituary or said("(none)"),
        )

    # What follows carries out the table.

    def _do(self, event: Event) -> None:
        transition = step(self.state, event)
        if transition is None:
            return
        before, self.state = self.state, transition.state
        if transition.action:
            getattr(self, f"_{transition.action}")()
        if before != self.state:
            self._tell()

    def _tell(self) -> None:
        """Wake whoever waits for a state."""

        async def notify() -> None:
            async with self._changed:
                self._changed.notify_all()

        self._notifying = asyncio.ensure_future(notify())

    def _spawn(self) -> None:
        launch = self.launch
        assert launch is not None
        self._generation += 1
        self._began = time.monotonic()
        self._status, self._obituary, self._url, self.pid = None, "", launch.url, None
        order = {
            "command": list(launch.command),
            "environment": dict(launch.environment),
            "folder": str(launch.folder) if launch.folder else None,
            "log": str(self.log),
            "log_limit": self._log_limit,
            "grace": launch.grace,
            "detached": launch.detached,
        }
        # Its own session and group: Ctrl+C in our terminal is for us alone.
        flags = getattr(subprocess, "CREATE_NO_WINDOW", 0) | getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
        loop = asyncio.get_running_loop()
        try:
            self._guardian = guardian = subprocess.Popen(
                [sys.executable, "-P", "-m", "stillbytes.engines.supervise.guardian"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                start_new_session=os.name == "posix",
                creationflags=flags,
            )
        except OSError as error:
            _call(loop, self._heard, self._generation, {"failed": str(error)})
            return
        listening = threading.Thread(
            target=self._listen, args=(loop, guardian, self._generation), daemon=True, name=f"{self.engine}-guardian"
        )
        listening.start()
        with contextlib.suppress(OSError):  # it died at once: the listener hears of that
            assert guardian.stdin is not None
            guardian.stdin.write(json.dumps(order).encode() + b"\n")

    def _watch(self) -> None:
        self._generation += 1
        self._began = time.monotonic()
        if self._record is not None:
            self.pid = self._record.pid
            self._watching = asyncio.ensure_future(self._watch_record(self._record, self._generation))
        self.events.emit(events.Adopted(self.engine, self._url))

    def _welcome(self) -> None:
        self.events.emit(events.Ready(self.engine, self._url, time.monotonic() - self._began))

    def _kill(self) -> None:
        self.events.emit(events.Stopping(self.engine, True))
        self._obituary = self.last_words()
        if self._guardian is not None:
            # Killing blocks until the family is gone.
            threading.Thread(target=records.kill_tree, args=(self._guardian.pid,), daemon=True).start()

    def _end(self) -> None:
        self.events.emit(events.Stopping(self.engine, False))
        if self._guardian is not None and not (self.launch and self.launch.detached):
            grace = self.launch.grace if self.launch else 5.0
            with contextlib.suppress(OSError):
                assert self._guardian.stdin is not None
                self._guardian.stdin.write(b"stop\n")
            self._overdue = threading.Timer(grace + 5.0, records.kill_tree, (self._guardian.pid,))
            self._overdue.daemon = True
            self._overdue.start()
        elif self._record is not None:
            record, loop, generation = self._record, asyncio.get_running_loop(), self._generation

            def end() -> None:
                records.end(record)
                _call(loop, self._heard, generation, {"ended": None})

            # By its guardian's process id: a detached one does not listen to us, nor one from another command.
            threading.Thread(target=end, daemon=True).start()
        else:
            _call(asyncio.get_running_loop(), self._heard, self._generation, {"ended": None})

    def _mourn(self) -> None:
        self._obituary = self._obituary or self.last_words()
        settled = time.monotonic() - self._began >= SETTLED
        self.failures = 1 if settled else self.failures + 1
        # The first failure after good work is no reason to wait; a second one soon after is.
        pause = PAUSES[min(self.failures - 1, len(PAUSES) - 1)]
        self._not_before = time.monotonic() + pause
        self._let_go()
        self.events.emit(events.Crashed(self.engine, self._status, self._obituary, pause))

    def _forget(self) -> None:
        self.failures, self._not_before = 0, 0.0
        self._let_go()
        self.events.emit(events.Stopped(self.engine))

    def _let_go(self) -> None:
        if self._record is not None:
            records.remove(self._record)
        if self._watching is not None:
            self._watching.cancel()
        if self._overdue is not None:
            self._overdue.cancel()
        if self._guardian is not None:
            for pipe in (self._guardian.stdin, self._guardian.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()
        self._record = self._watching = self._guardian = self._overdue = self.pid = None

    def _listen(self, loop: asyncio.AbstractEventLoop, guardian: subprocess.Popen[bytes], generation: int) -> None:
        """In a thread, which every event loop of every platform allows: hand over the guardian's reports."""
        assert guardian.stdout is not None
        heard_end, engine, born = False, 0, 0.0
        with contextlib.suppress(OSError, ValueError):
            for line in iter(guardian.stdout.readline, b""):
                with contextlib.suppress(ValueError):
                    report = json.loads(line)
                    heard_end = heard_end or "ended" in report or "failed" in report
                    if "started" in report:
                        engine = int(report["started"])
                        born = records.created(engine)
                    _call(loop, self._heard, generation, report)
        guardian.wait()
        if not heard_end:  # it was killed itself: nobody else ends the engine then
            if engine and records.created(engine) == born:
                records.kill_tree(engine)
            _call(loop, self._heard, generation, {"ended": None})

    def _heard(self, generation: int, report: dict[str, Any]) -> None:
        if generation != self._generation or self.state == "stopped":
            return
        if "started" in report and self._guardian is not None and self.launch is not None:
            self.pid = int(report["started"])
            launch, guardian = self.launch, self._guardian.pid
            self._record = records.Record(
                self.engine, launch.url, guardian, self.pid, records.created(guardian), launch.detached,
                launch.command, launch.secret, dict(launch.about),
            )  # fmt: skip
            records.write(self._record)
            self.events.emit(events.Starting(self.engine, self.pid, launch.command))
        elif "failed" in report:
            self._obituary = str(report["failed"])
            self._do("ended")
        elif "ended" in report:
            self._status = report["ended"]
            self._do("ended")

    async def _watch_record(self, record: records.Record, generation: int) -> None:
        while await asyncio.to_thread(record.alive):
            await asyncio.sleep(_WATCH)
        self._heard(generation, {"ended": None})

    async def _await_health(self, launch: Launch) -> None:
        deadline = time.monotonic() + launch.ready_within
        while self.state == "starting":
            left = deadline - time.monotonic()
            if left <= 0:
                await self.hung()
                raise EngineError(
                    said(
                        "{engine} was not ready within {limit:g} s. Its last words: {last}",
                        engine=self.engine,
                        limit=launch.ready_within,
                        last=self._obituary,
                    ),
                    said("`stillbytes engines logs {engine}` shows more.", engine=self.engine),
                )
            try:
                async with asyncio.timeout(left):
                    if await launch.healthy():
                        self._do("healthy")
                        return
            except TimeoutError:
                continue
            except EngineError:
                await self.hung()
                raise
            await self._until(("crashed",), _POLL)
        if self.state == "crashed":
            raise EngineError(
                said(
                    "{engine} does not start{because}. Its last words: {last}",
                    engine=self.engine,
                    because=_because(self._status),
                    last=self._obituary or said("(none)"),
                ),
                said("`stillbytes engines logs {engine}` shows more.", engine=self.engine),
            )
        raise EngineError(said("{engine} was stopped while it was starting.", engine=self.engine))

    async def _died(self, generation: int, patience: float) -> bool:
        """Whether the process that a job began with has ended, or does so within `patience` seconds."""
        if generation != self._generation or self.state in ("crashed", "failing"):
            return True
        return patience > 0 and self.state != "stopped" and await self._until(("crashed",), patience)

    async def _until(self, states: tuple[State, ...], limit: float) -> bool:
        """Wait for one of the states, at most `limit` seconds. Returns whether it came."""
        try:
            async with asyncio.timeout(limit), self._changed:
                await self._changed.wait_for(lambda: self.state in states)
        except TimeoutError:
            pass
        return self.state in states


def _call(loop: asyncio.AbstractEventLoop, function: Callable[..., None], *arguments: Any) -> None:
    with contextlib.suppress(RuntimeError):  # the loop is closed: nobody wants to know any more
        loop.call_soon_threadsafe(function, *arguments)


def _because(status: int | None) -> str:
    if status is None:
        return ""
    return (
        said(" (killed by signal {signal})", signal=-status)
        if status < 0
        else said(" (exit status {status})", status=status)
    )
