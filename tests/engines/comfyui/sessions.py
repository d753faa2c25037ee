"""The sessions with a real ComfyUI that are kept in `recordings/`, and how to make them again.

    cd tests && python -m engines.comfyui.sessions --server http://127.0.0.1:8188 [--pid N] [SESSION...]

The server is a scratch copy of ComfyUI 0.3.64 with random-weight models, started with
`--cpu --preview-method latent2rgb`. It is killed by the session `killed`, which therefore runs only with its --pid.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import io
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
from PIL import Image, ImageDraw

from stillbytes.core.errors import StillbytesError
from stillbytes.engines.comfyui.client import Client, Limits
from stillbytes.engines.comfyui.job import Finished, Prompt, Working

from . import graphs
from .recorder import Recorder

HERE = Path(__file__).resolve().parent / "recordings"


def picture(size: int = 128) -> bytes:
    """A gradient with a house in it: something with edges."""
    image = Image.radial_gradient("L").resize((size, size)).convert("RGB")
    draw = ImageDraw.Draw(image)
    draw.polygon([(size * 0.2, size * 0.5), (size * 0.5, size * 0.2), (size * 0.8, size * 0.5)], fill=(200, 40, 30))
    draw.rectangle([size * 0.3, size * 0.5, size * 0.7, size * 0.85], fill=(240, 230, 200))
    return _png(image)


def mask(size: int = 128) -> bytes:
    image = Image.new("RGB", (size, size))
    ImageDraw.Draw(image).rectangle([size * 0.25] * 2 + [size * 0.75] * 2, fill="white")
    return _png(image)


def _png(image: Image.Image) -> bytes:
    kept = io.BytesIO()
    image.save(kept, "PNG")
    return kept.getvalue()


class Session:
    """What a session has: a client behind the recorder, and the recorder."""

    def __init__(self, recorder: Recorder, url: str, pid: int) -> None:
        self.recorder, self.url, self.pid = recorder, url, pid
        self.client = Client(url)

    async def done(self, prompt: Prompt, client: Client | None = None) -> Finished:
        """A job to its end, and what is kept of it."""
        finished = await (client or self.client).complete(prompt)
        await self.kept()
        return finished

    async def kept(self) -> None:
        async with httpx.AsyncClient(base_url=self.url) as http:
            await http.get("/history?max_items=3")
            await http.get("/queue")


async def text_to_image(s: Session) -> None:
    await s.done(graphs.text_to_image(batch=2))
    await s.done(graphs.text_to_image(batch=2))  # all of it cached but the sending


async def old_client(s: Session) -> None:
    s.recorder.mute = True
    await s.done(graphs.text_to_image(seed=2))


async def image_to_image(s: Session) -> None:
    await s.done(graphs.image_to_image(await s.client.upload(picture(), "picture.png")))


async def inpaint(s: Session) -> None:
    where = await s.client.upload(picture(), "picture.png"), await s.client.upload(mask(), "mask.png")
    await s.done(graphs.inpaint(*where))


async def canny(s: Session) -> None:
    await s.done(graphs.canny(await s.client.upload(picture(), "picture.png")))


async def tiled(s: Session) -> None:
    await s.done(graphs.tiled())


async def upscale(s: Session) -> None:
    await s.done(graphs.upscale(await s.client.upload(picture(64), "small.png")))


async def _cancelled(s: Session, prompt: Prompt, steps: int) -> None:
    """Start a job, and stop it after so many steps."""
    async with contextlib.aclosing(s.client.run(prompt)) as events:
        async for event in events:
            if isinstance(event, Working) and event.class_type == "KSampler" and event.step >= steps:
                break
    while s.client.busy:
        await asyncio.sleep(0.05)
    await s.kept()


async def cancel_running(s: Session) -> None:
    await _cancelled(s, graphs.text_to_image(steps=30, seed=3), 2)


async def cancel_queued(s: Session) -> None:
    running = asyncio.create_task(s.done(graphs.text_to_image(steps=8, seed=4)))
    await asyncio.sleep(0.5)
    other = Client(s.url)
    waiting = asyncio.create_task(other.complete(graphs.trivial()))
    await asyncio.sleep(0.3)
    waiting.cancel()
    await asyncio.wait({waiting})
    await running
    await other.close()


async def reconnect(s: Session) -> None:
    running = asyncio.create_task(s.done(graphs.text_to_image(steps=6, seed=5)))
    await asyncio.sleep(1.0)
    s.recorder.cut()
    await running


async def two_clients(s: Session) -> None:
    other = Client(s.url)
    async with asyncio.TaskGroup() as both:
        both.create_task(s.done(graphs.text_to_image(seed=6)))
        both.create_task(s.done(graphs.text_to_image(seed=7), other))
    await other.close()


async def unknown_node(s: Session) -> None:
    with contextlib.suppress(StillbytesError):
        await s.done(graphs.unknown_node())


async def missing_model(s: Session) -> None:
    with contextlib.suppress(StillbytesError):
        await s.done(graphs.text_to_image(checkpoint="sd_xl_base_1.0.safetensors"))


async def broken_model(s: Session) -> None:
    """Needs a damaged file `broken.safetensors` among the checkpoints."""
    with contextlib.suppress(StillbytesError):
        await s.done(graphs.text_to_image(checkpoint="broken.safetensors"))
    await s.kept()


async def about(s: Session) -> None:
    """What a client asks before any job."""
    await s.client.server.system()
    await s.client.server.most_upload()
    await s.client.server.memory()
    await s.client.server.free()


async def killed(s: Session) -> None:
    client = Client(s.url, limits=Limits(away=1))
    with contextlib.suppress(StillbytesError):
        async with contextlib.aclosing(client.run(graphs.text_to_image(steps=30, seed=8))) as events:
            async for event in events:
                if isinstance(event, Working) and event.step == 2:
                    os.kill(s.pid, signal.SIGKILL)
    await client.close()


ALL: dict[str, Callable[[Session], Awaitable[None]]] = {
    one.__name__: one
    for one in (
        text_to_image, old_client, image_to_image, inpaint, canny, tiled, upscale, cancel_running, cancel_queued,
        reconnect, two_clients, unknown_node, missing_model, broken_model, about, killed,
    )
}  # fmt: skip


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("sessions", nargs="*")
    parser.add_argument("--server", default="http://127.0.0.1:8188")
    parser.add_argument("--pid", type=int, default=0)
    parser.add_argument("--replace", nargs="*", default=[], metavar="THEIRS=OURS")
    given = parser.parse_args()
    for name in given.sessions or ALL:
        if name == "killed" and not given.pid:
            continue
        recorder = Recorder(given.server, dict(one.split("=", 1) for one in given.replace))
        async with recorder.recording(HERE / f"{name}.jsonl.gz") as url:
            session = Session(recorder, url, given.pid)
            await ALL[name](session)
            await session.client.close()
        print(name, (HERE / f"{name}.jsonl.gz").stat().st_size, flush=True)


if __name__ == "__main__":
    asyncio.run(main())
