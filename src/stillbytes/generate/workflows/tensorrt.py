"""TensorRT engines of image models: the graph that has one built, and any graph drawn with one.

The nodes are those of ComfyUI_TensorRT (MIT), which a person installs: it brings NVIDIA's own libraries along. An
engine is for one card, one model and one size; ControlNets do not work with it, and LoRAs only if they were there when
it was built.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping
from typing import Any

from stillbytes.core.errors import EngineError
from stillbytes.core.saying import said
from stillbytes.engines.comfyui.workflow import Prompt, leading_to
from stillbytes.generate.workflows.own import KEY

BUILD, LOAD = "STATIC_TRT_MODEL_CONVERSION", "TensorRTLoader"
PACK = "https://github.com/comfyanonymous/ComfyUI_TensorRT"
PLACE = "tensorrt/stillbytes-"
"""Of engines, in ComfyUI's folder for what it puts out."""
SAMPLERS = ("KSampler",)


def lacking(nodes: Iterable[str]) -> EngineError | None:
    """Why a ComfyUI with these nodes cannot do it; None where it can."""
    if {BUILD, LOAD} <= set(nodes):
        return None
    return EngineError(
        "This ComfyUI has no nodes for TensorRT.",
        said(
            "Put {pack} into its custom_nodes, install its requirements with ComfyUI's Python (they are NVIDIA's own, "
            "under NVIDIA's licence), and start ComfyUI again.",
            pack=PACK,
        ),
    )


def building(drawn: Prompt, name: str, width: int, height: int) -> Prompt:
    """The graph that builds an engine of the model that a graph draws with. name: of the engine, without the rest that
    the node adds."""
    source = _model(drawn)
    needed = leading_to(drawn, source[0])
    inputs = {
        "model": list(source),
        "filename_prefix": f"{PLACE}{name}",
        "batch_size_opt": 1,
        "height_opt": height,
        "width_opt": width,
        "context_opt": 1,
        "num_video_frames": 14,  # which only video has
    }
    return {**{id: copy.deepcopy(drawn[id]) for id in needed}, "build": {"class_type": BUILD, "inputs": inputs}}


def with_engine(drawn: Prompt, engine: str, kind: str) -> Prompt:
    """The graph with an engine in its model's place. engine: as the loader lists it. kind: see TYPES."""
    source = list(_model(drawn))
    made = copy.deepcopy(drawn)
    made["engine"] = {"class_type": LOAD, "inputs": {"unet_name": engine, "model_type": kind}}
    for node in made.values():
        for input, value in node["inputs"].items():
            if value == source:
                node["inputs"][input] = ["engine", 0]
    ends = [id for id, node in made.items() if node["class_type"].startswith(("Save", "Preview"))]
    kept = {id for end in ends for id in leading_to(made, end)}
    return {id: node for id, node in made.items() if id in kept}


def as_own(drawn: Prompt, name: str, title: str, width: int, height: int) -> dict[str, Any]:
    """The graph as a file for a person's own workflows, with its header: a task that creates at that size."""
    sampler = next(id for id, node in drawn.items() if node["class_type"] in SAMPLERS)
    end = next(id for id, node in drawn.items() if node["class_type"].startswith(("Save", "Preview")))
    inputs: dict[str, Any] = {"seed": [sampler, "seed"], "steps": [sampler, "steps"], "guidance": [sampler, "cfg"]}
    for part, input in (("prompt", "positive"), ("negative", "negative")):
        if place := _words(drawn, drawn[sampler]["inputs"][input]):
            inputs[part] = place
    header = {
        "name": name, "title": title, "task": "create", "output": end, "inputs": inputs, "size": [width, height],
    }  # fmt: skip
    return {**drawn, KEY: header}


def engines_of(listed: Iterable[str], name: str) -> list[str]:
    """Those that were built under a name, the newest last. listed: what the loader offers."""
    wanted = re.compile(re.escape(PLACE.rpartition("/")[2] + name) + r"_\$stat-.*_(\d+)_?\.engine$")
    found = [(int(match[1]), one) for one in listed if (match := wanted.search(one.replace("\\", "/")))]
    return [one for _, one in sorted(found)]


def _model(drawn: Prompt) -> tuple[str, int]:
    """Where the model comes from that is sampled. Raises EngineError."""
    for node in drawn.values():
        if node["class_type"] in SAMPLERS and isinstance(source := node["inputs"].get("model"), list):
            return str(source[0]), int(source[1])
    raise EngineError("This model is not sampled in a way that an engine can take part in.", "Choose another model.")


def _words(drawn: Prompt, place: Any) -> list[str] | None:
    """Where the text is that a conditioning is made of."""
    while isinstance(place, list):
        node: Mapping[str, Any] = drawn[place[0]]
        if isinstance(node["inputs"].get("text"), str):
            return [place[0], "text"]
        place = node["inputs"].get("conditioning")
    return None
