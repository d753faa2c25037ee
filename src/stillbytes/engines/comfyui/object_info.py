"""What a ComfyUI server says about its nodes (`GET /object_info`), read with care into typed descriptions.

The two ways of writing a choice are understood: `[["a", "b"], {...}]` and `["COMBO", {"options": ["a", "b"]}]`.
A node that cannot be read costs only itself.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from stillbytes.core.errors import EngineError
from stillbytes.core.saying import said

Scalar = str | int | float | bool
UPLOADS = ("image_upload", "video_upload", "audio_upload", "file_upload")
WIDGETS = frozenset({"INT", "FLOAT", "STRING", "BOOLEAN", "COMBO"})
MOST_BYTES = 256 * 2**20


@dataclass(frozen=True, slots=True)
class Input:
    """One input as the server has it.

    type: ComfyUI's name, "COMBO" for a choice, "*" for anything, several separated by commas for any of them.
    choices: what a choice allows now; None where there is none, or the server decides later (uploads, remote lists).
    widget: whether a person types or picks it in the node itself. upload: whether the node has an upload button.
    counts_up: whether ComfyUI's editor puts a "control after generate" beside it, as it does with seeds.
    """

    name: str
    type: str
    required: bool
    default: Scalar | None = None
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[Scalar, ...] | None = None
    widget: bool = False
    upload: bool = False
    counts_up: bool = False


@dataclass(frozen=True, slots=True)
class Output:
    name: str
    type: str


@dataclass(frozen=True, slots=True)
class NodeType:
    """A class of nodes. inputs: in ComfyUI's order. ends: whether a workflow may end here. module: where it is from."""

    class_type: str
    title: str
    inputs: Mapping[str, Input]
    outputs: tuple[Output, ...]
    ends: bool = False
    module: str = ""
    status: Literal["", "deprecated", "experimental"] = ""


@dataclass(frozen=True, slots=True)
class ObjectInfo(Mapping[str, NodeType]):
    """The nodes of one server by class name. unreadable: those it described in a way that we do not understand."""

    nodes: Mapping[str, NodeType]
    unreadable: tuple[str, ...] = field(default=())

    def __getitem__(self, class_type: str) -> NodeType:
        return self.nodes[class_type]

    def __iter__(self) -> Iterator[str]:
        return iter(self.nodes)

    def __len__(self) -> int:
        return len(self.nodes)


def parse(reply: bytes | str | Mapping[str, Any]) -> ObjectInfo:
    """Read the body of `GET /object_info`, or what it says. Raises EngineError when it is something else altogether."""
    if isinstance(reply, bytes | str):
        try:
            if len(reply) > MOST_BYTES:
                raise ValueError("it is too long")
            told = json.loads(reply)
        except (ValueError, RecursionError) as error:
            raise _not_comfyui(f"it is not JSON ({str(error)[:100]})") from error
    else:
        told = reply
    if not isinstance(told, Mapping):
        raise _not_comfyui("it is not a list of nodes by name")
    nodes: dict[str, NodeType] = {}
    unreadable = []
    for name, described in told.items():
        try:
            nodes[str(name)] = _node(str(name), described)
        except (TypeError, ValueError, KeyError, AttributeError, IndexError, OverflowError):
            unreadable.append(str(name)[:100])
    if not nodes:
        raise _not_comfyui("it describes no node")
    return ObjectInfo(MappingProxyType(nodes), tuple(unreadable))


def _node(name: str, told: Mapping[str, Any]) -> NodeType:
    groups = told["input"]
    inputs: dict[str, Input] = {}
    for group in ("required", "optional"):
        for key, spec in (groups.get(group) or {}).items():
            inputs[key] = _input(key, spec, group == "required")
    types = [_type(t) for t in told.get("output") or ()]
    names = list(told.get("output_name") or ())
    outputs = tuple(Output(str(names[i]) if i < len(names) else t, t) for i, t in enumerate(types))
    status: Literal["", "deprecated", "experimental"] = ""
    if told.get("deprecated"):
        status = "deprecated"
    elif told.get("experimental"):
        status = "experimental"
    return NodeType(
        name,
        str(told.get("display_name") or name),
        MappingProxyType(inputs),
        outputs,
        bool(told.get("output_node")),
        str(told.get("python_module") or ""),
        status,
    )


def _input(name: str, spec: list[Any], required: bool) -> Input:
    type_, options = _type(spec[0]), spec[1] if len(spec) > 1 and isinstance(spec[1], Mapping) else {}
    upload = any(options.get(key) for key in UPLOADS)
    choices: tuple[Scalar, ...] | None = None
    if type_ == "COMBO" and not upload and "remote" not in options:
        offered = spec[0] if isinstance(spec[0], list) else options.get("options")
        if isinstance(offered, list):
            choices = tuple(value for value in offered if isinstance(value, Scalar))
    default = options.get("default")
    return Input(
        name,
        type_,
        required,
        default if isinstance(default, Scalar) else None,
        _number(options.get("min")),
        _number(options.get("max")),
        choices,
        type_ in WIDGETS and not options.get("forceInput"),
        upload,
        bool(options.get("control_after_generate")) or (type_ == "INT" and name in {"seed", "noise_seed"}),
    )


def _type(told: object) -> str:
    """A list of values is a choice."""
    if isinstance(told, list):
        return "COMBO"
    if isinstance(told, str):
        return told
    raise TypeError(f"{type(told).__name__} is not a type's name")


def _number(told: object) -> float | None:
    """A limit; kept exact where it is whole, for seeds go beyond what a float can tell apart."""
    if isinstance(told, bool) or not isinstance(told, int | float) or (isinstance(told, float) and math.isnan(told)):
        return None
    return told


def _not_comfyui(why: str) -> EngineError:
    return EngineError(
        said("What answered is not ComfyUI's list of nodes: {why}.", why=why),
        "Check the address in the settings: something else may listen there.",
    )
