"""One language model in llama-server: how fast it reads, writes, loads and leaves, and the most memory it takes."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from stillbytes.core.errors import EngineError
from stillbytes.engines.engine import Loadable
from stillbytes.engines.llama.engine import Llama
from stillbytes.engines.llama.talk import Limits, Message, Request, Timings
from stillbytes.gpu.bench_peak import Peak, Watch, family, forget
from stillbytes.gpu.measured import Quantity
from stillbytes.gpu.telemetry import Memory

_PROMPT_WORDS = 96
_ANSWER = 48
ROUNDS = 2
"""The faster of so many counts: what else the machine does at the moment is not its speed."""
_LEAST = 8
"""An answer of fewer tokens says nothing about speed."""
_LIMITS = Limits(first=300.0, between=120.0)
_ASKED = Request((), tokens=_ANSWER, temperature=0.0, think=False)


async def measure(
    engine: Llama, model: Loadable, memory: Memory, progress: Callable[[str], None]
) -> dict[Quantity, float]:
    """Load it from the disk and again from host memory, and have it answer. It is unloaded afterwards.

    load_s is left out where the system does not forget files. Raises EngineError, ModelError.
    """
    values: dict[Quantity, float] = {}
    try:
        async with Peak(memory, family(lambda: engine.process.pid)) as peak:
            progress("loads it")
            cold, watch = forget(model.files.values()), Watch()
            await engine.load(model)
            first = watch.lap()
            for number in range(1, ROUNDS + 1):
                progress(f"unloads it and loads it again, {number} of {ROUNDS}")
                watch.lap()
                await engine.unload(model.id)
                values["unload_s"] = min(watch.lap(), values.get("unload_s", math.inf))
                await engine.load(model)
                values["reload_s"] = min(watch.lap(), values.get("reload_s", math.inf))
            if cold:
                values["load_s"] = first
            answers = []
            for number in range(1, ROUNDS + 1):
                progress(f"has it answer, {number} of {ROUNDS}")
                answers.append(await _answer(engine, number))
            values["generation"] = max(timings.answer_per_s for timings in answers)
            values["prompt"] = max(timings.prompt_per_s for timings in answers)
            if held := (await engine.footprint()).get(model.id):
                values["held_mib"] = float(held)
        if peak.mib is not None:
            values["peak_mib"] = peak.mib
        return values
    finally:
        await engine.close()


async def _answer(engine: Llama, number: int) -> Timings:
    """The timings of one answer to words that it has not seen yet. Raises EngineError."""
    words = " ".join(f"word{number}{index}" for index in range(_PROMPT_WORDS))
    text = f"{words}. Tell a story of at least five hundred words in which these words appear in their order."
    finished = (await engine.complete(replace(_ASKED, messages=(Message("user", text),)), _LIMITS)).finished
    if finished.timings is None:
        raise EngineError("llama-server does not tell how fast it is.", "Is it a recent version?")
    if finished.usage is not None and finished.usage.answer < _LEAST:
        raise EngineError("The answer is too short to measure.", "Is it a model that talks?")
    return finished.timings
