"""The broker with engines that really run side by side in one event loop, on memory made of numbers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path

import pytest

from stillbytes.core.errors import EngineCrashed, EngineError, OutOfMemory, Refused
from stillbytes.engines.engine import Loadable
from stillbytes.gpu.broker import journal
from stillbytes.gpu.broker.broker import Broker, Lease
from stillbytes.gpu.broker.decide import Decider
from stillbytes.gpu.broker.desk import Policy
from stillbytes.gpu.broker.messages import Reading, Request, Resident, Snapshot, Way

CHAT = Resident("chat", "llama", 6000, uncertainty=0.1, start_s=1.0, host_s=1.0, disk_s=3.0)
FILL = Resident("fill", "comfyui", 7000, uncertainty=0.1, start_s=0.1, host_s=0.8, disk_s=2.5)


class Numbers:
    """Memory that engines below take from."""

    kind = "card"
    name = "numbers"
    total = 12_000

    def __init__(self) -> None:
        self.used: dict[str, int] = {"llama": 0, "comfyui": 0}
        self.least_free = self.total

    def take(self, engine: str, mib: int) -> None:
        if mib > self.free:
            raise OutOfMemory(f"{engine} wanted {mib} MiB", "")
        self.used[engine] += mib
        self.least_free = min(self.least_free, self.free)

    @property
    def free(self) -> int:
        return self.total - sum(self.used.values())

    def read(self, processes: Mapping[str, Iterable[int]]) -> Reading:
        return Reading(self.free, dict(self.used))


class Loads:
    """An engine whose memory comes back a moment after it was asked for."""

    divisible = False

    def __init__(self, name: str, memory: Numbers, sizes: Mapping[str, int]) -> None:
        self.name, self.memory, self.sizes = name, memory, sizes
        self.held: dict[str, int] = {}
        self.loads = 0
        self.fails: Exception | None = None
        self.closed = False

    async def load(self, model: Loadable) -> None:
        await asyncio.sleep(0.005)
        if self.fails is not None:
            raise self.fails
        if model.id not in self.held:
            self.memory.take(self.name, self.sizes[model.id])
            self.held[model.id] = self.sizes[model.id]
            self.loads += 1

    async def unload(self, model: str, mib: int | None = None) -> None:
        given = self.held.pop(model, 0)
        asyncio.get_running_loop().call_later(0.02, self._give_back, given)

    def _give_back(self, mib: int) -> None:
        self.memory.used[self.name] -= mib

    async def footprint(self) -> Mapping[str, int]:
        return dict(self.held)

    def in_use(self) -> bool:
        return False

    async def restart(self) -> None:
        self.memory.used[self.name] = 0
        self.held.clear()

    async def close(self) -> None:
        self.closed = True


class Scene:
    def __init__(self, **options: object) -> None:
        self.memory = Numbers()
        self.llama = Loads("llama", self.memory, {"chat": 6000})
        self.comfyui = Loads("comfyui", self.memory, {"fill": 7000})
        engines = {"llama": self.llama, "comfyui": self.comfyui}
        options.setdefault("policy", Policy(prefetch=False, ahead=False))
        self.broker = Broker(self.memory, engines, **options)  # type: ignore[arg-type]
        for resident in (CHAT, FILL):
            self.broker.declare(resident, Loadable(resident.name, {}))


def request(id: str, *models: str, interactive: bool = True, working: int = 500) -> Request:
    return Request(id, id, (Way(models, working),), interactive, interruptible=not interactive)


def play(scene: Scene, story: Callable[[], Awaitable[None]]) -> None:
    async def whole() -> None:
        async with scene.broker:
            await asyncio.wait_for(story(), 20)

    asyncio.run(whole())


async def quick(lease: Lease) -> str:
    await asyncio.sleep(0.001)
    return f"done {lease.id}"


def test_two_engines_take_turns_and_never_overfill_the_card() -> None:
    scene = Scene()

    async def story() -> None:
        for turn in range(6):
            model = "chat" if turn % 2 else "fill"
            assert await scene.broker.run(request(str(turn), model), quick) == f"done {turn}"

    play(scene, story)
    assert scene.llama.loads == scene.comfyui.loads == 3
    assert scene.memory.least_free >= 0


def test_an_engine_that_has_not_agreed_yet_is_not_asked_again() -> None:
    scene = Scene(clock=lambda: time.monotonic() * 40)  # so that the broker grows impatient
    asked = []
    at_once = scene.llama.unload

    async def slow(model: str, mib: int | None = None) -> None:
        asked.append(model)
        await asyncio.sleep(0.1)
        await at_once(model, mib)

    scene.llama.unload = slow  # type: ignore[method-assign]

    async def story() -> None:
        await scene.broker.run(request("a", "chat"), quick)
        await scene.broker.run(request("b", "fill"), quick)

    play(scene, story)
    assert asked[0] == "chat"
    assert len(asked) <= 2  # a second time only after it had agreed


def test_a_model_that_stays_is_loaded_once() -> None:
    scene = Scene()

    async def story() -> None:
        for turn in range(5):
            await scene.broker.run(request(str(turn), "chat"), quick)

    play(scene, story)
    assert scene.llama.loads == 1


def test_work_that_runs_out_of_memory_is_done_again_and_its_user_never_knows() -> None:
    scene = Scene()
    tries = []

    async def story() -> None:
        async def work(lease: Lease) -> str:
            tries.append(lease)
            if len(tries) < 3:
                raise OutOfMemory("not enough", "")
            return "done"

        assert await scene.broker.run(request("a", "chat"), work) == "done"

    play(scene, story)
    assert len(tries) == 3


def test_work_that_always_runs_out_of_memory_is_refused() -> None:
    scene = Scene()

    async def story() -> None:
        async def work(lease: Lease) -> None:
            raise OutOfMemory("not enough", "")

        with pytest.raises(Refused, match="ran out of memory"):
            await scene.broker.run(request("a", "chat"), work)
        assert await scene.broker.run(request("b", "chat"), quick) == "done b"

    play(scene, story)


def test_a_cancelled_request_lets_the_others_go_on() -> None:
    scene = Scene()

    async def story() -> None:
        started = asyncio.Event()

        async def for_ever(lease: Lease) -> None:
            started.set()
            await asyncio.sleep(1000)

        long = asyncio.ensure_future(scene.broker.run(request("a", "chat"), for_ever))
        await started.wait()
        waiting = asyncio.ensure_future(scene.broker.run(request("b", "fill", working=3000), quick))
        await asyncio.sleep(0.01)
        assert not waiting.done()
        long.cancel()
        with pytest.raises(asyncio.CancelledError):
            await long
        assert await waiting == "done b"

    play(scene, story)


def test_a_batch_is_stopped_for_a_person_and_begun_anew() -> None:
    clock = [0.0]
    scene = Scene(clock=lambda: clock[0])
    begun = []

    async def story() -> None:
        async def batch(lease: Lease) -> str:
            begun.append(lease)
            await asyncio.sleep(0.05)
            return "batch done"

        running = asyncio.ensure_future(scene.broker.run(request("a", "chat", interactive=False), batch))
        while not begun:
            await asyncio.sleep(0.001)
        assert await scene.broker.run(request("b", "fill", working=3000), quick) == "done b"
        assert not running.done()
        clock[0] += 60.0  # the person has gone for a coffee
        assert await running == "batch done"

    play(scene, story)
    assert len(begun) == 2


def test_what_nobody_asked_for_gives_way_to_a_person_although_there_is_room() -> None:
    clock = [0.0]
    scene = Scene(clock=lambda: clock[0])
    begun: list[Lease] = []
    stopped = []

    async def story() -> None:
        async def idle(lease: Lease) -> str:
            begun.append(lease)
            try:
                await asyncio.sleep(0.05 if len(begun) > 1 else 60)
            except asyncio.CancelledError:
                stopped.append(lease)
                raise
            return "idle done"

        asked = Request("idle", "idle", (Way(("chat",), 500),), interactive=False, interruptible=True, idle=True)
        running = asyncio.ensure_future(scene.broker.run(asked, idle))
        while not begun:
            clock[0] += 1.0
            await asyncio.sleep(0.001)
        assert await scene.broker.run(request("person", "chat", working=100), quick) == "done person"
        assert len(stopped) == 1 and not running.done()
        clock[0] += 60.0
        assert await running == "idle done"

    play(scene, story)
    assert len(begun) == 2 and scene.llama.loads == 1


def test_a_crash_is_told_to_its_work_and_the_next_request_loads_again() -> None:
    scene = Scene()

    async def story() -> None:
        async def dies(lease: Lease) -> None:
            scene.llama.held.clear()
            scene.memory.used["llama"] = 0
            raise EngineCrashed("llama-server ended.", "It said: boom")

        with pytest.raises(EngineCrashed, match="ended"):
            await scene.broker.run(request("a", "chat"), dies)
        assert await scene.broker.run(request("b", "chat"), quick) == "done b"

    play(scene, story)
    assert scene.llama.loads == 2


def test_a_model_that_cannot_be_loaded_is_refused_with_the_engines_words() -> None:
    scene = Scene()
    scene.llama.fails = EngineError("The file is damaged.", "Pull it again.")

    async def story() -> None:
        with pytest.raises(Refused, match="damaged"):
            await scene.broker.run(request("a", "chat"), quick)

    play(scene, story)


def test_freeing_everything_gives_the_memory_back() -> None:
    scene = Scene()

    async def story() -> None:
        await scene.broker.run(request("a", "chat"), quick)
        assert scene.memory.used["llama"] == 6000
        await scene.broker.free_everything()
        await asyncio.sleep(0.05)
        assert scene.memory.used["llama"] == 0

    play(scene, story)


def test_listeners_see_who_holds_what() -> None:
    scene = Scene()
    seen: list[Snapshot] = []

    async def story() -> None:
        stop = scene.broker.watch(seen.append)
        await scene.broker.run(request("a", "chat"), quick)
        stop()
        await scene.broker.run(request("b", "chat"), quick)

    play(scene, story)
    assert any(holder.name == "chat" and holder.in_use for snapshot in seen for holder in snapshot.holders)
    assert not any("b" in snapshot.running for snapshot in seen)


def test_closing_ends_the_engines_and_what_runs_in_them() -> None:
    scene = Scene()

    async def story() -> None:
        async def for_ever(lease: Lease) -> None:
            await asyncio.sleep(1000)

        running = asyncio.ensure_future(scene.broker.run(request("a", "chat"), for_ever))
        await asyncio.sleep(0.05)
        await scene.broker.close()
        with pytest.raises(asyncio.CancelledError):
            await running

    play(scene, story)
    assert scene.llama.closed and scene.comfyui.closed


def test_the_journal_played_again_gives_the_same_decisions(tmp_path: Path) -> None:
    path = tmp_path / "broker.jsonl"
    scene = Scene(journal=path)

    async def story() -> None:
        for turn in range(4):
            await scene.broker.run(request(str(turn), "chat" if turn % 2 else "fill"), quick)

    play(scene, story)
    rows = list(journal.read(path))
    assert len(rows) > 8
    again = Decider(scene.memory.total, (CHAT, FILL), policy=Policy(prefetch=False, ahead=False))
    for now, event, reading, effects in rows:
        told = again.handle(event, reading, now)
        assert [type(effect).__name__ for effect in told.effects] == [effect["is"] for effect in effects]


def test_a_model_that_is_not_here_is_refused_and_the_next_request_served() -> None:
    scene = Scene()

    async def story() -> None:
        with pytest.raises(Refused, match="nobody's"):
            await scene.broker.run(request("a", "nobody's"), quick)
        assert await scene.broker.run(request("b", "chat"), quick) == "done b"

    play(scene, story)
