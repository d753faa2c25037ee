"""Which model draws with which graph."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from generate.workflows.cases import TASKS, drawing

from stillbytes.core.errors import ModelError
from stillbytes.generate.workflows import candidate, graphs, serving
from stillbytes.gpu.models import registry
from stillbytes.gpu.models.actions import with_needs
from stillbytes.gpu.models.model import Model


def here(*ids: str) -> Callable[[Model], bool]:
    """These and what they need."""
    whole = {model.id for model in with_needs([registry.get(id) for id in ids])}
    return lambda model: model.id in whole


def test_nothing_installed_serves_nothing() -> None:
    assert [serving(task, lambda model: False) for task in TASKS] == [()] * len(TASKS)


def test_every_task_has_something_that_could_be_had() -> None:
    for task in TASKS:
        there = serving(task, lambda model: True)
        assert there
        assert {one.task for one in there} == {task}
        assert len({one.id for one in there}) == len(there)


def test_a_model_without_its_encoders_does_not_count() -> None:
    assert serving("fill", lambda model: model.id == "sdxl-inpaint-fp16") == ()
    assert [one.id for one in serving("fill", here("sdxl-inpaint-fp16"))] == ["sdxl-inpaint-fp16"]


def test_an_adapter_alone_does_not_count() -> None:
    assert serving("create", here("sdxl-lightning-4step")) == ()


def test_what_is_fast_and_what_is_good_come_first_as_wanted() -> None:
    there = here("sdxl-inpaint-fp16", "sdxl-lightning-4step", "flux.1-fill-q4_k_s", "flux.2-klein-4b-fp8")
    good = serving("fill", there)
    assert [one.id for one in good][:2] == ["flux.1-fill-q4_k_s", "sdxl-inpaint-fp16"]
    fast = serving("fill", there, tier="fast")
    assert fast[0].id == "flux.2-klein-4b-fp8"
    assert fast[1].id == "sdxl-inpaint-fp16+sdxl-lightning-4step"
    assert {one.id for one in good} == {one.id for one in fast}
    assert [one.tier for one in fast] == ["fast"] * 2 + ["quality"] * 2


def test_what_was_trained_for_it_goes_before_what_makes_do() -> None:
    there = serving("fill", here("realvisxl-v5-fp16", "sdxl-inpaint-fp16"))
    assert [(one.id, one.trained) for one in there] == [("sdxl-inpaint-fp16", True), ("realvisxl-v5-fp16", False)]


def test_what_is_beside_a_model_is_told_and_taken_only_where_it_is_used() -> None:
    (plain,) = serving("restyle", here("sdxl-base-fp16"))
    assert not plain.takes & {"canny", "depth", "reference"}
    assert serving("restyle", here("sdxl-base-fp16"), uses=["reference"]) == ()
    (rich,) = serving("restyle", here("sdxl-base-fp16", "controlnet-union-sdxl", "ip-adapter-sdxl"), uses=["canny"])
    assert rich.takes >= {"canny", "depth", "reference"}
    ids = [model.id for model in rich.needs(drawing("restyle"))]
    assert ids == ["sdxl-base-fp16"]
    ids = [model.id for model in rich.needs(drawing("restyle", canny=0.5))]
    assert ids == ["sdxl-base-fp16", "controlnet-union-sdxl"]
    ids = [model.id for model in rich.needs(drawing("restyle", reference="style.png"))]
    assert ids == ["sdxl-base-fp16", "clip-vit-h", "ip-adapter-sdxl"]


def test_a_control_net_of_its_own_goes_before_the_one_for_everything() -> None:
    (one,) = serving("restyle", here("sdxl-base-fp16", "controlnet-union-sdxl", "controlnet-canny-sdxl"))
    both = drawing("restyle", canny=0.5, depth=0.5, depths="depths.png")
    assert dict(one.files(both).control) == {
        "canny": "xinsir-controlnet-canny-sdxl-1.0_V2.safetensors",
        "union": "xinsir-controlnet-union-sdxl-1.0-promax.safetensors",
    }


def test_a_candidate_is_found_by_its_id() -> None:
    there = here("sdxl-inpaint-fp16", "sdxl-lightning-4step")
    one = candidate("sdxl-inpaint-fp16+sdxl-lightning-4step", "fill", there)
    assert one.title == "Stable Diffusion XL inpainting 0.1 with SDXL-Lightning, 4 steps"
    with pytest.raises(ModelError) as caught:
        candidate("sdxl-base-fp16", "fill", there)
    assert "sdxl-inpaint-fp16" in caught.value.remedy
    with pytest.raises(ModelError, match="cannot edit here"):
        candidate("sdxl-base-fp16", "edit", lambda model: False)


def test_what_graphs_name_is_declared() -> None:
    families = {model.family for model in registry.all_models()}
    own = {"upscaler", "flux.1-dev", "flux.1-schnell"}
    """Of models that a person brings."""
    for graph in graphs():
        assert set(graph.families) | set(graph.makeshift) <= families | own
        for adapter in graph.adapters:
            assert registry.get(adapter.id).kind == "lora"
        assert {registry.get(id).kind for id in graph.control.values()} <= {"controlnet"}
        assert not graph.style or registry.get(graph.style).kind == "adapter"
        assert graph.pixels <= graph.most


def test_quality_and_work_are_sensible() -> None:
    for task in TASKS:
        for one in serving(task, lambda model: True):
            assert 0 <= one.quality <= 5
            assert one.work >= 0
            assert one.tier == "fast" or one.sampling.steps > 10
