"""Both engines under one memory budget, on the processor: llama-server and ComfyUI take turns, and the system watches.

    .venv/bin/python benchmarks/two_engines.py --llama LLAMA-SERVER --model FILE.gguf --comfyui FOLDER --python PYTHON
        --checkpoint NAME.safetensors [--budget 1800] [--seconds 300]

Main memory plays the card: the broker divides `--budget` MiB among the processes of both engines. Chat and image jobs
are asked for in random order, sometimes two at once, some are cancelled. Every 50 ms the resident memory of all of
their processes is read from the system. Limit: never above the budget, and no job fails.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import time
from collections import Counter
from pathlib import Path

import psutil

from stillbytes.core.preferences import ComfyPreferences
from stillbytes.engines.comfyui import find as comfyui_find
from stillbytes.engines.comfyui import nodes
from stillbytes.engines.comfyui.engine import ComfyUI
from stillbytes.engines.comfyui.workflow import Workflow
from stillbytes.engines.engine import Loadable
from stillbytes.engines.llama.engine import Llama, found
from stillbytes.engines.llama.talk import Message, Request
from stillbytes.gpu.broker import messages
from stillbytes.gpu.broker.broker import Broker, Lease
from stillbytes.gpu.broker.messages import Resident, Way
from stillbytes.gpu.start import Families
from stillbytes.gpu.telemetry import HostMemory

MIB = 1024 * 1024


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--llama", "--model", "--comfyui", "--python"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--checkpoint", required=True)
    parser.add_argument("--budget", type=int, default=1800)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


async def main(given: argparse.Namespace) -> int:
    llama = Llama(lambda: found(given.llama))
    choices = ComfyPreferences(folder=given.comfyui, python=given.python)
    comfyui = ComfyUI(lambda: comfyui_find.find(choices, ports=()), flags=("--cpu",))
    engines = {"llama": llama, "comfyui": comfyui}
    checkpoint = given.comfyui / "models" / "checkpoints" / given.checkpoint
    families = Families(engines)
    chance = random.Random(given.seed)
    seen: Counter[str] = Counter()
    highest = 0
    errors: list[str] = []
    loads: Counter[str] = Counter()

    async with Broker(HostMemory(given.budget), engines, processes=families) as broker:
        size = given.model.stat().st_size / MIB
        options = {"ctx-size": 2048, "gpu-layers": 0}
        broker.declare(
            Resident("chat", "llama", round(size * 1.2) + 250, 0.3, start_s=0.5, host_s=size / 6000),
            Loadable("chat", {"model": given.model}, options),
        )
        # The process with PyTorch in it, and the weights, which the processor computes with at twice the size.
        size = checkpoint.stat().st_size / MIB * 2 + 700
        broker.declare(
            Resident("picture", "comfyui", round(size), 0.2, divisible=True, start_s=10.0, host_s=0.3, lazy=True),
            Loadable("picture", {"model": checkpoint}),
        )

        def count(snapshot: messages.Snapshot) -> None:
            for holder in snapshot.holders:
                if holder.state == "loading" and (holder.name, holder.state) not in before:
                    loads[holder.name] += 1
            before.clear()
            before.update((holder.name, holder.state) for holder in snapshot.holders)

        before: set[tuple[str, str]] = set()
        broker.watch(count)

        async def chat(lease: Lease) -> None:
            await llama.complete(Request((Message("user", f"Say {chance.random():.3f} in words."),), tokens=24))

        async def picture(lease: Lease) -> None:
            model, clip, vae = nodes.load_checkpoint(given.checkpoint)
            good, bad = nodes.encode_text("a boat", clip), nodes.encode_text("", clip)
            latent = nodes.empty_latent(256, 256)
            latent = nodes.ksampler(model, chance.randrange(1 << 32), 2, 5.0, "euler", "normal", good, bad, latent)
            await comfyui.complete(Workflow(nodes.save_image_websocket(nodes.vae_decode(latent, vae))))

        async def one(number: int) -> None:
            kind = chance.choice(("chat", "picture"))
            working = 60 if kind == "chat" else 150
            request = messages.Request(f"{number}", kind, (Way((kind,), working),))
            work = broker.run(request, chat if kind == "chat" else picture)
            if chance.random() < 0.08:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(work, chance.uniform(0.05, 2.0))
                seen["cancelled or quick"] += 1
                return
            try:
                await work
                seen[kind] += 1
            except Exception as error:
                errors.append(f"{kind}: {type(error).__name__}: {error}")

        async def watch() -> None:
            nonlocal highest
            while True:
                total = 0
                for numbers in families().values():
                    for number in numbers:
                        with contextlib.suppress(psutil.Error):
                            total += psutil.Process(number).memory_info().rss
                highest = max(highest, total // MIB)
                await asyncio.sleep(0.05)

        watching = asyncio.create_task(watch())
        end, number = time.monotonic() + given.seconds, 0
        while time.monotonic() < end:
            jobs = [one(number := number + 1) for _ in range(chance.choice((1, 1, 1, 2)))]
            await asyncio.gather(*jobs)
            if chance.random() < 0.1:
                await asyncio.sleep(chance.uniform(0, 2))
        watching.cancel()
    for error in errors:
        print(error)
    swaps = f"served {dict(seen)}, failed {len(errors)}, loads {dict(loads)}"
    print(f"budget {given.budget} MiB, highest {highest} MiB, {swaps}")
    return 1 if errors or highest > given.budget else 0


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main(arguments())))
