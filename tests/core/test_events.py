"""The stream of events and its catching up."""

from __future__ import annotations

import threading

from stillbytes.core.events import KEPT, Event, Events


def test_a_listener_hears_what_comes_after_it_in_order() -> None:
    events, heard = Events(), list[Event]()
    events.emit("job", {"n": 0})
    events.listen(heard.append)
    for n in (1, 2):
        events.emit("job", {"n": n})
    assert [(e.id, e.data["n"]) for e in heard] == [(2, 1), (3, 2)]


def test_who_was_away_hears_what_was_missed_first() -> None:
    events, heard = Events(), list[Event]()
    for n in range(5):
        events.emit("job", {"n": n})
    events.listen(heard.append, after=2)
    events.emit("job", {"n": 5})
    assert [e.id for e in heard] == [3, 4, 5, 6]


def test_only_the_newest_events_are_kept() -> None:
    events, heard = Events(), list[Event]()
    for n in range(KEPT + 10):
        events.emit("job", {"n": n})
    events.listen(heard.append, after=0)
    assert [e.id for e in heard] == list(range(11, KEPT + 11))


def test_a_listener_that_stopped_hears_nothing_more() -> None:
    events, heard = Events(), list[Event]()
    stop = events.listen(heard.append)
    stop()
    stop()
    events.emit("job", {})
    assert heard == []


def test_events_of_many_threads_reach_every_listener_in_order() -> None:
    events, first, second = Events(), list[Event](), list[Event]()
    events.listen(first.append)
    threads = [threading.Thread(target=lambda: [events.emit("job", {}) for _ in range(50)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    events.listen(second.append, after=0)
    for thread in threads:
        thread.join()
    assert [e.id for e in first] == [e.id for e in second] == list(range(1, 201))
