"""What is named, found in ComfyUI: the graphs against descriptions of their nodes, and the way through the broker."""

from __future__ import annotations

import asyncio
import io
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from drawing import Shelf
from engines.comfyui.test_nodes import described, real
from gpu.broker.test_broker import Loads, Numbers
from masks.detect.stub import BLUE, RED, inside, painted
from PIL import Image

from stillbytes import masks
from stillbytes.core.errors import EngineError, NotFound
from stillbytes.engines.comfyui.job import Finished, Output
from stillbytes.engines.comfyui.object_info import ObjectInfo
from stillbytes.engines.comfyui.validate import InvalidWorkflow, Problem, find_problems
from stillbytes.engines.comfyui.workflow import Workflow
from stillbytes.engines.engine import Loadable
from stillbytes.gpu.access import Access
from stillbytes.gpu.broker.broker import Broker
from stillbytes.gpu.broker.messages import Resident
from stillbytes.gpu.models import registry
from stillbytes.gpu.models.model import Model
from stillbytes.masks.detect.detector import Picture
from stillbytes.masks.detect.find import detectors, find, offers
from stillbytes.masks.detect.words.graphs import GRAPHS

SIZE = 1700
"""MiB of a model."""
SAM3, GROUNDED = "sam3.1", "grounded-sam2"
COLOURS = {"red": RED, "blue": BLUE}


def png(pixels: Any) -> bytes:
    target = io.BytesIO()
    Image.fromarray(pixels).save(target, "png")
    return target.getvalue()


class Comfy(Loads):  # type: ignore[misc]
    """Answers like a server with these nodes whose model knows colours: a mask for each that the words name."""

    def __init__(self, memory: Numbers, has_nodes: bool) -> None:
        super().__init__("comfyui", memory, {SAM3: SIZE, GROUNDED: SIZE})
        self.nodes = described() if has_nodes else real()
        self.client = self
        self.uploads: dict[str, bytes] = {}
        self.prompts: list[dict[str, Any]] = []
        self.answer: list[bytes] | None = None

    async def start(self) -> None: ...

    async def upload(self, content: bytes, name: str) -> str:
        self.uploads[name] = content
        return name

    async def complete(self, workflow: Workflow) -> Finished:
        if faults := real_faults(workflow, self.nodes):
            raise InvalidWorkflow(faults)
        prompt = workflow.prompt()
        [words] = {told for n in prompt.values() for name in ("text", "prompt") if (told := n["inputs"].get(name))}
        loaded = {n["inputs"]["image"] for n in prompt.values() if n["class_type"] == "LoadImage"}
        assert loaded == set(self.uploads) and self.held  # nobody works without its model
        self.prompts.append(prompt)
        found = [inside(colour) for name, colour in COLOURS.items() if name in words] or [np.zeros_like(inside(RED))]
        answers = self.answer or [png(one.astype(np.uint8) * 255) for one in found]
        return Finished(tuple(Output("9", "image/png", content) for content in answers))


def real_faults(workflow: Workflow, server: ObjectInfo) -> tuple[Problem, ...]:
    """But for models on its disk and what was uploaded, of which the list knows nothing."""
    there = ("ckpt_name", "image")
    return tuple(problem for problem in find_problems(workflow, server) if problem.input not in there)


class Machine:
    """Networks behind the real broker, on a card in software."""

    def __init__(self, comfy: Comfy, access: Access) -> None:
        self.comfy, self.access = comfy, access


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Machine]]:
    """has_nodes: whether its ComfyUI has the nodes. here: ids of models on its disk."""
    monkeypatch.setattr("stillbytes.masks.detect.object.boxes", lambda picture, ask: [])
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    begun: list[Broker] = []

    def make(*here: str, has_nodes: bool = True) -> Machine:
        comfy = Comfy(memory := Numbers(), has_nodes)

        async def begin() -> Broker:
            broker = Broker(memory, {"comfyui": comfy})
            for id in here:
                broker.declare(Resident(id, "comfyui", SIZE, uncertainty=0.1), Loadable(id, {}))
            return broker

        begun.append(asyncio.run_coroutine_threadsafe(begin(), loop).result())
        return Machine(comfy, Access(begun[-1], loop, Disk({"yolox-nano", *here})))  # type: ignore[arg-type]

    yield make
    for broker in begun:
        asyncio.run_coroutine_threadsafe(broker.close(), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)
    loop.close()


class Disk(Shelf):
    """As a store says it."""

    def lost(self, model: Model) -> bool:
        return False

    def installed(self, model: Model) -> bool:
        return model.id in self.ids

    def files(self, model: Model) -> dict[str, Path]:
        return {file.role: Path(file.name) for file in model.files}


@pytest.mark.parametrize("model", [SAM3, GROUNDED])
def test_a_graph_is_what_its_nodes_take(model: str) -> None:
    workflow = GRAPHS[model]("a.png", "the red car", {"checkpoint": "sam3.1_multiplex_fp16.safetensors"})
    assert real_faults(workflow, described()) == ()
    assert Workflow.parse(workflow.prompt()) == workflow
    assert {fault.kind for fault in real_faults(workflow, real())} == {"unknown-node"}


@pytest.mark.parametrize("model", [SAM3, GROUNDED])
def test_words_are_found_through_the_broker(model: str, machine: Callable[..., Machine]) -> None:
    here = machine(model)
    found = find(masks.Object(words="the red  square"), Picture(painted()), here.access)
    assert found.used == (model,) and found.recipe["models"] == {model: registry.get(model).files[0].sha256}
    assert ((found.pixels > 127) == inside(RED)).mean() > 0.99
    [prompt] = here.comfy.prompts
    assert "the red square" in str(prompt)


def test_of_several_things_all_are_in_the_mask(machine: Callable[..., Machine]) -> None:
    found = find(masks.Object(words="red and blue"), Picture(painted()), machine(GROUNDED).access)
    assert ((found.pixels > 127) == (inside(RED) | inside(BLUE))).mean() > 0.99


def test_what_is_not_there_is_told(machine: Callable[..., Machine]) -> None:
    with pytest.raises(NotFound, match="zeppelin"):
        find(masks.Object(words="a zeppelin"), Picture(painted()), machine(SAM3).access)


@pytest.mark.parametrize(
    ("model", "remedy"), [(SAM3, "update ComfyUI"), (GROUNDED, "put https://github.com/neverbiasu/ComfyUI-SAM2 into")]
)
def test_a_server_without_the_nodes_says_what_to_do(model: str, remedy: str, machine: Callable[..., Machine]) -> None:
    with pytest.raises(EngineError, match="has no node") as caught:
        find(masks.Object(words="red"), Picture(painted()), machine(model, has_nodes=False).access)
    assert remedy in caught.value.remedy


def test_where_the_first_lacks_its_nodes_the_next_is_asked(machine: Callable[..., Machine]) -> None:
    here = machine(SAM3, GROUNDED)
    nodes = dict(here.comfy.nodes)
    del nodes["SAM3_Detect"]
    here.comfy.nodes = nodes
    assert find(masks.Object(words="red"), Picture(painted()), here.access).used == (GROUNDED,)


@pytest.mark.parametrize("answer", [b"no picture", png(np.zeros((10, 20), np.uint8))])
def test_an_answer_that_is_no_mask_of_the_photo_is_told(answer: bytes, machine: Callable[..., Machine]) -> None:
    here = machine(SAM3)
    here.comfy.answer = [answer]
    with pytest.raises(EngineError, match="answered with"):
        find(masks.Object(words="red"), Picture(painted()), here.access)


def test_large_models_are_offered_where_there_is_a_card() -> None:
    def here(model: str) -> bool:
        return model == "clipseg"

    def none(model: str) -> bool:
        return False

    choices = detectors()["object"].choices(masks.Object(words="a car"))
    int8 = "grounding-dino-tiny-int8".__eq__
    first = offers(choices, (), here, large=True, lost=int8)[0]
    assert first.lost and int8(first.model)  # it was downloaded once
    assert [offer.model for offer in offers(choices, (), here, large=True, lost=none)][:2] == [SAM3, GROUNDED]
    assert [offer.model for offer in offers(choices, (), here, large=False, lost=none)] == [
        "grounding-dino-tiny-fp16",
        "grounding-dino-tiny-int8",
    ]
