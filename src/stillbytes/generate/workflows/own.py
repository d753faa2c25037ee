"""A person's own workflows: graphs that ComfyUI saved with “Export (API)”, each with a header that says what is what.

The header is one more key beside the nodes:

    "stillbytes": {
        "name": "film-fill", "task": "fill", "output": "9",
        "inputs": {"prompt": ["6", "text"], "seed": ["3", "seed"], "picture": ["10", "image"], "mask": ["11", "image"]}
    }

`inputs` says where each part of a drawing goes: [node, input], or a list of such places. What is not named stays as it
was saved. `output` is the node whose picture is wanted, or one that saves or shows it. Optional: "title", "pixels" (the
area to draw at), "multiple" (of width and height), and "size" (the only one that it draws at, width and height).
"""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from stillbytes.core import paths
from stillbytes.core.errors import EngineError
from stillbytes.core.saying import said
from stillbytes.engines.comfyui.declare import DECLARED
from stillbytes.engines.comfyui.edge import Value
from stillbytes.engines.comfyui.workflow import Prompt, Workflow, leading_to
from stillbytes.generate.workflows.graph import MASKED, Drawing, Files, Graph, Input, Sampling, Served, Task

KEY = "stillbytes"
MOST_BYTES, MOST_FILES = 16 << 20, 500
USUAL = Sampling(20, 1.0)
"""Where the graph does not say how many steps it takes."""
PICTURES = frozenset({"picture", "mask", "reference", "depths"})

Part = Literal[
    "prompt", "negative", "seed", "width", "height", "steps", "guidance", "denoise", "batch",
    "picture", "mask", "reference", "depths", "canny", "depth", "style", "scale",
]  # fmt: skip
Side = Annotated[int, Field(ge=16, le=16384)]
Place = tuple[Annotated[str, Field(coerce_numbers_to_str=True)], str]


class Header(BaseModel):
    """What a file says of itself."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,59}$")
    task: Task
    output: Annotated[str, Field(coerce_numbers_to_str=True)]
    inputs: dict[Part, Place | list[Place]]
    title: str = Field("", max_length=120)
    pixels: int = Field(1024 * 1024, ge=64 * 64, le=8192 * 8192)
    multiple: int = Field(8, ge=1, le=128)
    size: tuple[Side, Side] | None = None

    def places(self, part: Part) -> list[Place]:
        told = self.inputs.get(part, [])
        return [told] if isinstance(told, tuple) else list(told)


@dataclass(frozen=True, slots=True)
class Found:
    """graphs: those that can be used, by name. problems: why the others cannot."""

    graphs: tuple[Graph, ...]
    problems: tuple[EngineError, ...]


def folder() -> Path:
    """Where they are put."""
    return paths.home() / "workflows"


def found(place: Path | None = None) -> Found:
    """All in the folder, read anew each time. A file that cannot be used costs only itself."""
    made: dict[str, Graph] = {}
    problems: list[EngineError] = []
    try:
        files = sorted(path for path in (place or folder()).glob("*.json") if path.is_file())[:MOST_FILES]
    except OSError:
        files = []
    for file in files:
        try:
            graph = read(file)
            if graph.name in made:
                raise _fault(file, f"there is another workflow called {graph.name!r}", "Give it another name.")
            made[graph.name] = graph
        except EngineError as error:
            problems.append(error)
    return Found(tuple(made[name] for name in sorted(made)), tuple(problems))


def read(file: Path) -> Graph:
    """The graph in a file. Raises EngineError, which names the file and the fault."""
    try:
        if file.stat().st_size > MOST_BYTES:
            raise ValueError("it is too large for a workflow")
        content = file.read_bytes()
        told = json.loads(content)
    except OSError as error:
        raise _fault(file, f"it cannot be read: {error.strerror or error}", "Check the file.") from error
    except (ValueError, RecursionError) as error:
        raise _fault(file, f"it is not JSON ({str(error)[:100]})", "Save it again with “Export (API)”.") from error
    if not isinstance(told, dict) or KEY not in told:
        raise _fault(
            file, f"it has no {KEY!r} key that says what it is for", "docs/workflows.md shows how to write one."
        )
    try:
        header = Header.model_validate(told.pop(KEY))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join([KEY, *map(str, first["loc"])])
        raise _fault(file, f"{where}: {first['msg']}", "docs/workflows.md lists what can stand there.") from error
    try:
        Workflow.parse(told)
    except EngineError as error:
        raise _fault(file, error.message.rstrip("."), error.remedy) from error
    prompt: Prompt = {
        id: {"class_type": node["class_type"], "inputs": dict(node.get("inputs", {}))} for id, node in told.items()
    }
    if wrong := next(_wrong(header, prompt), None):
        raise _fault(file, wrong, f"Correct the {KEY!r} key in it.")
    return _graph(header, prompt, hashlib.sha256(content).hexdigest())


class _Own(Graph):
    """header, prompt: of the file, as it was saved."""

    families: ClassVar[Served] = {}
    header: ClassVar[Header]
    prompt: ClassVar[Prompt]

    def tasks(self, family: str) -> tuple[Task, ...]:
        return (self.header.task,)

    def size(self, width: float, height: float) -> tuple[int, int]:
        return self.header.size or super().size(width, height)

    def build(self, drawing: Drawing, files: Files) -> Workflow:
        prompt = copy.deepcopy(self.prompt)
        for part in self.header.inputs:
            value = _value(part, drawing)
            for id, name in self.header.places(part) if value is not None else ():
                prompt[id]["inputs"][name] = value
        end = _end(self.header, prompt)
        kept = {id: prompt[id] for id in leading_to(prompt, end[0])}
        return Workflow.parse({**kept, KEY: {"class_type": "SaveImageWebsocket", "inputs": {"images": list(end)}}})


def _graph(header: Header, prompt: Prompt, digest: str) -> Graph:
    steps = next((_at(prompt, place) for place in header.places("steps")), None)
    guidance = next((_at(prompt, place) for place in header.places("guidance")), None)
    saved = [value for node in prompt.values() if type(value := node["inputs"].get("steps")) is int]
    sampling = Sampling(
        int(steps) if isinstance(steps, int | float) else max(saved, default=USUAL.steps),
        float(guidance) if isinstance(guidance, int | float) else USUAL.guidance,
    )
    members = {
        "name": header.name,
        "title": header.title or header.name,
        "version": int(digest[:8], 16),
        "header": header,
        "prompt": prompt,
        "sampling": sampling,
        "takes": frozenset(header.inputs) & frozenset(get_args(Input)),
        "pixels": header.pixels,
        "most": 4 * header.pixels,
        "multiple": header.multiple,
        "loads": frozenset(_loads(prompt)),
    }
    made: Graph = type("Own", (_Own,), members)()
    return made


def _value(part: Part, drawing: Drawing) -> Value | None:
    """What goes there; None for what stays as it was saved."""
    value: Value | None = getattr(drawing, part)
    if part in PICTURES:
        return value or None
    return value


def _wrong(header: Header, prompt: Prompt) -> Iterator[str]:
    """Faults of the header, in words."""
    needed: list[Part] = [] if header.task == "upscale" else ["seed"]
    needed += ["prompt"] if header.task in ("create", "edit") else []
    needed += ["picture"] if header.task != "create" else []
    needed += ["mask"] if header.task in MASKED else []
    yield from (f"inputs: {header.task} needs a place for {part}" for part in needed if not header.places(part))
    yield from (fault for part in header.inputs for fault in _misplaced(header, part, prompt))
    if header.output not in prompt:
        yield f"output: there is no node {header.output[:40]!r}"
        return
    needs = leading_to(prompt, _end(header, prompt)[0])
    for part in header.inputs:
        for id, _ in header.places(part):
            if id not in needs:
                yield f"inputs.{part}: node {id[:40]!r} has no part in what node {header.output[:40]!r} shows"


def _misplaced(header: Header, part: Part, prompt: Prompt) -> Iterator[str]:
    for id, name in header.places(part):
        if id not in prompt:
            yield f"inputs.{part}: there is no node {id[:40]!r}"
        elif name not in (inputs := prompt[id]["inputs"]):
            yield f"inputs.{part}: node {id[:40]!r} ({prompt[id]['class_type']}) has no input {name[:40]!r}"
        elif isinstance(inputs[name], list):
            yield f"inputs.{part}: {name[:40]!r} of node {id[:40]!r} is connected to another node"
        elif not _fits(part, inputs[name]):
            yield f"inputs.{part}: {name[:40]!r} of node {id[:40]!r} holds {str(inputs[name])[:40]!r}"


def _fits(part: Part, saved: object) -> bool:
    """Whether what was saved there is of the kind that goes there."""
    if part in PICTURES or part in ("prompt", "negative"):
        return isinstance(saved, str)
    return isinstance(saved, int | float) and not isinstance(saved, bool)


def _end(header: Header, prompt: Prompt) -> tuple[str, int]:
    """Where the picture comes from: of a node that saves or shows one, what it is given."""
    given = _at(prompt, (header.output, "images"))
    shows = prompt[header.output]["class_type"].startswith(("Save", "Preview"))
    return (str(given[0]), int(given[1])) if isinstance(given, list) and shows else (header.output, 0)


def _loads(prompt: Prompt) -> Iterator[str]:
    """Names of the model files in it, without folders."""
    for node in prompt.values():
        declared = DECLARED.get(node["class_type"])
        for name, value in node["inputs"].items():
            if declared and name in declared.inputs and declared.inputs[name].folder and isinstance(value, str):
                yield value.replace("\\", "/").rpartition("/")[2]


def _at(prompt: Prompt, place: Place) -> Any:
    return prompt.get(place[0], {}).get("inputs", {}).get(place[1])


def _fault(file: Path, what: str, remedy: str) -> EngineError:
    return EngineError(said("The workflow {file} cannot be used: {what}.", file=file.name, what=what), remedy)
