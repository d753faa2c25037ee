"""The graphs with the small random-weight models of `make_tiny_models.py`: what a real ComfyUI without a card can draw.

    cd tests && python -m generate.workflows.tiny --server http://127.0.0.1:8188

records a session of each in `engines/comfyui/recordings/graph-*`. So that the pictures are not black, the last
convolutions of those models were given a bias of 0.5 and 30 times the weight first.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from engines.comfyui.recorded import RECORDINGS
from engines.comfyui.recorder import Recorder
from engines.comfyui.sessions import Session, mask, picture

from stillbytes.engines.comfyui.client import Client
from stillbytes.generate.workflows import Candidate, Drawing, Task, graphs
from stillbytes.gpu.models import registry
from stillbytes.gpu.models.model import File, Local, Model

SIDE = 128
PICTURE, MASK, SMALL = "graph-picture.png", "graph-mask.png", "graph-small.png"
UPLOADS: Mapping[str, bytes] = {PICTURE: picture(SIDE), MASK: mask(SIDE), SMALL: picture(SIDE // 4)}
SMALLER: Mapping[str, Any] = {"picture": SMALL, "width": SIDE // 4, "height": SIDE // 4}


def brought(like: str, role: str, name: str) -> Model:
    """A file under `name` in place of a declared model."""
    model = registry.get(like)
    return replace(model, id=f"tiny-{like}", files=(File(role, name, Local(""), 1),), needs=())


PLAIN = brought("sd1.5-fp16", "checkpoint", "checkpoints/tiny-sd15.safetensors")
INPAINT = brought("sd1.5-inpaint-fp16", "checkpoint", "checkpoints/tiny-sd15-inpaint.safetensors")
CANNY = brought("controlnet-canny-sd15", "controlnet", "controlnet/tiny-canny.safetensors")
ENLARGER = brought("realesrgan-x4", "upscaler", "upscale_models/tiny-x4.safetensors")


@dataclass(frozen=True)
class Tiny:
    name: str
    candidate: Candidate
    drawing: Drawing

    @property
    def size(self) -> tuple[int, int]:
        """Of what comes back."""
        scale = self.drawing.scale if self.drawing.task == "upscale" else 1
        return round(self.drawing.width * scale), round(self.drawing.height * scale)

    async def uploaded(self, client: Client, **changed: Any) -> Drawing:
        """What is drawn, with its pictures where the server has them."""
        told = replace(self.drawing, **changed)
        names = {kind: getattr(told, kind) for kind in ("picture", "mask", "reference", "depths")}
        there = {kind: await client.upload(UPLOADS[name], name) for kind, name in names.items() if name}
        return replace(told, **there)


def _tiny(name: str, task: Task, model: Model, **more: Any) -> Tiny:
    (graph,) = (graph for graph in graphs() if task in graph.tasks(model.family))
    beside = {"canny": CANNY} if graph.name == "sd15" else {}
    told: dict[str, Any] = {"task": task, "width": SIDE, "height": SIDE, "seed": 11, "steps": 3}
    words = {} if task == "upscale" else {"prompt": "a boat at dusk", "negative": "people"}
    inputs = {} if task == "create" else {"picture": PICTURE}
    masked = {"mask": MASK} if task in ("fill", "expand", "remove") else {}
    return Tiny(
        name, Candidate(task, graph, model, beside=beside), Drawing(**{**told, **words, **inputs, **masked, **more})
    )


ALL = (
    _tiny("create", "create", PLAIN),
    _tiny("create-from-a-picture", "create", PLAIN, picture=PICTURE, denoise=0.6, steps=4),
    _tiny("fill", "fill", INPAINT),
    _tiny("fill-with-any-model", "fill", PLAIN, denoise=0.9),
    _tiny("expand", "expand", INPAINT),
    _tiny("remove", "remove", INPAINT),
    _tiny("restyle-with-edges", "restyle", PLAIN, canny=0.8, denoise=0.7),
    _tiny("upscale", "upscale", ENLARGER, scale=4.0, **SMALLER),
    _tiny("upscale-twice", "upscale", ENLARGER, scale=2.0, **SMALLER),
)
RECORDED = tuple(one for one in ALL if one.name not in ("expand", "remove", "upscale-twice"))
"""One of each kind: those left out have the same nodes as another."""


def session(one: Tiny) -> str:
    return f"graph-{one.name}"


async def record(server: str) -> None:
    for one in RECORDED:
        beside = Client(server)
        await beside.server.free()  # or what was drawn before is not drawn again
        await beside.close()
        await asyncio.sleep(2)
        path = RECORDINGS / f"{session(one)}.jsonl.gz"
        recorder = Recorder(server, {})
        async with recorder.recording(path) as url:
            at = Session(recorder, url, 0)
            await at.done(one.candidate.workflow(await one.uploaded(at.client)).prompt())
            await at.client.close()
        print(path.name, path.stat().st_size)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--server", default="http://127.0.0.1:8188")
    asyncio.run(record(parser.parse_args().server))
