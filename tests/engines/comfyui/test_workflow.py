"""Workflows: written down, sent, read back, checked, adapted, opened in ComfyUI's editor."""

import doctest
import gzip
import json
import math
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from engines.comfyui.sample_workflows import ALL, canny_control, flux_fill, text_to_image
from hypothesis import example, given, settings
from hypothesis import strategies as st

from stillbytes.core.errors import EngineError
from stillbytes.engines.comfyui import declare, edge, editor, nodes, object_info
from stillbytes.engines.comfyui import workflow as workflow_module
from stillbytes.engines.comfyui.adapt import Tiles, adapt
from stillbytes.engines.comfyui.edge import Edge, Node, Output, Value
from stillbytes.engines.comfyui.nodes import DECLARED
from stillbytes.engines.comfyui.object_info import ObjectInfo
from stillbytes.engines.comfyui.validate import FLOWING, InvalidWorkflow, check, find_problems
from stillbytes.engines.comfyui.workflow import Workflow

DATA = Path(__file__).parent / "data" / "object_info.json.gz"
TOLD: dict[str, Any] = json.loads(gzip.decompress(DATA.read_bytes()))
FILES = [
    value
    for maker in ALL.values()
    for node in maker().nodes.values()
    for value in node.inputs.values()
    if isinstance(value, str)
]


def with_files(told: dict[str, Any], files: list[str]) -> dict[str, Any]:
    """The node list of a server that has these model files, whichever folder they belong into."""
    new: dict[str, Any] = json.loads(json.dumps(told))
    for declared in DECLARED.values():
        for name, ours in declared.inputs.items():
            group = new.get(declared.class_type, {}).get("input", {}).get("required", {})
            if ours.folder and name in group:
                group[name] = [files]
    return new


SERVER = object_info.parse(with_files(TOLD, FILES))
BARE = object_info.parse(TOLD)


def without(*class_types: str) -> ObjectInfo:
    return object_info.parse({k: v for k, v in with_files(TOLD, FILES).items() if k not in class_types})


# what is written down


def test_the_same_loader_twice_is_one_node() -> None:
    workflow = text_to_image()
    assert [node.class_type for node in workflow.nodes.values()].count("CheckpointLoaderSimple") == 1
    once, again = nodes.load_vae("a.safetensors"), nodes.load_vae("a.safetensors")
    assert once == again
    assert once != nodes.load_vae("b.safetensors")


def test_numbers_that_went_through_a_browser_are_the_same() -> None:
    told = {"1": {"class_type": "A", "inputs": {"x": 1.0}}}
    assert Workflow.parse(told) == Workflow.parse({"1": {"class_type": "A", "inputs": {"x": 1}}})
    for other in (True, 1.5, "1"):
        assert Workflow.parse(told) != Workflow.parse({"1": {"class_type": "A", "inputs": {"x": other}}})


def test_ids_are_the_same_every_time_and_sources_come_first() -> None:
    prompt = canny_control().prompt()
    assert prompt == canny_control().prompt()
    assert list(prompt) == [str(i) for i in range(1, len(prompt) + 1)]
    for id, told in prompt.items():
        assert all(int(value[0]) < int(id) for value in told["inputs"].values() if isinstance(value, list))


def test_ids_do_not_depend_on_the_process() -> None:
    """Python's own hashes change from run to run; ids must not."""
    code = (
        "import sys, json; from engines.comfyui.sample_workflows import canny_control;"
        "print(json.dumps(canny_control().prompt()))"
    )
    tests = str(Path(__file__).parents[2])
    for seed in ("1", "2"):
        ran = subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONPATH": tests, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            timeout=60,
        )
        assert json.loads(ran.stdout) == canny_control().prompt()


def test_the_api_format_is_what_comfyui_documents() -> None:
    picture, _ = nodes.load_image("harbour.png")
    workflow = Workflow(nodes.save_image_websocket(nodes.image_invert(picture)))
    assert workflow.prompt() == {
        "1": {"class_type": "LoadImage", "inputs": {"image": "harbour.png"}},
        "2": {"class_type": "ImageInvert", "inputs": {"image": ["1", 0]}},
        "3": {"class_type": "SaveImageWebsocket", "inputs": {"images": ["2", 0]}},
    }


def test_a_wrong_wire_does_not_pass_mypy(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.py"
    wrong.write_text(
        "from stillbytes.engines.comfyui import nodes\n"
        "picture, mask = nodes.load_image('a.png')\n"
        "vae = nodes.load_vae('a.safetensors')\n"
        "nodes.vae_encode(picture, vae)\n"
        "nodes.vae_encode(mask, vae)\n"
        "nodes.scale_image(picture, 'lanczoz', 8, 8)\n"
    )
    pytest.importorskip("mypy")
    root = Path(__file__).parents[3]
    ran = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", str(wrong)],
        cwd=root,
        env={"MYPYPATH": str(root / "src"), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    lines = [line for line in ran.stdout.splitlines() if "error" in line and "wrong.py" in line]
    assert [line.split(":")[1] for line in lines] == ["5", "6"], ran.stdout + ran.stderr
    assert 'expected "Image"' in lines[0]


def test_a_long_chain_and_a_much_shared_node_are_no_burden() -> None:
    picture = nodes.load_image("a.png").image
    for _ in range(3000):
        picture = nodes.batch_images(picture, picture)  # 2 ** 3000 ways lead to the first node
    workflow = Workflow(nodes.preview_image(picture))
    assert len(workflow.nodes) == 3002
    assert Workflow.parse(workflow.prompt()) == workflow


def test_the_examples_run() -> None:
    page = (Path(__file__).parents[3] / "docs" / "workflows.md").read_text()
    code = "".join(re.findall(r"```python\n(.*?)```", page, re.DOTALL))
    before = dict(DECLARED)
    try:
        exec(code, {})
        for module in (workflow_module, declare):
            assert doctest.testmod(module).failed == 0
    finally:
        DECLARED.clear()
        DECLARED.update(before)


# random workflows

PRODUCERS: dict[str, list[str]] = {}
for declared_node in sorted(DECLARED.values(), key=lambda d: sum(i.type in FLOWING for i in d.inputs.values())):
    for given_edge in declared_node.outputs if declared_node.class_type in SERVER else ():
        PRODUCERS.setdefault(given_edge.type, []).append(declared_node.class_type)
"""By what flows, the nodes that give it; first the one that needs the fewest others."""


def value(draw: st.DrawFn, ours: declare.Input, theirs: object_info.Input) -> Value:
    match theirs.type:
        case "COMBO":
            return draw(st.sampled_from(ours.choices or theirs.choices or ("upload.png",)))
        case "INT":
            return draw(st.integers(int(theirs.minimum or 0), int(theirs.maximum or 0)))
        case "FLOAT":
            return draw(st.floats(theirs.minimum, theirs.maximum))
        case "BOOLEAN":
            return draw(st.booleans())
    assert theirs.type == "STRING"
    return draw(st.text(max_size=8))


def grow(draw: st.DrawFn, class_type: str, made: dict[str, list[Edge]], depth: int = 0) -> None:
    """Add a node of this class, and what it needs that is not there yet."""
    declared, inputs = DECLARED[class_type], {}
    for name, theirs in SERVER[class_type].inputs.items():
        if theirs.type not in FLOWING:
            inputs[name] = value(draw, declared.inputs[name], theirs)
        elif theirs.required or draw(st.booleans()):
            if theirs.type not in made or (depth < 3 and draw(st.booleans())):
                producers = PRODUCERS[theirs.type]
                grow(draw, draw(st.sampled_from(producers)) if depth < 3 else producers[0], made, depth + 1)
            inputs[name] = draw(st.sampled_from(made[theirs.type]))
    node = Node(class_type, inputs)
    for slot, kind in enumerate(declared.outputs):
        made.setdefault(kind.type, []).append(kind(node, slot))
    if SERVER[class_type].ends:
        made.setdefault("end", []).append(Output(node))


@st.composite
def workflows(draw: st.DrawFn) -> Workflow:
    """Any graph that the declared nodes can make, with values within the server's limits."""
    made: dict[str, list[Edge]] = {}
    for class_type in draw(st.lists(st.sampled_from(sorted(set(DECLARED) & set(SERVER))), max_size=6)):
        grow(draw, class_type, made)
    grow(draw, "SaveImageWebsocket", made)
    return Workflow(*made["end"])


@settings(max_examples=60, deadline=None)
@given(workflows())
def test_whatever_the_builder_makes_is_valid_and_comes_back_the_same(workflow: Workflow) -> None:
    assert find_problems(workflow, SERVER) == ()
    assert Workflow.parse(json.loads(json.dumps(workflow.prompt()))) == workflow
    assert adapt(workflow, SERVER) == workflow  # nothing to adapt to


@settings(max_examples=60, deadline=None)
@given(workflows())
def test_the_editors_document_comes_back_the_same(workflow: Workflow) -> None:
    document = json.loads(json.dumps(editor.save(workflow, SERVER)))
    assert editor.read(document, SERVER) == workflow
    places = [(node["pos"][0], node["pos"][1], node["size"][1]) for node in document["nodes"]]
    for x, y, height in places:
        assert not any(x == left and y < top < y + height for left, top, _ in places)


# what is wrong


def problems(workflow: Workflow, server: ObjectInfo = SERVER) -> dict[str, tuple[str, str]]:
    return {p.kind: (p.message, p.remedy) for p in find_problems(workflow, server)}


@pytest.mark.parametrize("maker", [m for name, m in ALL.items() if name != "flux2_edit"])
def test_our_kinds_of_workflow_are_valid(maker: Callable[[], Workflow]) -> None:
    check(maker(), SERVER)


def test_all_problems_are_found_at_once_each_with_a_remedy() -> None:
    picture, mask = nodes.load_image("a.png")
    bad = nodes.scale_image_by(picture, "lanczos", 99.0)
    latent = Node("VAEEncode", {"pixels": mask, "strength": 2})
    end = nodes.save_image_websocket(nodes.vae_decode(edge.Latent(latent), nodes.load_vae("gone.safetensors")))
    select = nodes.select_sampler("eulr")
    strange = Node("FaceFixer", {"image": bad})
    with pytest.raises(InvalidWorkflow) as caught:
        check(Workflow(end, select, Edge(strange)), SERVER)
    found = {p.kind: p for p in caught.value.problems}
    assert set(found) == {
        "out-of-range",
        "wrong-type",
        "unknown-input",
        "missing-input",
        "missing-model",
        "unknown-choice",
        "unknown-node",
    }
    wrong = found["out-of-range"]
    assert (wrong.class_type, wrong.input, wrong.value) == ("ImageScaleBy", "scale_by", "99.0")
    assert wrong.message == "Upscale Image By (node 7) takes 0.01 to 8.0 for scale_by, not 99.0."
    assert "takes IMAGE for pixels, not MASK, which is output 1 of Load Image" in found["wrong-type"].message
    assert found["missing-input"].input == "vae"
    assert found["unknown-input"].input == "strength"
    assert (found["missing-model"].folder, found["missing-model"].value) == ("vae", "gone.safetensors")
    assert "stillbytes models pull" in found["missing-model"].remedy
    assert found["unknown-choice"].remedy.startswith("It offers euler")
    assert all(p.message.endswith(".") and p.remedy for p in caught.value.problems)
    assert all(p.message in caught.value.message for p in caught.value.problems)


def test_a_missing_node_says_where_it_comes_from() -> None:
    message, remedy = problems(flux_fill(), without("UnetLoaderGGUF"))["unknown-node"]
    assert message == "This ComfyUI has no node UnetLoaderGGUF (node 1)."
    assert "ComfyUI-GGUF" in remedy
    assert "stillbytes engines install comfyui" in remedy
    (found,) = [p for p in find_problems(ALL["flux2_edit"](), SERVER) if p.class_type == "Flux2Scheduler"]
    assert "since 0.3.72: update ComfyUI" in found.remedy
    assert "update ComfyUI" in problems(flux_fill(), without("InpaintModelConditioning"))["unknown-node"][1]


def test_a_workflow_that_hands_out_nothing_is_no_use() -> None:
    assert "no-end" in problems(Workflow(nodes.load_image("a.png").image))
    assert "no-end" in problems(Workflow())


@pytest.mark.parametrize(
    ("input", "value"),
    [("steps", 2.5), ("steps", "many"), ("steps", True), ("cfg", "high"), ("cfg", math.nan), ("model", 3)],
)
def test_values_of_the_wrong_type_are_found(input: str, value: Value) -> None:
    prompt = text_to_image().prompt()
    (sampler,) = [told for told in prompt.values() if told["class_type"] == "KSampler"]
    sampler["inputs"][input] = value
    (found,) = find_problems(Workflow.parse(prompt), SERVER)
    assert (found.kind, found.input) == ("wrong-type", input)


# what is adapted


def test_tiles_when_the_plan_says_so() -> None:
    tiled = adapt(text_to_image(), SERVER, Tiles(256, 32))
    (decode,) = [node for node in tiled.nodes.values() if node.class_type.startswith("VAEDecode")]
    assert decode.class_type == "VAEDecodeTiled"
    assert (decode.inputs["tile_size"], decode.inputs["overlap"]) == (256, 32)
    check(tiled, SERVER)
    assert len(tiled.nodes) == len(text_to_image().nodes)


def test_pictures_come_as_files_from_a_server_without_the_socket_node() -> None:
    server = without("SaveImageWebsocket")
    fitted = adapt(text_to_image(), server)
    assert fitted.nodes[fitted.id(fitted.ends[0])].class_type == "PreviewImage"
    check(fitted, server)


def test_an_older_server_is_not_sent_what_it_does_not_know() -> None:
    told = with_files(TOLD, FILES)
    del told["VAEDecodeTiled"]["input"]["required"]["temporal_size"]
    older = object_info.parse(told)
    usual = adapt(text_to_image(), older, Tiles())
    check(usual, older)
    latent, vae = nodes.empty_latent(64, 64), nodes.load_vae(FILES[0])
    special = Workflow(nodes.preview_image(nodes.vae_decode_tiled(latent, vae, temporal_size=8)))
    assert problems(adapt(special, older), older).keys() == {"unknown-input"}  # what was asked for is not dropped


def test_a_newer_server_gets_its_own_default_for_what_it_added() -> None:
    told = with_files(TOLD, FILES)
    told["KSampler"]["input"]["required"]["sharpness"] = ["FLOAT", {"default": 0.25}]
    told["KSampler"]["input"]["required"]["mode"] = ["COMBO", {"options": ["fast", "fine"]}]
    newer = object_info.parse(told)
    assert problems(text_to_image(), newer).keys() == {"missing-input"}
    fitted = adapt(text_to_image(), newer)
    check(fitted, newer)
    (sampler,) = [node for node in fitted.nodes.values() if node.class_type == "KSampler"]
    assert (sampler.inputs["sharpness"], sampler.inputs["mode"]) == (0.25, "fast")


@pytest.mark.parametrize("there", ["SDXL\\tiny-sd15.safetensors", "a/b/tiny-sd15.safetensors"])
def test_models_in_folders_of_their_own_are_found(there: str) -> None:
    server = object_info.parse(with_files(TOLD, [there, "SDXL\\other.safetensors"]))
    check(adapt(text_to_image(), server), server)
    twice = object_info.parse(with_files(TOLD, [there, "x/tiny-sd15.safetensors"]))
    assert problems(adapt(text_to_image(), twice), twice).keys() == {"missing-model"}  # which one is not for us to say


# what others send


@pytest.mark.parametrize(
    "prompt",
    [
        None,
        [],
        {},
        {"1": None},
        {"1": {"class_type": 3}},
        {"1": {"class_type": "A", "inputs": []}},
        {"1": {"class_type": "A", "inputs": {"x": ["2", 0]}}},
        {"1": {"class_type": "A", "inputs": {"x": ["1", 0]}}},
        {"1": {"class_type": "A", "inputs": {"x": ["2", 0]}}, "2": {"class_type": "A", "inputs": {"x": ["1", 0]}}},
        {"1": {"class_type": "A", "inputs": {"x": {"a": 1}}}},
        {"1": {"class_type": "A", "inputs": {"x": ["1", "a"]}}},
        {"1": {"class_type": "A", "inputs": {"x": ["1", -1]}}},
        {str(i): {"class_type": "A"} for i in range(10_001)},
    ],
)
def test_what_is_not_a_workflow_is_refused(prompt: object) -> None:
    with pytest.raises(EngineError, match="not a workflow in ComfyUI's API format"):
        Workflow.parse(prompt)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=150, deadline=None)
@given(JSON, st.sampled_from(sorted(TOLD)), st.sampled_from(["input", "output", "output_name", "display_name"]))
def test_a_strange_node_costs_only_itself(strange: object, class_type: str, key: str) -> None:
    told = {**TOLD, class_type: {**TOLD[class_type], key: strange}, "Strange": strange}
    server = object_info.parse(told)
    assert set(TOLD) - {class_type} <= set(server)
    assert set(server.unreadable) <= {class_type, "Strange"}


@settings(max_examples=100, deadline=None)
@given(JSON)
@example([None, None, math.inf])
def test_anything_else_is_refused_with_a_reason(strange: Any) -> None:
    for document in (strange, {"nodes": strange, "links": strange}, {"nodes": [strange], "links": [strange]}):
        try:
            editor.read(document, BARE)
        except EngineError as error:
            assert error.remedy
    try:
        object_info.parse(json.dumps(strange))
    except EngineError as error:
        assert error.remedy


def test_both_ways_of_writing_a_choice_mean_the_same() -> None:
    old = {"A": {"input": {"required": {"x": [["a", "b"], {"default": "b"}]}}, "output": [["a"]]}}
    new = {"A": {"input": {"required": {"x": ["COMBO", {"options": ["a", "b"], "default": "b"}]}}, "output": ["COMBO"]}}
    assert object_info.parse(old)["A"] == object_info.parse(new)["A"]
    later = {"A": {"input": {"required": {"x": ["COMBO", {"remote": {"route": "/x"}}]}}, "output": []}}
    assert object_info.parse(later)["A"].inputs["x"].choices is None


@pytest.mark.parametrize("body", [b"<html>", b"[1, 2]", b"{}", b'{"A": 1}', b"\xff", b"[" * 100_000])
def test_something_else_on_the_port_is_told_apart(body: bytes) -> None:
    with pytest.raises(EngineError, match="not ComfyUI's list of nodes"):
        object_info.parse(body)


def test_the_editor_cannot_give_what_only_it_can_resolve() -> None:
    document = editor.save(text_to_image(), SERVER)
    document["nodes"][0]["mode"] = 4
    with pytest.raises(EngineError, match="switched off"):
        editor.read(document, SERVER)
    with pytest.raises(InvalidWorkflow, match="no node UnetLoaderGGUF"):
        editor.save(flux_fill(), without("UnetLoaderGGUF"))
