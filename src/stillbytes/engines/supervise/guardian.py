"""The process between us and an engine: `python -m stillbytes.engines.supervise.guardian`.

It starts the engine, writes down what it prints, and ends it with all its children when it is told to, when the
engine itself ends, and when whoever started the guardian dies: then its standard input closes, on every platform and
however that death came about. A detached guardian, made for an engine that outlives a command, does not listen there.

The first line on standard input is the order (JSON, see `Order`); a later line "stop" asks for the end. Lines of JSON
on standard output report {"started": pid}, {"failed": reason} or {"ended": exit status}.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypedDict

from stillbytes.engines.supervise.log import RUN, Log

if TYPE_CHECKING:
    import psutil

QUICK = 1.0
"""Seconds that an engine has to end after its owner died: its memory is wanted back."""
_DRAIN = 2.0


class Order(TypedDict):
    """command: program and arguments. environment: added to ours. grace: seconds between asking and killing."""

    command: list[str]
    environment: dict[str, str]
    folder: str | None
    log: str
    log_limit: int
    grace: float
    detached: bool


class Guardian:
    """One engine and the wish to end it."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._wish = threading.Event()
        self._grace = order["grace"]
        self._log = Log(Path(order["log"]), order["log_limit"])

    def end(self, grace: float) -> None:
        self._grace = min(self._grace, grace)
        self._wish.set()

    def run(self) -> None:
        order = self._order
        job = _hold_children()
        self._log.write(RUN + f"{time.strftime('%Y-%m-%d %H:%M:%S')} {' '.join(order['command'])}\n".encode())
        try:
            process = subprocess.Popen(
                order["command"],
                cwd=order["folder"],
                env={**os.environ, **order["environment"]},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                bufsize=0,
                start_new_session=os.name == "posix",
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 - one thread so far
            )
        except (OSError, ValueError) as error:
            self._log.write(f"{error}\n".encode())
            _report({"failed": str(error)})
            return
        _report({"started": process.pid})
        copying = threading.Thread(target=self._copy, args=(process.stdout,), daemon=True)
        copying.start()
        if not order["detached"]:
            threading.Thread(target=self._listen, daemon=True).start()
        self._wait(process)
        copying.join(_DRAIN)
        self._log.close()
        _report({"ended": process.returncode})
        del job

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        ended = threading.Event()

        def watch() -> None:
            process.wait()
            ended.set()
            self._wish.set()

        threading.Thread(target=watch, daemon=True).start()
        self._wish.wait()
        if not ended.is_set():
            _ask_to_end(process)
            ended.wait(self._grace)
        _kill_tree(process, ended)

    def _copy(self, output: IO[bytes]) -> None:
        while content := os.read(output.fileno(), 1 << 16):
            self._log.write(content)

    def _listen(self) -> None:
        for line in sys.stdin.buffer:
            if line.strip() == b"stop":
                self.end(self._order["grace"])
        self.end(QUICK)


def _ask_to_end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        if sys.platform == "win32":
            process.send_signal(signal.CTRL_BREAK_EVENT)
        else:
            os.killpg(process.pid, signal.SIGTERM)


def _kill_tree(process: subprocess.Popen[bytes], ended: threading.Event) -> None:
    """Kill the engine and whatever is left of its family, until nothing is."""
    # First of all who is there: where orphans do not come to us, those of a dead engine are not found any more.
    family = _family()
    with contextlib.suppress(OSError):
        process.kill()
        if sys.platform != "win32":
            os.killpg(process.pid, signal.SIGKILL)
    _kill(family)
    # Only once the engine is gone are its orphans sure to be seen; a process may also fork while it is counted.
    ended.wait(_DRAIN)
    for _ in range(20):
        if not (family := _family()):
            return
        _kill(family)


def _family() -> list[psutil.Process]:
    import psutil  # noqa: PLC0415 - only at the end

    with contextlib.suppress(psutil.Error):
        return psutil.Process().children(recursive=True)
    return []


def _kill(family: list[psutil.Process]) -> None:
    import psutil  # noqa: PLC0415 - only at the end

    for one in family:
        with contextlib.suppress(psutil.Error):
            one.kill()
    psutil.wait_procs(family, timeout=1)


def _hold_children() -> Any:
    """Have every descendant stay within reach, also one whose own parent has ended. Returns what must be kept."""
    if sys.platform == "linux":
        _prctl(36, 1)  # PR_SET_CHILD_SUBREAPER: orphans become our children
    if sys.platform == "win32":
        from stillbytes.engines.supervise.windows import job_of_this_process  # noqa: PLC0415 - not on every platform

        return job_of_this_process()
    return None


def _die_with_parent() -> None:
    _prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: even a guardian that is killed leaves no engine


def _prctl(option: int, value: int) -> None:
    import ctypes  # noqa: PLC0415 - not on every platform

    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def _report(what: dict[str, Any]) -> None:
    with contextlib.suppress(OSError, ValueError):  # whoever started a detached one has gone
        sys.stdout.write(json.dumps(what) + "\n")
        sys.stdout.flush()


def main() -> None:
    line = sys.stdin.buffer.readline()
    if not line:
        return  # whoever started us is gone already
    order: Order = json.loads(line)
    guardian = Guardian(order)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is our owner's to handle
    signal.signal(signal.SIGTERM, lambda *_: guardian.end(order["grace"]))
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    guardian.run()
    with contextlib.suppress(OSError):
        sys.stdout.close()
    os._exit(0)  # a thread may still wait on a pipe


if __name__ == "__main__":
    main()
