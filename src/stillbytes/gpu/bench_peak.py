"""The most memory that an engine takes while something is measured, and files that the system has forgotten."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Self

from stillbytes.gpu.telemetry import Memory

LOOK_S = 0.05


class Peak:
    """Watches in the event loop: `async with Peak(memory, processes) as peak`.

    memory: the card's, or the host's. processes: the ids of the engine's processes at this moment. mib: the most that
    they held; where the driver does not tell by process, what the whole device has less free than at the beginning;
    None where nobody can tell.
    """

    def __init__(self, memory: Memory, processes: Callable[[], Iterable[int]]) -> None:
        self._memory, self._processes = memory, processes
        self._free = memory.read({}).free
        self._most = 0
        self._task: asyncio.Task[None] | None = None

    @property
    def mib(self) -> float | None:
        return float(self._most) if self._most > 0 else None

    async def __aenter__(self) -> Self:
        self._task = asyncio.get_running_loop().create_task(self._watch())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _watch(self) -> None:
        while True:
            self._most = max(self._most, await asyncio.to_thread(self._look))
            await asyncio.sleep(LOOK_S)

    def _look(self) -> int:
        ids = list(self._processes())
        reading = self._memory.read({"engine": ids})
        if ids and reading.used is not None:
            return reading.used["engine"]
        return self._free - reading.free if self._memory.kind == "card" else 0


def family(root: Callable[[], int | None]) -> Callable[[], list[int]]:
    """The ids of a process and everything that it started."""

    def ids() -> list[int]:
        import psutil  # noqa: PLC0415 - only when something is measured

        pid = root()
        if pid is None:
            return []
        with contextlib.suppress(psutil.Error):
            return [pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))]
        return []

    return ids


def forget(files: Iterable[Path]) -> bool:
    """Have the system drop files from its memory, so that they are read from the disk again. False where it does not
    take such a wish."""
    if not hasattr(os, "posix_fadvise"):
        return False
    for file in files:
        with file.open("rb") as opened:
            os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    return True


class Watch:
    """Seconds since it was made, or since the last lap."""

    def __init__(self) -> None:
        self._began = time.perf_counter()

    def lap(self) -> float:
        now = time.perf_counter()
        seconds, self._began = now - self._began, now
        return seconds
