"""What the broker is told and what it answers: plain data, so that every decision can be journalled and replayed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

HOST_MIB_PER_S = 6000.0
"""Host to device with files in the page cache; published swaps of 3 to 6 GB/s say the same (docs/broker.md)."""
DISK_MIB_PER_S = 2000.0


@dataclass(frozen=True, slots=True)
class Resident:
    """A model as the broker accounts for it.

    mib: estimated device memory when loaded; uncertainty: how far above it the truth may lie (0.3: by 30 %).
    divisible: a part can be given back. start_s: to bring it back beside copying (process start, warm-up).
    host_s, disk_s: to copy all of it from host memory and from the disk. lazy: its engine loads it only with the first
    work that needs it, so its memory is set aside until that work has ended.
    """

    name: str
    engine: str
    mib: int
    uncertainty: float = 0.3
    divisible: bool = False
    start_s: float = 0.0
    host_s: float = 0.0
    disk_s: float = 0.0
    lazy: bool = False


@dataclass(frozen=True, slots=True)
class Way:
    """One way of doing a job: the models it needs, the memory it works in beside them, and what it costs in quality.

    working_mib: the estimated peak, accounted to the engine of the first model. says: "at half the context", for the
    person who gets this way instead of the first. slower_s: how much longer the work takes than the first way.
    """

    residents: tuple[str, ...]
    working_mib: int = 0
    uncertainty: float = 0.3
    says: str = ""
    slower_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Request:
    """A job that needs the card. ways: best first; a later one is taken only when those before cannot fit.

    interactive: a person waits for it. interruptible: it may be stopped in mid-work and done again later. idle: nobody
    asked for it: it begins when there is nothing else, never overtakes, and is stopped by any other request. aside:
    small work beside everything else, without models: it begins when there is room anyway; nothing leaves or waits for
    it.
    """

    id: str
    label: str
    ways: tuple[Way, ...]
    interactive: bool = True
    interruptible: bool = False
    idle: bool = False
    aside: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """The device at one moment: free MiB as the driver says, for all programs together.

    used: MiB by engine where the driver tells it by process (NVML on Linux), else None.
    """

    free: int
    used: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    request: Request


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A request was cancelled, waiting or running."""

    id: str


@dataclass(frozen=True, slots=True)
class Finished:
    """Work ended well. peak: MiB that it worked in beside its models, where measured."""

    id: str
    peak: int | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """Work ended badly. memory: it did not get the memory that it wanted; then it is tried again."""

    id: str
    memory: bool = False


@dataclass(frozen=True, slots=True)
class Interrupted:
    """Work was stopped at our wish and waits again."""

    id: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """mib: what it holds now, where the engine or the driver could tell."""

    name: str
    mib: int | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """What a model holds, told by its engine after work in it."""

    name: str
    mib: int


@dataclass(frozen=True, slots=True)
class NotLoaded:
    name: str
    memory: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Crashed:
    """An engine's process ended; all of its models are gone."""

    engine: str


@dataclass(frozen=True, slots=True)
class Intended:
    """What a person is about to ask for, told by the interface: a tool was picked, a field has the focus.

    probability: how often this sign was right before. An empty `residents` takes the last sign back.
    """

    residents: tuple[str, ...]
    probability: float = 0.8
    within_s: float = 20.0


@dataclass(frozen=True, slots=True)
class Emptied:
    """A person wants the card for something else: whatever is idle leaves, and nothing is loaded unasked.

    engine: only what is in that one leaves, None for all.
    """

    engine: str | None = None


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed."""


Event = (
    Asked
    | Withdrawn
    | Finished
    | Failed
    | Interrupted
    | Loaded
    | Measured
    | NotLoaded
    | Crashed
    | Intended
    | Emptied
    | Tick
)


@dataclass(frozen=True, slots=True)
class Load:
    name: str


@dataclass(frozen=True, slots=True)
class Unload:
    """mib: at least so much of it, None for all, 0 for no more than what was asked before and is not back."""

    name: str
    mib: int | None = None


@dataclass(frozen=True, slots=True)
class Restart:
    """The last resort: ends an idle engine's process, so that whatever it held comes back."""

    engine: str


@dataclass(frozen=True, slots=True)
class Grant:
    """The work may begin, in this of its ways."""

    id: str
    way: int


@dataclass(frozen=True, slots=True)
class Refuse:
    id: str
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Interrupt:
    """Stop this work at the next step; it will be granted again."""

    id: str


@dataclass(frozen=True, slots=True)
class Stage:
    """Read a model's file into host memory, so that loading it will be quick."""

    name: str


Effect = Load | Unload | Restart | Grant | Refuse | Interrupt | Stage


@dataclass(frozen=True, slots=True)
class Answer:
    """What to do now, in this order, and when to tick at the latest (None: nothing is pending)."""

    effects: tuple[Effect, ...] = ()
    wake_at: float | None = None


@dataclass(frozen=True, slots=True)
class Holder:
    """One line of the memory bar. state: of residency. mib: as accounted."""

    name: str
    engine: str
    state: Literal["absent", "loading", "resident", "leaving"]
    mib: int
    in_use: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """One request that waits, and why, for a person."""

    id: str
    label: str
    interactive: bool
    since: float
    reason: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything a person may want to know. MiB; foreign: what programs that are not ours hold."""

    total: int
    free: int
    foreign: int
    guard: int
    holders: tuple[Holder, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    running: tuple[str, ...] = ()
    doing: str = ""
    said: tuple[str, ...] = field(default=())
