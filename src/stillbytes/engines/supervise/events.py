"""What an engine's process lets everybody know, as one stream."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

KEPT = 256


@dataclass(frozen=True, slots=True)
class Starting:
    """pid: of the engine. command: what was run."""

    engine: str
    pid: int
    command: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ready:
    """It answers at `url`, `seconds` after its start."""

    engine: str
    url: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Adopted:
    """Somebody else's, or one from an earlier command, is used at `url`."""

    engine: str
    url: str


@dataclass(frozen=True, slots=True)
class Stopping:
    """It was asked to end (`hung` False), or is killed because it did not answer."""

    engine: str
    hung: bool


@dataclass(frozen=True, slots=True)
class Stopped:
    """It ended because we wanted it to."""

    engine: str


@dataclass(frozen=True, slots=True)
class Crashed:
    """It ended by itself. status: exit status, negative for a signal, None if unknown. retry_in: seconds."""

    engine: str
    status: int | None
    last_words: str
    retry_in: float


EngineEvent = Starting | Ready | Adopted | Stopping | Stopped | Crashed
Listener = Callable[[EngineEvent], None]


class Stream:
    """Every listener hears every event in order. One event loop; not thread-safe."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def emit(self, event: EngineEvent) -> None:
        for listener in tuple(self._listeners):
            listener(event)

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` for each event from now on; it must return at once. Returns a function that ends it."""
        self._listeners.append(listener)

        def stop() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return stop

    async def follow(self) -> AsyncIterator[EngineEvent]:
        """The events from now on. Who falls more than KEPT behind misses the oldest."""
        queue: asyncio.Queue[EngineEvent] = asyncio.Queue(KEPT)

        def keep(event: EngineEvent) -> None:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(event)

        stop = self.listen(keep)
        try:
            while True:
                yield await queue.get()
        finally:
            stop()
