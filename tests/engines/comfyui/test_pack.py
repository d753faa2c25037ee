"""The pack that runs inside ComfyUI: with a stand-in for ComfyUI's queue and worker, and with a real one if given."""

import ast
import asyncio
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from engines.comfyui.sample_workflows import text_to_image

from stillbytes.engines.comfyui import pack
from stillbytes.engines.comfyui.pack import memory
from stillbytes.engines.comfyui.pack.between import BetweenPrompts
from stillbytes.engines.comfyui.pack.routes import free_between

MIB = 2**20
SERVER = os.environ.get("STILLBYTES_TEST_COMFYUI", "")
"""A running ComfyUI with the pack and the tiny models in it, e.g. http://127.0.0.1:8289."""


class Queue:
    """ComfyUI's prompt queue and worker thread, as far as they can be seen from outside. A prompt is a function."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.flags: dict[str, Any] = {}
        self.prompts: list[Callable[[], None]] = []
        self.seen: list[dict[str, Any]] = []
        self.ended = False

    def set_flag(self, name: str, value: Any) -> None:
        with self.changed:
            self.flags[name] = value
            self.changed.notify()

    def get_flags(self, reset: bool = True) -> dict[str, Any]:
        with self.changed:
            flags, self.flags = self.flags, {}
            return flags

    def put(self, prompt: Callable[[], None]) -> None:
        with self.changed:
            self.prompts.append(prompt)
            self.changed.notify()

    def work(self) -> None:
        while not self.ended:
            with self.changed:
                if not self.prompts:
                    self.changed.wait(60)
                prompt = self.prompts.pop(0) if self.prompts else None
            if prompt is not None:
                prompt()
            self.seen.append(self.get_flags())


@pytest.fixture
def queue() -> Iterator[Queue]:
    queue = Queue()
    worker = threading.Thread(target=queue.work)
    worker.start()
    yield queue
    queue.ended = True
    queue.put(lambda: None)
    worker.join(10)
    assert not worker.is_alive(), "the worker must survive whatever it is given"


@dataclass
class Device:
    type: str = "cuda"

    def __str__(self) -> str:
        return f"{self.type}:0"


@dataclass
class Loaded:
    """One of ComfyUI's loaded models."""

    name: str
    size: int
    loaded: int
    device: Device = field(default_factory=Device)
    currently_used: bool = False

    @property
    def model(self) -> Any:
        return type("Patcher", (), {"model": type(self.name, (), {})()})()

    def model_loaded_memory(self) -> int:
        return self.loaded

    def model_offloaded_memory(self) -> int:
        return self.size - self.loaded


@dataclass
class Management:
    """`comfy.model_management` over a card of 12 GiB."""

    current_loaded_models: list[Loaded]
    device: Device = field(default_factory=Device)
    total: int = 12288 * MIB
    cached: int = 0
    threads: list[str] = field(default_factory=list)

    def get_torch_device(self) -> Device:
        return self.device

    def reserved(self) -> int:
        return sum(m.loaded for m in self.current_loaded_models) + self.cached

    def get_total_memory(self, device: Device, torch_total_too: bool = False) -> Any:
        return (self.total, self.reserved()) if torch_total_too else self.total

    def get_free_memory(self, device: Device, torch_free_too: bool = False) -> Any:
        free = self.total - self.reserved() + self.cached
        return (free, self.cached) if torch_free_too else free

    def soft_empty_cache(self) -> None:
        self.cached = 0

    def free_memory(self, required: int, device: Device) -> None:
        self.threads.append(threading.current_thread().name)
        for model in self.current_loaded_models:
            part = min(max(required - self.get_free_memory(device), 0), model.loaded)
            model.loaded -= part
            self.cached += part


def card() -> Management:
    return Management([Loaded("SDXL", 5000 * MIB, 5000 * MIB), Loaded("AutoencoderKL", 160 * MIB, 160 * MIB)])


def test_it_is_nothing_outside_of_comfyui() -> None:
    assert pack.NODE_CLASS_MAPPINGS == {}


def test_it_is_written_for_the_oldest_python_that_comfyui_runs_on() -> None:
    for file in Path(pack.__file__).parent.glob("*.py"):
        tree = ast.parse(file.read_text(), feature_version=(3, 9))
        imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and not node.level}
        assert not any(name and name.startswith("stillbytes") for name in imported)


def test_memory_is_told_by_model() -> None:
    management = card()
    management.current_loaded_models[0].loaded = 3000 * MIB
    management.cached = 100 * MIB
    told = memory.report(management)
    assert told["device"] == {
        "name": "cuda:0",
        "type": "cuda",
        "total": 12288 * MIB,
        "free": 9128 * MIB,
        "torch_reserved": 3260 * MIB,
        "torch_free": 100 * MIB,
    }
    assert told["models"][0] == {
        "name": "SDXL",
        "kind": "Patcher",
        "device": "cuda:0",
        "loaded": 3000 * MIB,
        "offloaded": 2000 * MIB,
        "in_use": False,
    }


def test_what_a_version_lacks_is_told_as_unknown() -> None:
    class Other:
        current_loaded_models = (object(),)

        def get_torch_device(self) -> str:
            return "npu:0"

    told = memory.report(Other())
    assert told["device"]["total"] is None
    assert told["models"][0]["loaded"] is None


def test_only_as_much_is_freed_as_was_asked_for(queue: Queue) -> None:
    management = card()
    management.cached = 300 * MIB
    freed = asyncio.run(free_between(BetweenPrompts(queue), management, 1000 * MIB, 10))
    assert freed == 1300 * MIB  # with what torch had kept for later
    assert [m.loaded // MIB for m in management.current_loaded_models] == [4000, 160]
    assert management.reserved() == 4160 * MIB


def test_it_waits_for_the_prompt_and_works_on_its_thread(queue: Queue) -> None:
    management, between = card(), BetweenPrompts(queue)
    started, go, order = threading.Event(), threading.Event(), list[str]()

    def prompt() -> None:
        started.set()
        go.wait(10)
        order.append(f"prompt in {threading.current_thread().name}")

    async def ask() -> Any:
        queue.put(prompt)
        await asyncio.to_thread(started.wait, 10)
        asked = asyncio.create_task(free_between(between, management, MIB, 10))
        await asyncio.sleep(0.05)
        assert not management.threads  # not while it runs
        go.set()
        return await asked

    assert asyncio.run(ask()) == MIB
    assert order == [f"prompt in {management.threads[0]}"]


def test_a_prompt_that_runs_too_long_is_left_alone_also_afterwards(queue: Queue) -> None:
    management, between, go = card(), BetweenPrompts(queue), threading.Event()
    started = threading.Event()
    queue.put(lambda: (started.set(), go.wait(10), None)[2])
    started.wait(10)
    assert asyncio.run(free_between(between, management, MIB, 0)) is None
    go.set()
    assert asyncio.run(free_between(between, card(), MIB, 10)) == MIB  # the worker has been round
    assert management.threads == []


def test_a_failure_is_the_askers_not_the_workers(queue: Queue) -> None:
    management, between = card(), BetweenPrompts(queue)
    management.free_memory = lambda *_: 1 // 0  # type: ignore[method-assign]
    with pytest.raises(ZeroDivisionError):
        asyncio.run(free_between(between, management, MIB, 10))
    assert asyncio.run(free_between(between, card(), MIB, 10)) == MIB


def test_comfyuis_own_flags_pass_and_ours_does_not(queue: Queue) -> None:
    BetweenPrompts(queue).submit(lambda flags: None).result(10)
    queue.set_flag("unload_models", True)
    deadline = time.monotonic() + 10
    while not any("unload_models" in flags for flags in queue.seen) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert {"unload_models": True} in queue.seen
    assert all("stillbytes" not in flags for flags in queue.seen)


def test_without_a_device_everything_is_dropped(queue: Queue) -> None:
    management = card()
    management.device = Device("cpu")
    freed = asyncio.run(free_between(BetweenPrompts(queue), management, MIB, 10))
    assert isinstance(freed, int)
    assert {"unload_models": True, "free_memory": True} in queue.seen
    assert management.threads == []


@pytest.mark.skipif(not hasattr(os, "confstr_names") or "CS_GNU_LIBC_VERSION" not in os.confstr_names, reason="glibc")
def test_what_models_held_goes_back_to_the_system() -> None:
    first = "import ctypes, psutil\nfrom stillbytes.engines.comfyui.pack.memory import trim\n"
    # In pieces that the C library takes from its heap, with one at the end that keeps the heap from shrinking.
    held = "c = ctypes.CDLL(None); c.malloc.restype = ctypes.c_void_p; c.free.argtypes = [ctypes.c_void_p]\n"
    held += "pieces = [c.malloc(65536) for _ in range(3200)]; last = c.malloc(65536)\n"
    held += "for one in pieces: ctypes.memset(one, 1, 65536)\nfor one in pieces: c.free(one)\n"
    told = "before = psutil.Process().memory_info().rss; trim()\n"
    told += "print((before - psutil.Process().memory_info().rss) >> 20)\n"
    done = subprocess.run([sys.executable, "-c", first + held + told], capture_output=True, text=True, check=True)
    assert int(done.stdout) > 150


@pytest.mark.skipif(not SERVER, reason="needs a running ComfyUI, see STILLBYTES_TEST_COMFYUI")
def test_in_a_real_comfyui() -> None:
    import httpx  # noqa: PLC0415

    with httpx.Client(base_url=SERVER, timeout=400) as client:
        for body in ({}, {"bytes": 0}, {"bytes": True}, {"bytes": 1, "wait": -1}, [], {"bytes": 2.5}):
            assert client.post("/stillbytes/free", json=body).status_code == 400
        id = client.post("/prompt", json={"prompt": text_to_image(seed=time.time_ns() % 2**40).prompt()}).json()[
            "prompt_id"
        ]
        deadline = time.monotonic() + 120
        while id not in client.get(f"/history/{id}").json() and time.monotonic() < deadline:
            time.sleep(0.1)
        before = client.get("/stillbytes/memory").json()
        assert before["frees"]
        assert "BaseModel" in {model["name"] for model in before["models"]}
        assert sum(model["loaded"] for model in before["models"]) > 100 * MIB
        long = text_to_image(seed=time.time_ns() % 2**40, steps=12, size=128).prompt()
        id = client.post("/prompt", json={"prompt": long}).json()["prompt_id"]
        while not client.get("/queue").json()["queue_running"]:
            time.sleep(0.02)
        assert client.post("/stillbytes/free", json={"bytes": MIB, "wait": 0}).status_code == 409
        assert client.get("/queue").json()["queue_running"]
        reply = client.post("/stillbytes/free", json={"bytes": MIB, "wait": 300})
        assert reply.status_code == 200, reply.text
        after = reply.json()
        print(before["models"], after["freed"], after["models"])
        assert client.get(f"/history/{id}").json()[id]["status"]["status_str"] == "success"
        assert after["freed"] > 100 * MIB
        assert sum(model["loaded"] for model in after["models"]) < MIB
