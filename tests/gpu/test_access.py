"""Asking the engines from another thread than theirs."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from stillbytes.core.errors import Cancelled
from stillbytes.gpu.access import Access


class Silent:
    """A broker that takes what is asked and never answers."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.engines: dict[str, Any] = {}

    async def run(self, request: Any, work: Any) -> None:
        self.asked.set()
        await asyncio.Event().wait()


def test_who_asks_does_not_wait_for_a_server_that_has_ended() -> None:
    broker, loop = Silent(), asyncio.new_event_loop()
    server = threading.Thread(target=loop.run_forever)
    server.start()
    access = Access(broker, loop, None)  # type: ignore[arg-type]
    told = threading.Event()

    def ask() -> None:
        with pytest.raises(Cancelled):
            access.run("A mask", (), lambda lease, engines: asyncio.sleep(0))
        told.set()

    asker = threading.Thread(target=ask, daemon=True)
    asker.start()
    assert broker.asked.wait(20)
    loop.call_soon_threadsafe(loop.stop)
    server.join(20)
    assert told.wait(20)
    for task in asyncio.all_tasks(loop):
        task.cancel()
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
    with pytest.raises(Cancelled):
        access.run("A mask", (), lambda lease, engines: asyncio.sleep(0))
