"""Supervision, tried on a process that can be slow, deaf, fruitful and mortal."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import get_args

import psutil
import pytest

from stillbytes.core.errors import EngineCrashed, EngineError
from stillbytes.engines.supervise import events, records, states
from stillbytes.engines.supervise.log import Log, last_words, this_run
from stillbytes.engines.supervise.process import Launch, Process, Unreachable

FAKE = Path(__file__).with_name("fake_engine.py")
OWNER = Path(__file__).with_name("owner.py")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def fetch(url: str) -> None:
    with urllib.request.urlopen(url, timeout=30):
        pass


def launch(*options: str, ready_within: float = 30.0, grace: float = 5.0, detached: bool = False) -> Launch:
    port = free_port()
    url = f"http://127.0.0.1:{port}"

    async def healthy() -> bool:
        try:
            await asyncio.to_thread(fetch, f"{url}/health")
        except OSError:
            return False
        return True

    command = (sys.executable, str(FAKE), "--port", str(port), *options)
    return Launch(command, url, healthy, ready_within=ready_within, grace=grace, detached=detached)


async def ask(process: Process, path: str) -> None:
    """A job of the engine, whose connection breaks when it dies."""
    async with process.job():
        try:
            await asyncio.to_thread(fetch, process.url + path)
        except OSError as error:
            raise Unreachable(f"The connection broke: {error}.") from error


def gone(pids: list[int]) -> bool:
    """Whether none of them is alive, waiting for it as long as a slow machine may need."""
    until = time.monotonic() + 15
    while time.monotonic() < until:
        if not any(psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie" for pid in pids):
            return True
        time.sleep(0.05)
    return False


def children_named_in(text: str) -> list[int]:
    return [int(pid) for pid in re.findall(r"child (\d+)", text)]


def supervised(test: Callable[[Process], Awaitable[None]]) -> list[events.EngineEvent]:
    """Run a test with a process that is ended in any case; returns everything that was said about it."""
    heard: list[events.EngineEvent] = []

    async def run() -> None:
        process = Process("fake", log_limit=100_000)
        process.events.listen(heard.append)
        try:
            async with asyncio.timeout(60):
                await test(process)
        finally:
            await process.stop()

    asyncio.run(run())
    return heard


def test_started_ready_and_stopped() -> None:
    async def test(process: Process) -> None:
        await process.start(launch("--say", "hello"))
        assert process.state == "ready" and process.pid is not None and psutil.pid_exists(process.pid)
        assert process.last_words() == "hello"
        (record,) = records.running("fake")
        assert (record.url, record.pid) == (process.url, process.pid)
        pid = process.pid
        await process.start(launch())  # it runs: nothing to do
        assert process.pid == pid
        await process.stop()
        assert process.state == "stopped" and process.url == "" and gone([pid]) and records.running() == []

    kinds = [type(event) for event in supervised(test)]
    assert kinds == [events.Starting, events.Ready, events.Stopping, events.Stopped]


def test_ready_only_when_healthy() -> None:
    async def test(process: Process) -> None:
        starting = asyncio.ensure_future(process.start(launch("--slow", "0.5")))
        while process.pid is None:
            await asyncio.sleep(0.01)
        assert process.state == "starting"
        await starting
        assert process.state == "ready"

    (ready,) = [event for event in supervised(test) if isinstance(event, events.Ready)]
    assert ready.seconds >= 0.5


def test_one_that_is_never_ready_is_killed() -> None:
    async def test(process: Process) -> None:
        with pytest.raises(EngineError, match=r"not ready within 0\.5 s"):
            await process.start(launch("--slow", "600", "--deaf", "--children", "1", ready_within=0.5))
        assert process.state == "crashed"
        assert gone(children_named_in(this_run(process.log)))

    supervised(test)


def test_one_that_does_not_start_says_why() -> None:
    async def test(process: Process) -> None:
        with pytest.raises(EngineError, match="exit status 3") as failed:
            await process.start(launch("--end", "3"))
        assert "this is all I have to say" in failed.value.message
        missing = Launch(("/nowhere/engine",), "http://127.0.0.1:1", launch().healthy)
        with pytest.raises(EngineError, match="nowhere"):
            await process.start(missing)

    supervised(test)


def test_a_crash_fails_the_job_with_last_words_and_the_next_job_starts_it_again() -> None:
    async def test(process: Process) -> None:
        await process.start(launch())
        hanging = asyncio.ensure_future(ask(process, "/hang"))
        await asyncio.sleep(0.2)
        with pytest.raises(EngineCrashed, match="a dying word"):
            await ask(process, "/die")
        with pytest.raises(EngineCrashed, match="a dying word"):
            await hanging
        assert process.jobs == 0 and process.state == "crashed"
        await process.start(launch())
        await ask(process, "/health")
        with pytest.raises(EngineCrashed, match="exit status 7") as second:
            await ask(process, "/end")
        assert "farewell" in second.value.message and second.value.remedy

    crashes = [event for event in supervised(test) if isinstance(event, events.Crashed)]
    assert [crash.retry_in for crash in crashes] == [0.0, 0.5]


def test_a_job_that_fails_by_itself_keeps_its_error() -> None:
    async def test(process: Process) -> None:
        await process.start(launch())
        with pytest.raises(EngineError, match="no such node") as failed:
            async with process.job():
                raise EngineError("There is no such node.")
        assert not isinstance(failed.value, EngineCrashed)

    supervised(test)


def test_repeated_failures_are_not_waited_for_but_explained() -> None:
    async def test(process: Process) -> None:
        for _ in range(4):
            with pytest.raises(EngineError, match="does not start"):
                await process.start(launch("--end", "1"))
            process._not_before = 0.0  # the pauses themselves are not this test's business
        process._not_before = time.monotonic() + 100
        with pytest.raises(EngineError, match="failed 4 times in a row") as failed:
            await process.start(launch())
        assert "tried again in" in failed.value.remedy
        await process.stop()  # a person's stop forgets the failures
        await process.start(launch())

    supervised(test)


@pytest.mark.parametrize("options", [("--children", "2"), ("--children", "2", "--deaf")])
def test_stop_ends_the_whole_family(options: tuple[str, ...]) -> None:
    async def test(process: Process) -> None:
        await process.start(launch(*options, grace=0.5))
        family = children_named_in(this_run(process.log))
        assert len(family) == 3 and all(map(psutil.pid_exists, family))
        await process.stop()
        assert gone(family)

    supervised(test)


def test_stop_while_it_starts() -> None:
    async def test(process: Process) -> None:
        starting = asyncio.ensure_future(process.start(launch("--slow", "600")))
        while process.pid is None:
            await asyncio.sleep(0.01)
        pid = process.pid
        await process.stop()
        with pytest.raises(EngineError, match="stopped while it was starting"):
            await starting
        assert gone([pid])

    supervised(test)


def test_a_start_that_is_cancelled_leaves_nothing() -> None:
    async def test(process: Process) -> None:
        starting = asyncio.ensure_future(process.start(launch("--slow", "600")))
        while process.pid is None:
            await asyncio.sleep(0.01)
        pid = process.pid
        starting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await starting
        assert process.state == "stopped" and gone([pid])

    supervised(test)


def test_everything_ends_when_we_are_killed(home: Path) -> None:
    """SIGKILL gives the owner no chance to clean up; the guardian does, also after a deaf engine."""
    with subprocess.Popen(
        [sys.executable, str(OWNER), str(FAKE), str(free_port())], stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None
        pid = int(owner.stdout.readline())
        family = [pid, *children_named_in(this_run(home / "logs/engines/fake.log"))]
        assert len(family) == 4 and all(map(psutil.pid_exists, family))
        owner.kill()
    assert gone(family)


@pytest.mark.skipif(sys.platform != "linux", reason="how a guardian is outlived is Linux's own")
def test_an_engine_does_not_outlive_a_killed_guardian() -> None:
    async def test(process: Process) -> None:
        await process.start(launch())
        (record,) = records.running("fake")
        os.kill(record.guardian, signal.SIGKILL)
        with pytest.raises(EngineError):
            await ask(process, "/hang")
        assert process.state == "crashed" and gone([record.pid])

    supervised(test)


def test_a_detached_engine_is_found_adopted_and_ended_by_another() -> None:
    async def begin() -> None:
        await Process("fake").start(launch(detached=True))

    asyncio.run(begin())  # this loop, like a command, is over; the engine is not
    (record,) = records.running("fake")

    async def test(process: Process) -> None:
        await process.adopt(record.url, record)
        assert process.state == "adopted" and process.pid == record.pid
        await ask(process, "/health")
        await process.stop()
        assert gone([record.pid, record.guardian]) and records.running() == []

    supervised(test)


def test_the_crash_of_an_adopted_engine_is_noticed() -> None:
    asyncio.run(Process("fake").start(launch(detached=True)))
    (record,) = records.running("fake")

    async def test(process: Process) -> None:
        await process.adopt(record.url, record)
        with pytest.raises(EngineCrashed, match="a dying word"):
            await ask(process, "/die")

    supervised(test)


def test_somebody_elses_engine_is_let_go_not_ended() -> None:
    port = free_port()
    with subprocess.Popen([sys.executable, str(FAKE), "--port", str(port)]) as other:
        try:

            async def test(process: Process) -> None:
                await process.adopt(f"http://127.0.0.1:{port}")
                await process.stop()
                assert process.state == "stopped"

            supervised(test)
            assert other.poll() is None
        finally:
            other.kill()


def test_the_log_turns_and_keeps_whole_lines(home: Path) -> None:
    async def test(process: Process) -> None:
        await process.start(launch())
        for _ in range(8):
            await ask(process, "/shout?bytes=60000")
        await process.stop()

    supervised(test)
    logs = sorted((home / "logs" / "engines").iterdir())
    assert {log.name for log in logs} | {"fake.log"} == {"fake.log", "fake.1.log", "fake.2.log", "fake.3.log"}
    assert all(log.stat().st_size <= 200_000 + 65536 for log in logs)
    assert all(log.read_bytes().endswith(b"\n") for log in logs if log.stat().st_size)


def test_last_words_survive_the_turn_of_the_log(tmp_path: Path) -> None:
    log = Log(tmp_path / "a.log", limit=40)
    log.write(b"=== stillbytes starts 1\nthis line fills it up\n")
    assert last_words(log.path) == "this line fills it up"
    log.write(b"and this one is in the next file\n")
    assert last_words(log.path) == "this line fills it up\nand this one is in the next file"


def test_last_words_are_of_the_latest_run_without_what_acts_on_a_terminal(tmp_path: Path) -> None:
    log = Log(tmp_path / "a.log")
    log.write(b"=== stillbytes starts 1\nold\n=== stillbytes starts 2\n\x1b[31mred\x1b[0m\a\n\n  two \xff\n")
    assert last_words(log.path) == "red\n  two \ufffd"
    assert last_words(tmp_path / "missing.log") == ""


@pytest.mark.parametrize("content", ["", "{", "[]", '{"engine": "fake"}', '{"command": 5}'])
def test_a_damaged_record_is_removed(content: str) -> None:
    records.folder().mkdir(parents=True)
    path = records.folder() / "fake-1.json"
    path.write_text(content)
    assert records.running() == [] and not path.exists()


def test_a_record_of_a_process_that_is_another_now_is_not_believed() -> None:
    record = records.Record("fake", "http://127.0.0.1:1", os.getpid(), os.getpid(), 12345.0, True, ("x",))
    records.write(record)
    assert records.running() == []


def test_the_table_lets_every_state_end_and_forgets_late_news() -> None:
    for state in get_args(states.State):
        seen, now = [state], state
        while now not in ("stopped", "crashed"):
            for event in ("stop", "ended"):
                if (step := states.step(now, event)) is not None:
                    now = step.state
            assert now not in seen[1:], seen
            seen.append(now)
    assert states.step("stopped", "ended") is None
    assert all(hasattr(Process, f"_{action}") for _, action in states.TABLE.values() if action)


def test_the_picture_in_the_documentation_is_the_table() -> None:
    page = (Path(__file__).parents[2] / "docs" / "engines.md").read_text(encoding="utf-8")
    assert f"```mermaid\n{states.diagram()}\n```" in page
