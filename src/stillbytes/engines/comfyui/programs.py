"""Running another program to its end, with a log, a limit and a way to stop it with all that it started."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from stillbytes.core.errors import Cancelled, EngineError
from stillbytes.core.jobs import Control
from stillbytes.core.saying import said

RECORD = "running"
"""Beside the log: which process runs, so that the next attempt can end it if this one is killed."""
LOOK = 0.1
"""Seconds between two looks at a program that runs."""


def run(
    command: Sequence[str | Path],
    folder: Path,
    log: Path,
    control: Control,
    limit: float,
    told: Callable[[str], None] = lambda line: None,
    environment: Mapping[str, str] | None = None,
) -> None:
    """Run it in `folder`. limit: seconds. told: hears the newest line of its output.

    Raises Cancelled, and EngineError with its last words when it fails.
    """
    with log.open("ab") as output:
        output.write(f"\n$ {' '.join(str(part) for part in command)}\n".encode())
        output.flush()
        begin = output.tell()
        try:
            process = subprocess.Popen(
                [str(part) for part in command],
                cwd=folder,
                env={**os.environ, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=sys.platform != "win32",
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            raise EngineError(
                said("{program} does not start: {why}.", program=command[0], why=str(error)), "Is it installed?"
            ) from error
    until, last = time.monotonic() + limit, ""
    record = log.with_name(RECORD)
    try:
        record.write_text(_who(process.pid))
        while True:
            try:
                status = process.wait(LOOK)
                break
            except subprocess.TimeoutExpired:
                pass
            if control.cancelled():
                raise Cancelled
            if time.monotonic() > until:
                raise EngineError(
                    said("{program} did not end within {minutes:.0f} minutes.", program=command[0], minutes=limit / 60),
                    "Try again later.",
                )
            line = _last_line(log, begin)
            if line != last:
                told(line)
                last = line
    finally:
        if process.poll() is None:
            _kill(process.pid)
            process.wait(30)
        record.unlink(missing_ok=True)
    if status != 0:
        raise EngineError(
            said(
                "{program} failed ({status}): {why}.",
                program=Path(command[0]).name,
                status=status,
                why=_last_words(log, begin),
            ),
            _remedy(_last_words(log, begin)),
        )


def end_left_over(folder: Path) -> None:
    """End what `run` had started with a log in `folder`, if whoever ran it was killed and left it running."""
    record = folder / RECORD
    try:
        told = record.read_text()
    except OSError:
        return
    pid = told.partition(" ")[0]
    if pid.isdigit() and told == _who(int(pid)):
        _kill(int(pid))
    record.unlink(missing_ok=True)


def _who(pid: int) -> str:
    """A process, told apart from later ones with its number by when it began; empty when there is none."""
    import psutil  # noqa: PLC0415 - only while programs run

    try:
        return f"{pid} {psutil.Process(pid).create_time()}"
    except psutil.Error:
        return ""


def _kill(pid: int) -> None:
    """End a process and everything it started, and wait until they are gone."""
    import psutil  # noqa: PLC0415 - only to stop what runs

    try:
        family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    except psutil.Error:
        return
    for member in family:
        with contextlib.suppress(psutil.Error):
            member.kill()
    psutil.wait_procs(family, 30)


def _tail(log: Path, begin: int) -> str:
    with log.open("rb") as file:
        file.seek(max(begin, log.stat().st_size - 4000))
        return file.read(4000).decode("utf-8", "replace").replace("\r", "\n")


def _last_line(log: Path, begin: int) -> str:
    lines = [line.strip() for line in _tail(log, begin).splitlines() if line.strip()]
    return lines[-1][:200] if lines else ""


def _last_words(log: Path, begin: int) -> str:
    return " ".join(_tail(log, begin).split())[-400:] or said("it said nothing")


def _remedy(words: str) -> str:
    if "No space left" in words or "not enough space" in words:
        return said("The disk is full: make room and try again; what was done is kept.")
    if any(sign in words for sign in ("resolve host", "Temporary failure", "getaddrinfo", "Network is unreachable")):
        return said("Is this machine online? Try again; what was done is kept.")
    return said("Try again; what was done is kept.")
