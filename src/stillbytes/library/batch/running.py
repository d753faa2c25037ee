"""Working a batch off: one place gives out the photos and takes in the results, whoever carries them out.

Only here does a file get its name and a photo its settings, after the queue knows what is about to be done. So what is
carried out twice, on a machine that was believed dead or after a crash, counts once.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any, Protocol

from stillbytes.core.errors import Cancelled, StillbytesError
from stillbytes.core.files import place
from stillbytes.core.jobs import Control
from stillbytes.core.saying import said
from stillbytes.develop.settings import Settings
from stillbytes.edit.document import Document
from stillbytes.edit.photo import Photo
from stillbytes.library.batch.carrying import Order, Result, carry_out, digest_of, order_for
from stillbytes.library.batch.queue import Batch, Item, Queue, now
from stillbytes.library.batch.schema import QueueError
from stillbytes.library.batch.task import Making, Means, shared
from stillbytes.library.batch.tasks import AnyTask

AT_ONCE = 2
"""Photos on one machine: one is decoded or encoded while the cores develop the other."""
LOOK_SECONDS = 0.25
"""Between two looks at whether somebody cancelled."""
MOST_TRIES = 5
"""So often a photo may be begun without coming to an end, for it may be what ends the program."""
MOST_STALE = 3
"""So often a photo whose edit changed meanwhile is done anew at once."""


class Hands(Protocol):
    """Who carries orders out. at_once: so many may be under way."""

    @property
    def at_once(self) -> int: ...

    def take(self, order: Order, engines: tuple[str, ...]) -> Future[Result]:
        """engines: names of those that it needs."""

    def stop(self) -> None:
        """Let go of what is under way, as far as that can be; waits until it has ended."""


class Local:
    """This process. access: its engines."""

    def __init__(self, at_once: int = AT_ONCE, access: Callable[[], Any] = shared) -> None:
        self.at_once = at_once
        self._stop = Event()
        self._means = Means(access, self._stop.is_set)
        self._threads = ThreadPoolExecutor(at_once, "batch")

    def take(self, order: Order, engines: tuple[str, ...]) -> Future[Result]:
        return self._threads.submit(carry_out, order, self._means)

    def stop(self) -> None:
        self._stop.set()
        self._threads.shutdown(wait=True, cancel_futures=True)


def run(
    queue: Queue,
    id: str,
    control: Control | None = None,
    hands: Hands | None = None,
    document_of: Callable[[Photo], Document] = Document,
) -> Batch:
    """Do what is left of a batch. What fails is noted, and stops nothing.

    hands: who carries it out, for this batch alone; by default this process. document_of: the open document of a photo,
    for whoever keeps some. Raises Cancelled when it was cancelled, here or from another process; NotFound; QueueError
    while somebody else works on it; and EngineError when a cluster is gone. Then whatever was under way waits again.
    """
    id = queue.batch(id).id
    with queue.holding(id):
        doing = _Doing(queue, id, queue.task(id), document_of)
        try:
            doing.recover()
            hands = hands or Local()
            try:
                _work(doing, hands, control or Control(lambda done, total, message: None))
            finally:
                hands.stop()
        finally:
            queue.sweep(id)
    return queue.batch(id)


def _work(doing: _Doing, hands: Hands, control: Control) -> None:
    queue, id = doing.queue, doing.id
    engines = doing.task.engines
    before = queue.batch(id)
    ended, total = before.done + before.failed, before.total
    waiting = iter(queue.items(id, ("waiting",)))
    under_way: dict[Future[Result], Item] = {}
    more = True
    control.progress(ended, total, "")
    try:
        while more or under_way:
            if control.cancelled() or queue.cancelled(id):
                raise Cancelled()
            while more and len(under_way) < hands.at_once:
                item = next(waiting, None)
                if item is None:
                    more = False
                    break
                under_way[doing.given(item, hands, engines)] = item
                control.progress(ended, total, item.photo.name)
            for future in wait(under_way, LOOK_SECONDS, FIRST_COMPLETED).done:
                item = under_way[future]
                again = doing.settle(item, future.result())
                del under_way[future]
                if again is not None:
                    under_way[hands.take(again, engines)] = item
                    continue
                ended += 1
                control.progress(ended, total, item.photo.name)
    except BaseException as error:
        hands.stop()
        for future, item in under_way.items():
            finished = future.done() and not future.cancelled() and not future.exception()
            with contextlib.suppress(QueueError):  # the first error is the one to tell
                if not (isinstance(error, Cancelled) and finished and doing.settle(item, future.result()) is None):
                    doing.put_back(item)
        queue.note(id, "stopped", str(error) if isinstance(error, StillbytesError) else type(error).__name__)
        raise


class _Changed(Exception):
    """The settings are no longer those that were worked with."""


@dataclass(slots=True)
class _Doing:
    """A batch under way. stale: how often a photo was changed by somebody else while it was worked on."""

    queue: Queue
    id: str
    task: AnyTask
    document_of: Callable[[Photo], Document]
    stale: dict[int, int] = field(default_factory=dict)

    def recover(self) -> None:
        """What a crash left: results that wait for their place get it, everything else is begun anew."""
        for item in self.queue.items(self.id, ("running",)):
            if item.staged is not None and self._placed_before(item):
                continue
            self.queue.update(self.id, item.number, "lost", staged=None)
            if item.attempts >= MOST_TRIES:
                told = f"{item.photo.name} was begun {item.attempts} times, and each time the program ended before it."
                self._failed(item, told, "Try it alone: `stillbytes develop`.")
            else:
                self.queue.put_back(self.id, item.number, tried=True)

    def begun(self, item: Item) -> Order:
        self.queue.update(self.id, item.number, "begun", state="running", attempts=item.attempts + 1, staged=None)
        return self._order(item)

    def given(self, item: Item, hands: Hands, engines: tuple[str, ...]) -> Future[Result]:
        order = self.begun(item)
        try:
            return hands.take(order, engines)
        except BaseException:
            self.put_back(item)
            raise

    def put_back(self, item: Item) -> None:
        """It waits again; one whose result was about to get its place does that first, when the batch is run next."""
        self.queue.put_back(self.id, item.number)

    def settle(self, item: Item, result: Result) -> Order | None:
        """Have the result where it belongs; an order where it has to be done anew."""
        if result.get("cancelled"):
            self.put_back(item)
            return None
        try:
            if "error" in result:
                self._failed(item, *result["error"], by=result["by"])
            elif isinstance(self.task, Making):
                self._place(item, result)
            elif not self._change(item, result):
                return self._order(item)
        except StillbytesError as error:
            self._failed(item, error.message, error.remedy, by=result["by"])
        except OSError as error:
            told = f"The result for {item.photo.name} could not be written: {error}."
            self._failed(item, told, "Check the folder and the free space.", by=result["by"])
        return None

    def _order(self, item: Item) -> Order:
        return order_for(self.id, self.task, item.number, item.photo, item.version, item.target)

    def _done(self, item: Item, note: str, by: str) -> None:
        fields = {"state": "done", "note": note, "message": "", "remedy": "", "by": by}
        self.queue.update(self.id, item.number, "done", note, **fields)

    def _failed(self, item: Item, message: str, remedy: str, by: str = "") -> None:
        fields = {"state": "failed", "staged": None, "message": message, "remedy": remedy, "by": by}
        self.queue.update(self.id, item.number, "failed", message, **fields)

    def _place(self, item: Item, result: Result) -> None:
        """Give the file its name. What came there meanwhile is left alone: the next free name is taken then."""
        assert isinstance(self.task, Making)
        target, part = item.target, Path(result["part"])
        assert target is not None
        if digest_of(part) != result["digest"]:
            raise OSError(f"{part} is not what {result['by']} wrote")
        while True:
            staged = {"part": str(part), "digest": result["digest"], "note": result["note"], "by": result["by"]}
            self.queue.update(self.id, item.number, "made", str(target), staged=staged, target=target)
            try:
                place(part, target)
                break
            except FileExistsError:
                photo = Photo(item.photo, item.version)
                target = self.task.place(photo, item.number, self.queue.taken()).absolute()
        self._done(item, result["note"], result["by"])

    def _change(self, item: Item, result: Result) -> bool:
        """Keep the settings as one step of the history. False when the photo was changed since they were found."""
        document = self.document_of(Photo(item.photo, item.version))
        base, after = Settings(result["base"]), Settings(result["after"])
        if document.settings != base:
            return self._anew(item, document)
        staged = {"after": dict(after), "at": now(), "note": result["note"], "by": result["by"]}
        self.queue.update(self.id, item.number, "made", self.task.title, staged=staged)
        if after == base:
            self._done(item, f"Nothing had to be changed. {result['note']}".strip(), result["by"])
            return True

        def swapped(now: Settings) -> Settings:
            if now != base:
                raise _Changed
            return after

        try:
            document.amend(swapped, self.task.title)
        except _Changed:
            return self._anew(item, document)
        document.save()
        self._done(item, result["note"], result["by"])
        return True

    def _anew(self, item: Item, document: Document) -> bool:
        """Somebody changed the photo since its settings were found."""
        self.queue.update(self.id, item.number, "stale", staged=None)
        self.stale[item.number] = self.stale.get(item.number, 0) + 1
        if self.stale[item.number] < MOST_STALE:
            document.flush()
            return False
        raise StillbytesError(
            said("{photo} is being changed by somebody else.", photo=item.photo.name), "Try it again later."
        )

    def _placed_before(self, item: Item) -> bool:
        """Whether the result of a photo that was about to get its place has it, now at the latest."""
        staged = item.staged or {}
        with contextlib.suppress(OSError, StillbytesError):
            if isinstance(self.task, Making):
                target, part = item.target, Path(staged["part"])
                assert target is not None
                if not (target.is_file() and digest_of(target) == staged["digest"]):
                    if not part.is_file() or digest_of(part) != staged["digest"]:
                        return False
                    place(part, target)
            elif not self._in_history(item, staged):
                return False
            self._done(item, staged["note"], staged["by"])
            return True
        return False

    def _in_history(self, item: Item, staged: Any) -> bool:
        history = self.document_of(Photo(item.photo, item.version)).history
        after = Settings(staged["after"])
        return any(
            entry.label == self.task.title and entry.at >= staged["at"] and history.settings_at(place) == after
            for place, entry in enumerate(history.entries, 1)
        )
