"""What was measured on this machine: it replaces estimates, and peaks only ever grow.

One file in STILLBYTES_HOME, keyed by engine version, model and settings. A new engine version begins anew.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import platform
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from stillbytes.core import paths
from stillbytes.core.errors import StillbytesError
from stillbytes.core.files import lock, write_atomically
from stillbytes.core.saying import said
from stillbytes.gpu.estimate.figure import MEASURED, Figure, Unit

Quantity = Literal[
    "peak_mib", "held_mib", "generation", "prompt", "step_s", "seconds", "load_s", "reload_s", "unload_s"
]
_UNITS: Mapping[Quantity, Unit] = {
    "peak_mib": "MiB",
    "held_mib": "MiB",
    "generation": "tokens/s",
    "prompt": "tokens/s",
    "step_s": "s",
    "seconds": "s",
    "load_s": "s",
    "reload_s": "s",
    "unload_s": "s",
}
_MEMORY: tuple[Quantity, ...] = ("peak_mib", "held_mib")
_MARGIN = 0.02
"""A measured figure varies too, by so much from run to run."""
log = logging.getLogger(__name__)


class Run(BaseModel):
    """One model with one set of settings in one version of an engine.

    values: the latest, of memory the highest. peak_mib: the most while it works; held_mib: while it rests; load_s: from
    the disk, reload_s: with its file in host memory, both until it can work; step_s, seconds: of one picture.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    engine: str
    version: str
    model: str
    settings: str
    values: dict[Quantity, float] = Field(default_factory=dict)
    when: str = ""

    def figure(self, quantity: Quantity) -> Figure | None:
        value = self.values.get(quantity)
        return None if value is None else Figure(value, _UNITS[quantity], MEASURED, _MARGIN)


class Measured(BaseModel):
    """machine: which computer this was, so that a copied home does not lie. disk_gbs, memory_gbs: GB/s."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    machine: str = ""
    disk_gbs: float | None = Field(default=None, gt=0)
    memory_gbs: float | None = Field(default=None, gt=0)
    runs: tuple[Run, ...] = ()

    def of(self, model: str, settings: str) -> Run | None:
        """The latest run of this model with these settings."""
        return next((run for run in reversed(self.runs) if (run.model, run.settings) == (model, settings)), None)

    def latest(self, model: str) -> Run | None:
        """The latest run of this model with any settings: for speeds, which depend little on them."""
        return next((run for run in reversed(self.runs) if run.model == model), None)

    def with_run(self, run: Run) -> Measured:
        """With this run in place of an earlier one of the same engine version, the higher peak kept."""
        key = (run.engine, run.version, run.model, run.settings)
        same = next((r for r in self.runs if (r.engine, r.version, r.model, r.settings) == key), None)
        if same is not None:
            values = {**same.values, **run.values}
            for memory in _MEMORY:
                if told := [r.values[memory] for r in (same, run) if memory in r.values]:
                    values[memory] = max(told)
            run = run.model_copy(update={"values": values})
        return self.model_copy(update={"runs": (*(r for r in self.runs if r is not same), run)})

    def with_news(self, before: Measured, after: Measured) -> Measured:
        """With what `after` has and `before` had not, so that what came here meanwhile stays."""
        found = self
        for run in after.runs:
            if run not in before.runs:
                found = found.with_run(run)
        return found.model_copy(update={"memory_gbs": after.memory_gbs, "disk_gbs": after.disk_gbs})


def this_machine() -> str:
    """Which computer this is, as far as measurements depend on it."""
    import psutil  # noqa: PLC0415 - only when something is measured or planned

    memory = round(psutil.virtual_memory().total / 2**30)
    return f"{platform.system()} {platform.machine()} {os.cpu_count()} threads {memory} GiB"


def path() -> Path:
    return paths.home() / "measured.json"


def load(machine: str | None = None) -> Measured:
    """What was measured on `machine`, this one without; nothing when the file is another's or not there.

    Raises StillbytesError for a file that is damaged.
    """
    machine = machine if machine is not None else this_machine()
    try:
        measured = Measured.model_validate_json(path().read_bytes())
    except FileNotFoundError:
        return Measured(machine=machine)
    except (OSError, ValidationError, UnicodeDecodeError) as error:
        raise StillbytesError(
            said(
                "The measurements in {file} cannot be read: {why}.", file=path(), why=" ".join(str(error).split())[:200]
            ),
            "Remove the file, and run `stillbytes gpu bench` to measure again.",
        ) from error
    return measured if measured.machine == machine else Measured(machine=machine)


def usable() -> Measured:
    """What was measured on this machine; nothing when the file is damaged, for estimates will do."""
    try:
        return load()
    except StillbytesError as error:
        log.warning("%s", error)
        return Measured()


def change(how: Callable[[Measured], Measured]) -> None:
    """Replace what is kept by what `how` makes of it; nobody else writes meanwhile. The very same is not written.

    Raises StillbytesError for a file that is damaged, and when it cannot be written.
    """
    with _alone():
        now = load()
        after = how(now)
        if after is not now:
            save(after)


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """The lock ends with the process, however it ends."""
    try:
        path().parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path().with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise _unwritable(error) from error
    try:
        with contextlib.suppress(OSError):  # a file system without locks: better unguarded than not kept
            lock(handle, wait=True)
        yield
    finally:
        os.close(handle)


def save(measured: Measured) -> None:
    """Raises StillbytesError when it cannot be written; the old file is kept then."""
    try:
        write_atomically(path(), json.dumps(measured.model_dump(exclude_none=True), indent=2).encode() + b"\n")
    except OSError as error:
        raise _unwritable(error) from error


def _unwritable(error: OSError) -> StillbytesError:
    return StillbytesError(
        said("The measurements cannot be written: {why}.", why=str(error)),
        said("Is {folder} writable?", folder=path().parent),
    )
