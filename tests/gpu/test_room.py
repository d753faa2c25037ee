"""Room for pictures on the card: a lease of the broker's, beside the models."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterable, Iterator, Mapping

import pytest

from stillbytes.gpu import room
from stillbytes.gpu.access import Access
from stillbytes.gpu.broker.broker import Broker
from stillbytes.gpu.broker.messages import Reading
from stillbytes.gpu.room import Room


class Numbers:
    """A card of which so much is free."""

    kind, name, total = "card", "numbers", 12_000

    def __init__(self) -> None:
        self.free = 1000

    def read(self, processes: Mapping[str, Iterable[int]]) -> Reading:
        return Reading(self.free, {})


@pytest.fixture
def card() -> Numbers:
    return Numbers()


@pytest.fixture
def broker(card: Numbers) -> Iterator[tuple[Broker, asyncio.AbstractEventLoop]]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    made = Broker(card, {})
    yield made, loop
    asyncio.run_coroutine_threadsafe(made.close(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)


def leases(broker: tuple[Broker, asyncio.AbstractEventLoop]) -> tuple[str, ...]:
    async def running() -> tuple[str, ...]:
        return broker[0].snapshot().running

    return asyncio.run_coroutine_threadsafe(running(), broker[1]).result(10)


def ended(broker: tuple[Broker, asyncio.AbstractEventLoop]) -> bool:
    until = time.monotonic() + 20
    while leases(broker) and time.monotonic() < until:
        time.sleep(0.02)
    return not leases(broker)


def test_pictures_that_follow_each_other_share_one_lease_which_ends_after_them(
    broker: tuple[Broker, asyncio.AbstractEventLoop], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "PATIENCE_S", 10.0)
    monkeypatch.setattr(room, "REST_S", 0.3)
    one = Room(Access(*broker, None))  # type: ignore[arg-type]
    for mib in (60, 128, 1):
        with one.of(mib) as granted:
            assert granted
            assert leases(broker) == ("A picture",)
    assert ended(broker)
    with one.of(60) as granted:
        assert granted
        time.sleep(0.6)
        assert leases(broker) == ("A picture",), "it is not given back while somebody draws"
    assert ended(broker)


def test_a_larger_picture_gets_a_larger_lease(
    broker: tuple[Broker, asyncio.AbstractEventLoop], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "PATIENCE_S", 10.0)
    monkeypatch.setattr(room, "REST_S", 60.0)
    one = Room(Access(*broker, None))  # type: ignore[arg-type]
    with one.of(60) as small, one.of(300) as large:
        assert small and large
        assert len(leases(broker)) == 2
    monkeypatch.setattr(room, "REST_S", 0.0)
    assert ended(broker)


def test_where_there_is_no_room_nobody_waits_long_and_nothing_is_left_behind(
    broker: tuple[Broker, asyncio.AbstractEventLoop], card: Numbers
) -> None:
    card.free = 300  # of which a guard stays free
    one = Room(Access(*broker, None))  # type: ignore[arg-type]
    for _ in range(2):
        with one.of(60) as granted:
            assert not granted

    async def waiting() -> int:
        return len(broker[0].snapshot().waiting)

    until = time.monotonic() + 20
    while asyncio.run_coroutine_threadsafe(waiting(), broker[1]).result(10) and time.monotonic() < until:
        time.sleep(0.02)
    assert not asyncio.run_coroutine_threadsafe(waiting(), broker[1]).result(10)
