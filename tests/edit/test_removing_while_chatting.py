"""Removing by diffusion while the assistant answers, on a card in software that has no room for both models."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from dng import make_photo
from drawing import INPAINT, Comfy, Shelf
from gpu.broker.test_broker import CHAT, Loads, Numbers

import stillbytes as sb
from stillbytes.develop.settings import Settings
from stillbytes.edit.generating import added, made, prepared
from stillbytes.engines.comfyui.job import Event
from stillbytes.engines.engine import Loadable
from stillbytes.generate.tasks import task_of
from stillbytes.gpu.access import Access
from stillbytes.gpu.broker.broker import Broker, Lease
from stillbytes.gpu.broker.messages import Resident, Way
from stillbytes.gpu.models.model import Model
from stillbytes.masks.mask import Mask

REMOVALS = 4
MODEL = Resident(INPAINT, "comfyui", 7000, uncertainty=0.1, start_s=0.1, host_s=0.8, disk_s=2.5)


class Draws(Comfy, Loads):  # type: ignore[misc]
    """A ComfyUI that takes memory while it works."""

    def __init__(self, memory: Numbers) -> None:
        Comfy.__init__(self)
        Loads.__init__(self, "comfyui", memory, {INPAINT: MODEL.mib})

    async def run(self, workflow: Any, tiles: Any = None) -> AsyncGenerator[Event, None]:
        assert INPAINT in self.held  # nobody works without its model
        self.memory.take("comfyui", 900)
        try:
            async for event in super().run(workflow, tiles):
                await asyncio.sleep(0.01)
                yield event
        finally:
            self.memory.used["comfyui"] -= 900


class Whole(Shelf):
    """As a store says it."""

    def installed(self, model: Model) -> bool:
        return self(model)


@pytest.fixture
def memory() -> Numbers:
    return Numbers()


@pytest.fixture
def access(memory: Numbers) -> Iterator[Access]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    engines = {"llama": Loads("llama", memory, {"chat": CHAT.mib}), "comfyui": Draws(memory)}

    async def begin() -> Broker:
        broker = Broker(memory, engines)
        for resident in (CHAT, MODEL):
            broker.declare(resident, Loadable(resident.name, {}))
        return broker

    broker = asyncio.run_coroutine_threadsafe(begin(), loop).result()
    yield Access(broker, loop, Whole({INPAINT}))  # type: ignore[arg-type]
    asyncio.run_coroutine_threadsafe(broker.close(), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)


def test_neither_fails_and_the_card_is_never_full(tmp_path: Path, access: Access, memory: Numbers) -> None:
    make_photo(tmp_path / "photo.dng")
    photo, settings = sb.open(tmp_path / "photo.dng"), Settings()
    answers, errors, over = [], [], threading.Event()

    async def answer(lease: Lease, engines: Any) -> int:
        assert "chat" in engines["llama"].held
        memory.take("llama", 250)
        await asyncio.sleep(0.02)
        memory.used["llama"] -= 250
        return len(answers)

    def talk() -> None:
        while not over.wait(0.05):
            try:
                answers.append(access.run("The assistant", (Way(("chat",), 250),), answer))
            except Exception as error:
                errors.append(error)

    chatting = threading.Thread(target=talk)
    chatting.start()
    try:
        for number in range(REMOVALS):
            disc = Mask.of(
                sb.masks.Radial(centre=(0.3 + 0.06 * number, 0.3), radius_x=0.05, radius_y=0.05, feather=0.0)
            )
            work = prepared(photo, settings, task_of("remove", {"engine": "comfyui"}), disc, access)
            settings = added(settings, work, made(photo, work, keep=True))
    finally:
        over.set()
        chatting.join(30)
    assert errors == [] and len(answers) >= REMOVALS
    assert len(settings.patches) == REMOVALS and all(patch.address in photo.patches for patch in settings.patches)
    assert memory.least_free >= 0 and memory.used["llama"] + memory.used["comfyui"] <= memory.total
    assert np.asarray(photo.edit(settings).render()).any()
    loads = access._broker.engines["comfyui"].loads, access._broker.engines["llama"].loads  # type: ignore[attr-defined]
    assert min(loads) > 1  # they made way for each other
