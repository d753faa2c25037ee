"""A stand-in for the ComfyUI of a recorded session, which takes the pictures of this machine for those of that one."""

from __future__ import annotations

import io
import json
import re
import struct
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from engines.comfyui.recorded import Recorded, jobs
from engines.comfyui.stand_in import Faults, StandIn
from engines.comfyui.test_workflow import TOLD, with_files
from generate.tasks.sessions import STUBS, Session
from numpy.typing import NDArray
from PIL import Image

PNG = b"\x89PNG"
TILED = ("VAEDecodeTiled", "VAEEncodeTiled")
NAMES = [name.rpartition("/")[2] for name in STUBS]


def plain(prompt: Any) -> Any:
    """A job without the names of uploads: they tell bytes, which processors round differently; and without tiles."""
    nodes = json.loads(re.sub(r"stillbytes-[0-9a-f]{24}", "stillbytes-", json.dumps(prompt)))
    for node in nodes.values():
        if node["class_type"] in TILED:
            node["class_type"] = node["class_type"].removesuffix("Tiled")
            node["inputs"] = {name: value for name, value in node["inputs"].items() if isinstance(value, list)}
    return nodes


def tiles(prompt: Any) -> int:
    """Of a job's VAE, 0 for none."""
    (size,) = {node["inputs"].get("tile_size", 0) for node in prompt.values() if node["class_type"].startswith("VAED")}
    return int(size)


class Replay(StandIn):
    """without: node types that it does not have. files: names of the models that it lists. in_turn: every job is done
    once, which tells the same job apart that ended otherwise at another time."""

    def __init__(
        self,
        recorded: Sequence[Recorded],
        *,
        faults: Faults | None = None,
        without: Iterable[str] = (),
        files: Iterable[str] = NAMES,
        in_turn: bool = False,
    ) -> None:
        super().__init__(*recorded, faults=faults)
        self._in_turn = in_turn
        told = with_files(TOLD, list(files))
        self.nodes = json.dumps({name: node for name, node in told.items() if name not in without}).encode()

    def _find(self, prompt: Any) -> Recorded:
        for recorded in self._recorded:
            if plain(recorded.prompt) == plain(prompt):
                if self._in_turn:
                    self._recorded.remove(recorded)
                return replace(recorded, prompt=prompt)
        raise AssertionError(f"nothing like this was recorded: {prompt}")


Frames = list[str | bytes]


def replayed(session: Session, change: Callable[[Frames], Frames] | None = None, **more: Any) -> Replay:
    """change: done to what is told of every job."""
    recorded = jobs(session.recording)
    if change is not None:
        recorded = tuple(replace(one, frames=tuple(change(list(one.frames))), entry=None) for one in recorded)
    return Replay(recorded, **more)


def painted(make: Callable[[NDArray[np.uint8]], NDArray[np.uint8]]) -> Callable[[Frames], Frames]:
    """Other pictures are sent."""

    def change(frames: Frames) -> Frames:
        return [_another(frame, make) if isinstance(frame, bytes) else frame for frame in frames]

    return change


def _another(frame: bytes, make: Callable[[NDArray[np.uint8]], NDArray[np.uint8]]) -> bytes:
    start = 8 + (struct.unpack(">I", frame[4:8])[0] if frame[3] == 4 else 0)
    if not frame[start:].startswith(PNG):
        return frame
    kept = io.BytesIO()
    pixels = np.asarray(Image.open(io.BytesIO(frame[start:])).convert("RGB"))
    Image.fromarray(make(pixels)).save(kept, "PNG")
    return frame[:start] + kept.getvalue()


def failing(exception: str, message: str) -> Callable[[Frames], Frames]:
    """The job fails in its midst, as ComfyUI 0.3.64 tells it."""

    def change(frames: Frames) -> Frames:
        told = [json.loads(frame)["data"] for frame in frames if isinstance(frame, str)]
        error = {
            "prompt_id": told[0]["prompt_id"],
            "node_id": "1",
            "node_type": "",
            "executed": [],
            "exception_message": message,
            "exception_type": exception,
            "traceback": [],
            "current_inputs": {},
            "current_outputs": [],
        }
        return [*frames[: len(frames) // 2], json.dumps({"type": "execution_error", "data": error})]

    return change
