"""What the broker finds out while it works, kept for the next start: what models hold, and how long they take to come
back. It only listens."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from stillbytes.core.errors import StillbytesError
from stillbytes.gpu import measured
from stillbytes.gpu.broker.messages import Holder, Snapshot
from stillbytes.gpu.measured import Quantity, Run

CHANGED = 0.2
"""By how much seconds must differ from those that are known to be written down again."""
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Named:
    """What measurements call a model and the options that it is loaded with. lazy: its engine loads it with the first
    work, so what it holds is known only then, and not how long that took."""

    engine: str
    model: str
    settings: str
    lazy: bool


class Learning:
    """Listens to a broker's snapshots. named: by the broker's name of a model. version: of an engine, where known."""

    def __init__(
        self,
        named: Mapping[str, Named],
        version: Callable[[str], str],
        keep: Callable[[Run], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._named, self._version, self._clock = named, version, clock
        self._keep = keep or _keep
        self._seen: dict[str, Holder] = {}
        self._began: dict[str, float] = {}
        self._loaded: dict[str, int] = {}
        """What each was accounted with when it had been loaded."""
        self._again: set[str] = set()
        self._known: dict[tuple[str, Quantity], float] = {}

    def __call__(self, snapshot: Snapshot) -> None:
        holders = {holder.name: holder for holder in snapshot.holders if holder.name in self._named}
        for name, holder in holders.items():
            before = self._seen.get(name)
            if holder.state == "loading" and (before is None or before.state != "loading"):
                self._began[name] = self._clock()
            elif holder.state == "resident":
                self._resident(holder, arrived=before is not None and before.state == "loading")
        self._seen = holders

    def _resident(self, holder: Holder, *, arrived: bool) -> None:
        name, about = holder.name, self._named[holder.name]
        found: dict[Quantity, float] = {}
        if arrived:
            self._loaded[name] = holder.mib
            seconds = self._clock() - self._began.pop(name, self._clock())
            # Its first time may be from the disk or not; from then on its file is in host memory.
            if not about.lazy and name in self._again and self._differs(name, seconds):
                found["reload_s"] = round(seconds, 3)
            self._again.add(name)
        # Of a lazy one the engine tells what it holds at the end of work; what changes at rest was given back.
        told = holder.in_use and holder.mib != self._loaded.get(name) if about.lazy else arrived
        if told and holder.mib > self._known.get((name, "held_mib"), 0):
            found["held_mib"] = float(holder.mib)
        if found:
            self._known |= {(name, quantity): value for quantity, value in found.items()}
            when = datetime.now().astimezone().isoformat(timespec="seconds")
            version = self._version(holder.engine)
            run = Run(
                engine=about.engine,
                version=version,
                model=about.model,
                settings=about.settings,
                values=found,
                when=when,
            )
            self._keep(run)

    def _differs(self, name: str, seconds: float) -> bool:
        known = self._known.get((name, "reload_s"))
        return known is None or abs(seconds - known) > CHANGED * known


def _keep(run: Run) -> None:
    try:
        measured.change(lambda known: known.with_run(run))
    except StillbytesError as error:  # the work goes on; next time it is an estimate again
        log.warning("what %s takes is not kept: %s", run.model, error)
