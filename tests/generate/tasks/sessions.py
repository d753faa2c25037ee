"""The command lines whose sessions with a real ComfyUI are kept in `engines/comfyui/recordings/task-*`.

    cd tests && python -m generate.tasks.sessions --server http://127.0.0.1:8188 --models COMFYUI/models [NAME...]

records them, with the random-weight models that `generate/workflows/tiny.py` tells of. Drawn pictures are kept in
squares.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from dng import make_photo, scene
from engines.comfyui.recorded import RECORDINGS
from engines.comfyui.recorder import Recorder
from gpu.models.files import safetensors
from gpu.models.test_own import WHOLE, Shapes, unet
from PIL import Image

from stillbytes.core import preferences
from stillbytes.gpu.models import actions
from stillbytes.gpu.models.store import open_store

COARSE = 32
STUBS: Mapping[str, Shapes] = {
    "checkpoints/tiny-sd15.safetensors": {**unet(4, 768), **WHOLE},
    "checkpoints/tiny-sd15-inpaint.safetensors": {**unet(9, 768), **WHOLE},
    "controlnet/tiny-canny.safetensors": {
        "control_model.input_hint_block.0.weight": (16, 3, 3, 3),
        "control_model.input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight": (320, 768),
    },
    "upscale_models/tiny-x4.safetensors": {"model.0.weight": (64, 3, 3, 3)},
}
"""Files with the names of the tiny models, in which only is what tells models apart."""


@dataclass(frozen=True)
class Session:
    """told: the command line, in which PHOTO, MASK and OUT stand for paths. size: of the photo. variants: that are
    made."""

    name: str
    told: tuple[str, ...]
    size: tuple[int, int] = (240, 160)
    seeds: tuple[int, ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def recording(self) -> str:
        return f"task-{self.name}"

    def arguments(self, folder: Path) -> list[str]:
        """The command line for a photo with a mask in a folder, both of which are written."""
        photo, mask, out = folder / "photo.dng", folder / "mask.png", folder / "out.png"
        make_photo(photo, scene(*self.size))
        pixels = np.zeros(self.size[::-1], np.uint8)
        pixels[self.size[1] // 3 : self.size[1] // 2, self.size[0] // 3 : self.size[0] // 2] = 255
        Image.fromarray(pixels).save(mask)
        places = {"PHOTO": str(photo), "MASK": str(mask), "OUT": str(out)}
        return [places.get(word, word) for word in self.told]


def _session(name: str, line: str, **more: Any) -> Session:
    return Session(name, tuple(word.replace("_", " ") for word in line.split()), **more)


SESSIONS = (
    _session("remove", "remove PHOTO --mask MASK --engine comfyui --steps 4 --seed 11 -o OUT", seeds=(11,)),
    _session(
        "fill",
        "fill PHOTO --mask MASK --prompt a_red_boat --steps 4 --seed 4294967295 --variants 2 -o OUT",
        seeds=(4294967295, 0),
    ),
    _session("expand", "expand PHOTO --left 0.25 --prompt a_beach --steps 4 --seed 5 -o OUT", seeds=(5,)),
    _session(
        "expand-in-tiles",
        "expand PHOTO --right 0.2 --bottom 0.1 --steps 8 --seed 7 -o OUT",
        size=(1200, 800),
        seeds=(7,),
    ),
    _session("replace-sky", "replace-sky PHOTO --mask MASK --steps 4 --seed 2 -o OUT", seeds=(2,)),
    _session("replace-background", "replace-background PHOTO --mask MASK --steps 4 --seed 3 -o OUT", seeds=(3,)),
    _session("restyle", "restyle PHOTO --prompt an_old_film --steps 6 --seed 1 -o OUT", seeds=(1,)),
    _session("restyle-as-a-patch", "restyle PHOTO --prompt ink --into patch --steps 6 --seed 1 -o OUT", seeds=(1,)),
    _session("create", "create a_lighthouse --steps 3 --seed 9 --variants 2 -o OUT", seeds=(9, 10)),
    _session("upscale", "upscale PHOTO --scale 2 -o OUT", size=(120, 80)),
    _session("enhance", "enhance PHOTO -o OUT", size=(120, 80)),
    _session("refine", "refine PHOTO --steps 4 --seed 3 -o OUT", size=(120, 80)),
)

WITH_LITTLE_ROOM, WITHOUT_ROOM = (
    _session(f"create-{name}", "create a_lighthouse --steps 3 --seed 9 --variants 2 -o OUT", seeds=(9, 10))
    for name in ("with-little-room", "without-room")
)
"""Of a server whose address space was limited (`prlimit --as`) when one picture was drawn: to 170 MiB more than it
had, in which a picture is sampled but not decoded whole, and to 20 MiB, in which nothing can be done."""


def settled(home: Path, url: str, models: Path) -> None:
    """A home in which ComfyUI has an address, and in which these models were added."""
    os.environ["STILLBYTES_HOME"] = str(home)
    preferences.save(preferences.Preferences(comfyui=preferences.ComfyPreferences(url=url)))
    store = open_store(preferences.load())
    for name in STUBS:
        actions.add(store, models / name)


def stubs(folder: Path) -> Path:
    """Files that are known as the tiny models."""
    for name, shapes in STUBS.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        sizes = {key: ("F16", list(shape), 2 * int(np.prod(shape))) for key, shape in shapes.items()}
        path.write_bytes(safetensors(sizes))
    return folder


@contextmanager
def beside(serving: Callable[[], AbstractAsyncContextManager[Any]]) -> Iterator[Any]:
    """What an asynchronous server gives, while it serves in a thread of its own."""
    ready, end = threading.Event(), asyncio.Event()
    found: list[Any] = []
    loops: list[asyncio.AbstractEventLoop] = []

    async def serve() -> None:
        loops.append(asyncio.get_running_loop())
        async with serving() as served:
            found.append(served)
            ready.set()
            await end.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield found[0]
    finally:
        loops[0].call_soon_threadsafe(end.set)
        thread.join(10)


def _record(session: Session, server: str, models: Path) -> None:
    from stillbytes.app.cli import main  # noqa: PLC0415 - after the home was chosen
    from stillbytes.gpu.access import release  # noqa: PLC0415

    path = RECORDINGS / f"{session.recording}.jsonl.gz"
    with tempfile.TemporaryDirectory() as kept:
        folder = Path(kept)
        recorder = Recorder(server, {str(folder): "/photos"}, coarse=COARSE)
        with beside(lambda: recorder.recording(path)) as url:
            settled(folder / "home", url, models)
            status = main([*session.arguments(folder), "--json"])
            release()
    print(json.dumps({"session": session.name, "status": status, "bytes": path.stat().st_size}), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*")
    parser.add_argument("--server", default="http://127.0.0.1:8188")
    parser.add_argument("--models", type=Path, required=True)
    given = parser.parse_args()
    for one in SESSIONS:
        if not given.names or one.name in given.names:
            _record(one, given.server, given.models)
