"""Every graph that the tiny models can serve in a real ComfyUI, with the pictures that come back.

Skipped unless STILLBYTES_TEST_COMFYUI has the address of one (docs/workflows.md tells how).
"""

from __future__ import annotations

import asyncio
import io
import os
from pathlib import Path

import numpy as np
import pytest
from generate.workflows.tiny import ALL, SIDE, Tiny
from numpy.typing import NDArray
from PIL import Image

from stillbytes.engines.comfyui.adapt import Tiles, adapt
from stillbytes.engines.comfyui.client import Client
from stillbytes.engines.comfyui.validate import check

SERVER = os.environ.get("STILLBYTES_TEST_COMFYUI", "")
KEPT = os.environ.get("STILLBYTES_TEST_PICTURES", "")
"""A folder to keep the pictures in, to look at them."""
pytestmark = pytest.mark.skipif(not SERVER, reason="needs a running ComfyUI, see STILLBYTES_TEST_COMFYUI")
named = {one.name: one for one in ALL}


def drawn(one: Tiny, tiles: Tiles | None = None, **changed: object) -> list[NDArray[np.uint8]]:
    """(height, width, 3) each."""

    async def made() -> list[NDArray[np.uint8]]:
        client = Client(SERVER)
        try:
            nodes = await client.server.nodes()
            workflow = adapt(one.candidate.workflow(await one.uploaded(client, **changed)), nodes, tiles)
            check(workflow, nodes)
            finished = await client.complete(workflow.prompt())
        finally:
            await client.close()
        return [np.asarray(Image.open(io.BytesIO(output.content)).convert("RGB")) for output in finished.outputs]

    pictures = asyncio.run(made())
    if KEPT:
        Path(KEPT).mkdir(parents=True, exist_ok=True)
        for number, pixels in enumerate(pictures):
            Image.fromarray(pixels).save(Path(KEPT) / f"{one.name}-{changed.get('seed', '')}{number}.png")
    return pictures


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.name)
def test_a_picture_of_the_right_size_comes_back(one: Tiny) -> None:
    (pixels,) = drawn(one)
    assert pixels.shape[1::-1] == one.size
    assert pixels.std() > 1


@pytest.mark.parametrize("name", ["create", "fill", "fill-with-any-model", "restyle-with-edges"])
def test_the_seed_decides(name: str) -> None:
    (first,), (again,), (other,) = (drawn(named[name], seed=seed) for seed in (5, 5, 6))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


@pytest.mark.parametrize("name", ["fill", "fill-with-any-model", "expand", "remove"])
def test_only_what_is_under_the_mask_is_drawn(name: str) -> None:
    """The mask is the middle half. Latents outside of it are the same; their pixels nearly, for the decoder mixes them
    with what is around them."""
    (first,), (other,) = (drawn(named[name], seed=seed) for seed in (5, 6))
    change = np.abs(first.astype(int) - other).mean(axis=2)
    middle = slice(SIDE * 3 // 8, SIDE * 5 // 8)
    border = np.ones(change.shape, bool)
    border[8:-8, 8:-8] = False
    assert change[middle, middle].mean() > 20
    assert change[border].mean() < change[middle, middle].mean() / 10


def test_as_many_as_asked_for_come_back() -> None:
    pictures = drawn(named["create"], batch=3)
    assert len(pictures) == 3
    assert (pictures[0] != pictures[1]).any()
    assert len(drawn(named["fill"], batch=2)) == 2


def test_denoise_decides_how_much_stays() -> None:
    (weak,), (strong,), (same,) = (
        drawn(named["create-from-a-picture"], denoise=denoise) for denoise in (0.1, 1.0, 0.05)
    )
    assert np.abs(weak.astype(int) - same).mean() < np.abs(strong.astype(int) - same).mean()


def test_tiles_of_the_plan_are_used() -> None:
    one = named["create"]
    (pixels,) = drawn(one, Tiles(64, 16))
    assert pixels.shape[1::-1] == one.size
