"""Removing while chatting: whole tasks of both real engines under one memory budget, on the processor.

    .venv/bin/python benchmarks/removing_while_chatting.py --llama LLAMA-SERVER --model smollm2.gguf --comfyui FOLDER
        --python PYTHON --models FOLDER/models [--budget 2600] [--seconds 300]

Main memory plays the card: the broker that `stillbytes` itself begins divides `--budget` MiB. One thread removes things
from a photo by diffusion, as `stillbytes remove --engine comfyui` does, up to the patch in the sidecar; another asks
the assistant's language model, as `stillbytes ask` does. Some of both are cancelled. Every 50 ms the resident memory of
all engines' processes is read from the system. Limit: never above the budget, no task fails, every patch is whole.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import shutil
import statistics
import tempfile
import threading
import time
from collections import Counter
from functools import partial
from pathlib import Path

import numpy as np
import psutil
from PIL import Image

import stillbytes as sb
from stillbytes.assistant.models import by_broker
from stillbytes.assistant.situation import Situation
from stillbytes.core import preferences
from stillbytes.core.errors import Cancelled, EngineError, StillbytesError
from stillbytes.core.preferences import ComfyPreferences, LlamaPreferences, Preferences
from stillbytes.edit.document import Document
from stillbytes.edit.generating import added, made, prepared
from stillbytes.generate.tasks import task_of
from stillbytes.gpu.access import Access, share, shared_access
from stillbytes.gpu.broker.broker import Broker
from stillbytes.gpu.broker.messages import Snapshot
from stillbytes.gpu.models import actions
from stillbytes.gpu.models.store import open_store
from stillbytes.gpu.start import Families, start
from stillbytes.gpu.telemetry import HostMemory
from stillbytes.masks.mask import Mask

MIB = 1024 * 1024


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--llama", "--model", "--comfyui", "--python", "--models"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--budget", type=int, default=2600, help="MiB for all engines (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--steps", type=int, default=3, help="of the sampler (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


class Scene:
    """What both threads use. seen: what came of the tasks. took: seconds of those that were done, by kind."""

    def __init__(self, given: argparse.Namespace) -> None:
        self.end = time.monotonic() + given.seconds
        self.seen: Counter[str] = Counter()
        self.errors: list[str] = []
        self.took: dict[str, list[float]] = {"remove": [], "ask": []}
        self.loads: Counter[str] = Counter()
        self.highest = 0
        self.both = 0

    @property
    def over(self) -> bool:
        return bool(time.monotonic() > self.end)

    def gone(self, limit: float) -> bool:
        """Whether nobody waits for a task any more."""
        return self.over or bool(time.monotonic() > limit)

    def timed(self, chance: random.Random, most: float) -> tuple[float, float]:
        """When a task begins, and when nobody waits for it any more."""
        now = time.monotonic()
        return now, now + (chance.uniform(0.1, most) if chance.random() < 0.12 else 1e9)


def remove(scene: Scene, folder: Path, steps: int, seed: int) -> None:
    chance = random.Random(seed)
    document = Document(sb.open(folder / "photo.jpg"))
    while not scene.over:
        centre = chance.uniform(0.2, 0.8), chance.uniform(0.2, 0.5)
        radius = chance.uniform(0.02, 0.1)
        disc = Mask.of(sb.masks.Radial(centre=centre, radius_x=radius, radius_y=radius, feather=0.0))
        task = task_of("remove", {"engine": "comfyui", "steps": steps})
        begun, patience = scene.timed(chance, 20)
        before = document.settings.patches
        try:
            work = prepared(document.photo, document.settings, task, disc, shared_access())
            patch = made(document.photo, work, keep=True, cancelled=partial(scene.gone, patience))
            document.commit(added(document.settings, work, patch), "Remove")
            document.flush()
            scene.took["remove"].append(time.monotonic() - begun)
            scene.seen["removed"] += 1
            if patch.address not in document.photo.patches or document.unsaved:
                scene.errors.append("remove: the patch is not beside the photo")
        except Cancelled:
            scene.seen["cancelled"] += 1
            if document.settings.patches != before:
                scene.errors.append("remove: a cancelled one changed the edit")
        except StillbytesError as error:
            scene.errors.append(f"remove: {error.message} {error.remedy}")
        time.sleep(chance.choice((0, 0, 0.5, 3)))


def ask(scene: Scene, seed: int) -> None:
    chance = random.Random(seed)
    asked = ("make it feel like early autumn", "I want it a bit more like a memory", "less of everything, please")
    while not scene.over:
        begun, patience = scene.timed(chance, 4)
        try:
            by_broker(chance.choice(asked), Situation(), {}, partial(scene.gone, patience))
            scene.took["ask"].append(time.monotonic() - begun)
            scene.seen["answered"] += 1
        except Cancelled:
            scene.seen["cancelled"] += 1
        except EngineError as error:
            scene.errors.append(f"ask: {error.message} {error.remedy}")
        except StillbytesError as error:  # what so small a model says need not make sense
            scene.seen["not understood"] += 1
            scene.seen[error.message[:60]] += 0
        time.sleep(chance.choice((0, 0, 1, 4)))


def watch(scene: Scene, families: Families, done: threading.Event) -> None:
    while not done.wait(0.05):
        totals = {}
        for engine, numbers in families().items():
            totals[engine] = 0
            for number in numbers:
                with contextlib.suppress(psutil.Error):
                    totals[engine] += psutil.Process(number).memory_info().rss // MIB
        scene.highest = max(scene.highest, sum(totals.values()))
        scene.both += sum(held > 0 for held in totals.values()) > 1


def main() -> int:
    given = arguments()
    with tempfile.TemporaryDirectory() as kept:
        folder = Path(kept)
        os.environ["STILLBYTES_HOME"] = str(folder / "home")
        return played(given, folder)


def played(given: argparse.Namespace, folder: Path) -> int:
    comfyui = ComfyPreferences(folder=given.comfyui, python=given.python)
    preferences.save(Preferences(comfyui=comfyui, llama=LlamaPreferences(program=given.llama)))
    home = folder / "home" / "models" / "llm" / "smollm2-135m"
    home.mkdir(parents=True)
    shutil.copy(given.model, home / "SmolLM2-135M-Instruct.Q4_1.gguf")
    choices = preferences.load()
    store = open_store(choices)
    actions.add(store, given.models / "checkpoints" / "tiny-sd15-inpaint.safetensors")
    photo(folder / "photo.jpg")

    scene, loop, done = Scene(given), asyncio.new_event_loop(), threading.Event()
    threading.Thread(target=loop.run_forever, daemon=True).start()

    async def begin() -> Broker:
        return start(choices, HostMemory(given.budget), store)

    broker = asyncio.run_coroutine_threadsafe(begin(), loop).result()
    before: set[tuple[str, str]] = set()

    def count(snapshot: Snapshot) -> None:
        now = {(holder.name, holder.state) for holder in snapshot.holders}
        scene.loads.update(name for name, state in now - before if state == "loading")
        before.clear()
        before.update(now)

    broker.watch(count)
    share(Access(broker, loop, store))
    families = Families(broker.engines)
    threads = [
        threading.Thread(target=remove, args=(scene, folder, given.steps, given.seed)),
        threading.Thread(target=ask, args=(scene, given.seed + 1)),
    ]
    watching = threading.Thread(target=watch, args=(scene, families, done))
    for thread in (watching, *threads):
        thread.start()
    for thread in threads:
        thread.join()
    done.set()
    watching.join()
    asyncio.run_coroutine_threadsafe(broker.close(), loop).result()
    for error in scene.errors:
        print(error)
    middle = {kind: round(statistics.median(took), 1) for kind, took in scene.took.items() if took}
    print(f"budget {given.budget} MiB, highest {scene.highest} MiB, both engines there in {scene.both} readings")
    print(f"{dict(scene.seen)}, failed {len(scene.errors)}, loads {dict(scene.loads)}, median seconds {middle}")
    return 1 if scene.errors or scene.highest > given.budget else 0


def photo(path: Path) -> None:
    """A JPEG with something in it."""
    y, x = np.mgrid[0:800, 0:1200] / 800
    light = np.stack([90 + 80 * x, 60 + 90 * y, 200 - 90 * x * y], -1) + np.random.default_rng(1).normal(
        0, 4, (800, 1200, 1)
    )
    Image.fromarray(np.clip(light, 0, 255).astype(np.uint8)).save(path, quality=95)


if __name__ == "__main__":
    raise SystemExit(main())
