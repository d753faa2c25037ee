"""A machine whose ComfyUI draws at once: what goes in, in other colours, at the size that was asked for."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from PIL import Image

from stillbytes.core.errors import Cancelled
from stillbytes.engines.comfyui.job import Event, Finished, Output, Preview, Waiting, Working
from stillbytes.gpu.broker.broker import Lease
from stillbytes.gpu.broker.messages import Way
from stillbytes.gpu.models.model import File, Model

INPAINT, BASE, CANNY, UPSCALER = "sd1.5-inpaint-fp16", "sd1.5-fp16", "controlnet-canny-sd15", "realesrgan-x4"


def png(pixels: np.ndarray) -> bytes:
    kept = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(kept, "PNG")
    return kept.getvalue()


class Client:
    def __init__(self) -> None:
        self.uploads: dict[str, bytes] = {}

    async def upload(self, content: bytes, name: str, mime: str = "image/png") -> str:
        self.uploads[f"kept/{name}"] = content
        return f"kept/{name}"


class Comfy:
    """answer: the picture's bytes in place of the usual ones, or an error to raise. seconds, loading: for how long it
    draws, and loads before."""

    def __init__(self) -> None:
        self.client = Client()
        self.prompts: list[Mapping[str, Any]] = []
        self.answer: bytes | Exception | None = None
        self.seconds = self.loading = 0.0

    async def start(self) -> None: ...

    async def run(self, workflow: Any, tiles: Any = None) -> AsyncGenerator[Event, None]:
        prompt = workflow.prompt()
        self.prompts.append(prompt)
        yield Waiting(0)
        if self.loading:
            yield Working(0.1, "2", "CheckpointLoaderSimple")
            await asyncio.sleep(self.loading)
        yield Working(0.5, "1", "KSampler", 1, 2)
        yield Preview("1", "image/png", png(np.zeros((8, 8, 3))))
        await asyncio.sleep(self.seconds)
        if isinstance(self.answer, Exception):
            raise self.answer
        yield Finished((Output("9", "image/png", self.answer or self._drawn(prompt)),))

    def _drawn(self, prompt: Mapping[str, Any]) -> bytes:
        nodes = list(prompt.values())
        seed = next((n["inputs"]["seed"] for n in nodes if "seed" in n["inputs"]), 0)
        loaded = [n["inputs"]["image"] for n in nodes if n["class_type"] == "LoadImage"]
        size = next((n["inputs"] for n in nodes if n["class_type"].startswith("EmptyLatent")), None)
        if size:
            return png(np.random.default_rng(seed).integers(0, 255, (size["height"], size["width"], 3)))
        shown = [np.asarray(Image.open(io.BytesIO(self.client.uploads[one])).convert("RGB")) for one in loaded]
        pixels = max(shown, key=lambda picture: picture.size).astype(np.int64)  # a reference is smaller here
        if any(n["class_type"] == "ImageUpscaleWithModel" for n in nodes):
            scale = next((n["inputs"] for n in nodes if n["class_type"] == "ImageScale"), None)
            factor = scale["width"] // pixels.shape[1] if scale else 4
            return png(pixels.repeat(factor, 0).repeat(factor, 1))
        return png(np.clip(pixels[..., ::-1] * 0.7 + 40 + seed % 20, 0, 255))


@dataclass
class Shelf:
    """Models that are on this machine, by id."""

    ids: set[str]

    def __call__(self, model: Model) -> bool:
        return model.id in self.ids

    def find(self, file: File) -> None:
        return None


@dataclass
class Machine:
    """Like `gpu.access.Access`."""

    store: Shelf = field(default_factory=lambda: Shelf({INPAINT, BASE, CANNY, UPSCALER}))
    comfy: Comfy = field(default_factory=Comfy)
    on_card: bool = True
    asked: list[tuple[tuple[Way, ...], bool]] = field(default_factory=list)

    def here(self, model: str) -> bool:
        return model in self.store.ids

    def lost(self, model: str) -> bool:
        return False

    def ask(self, *_: Any, **__: Any) -> Any:
        raise AssertionError("no network is asked here")

    def run(
        self,
        label: str,
        ways: tuple[Way, ...],
        work: Callable[[Lease, Any], Awaitable[Any]],
        *,
        interactive: bool = True,
        cancelled: Callable[[], bool] | None = None,
    ) -> Any:
        self.asked.append((ways, interactive))
        # In a thread of its own, as a browser's loop may run in this one.
        with ThreadPoolExecutor(1) as thread:
            drawn = work(Lease("one", 0, ""), {"comfyui": self.comfy})
            return thread.submit(asyncio.run, _unless(cancelled, drawn)).result()


async def _unless(cancelled: Callable[[], bool] | None, work: Awaitable[Any]) -> Any:
    working = asyncio.ensure_future(work)
    while not (await asyncio.wait([working], timeout=0.05))[0]:
        if cancelled is not None and cancelled():
            working.cancel()
            raise Cancelled
    return await working
