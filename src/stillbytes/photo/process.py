"""A decoding process, as the system sees it. Little is imported here, so that the first one starts before the rest."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Sequence

from stillbytes.core import blas

COMMAND = (sys.executable, "-P", "-m", "stillbytes.photo.worker")
"""-P: a photo folder that is the current folder must not be searched for modules."""
HUGE_PAGES = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}
"""Environment that has the C library get memory in pages of 2 MiB (glibc manual, 3.2.4; see `core.memory`)."""
_ahead: list[subprocess.Popen[bytes]] = []


def start_ahead() -> None:
    """For a program that knows that something will be decoded before it is ready to ask for it: the process loads what
    it needs meanwhile. It ends with this one, whether it is asked or not."""
    if _ahead:
        return  # one is waiting
    with contextlib.suppress(OSError):  # it comes up again, and is told, when it is needed
        _ahead.append(_started(COMMAND))


def process(command: Sequence[str]) -> subprocess.Popen[bytes]:
    """A process that has been asked nothing yet, with pipes to it. Raises OSError."""
    if tuple(command) == COMMAND:
        with contextlib.suppress(IndexError):
            return _ahead.pop()
    return _started(command)


def _started(command: Sequence[str]) -> subprocess.Popen[bytes]:
    started = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        env={**HUGE_PAGES, **blas.ONE_THREAD, **os.environ},
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
    if sys.platform == "linux" and started.stdout is not None:
        import fcntl  # noqa: PLC0415 - not on every platform

        with contextlib.suppress(OSError):  # the system may allow less
            # 1 MiB instead of 64 KiB halves the time that a photo needs to cross it.
            fcntl.fcntl(started.stdout, fcntl.F_SETPIPE_SZ, 1 << 20)
    return started
