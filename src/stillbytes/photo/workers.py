"""The editor's side of the decoding processes: started on demand, limited in time, replaced when they die."""

from __future__ import annotations

import atexit
import contextlib
import string
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from stillbytes.core.deadlines import Deadlines
from stillbytes.core.errors import StillbytesError, UnreadablePhoto
from stillbytes.core.saying import Said, said
from stillbytes.photo import lending, wire
from stillbytes.photo.process import COMMAND, process

_deadlines = Deadlines()


class Workers:
    """A few decoding processes. Thread-safe; each process answers one request at a time.

    decoders: how many long requests may run at once. One more process serves short ones (previews, metadata), so
    that they never wait behind a long one.
    """

    def __init__(self, command: Sequence[str] = COMMAND, decoders: int = 2) -> None:
        self._command = list(command)
        self._turns = {True: threading.BoundedSemaphore(decoders), False: threading.BoundedSemaphore(1)}
        self._idle: list[_Worker] = []
        self._busy: set[_Worker] = set()
        self._closed = False
        self._lock = threading.Lock()
        atexit.register(self.close)

    def ask(self, do: str, path: Path, *, limit: float, long: bool = False, **more: Any) -> tuple[Any, wire.Parts]:
        """Have a worker do something with the file and return its result and arrays.

        limit: seconds after which the worker is killed. Raises UnreadablePhoto.
        """
        path = path.absolute()
        if not path.is_file():
            raise UnreadablePhoto(
                said("There is no photo at {path}.", path=str(path)),
                "Check the name; it may have been moved or renamed.",
            )
        with contextlib.suppress(OSError):  # the worker tells what is wrong with a file that is gone meanwhile
            if not path.stat().st_size:
                raise UnreadablePhoto(
                    said("{photo} is empty: it has 0 bytes.", photo=path.name), "Copy it from the camera's card again."
                )
        return self._asked({"do": do, "path": str(path), **more}, limit, long)

    def consult(self, do: str, *, limit: float, **more: Any) -> Any:
        """The same for something that is about no file."""
        return self._asked({"do": do, "path": "", **more}, limit, False)[0]

    def _asked(self, request: dict[str, Any], limit: float, long: bool) -> tuple[Any, wire.Parts]:
        with self._turns[long]:
            reply = self._exchange(request, limit)
        if error := reply[0].get("error"):
            raise UnreadablePhoto(_message(error), error["remedy"])
        return reply[0]["result"], reply[1]

    def warm_up(self) -> None:
        """Start a worker in the background, so that the first photo does not wait for it."""
        threading.Thread(target=self._warm, daemon=True, name="warm-up").start()

    def close(self) -> None:
        """End all workers, for good; what they were doing fails."""
        with self._lock:
            self._closed = True
            workers = [*self._idle, *self._busy]
            self._idle.clear()
        for worker in workers:
            worker.kill()

    @property
    def processes(self) -> list[int]:
        """Process ids of the workers that exist now."""
        with self._lock:
            return [worker.pid for worker in (*self._idle, *self._busy)]

    def _warm(self) -> None:
        try:
            with self._turns[False]:
                self._exchange({"do": "warm-up", "path": ""}, 60.0)
        except StillbytesError:  # whoever asks for a photo is told
            return

    def _exchange(self, request: dict[str, Any], limit: float) -> tuple[dict[str, Any], wire.Parts]:
        worker = self._take()
        while True:
            try:
                reply = worker.ask(request, limit)
            except wire.WireError as error:
                self._give_back(worker, alive=False)
                if worker.late or worker.fresh:
                    raise _failure(Path(request["path"]).name, worker.late, limit) from error
                # It may have died while idle, or an earlier file may have damaged it: this file gets a new process.
                worker = self._take(new=True)
                continue
            except BaseException:
                self._give_back(worker, alive=False)
                raise
            self._give_back(worker, alive=True)
            return reply

    def _take(self, new: bool = False) -> _Worker:
        with self._lock:
            if self._closed:
                raise UnreadablePhoto("No photo can be read any more: the program is ending.")
            try:
                worker = self._idle.pop() if self._idle and not new else _Worker(self._command)
            except OSError as error:
                raise UnreadablePhoto(
                    said("The process that reads photos does not start ({why}).", why=str(error)),
                    "Run `stillbytes doctor` to see why.",
                ) from error
            self._busy.add(worker)
            return worker

    def _give_back(self, worker: _Worker, alive: bool) -> None:
        if not alive:
            worker.kill()
        with self._lock:
            self._busy.discard(worker)
            if alive:
                self._idle.append(worker)


class _Worker:
    """One process and its two pipes."""

    def __init__(self, command: Sequence[str]) -> None:
        self._process = process(command)
        self.pid = self._process.pid
        self.fresh = True
        self.late = False

    def ask(self, request: dict[str, Any], limit: float) -> tuple[dict[str, Any], wire.Parts]:
        """Raises wire.WireError when the process ends, by itself or because it took longer than `limit` seconds."""
        with _deadlines.within(limit, self._time_out):
            reply = self._replied({**request, "lend": lending.possible()})
        if self.late:
            raise wire.WireError("killed just after its answer")
        self.fresh = False
        return reply

    def _replied(self, request: dict[str, Any]) -> tuple[dict[str, Any], wire.Parts]:
        requests, replies = cast(Any, self._process.stdin), cast(Any, self._process.stdout)
        wire.send(requests, request)
        header, parts = wire.receive(replies)
        if lent := header.pop("lent", None):
            found = lending.taken(self.pid, lent)
            wire.send(requests, {"do": "send" if found is None else "let-go"})
            parts = wire.receive(replies)[1] if found is None else found
        return header, parts

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def _time_out(self) -> None:
        self.late = True
        self._process.kill()


def _message(error: Mapping[str, Any]) -> str:
    """What a worker says of an error, with the form that it has; as it is where the two do not agree, or the form asks
    for more than its values: a worker may be in the hands of a file."""
    message = str(error["message"])
    try:
        if any(spec for _, _, spec, _ in string.Formatter().parse(error["form"])):
            return message
        told = Said(error["form"], error["values"])
    except (KeyError, ValueError, TypeError, AttributeError):
        return message
    return told if told == message else message


def _failure(name: str, late: bool, limit: float) -> UnreadablePhoto:
    if late:
        return UnreadablePhoto(
            said("{photo} was given up after {limit:g} seconds.", photo=name, limit=limit),
            "The file is probably damaged.",
        )
    return UnreadablePhoto(
        said("The decoder crashed while reading {photo}.", photo=name), "The file is probably damaged."
    )
