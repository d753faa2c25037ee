"""Measures this machine: memory and disk, and what models really do in the engines that are here.

Nothing is guessed: what cannot be measured is said, and estimates stay.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from stillbytes.core import paths
from stillbytes.core.errors import EngineError, StillbytesError
from stillbytes.core.preferences import Preferences
from stillbytes.engines.comfyui import find as comfyui_find
from stillbytes.engines.comfyui import install_plan, local
from stillbytes.engines.comfyui.adapt import Tiles
from stillbytes.engines.comfyui.engine import ComfyUI
from stillbytes.engines.comfyui.workflow import Workflow
from stillbytes.engines.llama import find as llama_find
from stillbytes.engines.llama.engine import Llama
from stillbytes.engines.llama.program import Program
from stillbytes.engines.supervise import records
from stillbytes.gpu.bench_picture import picture
from stillbytes.gpu.bench_subjects import Paints, Subject, Words
from stillbytes.gpu.measured import Measured, Quantity, Run
from stillbytes.gpu.plan.commands import comfyui_flags
from stillbytes.gpu.plan.options import ImageOption
from stillbytes.gpu.telemetry import Memory

_COPIED = 256 << 20
_REPEATS = 5
_FILE = 512 << 20
_BLOCK = 8 << 20


@dataclass(frozen=True, slots=True)
class Result:
    """measured: what to keep. told: each finding, or why there is none, in words. failed: models that could not be
    measured, by their titles."""

    measured: Measured
    told: tuple[str, ...]
    failed: tuple[str, ...] = ()


def memory_gbs() -> float:
    """GB/s at which all cores together read memory larger than any cache: the fastest of several passes."""
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

    blocks = [np.ones(_COPIED // 8 // _cores(), np.float64) for _ in range(_cores())]
    best = 0.0
    with ThreadPoolExecutor(_cores()) as pool:  # a sum lets the others run
        for _ in range(_REPEATS):
            began = time.perf_counter()
            list(pool.map(np.sum, blocks))
            best = max(best, sum(block.nbytes for block in blocks) / (time.perf_counter() - began) / 1e9)
    return best


def _cores() -> int:
    return min(16, os.cpu_count() or 1)


def disk_gbs(folder: Path, size: int = _FILE) -> float | None:
    """GB/s of reading one large file that the system has forgotten; None where it cannot be made to forget."""
    if not hasattr(os, "posix_fadvise"):
        return None
    with _scratch(folder, size) as path, path.open("rb", buffering=0) as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        began = time.perf_counter()
        while file.read(_BLOCK):
            pass
        seconds = time.perf_counter() - began
    return size / seconds / 1e9


@contextlib.contextmanager
def _scratch(folder: Path, size: int) -> Iterator[Path]:
    """A file of random bytes on the disk, gone afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f".bench-{os.getpid()}"
    block = np.random.default_rng(1).integers(0, 256, _BLOCK, np.uint8).tobytes()
    try:
        with path.open("wb") as file:
            for _ in range(size // _BLOCK):
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
        yield path
    finally:
        path.unlink(missing_ok=True)


async def bench(
    before: Measured,
    wanted: Sequence[Subject],
    engines: Engines,
    memory: Memory,
    *,
    say: Callable[[str], None],
    progress: Callable[[str], None] = lambda text: None,
    keep: Callable[[Measured], None] = lambda measured: None,
) -> Result:
    """Measure, and add to what is known. say: hears each finding; progress: what is being done; keep: gets all that is
    known after each part, so that nothing is lost when the rest is stopped.

    What cannot be measured is told, and the rest is. Whatever was started is ended, also when this is cancelled.
    """
    told, failed = _Told(say), list[str]()
    progress("reads memory")
    rate = await asyncio.to_thread(memory_gbs)
    told(f"Memory: {rate:.1f} GB/s.")
    progress("reads the disk")
    disk = await asyncio.to_thread(disk_gbs, paths.cache("bench"))
    told(f"Disk: {disk:.2f} GB/s." if disk else "Disk: not measured, for this system does not let a file be forgotten.")
    after = before.model_copy(update={"memory_gbs": rate, "disk_gbs": disk or before.disk_gbs})
    keep(after)
    for kind, what in ((Words, "Language models"), (Paints, "Image models")):
        if not any(isinstance(subject, kind) for subject in wanted):
            told(f"{what}: not measured, for none is installed or named.")
    for subject in wanted:
        doing = functools.partial(_of, progress, subject.title)
        try:
            for run in await _measured(subject, engines, memory, told, doing):
                after = after.with_run(run)
        except StillbytesError as error:
            failed.append(subject.title)
            told(f"{subject.title}: not measured. {error}")
        keep(after)
    return Result(after, tuple(told.lines), tuple(failed))


def _of(progress: Callable[[str], None], title: str, doing: str) -> None:
    progress(f"{title}: {doing}")


class _Told:
    """Keeps what it says."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.lines: list[str] = []
        self._say = say

    def __call__(self, text: str) -> None:
        self.lines.append(text)
        self._say(text)


async def _measured(
    subject: Subject, engines: Engines, memory: Memory, told: _Told, progress: Callable[[str], None]
) -> list[Run]:
    """What is to be kept of one model. Raises StillbytesError."""
    when = datetime.now().astimezone().isoformat(timespec="seconds")
    _alone()
    if isinstance(subject, Words):
        from stillbytes.gpu import bench_llama  # noqa: PLC0415 - starts processes

        program = await engines.llama()
        values = await bench_llama.measure(Llama(engines.llama), subject.model, memory, progress)
        told(f"{subject.title}: {_said(values)}.")
        return [_run("llama.cpp", program.version, subject.known_as, subject.key, values, when)]
    from stillbytes.gpu import bench_comfyui  # noqa: PLC0415

    where = await engines.comfyui(subject.option)
    tiles = Tiles(subject.settings.tile) if subject.settings.tile else None

    def drawn(seed: int) -> Workflow:
        return picture(subject.parts, subject.settings.width, subject.settings.height, subject.steps, seed)

    async def again() -> comfyui_find.Found:
        return where.found

    engine = ComfyUI(again, flags=where.flags)
    found = await bench_comfyui.measure(
        engine, bench_comfyui.Job(subject.models, drawn, tiles, subject.whole), memory, progress
    )
    size = f"{subject.settings.width} x {subject.settings.height}, {subject.steps} steps"
    told(f"{subject.title}, {size}: {_said(found.values)}. ComfyUI itself started in {found.start_s:.1f} s.")
    own, *others = subject.models
    values = {**found.values, "held_mib": found.held[own.id]} if own.id in found.held else found.values
    runs = [_run("ComfyUI", where.version, subject.known_as, subject.key, values, when)]
    return runs + [
        _run("ComfyUI", where.version, other.id, "", {"held_mib": found.held[other.id]}, when)
        for other in others
        if other.id in found.held
    ]


def _alone() -> None:
    """Raises EngineError when an engine of ours is at work, whose memory and time would be measured too."""
    if running := records.running():
        names = " and ".join(sorted({record.engine for record in running}))
        raise EngineError(f"{names} runs already.", "Close the editor, and end engines with `stillbytes engines stop`.")


def _run(engine: str, version: str, model: str, settings: str, values: Mapping[Quantity, float], when: str) -> Run:
    rounded = {quantity: float(f"{value:.4g}") for quantity, value in values.items()}
    return Run(engine=engine, version=version, model=model, settings=settings, values=rounded, when=when)


_SAYS: Mapping[Quantity, str] = {
    "generation": "{:.1f} tokens/s",
    "prompt": "prompts {:.0f} tokens/s",
    "step_s": "{:.2f} s a step",
    "seconds": "{:.1f} s a picture",
    "load_s": "loaded from the disk in {:.1f} s",
    "reload_s": "from host memory in {:.1f} s",
    "unload_s": "unloaded in {:.1f} s",
    "peak_mib": "peak {:.0f} MiB",
    "held_mib": "at rest {:.0f} MiB",
}


def _said(values: Mapping[Quantity, float]) -> str:
    return ", ".join(text.format(values[quantity]) for quantity, text in _SAYS.items() if quantity in values)


@dataclass(frozen=True, slots=True)
class Where:
    """A ComfyUI to measure in, and how it is started."""

    found: comfyui_find.Found
    version: str
    flags: tuple[str, ...] = ()


class Engines:
    """Finds the engines of this machine. program: a llama-server to use in place of the one found."""

    def __init__(self, choices: Preferences, *, on_card: bool, program: Path | None = None) -> None:
        self._choices, self._on_card, self._given = choices, on_card, program

    async def llama(self) -> Program:
        """Raises EngineError when there is none."""
        chosen = self._choices.llama.model_copy(
            update={"url": None, **({"program": self._given} if self._given else {})}
        )
        there = await llama_find.find(chosen, ports=())
        if there.program is None:
            raise next(
                iter(there.problems), EngineError("There is no llama-server on this computer.", llama_find.REMEDY)
            )
        return there.program

    async def comfyui(self, option: ImageOption | None) -> Where:
        """The one at the address in the preferences, or a copy on this disk. Raises EngineError when there is none."""
        there = await comfyui_find.find(self._choices.comfyui, ports=())
        if there.running is not None:
            return Where(there, there.running.version)
        if there.installed is None:
            raise next(
                iter(there.problems),
                EngineError(
                    "There is no ComfyUI on this computer.", "`stillbytes engines install comfyui` installs one."
                ),
            )
        known = await local.flags(there.installed)
        device = self._on_card or install_plan.card() != "cpu"
        return Where(there, there.installed.version, comfyui_flags(option, known, 0, on_card=device))
