"""What the driver and the system say about memory."""

from __future__ import annotations

import os
import sys
from types import SimpleNamespace

import pytest

from stillbytes.gpu import telemetry
from stillbytes.gpu.telemetry import CardMemory, HostMemory

GB = 1024**3


class Driver(SimpleNamespace):
    """NVML with one card of 12 GB, of which `free` is free."""

    class NVMLError(Exception):
        pass

    def __init__(self, free: int, processes: dict[int, int | None] | None = None) -> None:
        super().__init__()
        self.free, self.processes = free, processes

    def nvmlDeviceGetHandleByIndex(self, index: int) -> int:  # noqa: N802 - the driver's name
        return index

    def nvmlDeviceGetName(self, handle: int) -> str:  # noqa: N802
        return "NVIDIA GeForce RTX 3060"

    def nvmlDeviceGetMemoryInfo(self, handle: int) -> SimpleNamespace:  # noqa: N802
        return SimpleNamespace(total=12 * GB, free=self.free, used=12 * GB - self.free)

    def nvmlDeviceGetComputeRunningProcesses(self, handle: int) -> list[SimpleNamespace]:  # noqa: N802
        if self.processes is None:
            raise self.NVMLError("not supported")
        return [SimpleNamespace(pid=pid, usedGpuMemory=used) for pid, used in self.processes.items()]


@pytest.fixture
def driver(monkeypatch: pytest.MonkeyPatch) -> Driver:
    made = Driver(10 * GB, {7: 3 * GB, 8: GB, 9: GB})
    monkeypatch.setitem(sys.modules, "pynvml", made)
    return made


def test_a_card_tells_what_is_free_and_who_uses_how_much(driver: Driver) -> None:
    memory = CardMemory()
    reading = memory.read({"llama": [7], "comfyui": [8, 9], "onnx": []})
    assert (memory.total, memory.name) == (12288, "NVIDIA GeForce RTX 3060")
    assert reading.free == 10240
    assert reading.used == {"llama": 3072, "comfyui": 2048, "onnx": 0}


def test_a_limit_withholds_the_rest_of_the_card(driver: Driver) -> None:
    memory = CardMemory(limit=8192)
    assert memory.total == 8192
    assert memory.read({}).free == 10240 - 4096
    driver.free = 2 * GB
    assert memory.read({}).free == 0


def test_where_the_driver_does_not_tell_by_process_nothing_is_made_up(driver: Driver) -> None:
    driver.processes = {7: None}
    assert CardMemory().read({"llama": [7]}).used is None
    driver.processes = None
    assert CardMemory().read({"llama": [7]}).used is None


def test_without_a_driver_main_memory_is_divided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telemetry, "_nvml", lambda: False)
    assert telemetry.device() is None
    assert telemetry.memory(2000).kind == "host"


def test_main_memory_is_free_up_to_the_budget_beside_what_engines_hold() -> None:
    parent = os.getppid()
    memory = HostMemory(3000)
    idle = memory.read({"llama": []})
    busy = memory.read({"llama": [parent], "gone": [2**22 - 3]})
    assert memory.total == idle.free == 3000
    assert busy.used is not None and busy.used["llama"] > 0 and busy.used["gone"] == 0
    assert busy.free == 3000 - busy.used["llama"]
