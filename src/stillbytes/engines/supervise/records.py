"""Which engines of ours run: one small file each in STILLBYTES_HOME/engines/running, for status, stop and adoption."""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

from stillbytes.core import paths
from stillbytes.core.files import write_atomically

MARGIN = 0.5
"""Seconds by which a process's time of creation may differ from what was written down (clocks are rounded)."""


@dataclass(frozen=True, slots=True)
class Record:
    """A running engine. guardian, pid: processes. created: of the guardian, which tells it from a later process.

    detached: it outlives the command that started it. secret: what its API asks for. about: what the engine's own
    module wants to know again, such as the model and its flags.
    """

    engine: str
    url: str
    guardian: int
    pid: int
    created: float
    detached: bool
    command: tuple[str, ...]
    secret: str = ""
    about: dict[str, str] = field(default_factory=dict)

    def alive(self) -> bool:
        """Whether its guardian still runs, which ends only after the engine."""
        return _is(self.guardian, self.created)


def folder() -> Path:
    return paths.home() / "engines" / "running"


def _path(record: Record) -> Path:
    return folder() / f"{record.engine}-{record.guardian}.json"


def write(record: Record) -> None:
    """A home that cannot be written costs only that the engine is not found again."""
    with contextlib.suppress(OSError):
        place = _path(record)
        place.parent.mkdir(parents=True, exist_ok=True)
        if not place.exists():  # the secret is its owner's alone from the first moment on
            os.close(os.open(place, os.O_CREAT | os.O_WRONLY, 0o600))
        write_atomically(place, json.dumps(asdict(record)).encode())


def remove(record: Record) -> None:
    with contextlib.suppress(OSError):
        _path(record).unlink(missing_ok=True)


def running(engine: str | None = None) -> list[Record]:
    """Those that live, the newest last. Files about dead ones and damaged files are removed."""
    found = []
    for path in sorted(folder().glob("*.json")):
        try:
            fields = json.loads(path.read_bytes())
            record = Record(**{**fields, "command": tuple(fields["command"])})
            alive = record.alive()
        except (OSError, ValueError, TypeError, KeyError):
            alive = False
        if alive:
            found.append(record)
        else:
            with contextlib.suppress(OSError):
                path.unlink()
    return sorted((record for record in found if engine in (None, record.engine)), key=lambda record: record.created)


def end(record: Record, grace: float = 10.0) -> bool:
    """Have its guardian end it, and wait. Returns whether it is gone. Blocks for at most about `grace` + 5 s."""
    import psutil  # noqa: PLC0415 - only when used

    try:
        guardian = psutil.Process(record.guardian)
        if record.alive():
            guardian.terminate()  # on Windows the guardian's job ends the engine with it
            guardian.wait(grace)
    except psutil.NoSuchProcess:
        pass
    except psutil.TimeoutExpired:
        kill_tree(record.guardian)
    remove(record)
    return not record.alive()


def kill_tree(pid: int) -> None:
    """Kill a process and all below it, at once."""
    import psutil  # noqa: PLC0415 - only when used

    with contextlib.suppress(psutil.Error):
        root = psutil.Process(pid)
        killed = []
        for one in (*root.children(recursive=True), root):
            with contextlib.suppress(psutil.Error):
                if one.status() != psutil.STATUS_ZOMBIE:  # that is dead, and nobody may ever collect it
                    one.kill()
                    killed.append(one)
        psutil.wait_procs(killed, timeout=3)


def created(pid: int) -> float:
    """When a process began, seconds since 1970; 0 when it is gone."""
    import psutil  # noqa: PLC0415 - only when used

    try:
        return float(psutil.Process(pid).create_time())
    except psutil.Error:
        return 0.0


def _is(pid: int, born: float) -> bool:
    import psutil  # noqa: PLC0415 - only when used

    try:
        process = psutil.Process(pid)
        alive = process.status() != psutil.STATUS_ZOMBIE
        return bool(alive and abs(process.create_time() - born) <= MARGIN)
    except psutil.Error:
        return False
