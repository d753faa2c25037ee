"""A person's own workflows: read with care, filled in where the header says, and otherwise as they were saved."""

from __future__ import annotations

import asyncio
import copy
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from engines.comfyui import graphs as saved
from generate.workflows.tiny import ALL
from hypothesis import given, settings
from hypothesis import strategies as st

from stillbytes.core.errors import EngineError
from stillbytes.engines.comfyui.client import Client
from stillbytes.engines.comfyui.workflow import Workflow
from stillbytes.generate.workflows import Drawing, own, serving

SERVER = os.environ.get("STILLBYTES_TEST_COMFYUI", "")
FILL: dict[str, Any] = {
    **saved.inpaint("saved-picture.png", "saved-mask.png"),
    "stillbytes": {
        "name": "my-fill",
        "title": "Fill, my way",
        "task": "fill",
        "output": "10",
        "inputs": {
            "prompt": ["2", "text"],
            "negative": [["3", "text"]],
            "seed": ["7", "seed"],
            "steps": ["7", "steps"],
            "guidance": ["7", "cfg"],
            "denoise": ["7", "denoise"],
            "picture": ["4", "image"],
            "mask": ["5", "image"],
        },
        "pixels": 262144,
        "multiple": 32,
    },
}
DRAWING = Drawing(
    task="fill", width=512, height=512, seed=5, prompt="a boat", negative="people", picture="p.png", mask="m.png"
)


def kept(folder: Path, told: object, name: str = "fill.json") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(told if isinstance(told, str) else json.dumps(told))
    return path


def changed(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    told = copy.deepcopy(FILL)
    change(told)
    return told


def test_a_drawing_goes_where_the_header_says_and_the_rest_stays(tmp_path: Path) -> None:
    graph = own.read(kept(tmp_path, FILL))
    prompt = graph.build(DRAWING, own_files(graph)).prompt()
    by_class = {node["class_type"]: node["inputs"] for node in prompt.values()}
    assert by_class["LoadImage"]["image"] == "p.png"
    assert by_class["LoadImageMask"] == {"image": "m.png", "channel": "red"}
    texts = {node["inputs"]["text"] for node in prompt.values() if node["class_type"] == "CLIPTextEncode"}
    assert texts == {"a boat", "people"}
    sampler = by_class["KSampler"]
    assert (sampler["seed"], sampler["steps"], sampler["cfg"], sampler["denoise"]) == (5, 3, 5.0, 1.0)
    assert (sampler["sampler_name"], sampler["scheduler"]) == ("euler", "normal")
    assert by_class["SaveImageWebsocket"]["images"][1] == 0
    again = graph.build(DRAWING, own_files(graph)).prompt()
    assert again == prompt
    other = graph.build(Drawing(**{**DRAWING.json(), "steps": 9, "guidance": 2}), own_files(graph)).prompt()
    (told,) = (node["inputs"] for node in other.values() if node["class_type"] == "KSampler")
    assert (told["steps"], told["cfg"]) == (9, 2)


def own_files(graph: Any) -> Any:
    (one,) = serving("fill", lambda model: False, more=[graph])
    return one.files(DRAWING)


def test_it_serves_its_task_beside_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path))
    kept(own.folder(), FILL)
    found = own.found()
    assert found.problems == ()
    (one,) = serving("fill", lambda model: False, more=found.graphs)
    assert (one.id, one.title, one.model, one.tier) == ("my-fill", "Fill, my way", None, "fast")
    assert one.takes == {"negative", "picture", "mask", "denoise"}
    assert one.graph.size(3, 2) == (640, 416)
    assert serving("create", lambda model: False, more=found.graphs) == ()
    others = serving("fill", lambda model: True, more=found.graphs)
    assert others[-1].id == "my-fill"  # it is asked for by its name, and takes nobody's place
    assert one.needs(DRAWING) == ()  # the tiny models are not declared
    assert one.workflow(DRAWING).ends


def test_declared_models_that_it_loads_are_known(tmp_path: Path) -> None:
    told = changed(lambda told: told["1"]["inputs"].update(ckpt_name="SDXL\\sd_xl_base_1.0.safetensors"))
    (one,) = serving("fill", lambda model: False, more=[own.read(kept(tmp_path, told))])
    assert [model.id for model in one.needs(DRAWING)] == ["sdxl-base-fp16"]


def test_the_version_is_another_when_the_file_is(tmp_path: Path) -> None:
    first = own.read(kept(tmp_path, FILL))
    assert own.read(kept(tmp_path, FILL)).version == first.version
    other = own.read(kept(tmp_path, changed(lambda told: told["7"]["inputs"].update(cfg=6.0))))
    assert other.version != first.version


def test_nodes_that_lead_nowhere_and_other_outputs_are_left_out(tmp_path: Path) -> None:
    told = changed(lambda told: told.update({"20": saved.node("PreviewImage", images=["4", 0])}))
    prompt = own.read(kept(tmp_path, told)).build(DRAWING, own_files(own.read(kept(tmp_path, FILL)))).prompt()
    assert "PreviewImage" not in {node["class_type"] for node in prompt.values()}
    assert len(Workflow.parse(prompt).ends) == 1


def test_the_output_can_be_the_node_that_makes_the_picture(tmp_path: Path) -> None:
    told = changed(lambda told: (told.pop("10"), told["stillbytes"].update(output=9)))
    graph = own.read(kept(tmp_path, told))
    assert graph.build(DRAWING, own_files(graph)) == own.read(kept(tmp_path, FILL)).build(DRAWING, own_files(graph))


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ("{", "not JSON"),
        ("[1]", "no 'stillbytes' key"),
        ({"1": {}}, "no 'stillbytes' key"),
        ({"stillbytes": 7}, "stillbytes: Input should be"),
        (changed(lambda t: t["stillbytes"].pop("task")), "stillbytes.task: Field required"),
        (changed(lambda t: t["stillbytes"].update(task="paint")), "stillbytes.task"),
        (changed(lambda t: t["stillbytes"].update(name="../x")), "stillbytes.name"),
        (changed(lambda t: t["stillbytes"].update(colour=1)), "stillbytes.colour"),
        (changed(lambda t: t["stillbytes"]["inputs"].update(hue=["7", "cfg"])), "stillbytes.inputs.hue"),
        (changed(lambda t: t["stillbytes"]["inputs"].update(seed=["7"])), "stillbytes.inputs.seed"),
        (changed(lambda t: t["stillbytes"]["inputs"].pop("mask")), "fill needs a place for mask"),
        (changed(lambda t: t["stillbytes"]["inputs"].update(mask=[])), "fill needs a place for mask"),
        (changed(lambda t: t["stillbytes"]["inputs"].pop("seed")), "fill needs a place for seed"),
        (changed(lambda t: t["stillbytes"]["inputs"].update(seed=["99", "seed"])), "there is no node '99'"),
        (changed(lambda t: t["stillbytes"]["inputs"].update(seed=["7", "sed"])), "has no input 'sed'"),
        (changed(lambda t: t["stillbytes"]["inputs"].update(seed=["7", "model"])), "is connected to another node"),
        (changed(lambda t: t["stillbytes"]["inputs"].update(seed=["2", "text"])), "holds 'a boat at dusk'"),
        (changed(lambda t: t["stillbytes"].update(output="99")), "output: there is no node '99'"),
        (changed(lambda t: t["stillbytes"].update(output="4")), "has no part in what node '4' shows"),
        (changed(lambda t: t.pop("9")), "takes something from node '9'"),
        (changed(lambda t: t.update({"5": 3})), "node '5' has no class_type"),
    ],
)
def test_a_fault_is_named_with_its_file(told: object, says: str, tmp_path: Path) -> None:
    with pytest.raises(EngineError) as caught:
        own.read(kept(tmp_path, told))
    assert caught.value.message.startswith("The workflow fill.json cannot be used: ")
    assert says in caught.value.message
    assert caught.value.remedy


def test_a_bad_file_costs_only_itself(tmp_path: Path) -> None:
    kept(tmp_path, "{", "a.json")
    kept(tmp_path, FILL, "b.json")
    kept(tmp_path, FILL, "c.json")
    (tmp_path / "d.json").mkdir()
    found = own.found(tmp_path)
    assert [graph.name for graph in found.graphs] == ["my-fill"]
    assert ["a.json" in found.problems[0].message, "another workflow called" in found.problems[1].message] == [True] * 2
    assert own.found(tmp_path / "none") == own.Found((), ())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=15,
)


@settings(max_examples=150, deadline=None)
@given(
    JSON, st.sampled_from(["1", "7", "10", "stillbytes", "whole"]), st.sampled_from(["inputs", "output", "task", ""])
)
def test_anything_else_is_refused_with_a_reason(
    tmp_path_factory: pytest.TempPathFactory, strange: Any, where: str, key: str
) -> None:
    told: Any = copy.deepcopy(FILL)
    if where == "whole":
        told = strange
    elif key:
        told[where][key] = strange
    else:
        told[where] = strange
    path = kept(tmp_path_factory.getbasetemp() / "strange", told)
    try:
        graph = own.read(path)
    except EngineError as error:
        assert error.remedy
    else:
        assert Workflow.parse(graph.build(DRAWING, own_files(graph)).prompt())


@pytest.mark.skipif(not SERVER, reason="needs a running ComfyUI, see STILLBYTES_TEST_COMFYUI")
def test_a_real_server_draws_it(tmp_path: Path) -> None:
    (one,) = serving("fill", lambda model: False, more=[own.read(kept(tmp_path, FILL))])

    async def drawn() -> int:
        client = Client(SERVER)
        try:
            tiny = next(tiny for tiny in ALL if tiny.name == "fill")
            drawing = await tiny.uploaded(client, seed=77)
            return len((await client.complete(one.workflow(drawing).prompt())).outputs)
        finally:
            await client.close()

    assert asyncio.run(drawn()) == 1
