"""What the driver says about memory: NVML for NVIDIA cards, and host memory where there is no card.

NVML and nothing else: what an engine asks its own CUDA context can be wrong by all that other processes took (published
for Windows: of 13 GiB that a sibling process took, `cudaMemGetInfo` saw 75 MB, NVML 13,443 MB).
"""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from stillbytes.gpu.broker.messages import Reading

MIB = 1024 * 1024
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Device:
    """A card as the driver names it. MiB. processes: whether it tells how much each process uses."""

    name: str
    total_mib: int
    free_mib: int
    driver: str = ""
    capability: tuple[int, int] = (0, 0)


class Memory(Protocol):
    """Memory that a broker divides. kind: "card" or "host". total: MiB."""

    kind: str
    name: str
    total: int

    def read(self, processes: Mapping[str, Iterable[int]]) -> Reading:
        """The memory now. processes: the ids of each engine's processes, children included."""


@cache
def _nvml() -> bool:
    """Whether the driver's library is there and answers."""
    try:
        import pynvml  # noqa: PLC0415 - only where a card is looked for

        pynvml.nvmlInit()
        return bool(pynvml.nvmlDeviceGetCount())
    except Exception as error:  # no driver, no card, or a driver that does not fit its library: all mean no card
        log.debug("no card through NVML: %s", error)
        return False


def device(index: int = 0) -> Device | None:
    """A card, or None when there is none that its driver tells about."""
    if not _nvml():
        return None
    import pynvml  # noqa: PLC0415

    try:
        handle = pynvml.nvmlDeviceGetHandleByIndex(index)
        memory = pynvml.nvmlDeviceGetMemoryInfo(handle)
        name = pynvml.nvmlDeviceGetName(handle)
        capability = pynvml.nvmlDeviceGetCudaComputeCapability(handle)
        driver = pynvml.nvmlSystemGetDriverVersion()
    except pynvml.NVMLError as error:
        log.warning("the card does not answer: %s", error)
        return None
    return Device(str(name), memory.total // MIB, memory.free // MIB, str(driver), (capability[0], capability[1]))


class CardMemory:
    """The memory of an NVIDIA card. limit: MiB that we may use of it at most, None for all."""

    kind = "card"

    def __init__(self, index: int = 0, limit: int | None = None) -> None:
        import pynvml  # noqa: PLC0415

        self._handle = pynvml.nvmlDeviceGetHandleByIndex(index)
        self.name = str(pynvml.nvmlDeviceGetName(self._handle))
        whole = pynvml.nvmlDeviceGetMemoryInfo(self._handle).total // MIB
        self._withheld = max(0, whole - limit) if limit is not None else 0
        self.total = whole - self._withheld

    def read(self, processes: Mapping[str, Iterable[int]]) -> Reading:
        import pynvml  # noqa: PLC0415

        free = pynvml.nvmlDeviceGetMemoryInfo(self._handle).free // MIB
        return Reading(max(0, free - self._withheld), self._used(processes))

    def _used(self, processes: Mapping[str, Iterable[int]]) -> dict[str, int] | None:
        """MiB by engine, or None where the driver does not tell (Windows, containers that hide process ids)."""
        import pynvml  # noqa: PLC0415

        try:
            running = pynvml.nvmlDeviceGetComputeRunningProcesses(self._handle)
        except pynvml.NVMLError:
            return None
        by_process = {process.pid: process.usedGpuMemory for process in running}
        if any(used is None for used in by_process.values()):
            return None
        return {
            engine: sum(by_process.get(number, 0) for number in numbers) // MIB for engine, numbers in processes.items()
        }


class HostMemory:
    """Main memory for engines on the processor. budget: MiB that engines may use in all, None for all but a reserve."""

    kind = "host"
    name = "main memory"

    def __init__(self, budget: int | None = None) -> None:
        import psutil  # noqa: PLC0415

        whole = psutil.virtual_memory().total // MIB
        self.total = min(whole, budget) if budget is not None else max(1024, whole - max(2048, whole // 4))

    def read(self, processes: Mapping[str, Iterable[int]]) -> Reading:
        import psutil  # noqa: PLC0415

        used = {engine: sum(map(_private_mib, numbers)) for engine, numbers in processes.items()}
        available = psutil.virtual_memory().available // MIB
        return Reading(max(0, min(available, self.total - sum(used.values()))), used)


def _private_mib(number: int) -> int:
    """What would come back if the process ended: without what it shares with others or maps from files that stay."""
    import psutil  # noqa: PLC0415

    with contextlib.suppress(psutil.Error, OSError):
        process = psutil.Process(number)
        if number == os.getpid():
            return 0  # our own pictures are not an engine's
        return int(process.memory_info().rss) // MIB
    return 0


def memory(limit: int | None = None) -> Memory:
    """The card if there is one, else host memory."""
    return CardMemory(limit=limit) if _nvml() else HostMemory(limit)
