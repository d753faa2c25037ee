"""Measures this machine: memory and disk, and what language models really do in the engine that is here.

Nothing is guessed: what cannot be measured is said, and estimates stay.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from stillbytes.core import paths
from stillbytes.gpu.measured import Measured, Run

_COPIED = 256 << 20
_REPEATS = 5
_FILE = 512 << 20
_BLOCK = 8 << 20


@dataclass(frozen=True, slots=True)
class Result:
    """measured: what to keep. told: each finding, or why there is none, in words."""

    measured: Measured
    told: tuple[str, ...]


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


def bench(before: Measured, *, program: Path | None, models: list[Path], say: Callable[[str], None]) -> Result:
    """Measure, and add to what is known. program: llama-server, None when there is none; models: GGUF files.

    Raises EngineError when the engine does not start or answer.
    """
    told: list[str] = []

    def tell(text: str) -> None:
        told.append(text)
        say(text)

    memory = memory_gbs()
    tell(f"Memory: {memory:.1f} GB/s.")
    disk = disk_gbs(paths.cache("bench"))
    tell(f"Disk: {disk:.2f} GB/s." if disk else "Disk: not measured, for this system does not let a file be forgotten.")
    after = before.model_copy(update={"memory_gbs": memory, "disk_gbs": disk or before.disk_gbs})
    if program is None:
        tell("Language models: not measured, for no llama-server was found.")
    elif not models:
        tell("Language models: not measured, for there is no GGUF file.")
    else:
        from stillbytes.gpu.bench_llama import measure  # noqa: PLC0415 - starts processes

        for model in models:
            run: Run = measure(program, model, now=datetime.now().astimezone().isoformat(timespec="seconds"))
            values = run.values
            tell(
                f"{model.name}: {values['generation']:.1f} tokens/s, prompts {values['prompt']:.0f} tokens/s, loaded in"
                f" {values['load_s']:.1f} s and again in {values['reload_s']:.1f} s, peak {values['peak_mib']:.0f} MiB."
            )
            after = after.with_run(run)
    tell("Pictures: not measured yet; the broker keeps the peaks of real jobs.")
    return Result(after, tuple(told))
