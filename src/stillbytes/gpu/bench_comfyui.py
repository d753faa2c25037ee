"""One image model in ComfyUI: seconds of a step and of a picture, of loading and leaving, and the most memory it takes.

ComfyUI loads a model with the first picture. So loading is what a picture takes longer with it than without.
"""

from __future__ import annotations

import math
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from stillbytes.core.errors import EngineError
from stillbytes.engines.comfyui.adapt import Tiles
from stillbytes.engines.comfyui.engine import ComfyUI
from stillbytes.engines.comfyui.job import Event, Finished, Working
from stillbytes.engines.comfyui.workflow import Workflow
from stillbytes.engines.engine import Loadable
from stillbytes.gpu.bench_peak import Peak, Watch, family, forget
from stillbytes.gpu.measured import Quantity
from stillbytes.gpu.telemetry import Memory

ROUNDS, LONG_S = 2, 60.0
"""The faster of so many counts: what else the machine does at the moment is not its speed. Where a picture takes longer
than that, once has to do."""


@dataclass(frozen=True, slots=True)
class Job:
    """What is measured. models: all that the picture needs. picture: the workflow for a seed. whole: whether it takes
    as many steps as usual, so that its seconds mean something."""

    models: Sequence[Loadable]
    picture: Callable[[int], Workflow]
    tiles: Tiles | None = None
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Found:
    """values: of the picture. held: MiB at rest by the model's id. start_s: of ComfyUI itself."""

    values: dict[Quantity, float]
    held: dict[str, float] = field(default_factory=dict)
    start_s: float = 0.0


async def measure(engine: ComfyUI, job: Job, memory: Memory, progress: Callable[[str], None]) -> Found:
    """A picture with everything on the disk, one with everything loaded, one after all was given back.

    load_s is left out where the system does not forget files, seconds where the job is not whole. ComfyUI is ended
    afterwards, unless somebody else started it. Raises EngineError, ModelError.
    """
    values: dict[Quantity, float] = {}
    try:
        progress("starts ComfyUI")
        watch = Watch()
        await engine.start()
        start_s = watch.lap()
        async with Peak(memory, family(lambda: engine.process.pid)) as peak:
            for model in job.models:
                await engine.load(model)
            cold = forget(path for model in job.models for path in model.files.values())
            progress("makes a first picture, which loads it")
            first = await _made(engine, job, 1)
            loaded, again = [], []
            for number in range(1, ROUNDS + 1):
                progress(f"makes a picture with everything loaded, {number} of {ROUNDS}")
                loaded.append(await _made(engine, job, 2 * number))
                held = {id: float(mib) for id, mib in (await engine.footprint()).items() if mib}
                progress("unloads it")
                watch.lap()
                await engine.unload(job.models[0].id)
                values["unload_s"] = min(watch.lap(), values.get("unload_s", math.inf))
                for model in job.models:
                    await engine.load(model)
                progress(f"makes a picture that loads it again, {number} of {ROUNDS}")
                again.append(await _made(engine, job, 2 * number + 1))
                if loaded[0].seconds > LONG_S:
                    break
    finally:
        await engine.close()
    seconds = min(made.seconds for made in loaded)
    values["step_s"] = min(made.step_s for made in (*loaded, *again))
    values["reload_s"] = max(0.0, min(made.seconds for made in again) - seconds)
    if cold:
        values["load_s"] = max(0.0, first.seconds - seconds)
    if job.whole:
        values["seconds"] = seconds
    if peak.mib is not None:
        values["peak_mib"] = peak.mib
    return Found(values, held, start_s)


@dataclass(frozen=True, slots=True)
class _Made:
    seconds: float
    step_s: float


async def _made(engine: ComfyUI, job: Job, seed: int) -> _Made:
    """One picture's seconds and those of its steps. Raises EngineError when ComfyUI tells of no steps or no end."""
    began = time.perf_counter()
    steps: list[tuple[int, float]] = []
    events: AsyncGenerator[Event, None] = engine.run(job.picture(seed), job.tiles)
    async with aclosing(events) as news:
        async for event in news:
            now = time.perf_counter()
            if isinstance(event, Working) and "Sampler" in event.class_type and event.step:
                if not steps or event.step > steps[-1][0]:
                    steps.append((event.step, now))
            elif isinstance(event, Finished):
                if len(steps) < 2:
                    raise EngineError("ComfyUI told of too few steps to measure one.", "Is it a recent version?")
                (low, early), (high, late) = steps[0], steps[-1]
                return _Made(now - began, (late - early) / (high - low))
    raise EngineError("ComfyUI ended without a picture.", "`stillbytes engines logs comfyui` may say why.")
