"""Every graph with every kind of model and task that it serves, and what it is made of: the reference prompts.

cd tests && python -m generate.workflows.cases      writes references/ anew; look at the difference before you keep it
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from stillbytes.engines.comfyui.workflow import Prompt
from stillbytes.generate.workflows import Candidate, Drawing, Task, graphs, serving
from stillbytes.generate.workflows.graph import MASKED
from stillbytes.gpu.models import registry
from stillbytes.gpu.models.model import File, Local

REFERENCES = Path(__file__).resolve().parent / "references"
PROMPT, NEGATIVE, SEED = "a red boat", "pedestrians", 4711
TASKS: tuple[Task, ...] = ("create", "fill", "expand", "remove", "restyle", "edit", "upscale")
PREFERRED = {"flux.1-fill": "flux.1-fill-q4_k_s", "flux.2-klein-4b": "flux.2-klein-4b-fp8"}
"""By family, the model that stands for it, where it is not the first."""
BROUGHT = ("flux.1-dev", "flux.1-schnell")
"""Families that nothing is declared of, so that somebody has to bring a model."""


@dataclass(frozen=True)
class Case:
    name: str
    candidate: Candidate
    drawing: Drawing

    @property
    def graph(self) -> str:
        return self.candidate.graph.name

    def prompt(self, drawing: Drawing | None = None) -> Prompt:
        return self.candidate.workflow(drawing or self.drawing).prompt()


def drawing(task: Task, **more: Any) -> Drawing:
    masked = {"mask": "mask.png"} if task in MASKED else {}
    picture = {} if task == "create" else {"picture": "picture.png"}
    words = {} if task == "upscale" else {"prompt": PROMPT, "negative": NEGATIVE}
    return Drawing(**{"task": task, "width": 1024, "height": 768, "seed": SEED, **words, **picture, **masked, **more})


def candidates() -> Iterator[Candidate]:
    """One model of each family, for each of its tasks, without an adapter."""
    for task in TASKS:
        seen: set[str] = set()
        for one in serving(task, lambda model: True):
            assert one.model is not None
            family = one.model.family
            if one.adapter is None and family not in seen and one.model.id == PREFERRED.get(family, one.model.id):
                seen.add(family)
                yield one
    for graph in graphs():
        for family in graph.families:
            if family in BROUGHT:
                like = registry.get("flux.1-fill-fp8")
                file = File("diffusion", f"diffusion_models/{family}.safetensors", Local(""), 1)
                model = replace(like, id=f"my-{family}", family=family, files=(file,))
                for task in graph.tasks(family):
                    yield Candidate(task, graph, model, trained=task in graph.families[family])


def cases() -> tuple[Case, ...]:
    found = []
    for one in candidates():
        assert one.model is not None
        named = f"{one.model.family} {one.task}"
        found.append(Case(named, one, drawing(one.task)))
        takes = one.takes - one.graph.takes if one.graph.name in ("sd15", "sdxl") else one.takes
        if one.task == "create" and "picture" in one.graph.takes:
            found.append(Case(f"{named} from a picture", one, drawing("create", picture="picture.png", denoise=0.6)))
        if one.task == "restyle" and {"canny", "depth"} <= takes:
            kept = drawing("restyle", canny=0.4, depth=0.6, depths="depths.png", denoise=0.9)
            found.append(Case(f"{named} with structure", one, kept))
        if one.task in ("fill", "restyle", "edit") and "reference" in takes:
            found.append(Case(f"{named} by a reference", one, drawing(one.task, reference="style.png", style=0.7)))
    for graph in graphs():
        of_graph = {case.candidate.task: case for case in found if case.graph == graph.name}
        task: Task = "fill" if "fill" in of_graph else next(iter(of_graph))
        best = of_graph[task]
        found += [
            Case(f"{best.name} with {adapter.id}", replace(best.candidate, adapter=adapter), best.drawing)
            for adapter in graph.adapters
        ]
        if graph.name != "upscale":
            made = replace(best.drawing, steps=7, guidance=2.0, batch=2)
            found.append(Case(f"{best.name} as told", best.candidate, made))
    upscale = next(case for case in found if case.graph == "upscale")
    found.append(Case(f"{upscale.name} twice", upscale.candidate, replace(upscale.drawing, scale=2.0)))
    found[found.index(upscale)] = replace(upscale, drawing=replace(upscale.drawing, scale=4.0))
    return tuple(found)


def written(prompts: dict[str, Prompt]) -> str:
    """A node a line, so that differences can be read."""
    told = [
        f"  {json.dumps(name)}: {{\n"
        + ",\n".join(f"    {json.dumps(id)}: {json.dumps(node)}" for id, node in prompt.items())
        + "\n  }"
        for name, prompt in prompts.items()
    ]
    return "{\n" + ",\n".join(told) + "\n}\n"


def references() -> dict[str, dict[str, Prompt]]:
    """By graph, the prompts of its cases."""
    made: dict[str, dict[str, Prompt]] = {}
    for case in cases():
        made.setdefault(case.graph, {})[case.name] = case.prompt()
    return made


if __name__ == "__main__":
    REFERENCES.mkdir(exist_ok=True)
    for graph, prompts in references().items():
        (REFERENCES / f"{graph}.json").write_text(written(prompts), encoding="utf-8")
        print(graph, len(prompts))
