"""The graphs' sessions with a real ComfyUI, replayed: what is sent is what was sent then, and pictures come back."""

from __future__ import annotations

import asyncio
import io
import json
from dataclasses import replace

import pytest
from engines.comfyui.recorded import jobs
from engines.comfyui.stand_in import StandIn
from generate.workflows.tiny import RECORDED, Tiny, session
from PIL import Image

from stillbytes.engines.comfyui.client import Client
from stillbytes.engines.comfyui.job import Event, Finished, Working


@pytest.mark.parametrize("one", RECORDED, ids=lambda one: one.name)
def test_it_is_what_the_real_server_drew(one: Tiny) -> None:
    (recorded,) = jobs(session(one))
    drawing = replace(one.drawing, **_places(one, recorded.prompt))
    assert one.candidate.workflow(drawing).prompt() == recorded.prompt

    async def drawn() -> list[Event]:
        async with StandIn(recorded).serving() as server:
            client = Client(server.url)
            try:
                return [event async for event in client.run(one.candidate.workflow(drawing).prompt())]
            finally:
                await client.close()

    events = asyncio.run(drawn())
    finished = events[-1]
    assert isinstance(finished, Finished)
    (output,) = finished.outputs
    assert Image.open(io.BytesIO(output.content)).size == one.size
    steps = {event.step for event in events if isinstance(event, Working) and event.class_type == "KSampler"}
    assert one.drawing.task == "upscale" or 3 in steps


def _places(one: Tiny, prompt: dict[str, object]) -> dict[str, str]:
    """Where the pictures were on that server, which has its own names for them."""
    text = json.dumps(prompt)
    there = {}
    for kind in ("picture", "mask"):
        if name := getattr(one.drawing, kind):
            stem = name.removesuffix(".png")
            start = text.index(f"stillbytes/{stem}")
            there[kind] = text[start : text.index('"', start)]
    return there
