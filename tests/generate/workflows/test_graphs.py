"""Every graph: what it sends is what was agreed on, a real server would take it, and words and seeds are in place."""

from __future__ import annotations

import doctest
import importlib
import json
import re
from dataclasses import replace
from typing import Any

import pytest
from engines.comfyui.test_nodes import DESCRIBED
from engines.comfyui.test_workflow import TOLD, with_files
from generate.workflows.cases import NEGATIVE, PROMPT, REFERENCES, SEED, Case, cases, drawing, references
from hypothesis import given, settings
from hypothesis import strategies as st

from stillbytes.core.errors import EngineError, ModelError
from stillbytes.engines.comfyui import object_info
from stillbytes.engines.comfyui.adapt import Tiles, adapt
from stillbytes.engines.comfyui.declare import DECLARED
from stillbytes.engines.comfyui.validate import Problem, find_problems
from stillbytes.engines.comfyui.workflow import Prompt, Workflow
from stillbytes.generate.workflows import Drawing, Lora, Task, candidate, graphs
from stillbytes.generate.workflows.graph import LARGEST_SEED, MASKED

CASES = cases()
FILES = sorted(
    {
        value
        for case in CASES
        for node in case.prompt().values()
        for name, value in node["inputs"].items()
        if (ours := DECLARED[node["class_type"]].inputs[name]).folder and isinstance(value, str)
    }
)
SERVER = object_info.parse(with_files(TOLD, FILES))
NEWER = {name for name, declared in DECLARED.items() if declared.since}
every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def nodes_of(prompt: Prompt, *endings: str) -> list[dict[str, Any]]:
    return [node["inputs"] for node in prompt.values() if node["class_type"].endswith(endings)]


def test_the_prompts_are_those_that_were_agreed_on() -> None:
    """A change here changes what people's recipes make: raise the graph's version with it."""
    made = references()
    assert {path.stem for path in REFERENCES.glob("*.json")} == set(made) == {graph.name for graph in graphs()}
    for graph, prompts in made.items():
        kept = json.loads((REFERENCES / f"{graph}.json").read_text())
        assert kept == prompts, f"{graph}: python -m generate.workflows.cases"


@every_case
def test_a_server_takes_it(case: Case) -> None:
    workflow = adapt(Workflow.parse(case.prompt()), SERVER)
    others = [p for p in find_problems(workflow, SERVER) if p.class_type not in NEWER]
    # The node list is of a version that knows no FLUX.2 yet: its loaders lack that one choice.
    assert [p for p in others if not (case.graph == "flux2" and p.value in ("'flux2'", "flux2"))] == []
    assert workflow.nodes[workflow.id(workflow.ends[0])].class_type == "SaveImageWebsocket"
    assert len(workflow.ends) == 1


@every_case
def test_the_seed_is_in_one_place_and_changes_nothing_else(case: Case) -> None:
    prompt = case.prompt()
    if case.drawing.task == "upscale":
        assert not re.search(r"seed", json.dumps(prompt))
        return
    where = [(id, name) for id, node in prompt.items() for name, value in node["inputs"].items() if value == SEED]
    assert len(where) == 1
    assert where[0][1] in ("seed", "noise_seed")
    other = case.prompt(replace(case.drawing, seed=LARGEST_SEED))
    other[where[0][0]]["inputs"][where[0][1]] = SEED
    assert other == prompt


@every_case
def test_the_words_are_where_they_belong(case: Case) -> None:
    if case.drawing.task == "upscale":
        return
    prompt = case.prompt()
    texts = [v for node in prompt.values() for n, v in node["inputs"].items() if n in ("text", "prompt")]
    # These have neither instructions nor a place for what is not to be seen: what is removed tells the mask alone.
    mute = case.drawing.task == "remove" and case.graph in ("flux-fill", "flux", "z-image")
    assert any(PROMPT in text for text in texts) is not mute
    if "negative" in case.candidate.takes:
        negative = [text for text in texts if NEGATIVE in text]
        assert len(negative) == 1
        if case.graph in ("sd15", "sdxl") and case.drawing.task == "remove":
            assert PROMPT in negative[0]  # what is removed is what is not to be seen


@every_case
def test_pictures_are_where_they_belong(case: Case) -> None:
    prompt, drawing = case.prompt(), case.drawing
    loaded = {inputs["image"] for inputs in nodes_of(prompt, "LoadImage")}
    assert loaded == {name for name in (drawing.picture, drawing.reference, drawing.depths) if name}
    masks = {(inputs["image"], inputs["channel"]) for inputs in nodes_of(prompt, "LoadImageMask")}
    assert masks == ({(drawing.mask, "red")} if drawing.task in MASKED else set())
    if drawing.task in MASKED:
        assert nodes_of(prompt, "SetLatentNoiseMask", "InpaintModelConditioning")
        assert len(nodes_of(prompt, "DifferentialDiffusion")) == 1  # soft masks stay soft


@every_case
def test_sampling_is_as_told_or_as_the_model_wants_it(case: Case) -> None:
    if case.drawing.task == "upscale":
        return
    how, prompt = case.candidate.sampling, case.prompt()
    steps, guidance = case.drawing.steps or how.steps, case.drawing.guidance or how.guidance
    (sampler,) = nodes_of(prompt, "KSampler", "Flux2Scheduler")
    assert sampler["steps"] == (steps if case.graph == "flux2" else case.drawing.taken(steps))
    told = {
        *(inputs["cfg"] for inputs in nodes_of(prompt, "KSampler", "CFGGuider")),
        *(inputs["guidance"] for inputs in nodes_of(prompt, "FluxGuidance")),
    }
    assert guidance in told
    assert len(nodes_of(prompt, "RepeatLatentBatch")) == (case.drawing.batch > 1 and bool(case.drawing.picture))


@every_case
def test_what_is_drawn_anew_in_part_takes_part_of_the_steps(case: Case) -> None:
    """KSampler would take all that it is told whatever the denoising strength; FLUX.2's schedule is cut instead."""
    if "denoise" not in case.candidate.takes or not case.drawing.picture:
        return
    samplers = nodes_of(case.prompt(replace(case.drawing, steps=20, denoise=0.35)), "KSampler", "SplitSigmasDenoise")
    assert [(sampler.get("steps", 7), sampler["denoise"]) for sampler in samplers] == [(7, 0.35)]


@every_case
def test_its_files_are_those_of_the_models_that_it_needs(case: Case) -> None:
    declared = {file.name for model in case.candidate.needs(case.drawing) for file in model.files}
    named = {
        f"{ours.folder}/{value}"
        for node in case.prompt().values()
        for name, value in node["inputs"].items()
        if (ours := DECLARED[node["class_type"]].inputs[name]).folder
    }
    assert named == declared


@settings(max_examples=50, deadline=None)
@given(
    st.sampled_from(CASES),
    st.text(max_size=40),
    st.integers(0, LARGEST_SEED),
    st.integers(1, 100),
    st.floats(0, 1),
    st.integers(1, 4),
    st.integers(8, 256),
)
def test_the_same_drawing_is_the_same_prompt_and_a_sound_one(
    case: Case, prompt: str, seed: int, steps: int, denoise: float, batch: int, size: int
) -> None:
    drawing = replace(case.drawing, prompt=prompt, seed=seed, steps=steps, denoise=denoise, batch=batch, width=size * 8)
    again = Drawing.read(json.loads(json.dumps(drawing.json())))
    assert again == drawing
    assert case.prompt(again) == case.prompt(drawing)
    assert Workflow.parse(case.prompt(drawing)).prompt() == case.prompt(drawing)
    workflow = adapt(Workflow.parse(case.prompt(drawing)), SERVER, Tiles(256, 32))
    assert {p.kind for p in find_problems(workflow, SERVER)} <= (
        {"unknown-node", "unknown-choice"} if case.graph == "flux2" else set()
    )


@every_case
def test_the_vae_is_tiled_when_the_plan_says_so(case: Case) -> None:
    if case.drawing.task == "upscale":
        return
    tiled = adapt(Workflow.parse(case.prompt()), SERVER, Tiles(256, 32))
    assert {n.class_type for n in tiled.nodes.values() if n.class_type.startswith("VAEDecode")} == {"VAEDecodeTiled"}


@pytest.mark.parametrize("graph", graphs(), ids=lambda graph: graph.name)
def test_sizes_are_near_what_the_model_was_trained_at(graph: Any) -> None:
    if graph.name == "upscale":
        return
    for width, height in ((1, 1), (3, 2), (2, 3), (16, 9), (8192, 5464)):
        wide, high = graph.size(width, height)
        assert abs(wide / high / (width / height) - 1) < 0.13
        assert abs(wide * high / graph.pixels - 1) < 0.1
        assert wide % graph.multiple == high % graph.multiple == 0


def test_a_persons_own_loras_come_after_the_few_step_adapter() -> None:
    case = next(case for case in CASES if case.candidate.adapter is not None and case.graph == "sdxl")
    prompt = case.candidate.workflow(case.drawing, loras=[Lora("grain.safetensors", 0.5)]).prompt()
    first, second = ((id, node["inputs"]) for id, node in prompt.items() if node["class_type"] == "LoraLoaderModelOnly")
    assert second[1]["lora_name"] == "grain.safetensors"
    assert second[1]["strength_model"] == 0.5
    assert second[1]["model"] == [first[0], 0]


def test_files_are_named_as_they_lie_on_the_disk() -> None:
    case = next(case for case in CASES if case.graph == "flux-fill")
    prompt = case.candidate.workflow(case.drawing, lambda file: f"sub/{file.role}.gguf").prompt()
    assert [inputs["unet_name"] for inputs in nodes_of(prompt, "UnetLoaderGGUF")] == ["sub/diffusion.gguf"]


@pytest.mark.parametrize(("id", "task"), [("flux.1-fill-int4", "fill"), ("flux.1-kontext-int4", "edit")])
def test_four_bit_models_have_loaders_of_their_own(id: str, task: Task) -> None:
    one = candidate(id, task, lambda model: True)
    workflow = one.workflow(drawing(task), loras=[Lora("grain.safetensors", 0.5)])
    (loaded,), (lora,) = (
        nodes_of(workflow.prompt(), name) for name in ("NunchakuFluxDiTLoader", "NunchakuFluxLoraLoader")
    )
    assert one.model and f"diffusion_models/{loaded['model_path']}" == one.model.files[0].name
    assert (lora["lora_name"], lora["lora_strength"]) == ("grain.safetensors", 0.5)
    assert not nodes_of(workflow.prompt(), "UNETLoader", "LoraLoaderModelOnly")

    def problems(told: dict[str, Any]) -> tuple[Problem, ...]:
        server = object_info.parse(with_files(told, [*FILES, loaded["model_path"], "grain.safetensors"]))
        return find_problems(adapt(workflow, server), server)

    assert problems(TOLD | DESCRIBED) == ()
    assert {problem.kind for problem in problems(TOLD)} == {"unknown-node"}
    assert all("ComfyUI-nunchaku into ComfyUI's custom_nodes" in problem.remedy for problem in problems(TOLD))


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"task": "fill", "width": 64, "height": 64}, "needs a picture"),
        ({"task": "fill", "width": 64, "height": 64, "picture": "a"}, "needs a mask"),
        ({"task": "create", "width": 8, "height": 64}, "width is 8"),
        ({"task": "create", "width": 64, "height": 64, "seed": -1}, "seed is -1"),
        ({"task": "create", "width": 64, "height": 64, "denoise": 1.5}, "denoise is 1.5"),
        ({"task": "restyle", "width": 64, "height": 64, "picture": "a", "depth": 0.5}, "no depth map"),
        ({"task": "paint", "width": 64, "height": 64}, "task"),
        ({"task": "create", "width": 64, "height": 64, "colour": "red"}, "colour"),
        ({"task": "create", "width": "wide", "height": 64}, "width"),
        ([], "no drawing"),
        (None, "no drawing"),
    ],
)
def test_what_cannot_be_drawn_is_refused(told: object, says: str) -> None:
    with pytest.raises(EngineError, match=says):
        Drawing.read(told)


def test_variants_differ_in_their_seeds_alone() -> None:
    one = Drawing(task="create", width=64, height=64, seed=LARGEST_SEED, prompt="a boat")
    first, second, third = one.variants(3)
    assert first == one
    assert (second.seed, third.seed) == (0, 1)
    assert replace(third, seed=one.seed) == one


def test_a_candidate_refuses_what_it_makes_no_use_of() -> None:
    fill = next(case for case in CASES if case.graph == "flux-fill")
    with pytest.raises(ModelError, match="no use of canny, reference"):
        fill.candidate.workflow(replace(fill.drawing, canny=0.5, reference="style.png"))
    with pytest.raises(ModelError, match="not to remove"):
        fill.candidate.workflow(replace(fill.drawing, task="remove"))


@pytest.mark.parametrize("name", ["", ".graph", ".instruct"])
def test_the_examples_in_the_documentation_are_true(name: str) -> None:
    done = doctest.testmod(importlib.import_module(f"stillbytes.generate.workflows{name}"))
    assert done.attempted > 0
    assert done.failed == 0
