"""Work that many wait for."""

from __future__ import annotations

import threading

import pytest

from stillbytes.library.making import Making, Urgency


class Slow:
    """Makes one thing at a time, each when told to go on."""

    def __init__(self) -> None:
        self.order: list[str] = []
        self._go = threading.Semaphore(0)
        self.begun = threading.Semaphore(0)

    def __call__(self, key: str) -> str:
        self.order.append(key)
        self.begun.release()
        self._go.acquire(timeout=10)
        if key == "bad":
            raise ValueError(key)
        return key.upper()

    def go(self, times: int = 1) -> None:
        for _ in range(times):
            self._go.release()


def test_what_is_looked_at_goes_first_and_the_latest_before_all() -> None:
    slow = Slow()
    making = Making(slow, threads=1)
    first = making.want(["first"])
    assert slow.begun.acquire(timeout=10)
    idle = making.want(["idle"], Urgency.IDLE)
    early = making.want(["early 1", "early 2"])
    late = making.want(["late"])
    slow.go(5)
    futures = {**first, **idle, **early, **late}
    assert {key: future.result(10) for key, future in futures.items()} == {key: key.upper() for key in futures}
    assert slow.order == ["first", "late", "early 1", "early 2", "idle"]
    making.close()


def test_what_nobody_wants_any_more_is_not_begun_and_what_two_want_is_made_once() -> None:
    slow = Slow()
    making = Making(slow, threads=1)
    held = making.want(["held"])["held"]
    assert slow.begun.acquire(timeout=10)
    one, two = making.want(["shared", "left"]), making.want(["shared"])
    making.leave(["shared", "left"])
    assert one["left"].cancelled() and one["shared"] is two["shared"]
    slow.go(2)
    assert held.result(10) == "HELD" and two["shared"].result(10) == "SHARED"
    assert slow.order == ["held", "shared"]
    making.close()


def test_an_error_is_told_and_the_next_one_made() -> None:
    slow = Slow()
    making = Making(slow, threads=1)
    found = making.want(["bad", "good"])
    slow.go(2)
    with pytest.raises(ValueError):
        found["bad"].result(10)
    assert found["good"].result(10) == "GOOD"
    making.close()
    assert making.want(["late"])["late"].cancelled()


def test_what_was_for_later_goes_first_once_it_is_looked_at_and_is_made_once() -> None:
    slow = Slow()
    making = Making(slow, threads=1)
    first = making.want(["first"])
    assert slow.begun.acquire(timeout=10)
    later = making.want(["one", "two"], Urgency.IDLE)
    making.want(["other"], Urgency.AHEAD)
    assert making.want(["two"])["two"] is later["two"]
    making.leave(["two"])  # the first who wanted it still does
    slow.go(5)
    for future in (*first.values(), *later.values()):
        future.result(10)
    assert slow.order == ["first", "two", "other", "one"]
    making.close()
