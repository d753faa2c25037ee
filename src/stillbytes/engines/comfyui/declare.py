"""`@node`: a function's signature declares a ComfyUI node; calling it puts one into a workflow.

The parameters are the node's inputs under ComfyUI's own names, the result is what it gives:

>>> from stillbytes.engines.comfyui.edge import Image, Latent, Vae
>>> @node("VAEDecode")
... def vae_decode(samples: Latent, vae: Vae) -> Image: ...
>>> DECLARED["VAEDecode"].inputs["vae"].type
'VAE'

A parameter with a default may be left out, and is left out for a server that does not have it yet. `None` is not sent.
The bodies stay empty: the decorator has everything it needs in the annotations.
"""

from __future__ import annotations

import functools
import inspect
import math
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, ParamSpec, TypeVar

from stillbytes.core.errors import EngineError
from stillbytes.core.saying import said
from stillbytes.engines.comfyui.edge import Edge, Node, Output, Value

P = ParamSpec("P")
R = TypeVar("R")
WIDGETS: Mapping[type, str] = {bool: "BOOLEAN", int: "INT", float: "FLOAT", str: "STRING"}
"""ComfyUI's names for what a person would type into the node."""
TAKES: Mapping[str, Any] = {"BOOLEAN": bool, "INT": int, "FLOAT": (int, float), "STRING": str, "COMBO": str}


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """Marks an input that names a file in one of ComfyUI's model folders, such as "checkpoints"."""

    name: str


@dataclass(frozen=True, slots=True)
class OneOf:
    """Marks an input that takes one of the names that the server offers."""


Choice = Annotated[str, OneOf()]
"""One of the names a server offers, of which newer ones have more: samplers, schedulers, text encoder types."""


@dataclass(frozen=True, slots=True)
class Input:
    """type: ComfyUI's. choices: the values that we use, where the signature lists them. folder: of a model file."""

    name: str
    type: str
    required: bool
    default: Value | None = None
    choices: tuple[str, ...] = ()
    folder: str = ""


@dataclass(frozen=True, slots=True)
class Declaration:
    """A node as we use it. pack: the node pack it comes in, empty for ComfyUI itself.

    since: the first ComfyUI that has it, where that is later than the oldest we support.
    """

    class_type: str
    inputs: Mapping[str, Input]
    outputs: tuple[type[Edge], ...]
    pack: str = ""
    since: str = ""


DECLARED: dict[str, Declaration] = {}
"""Every declared node by ComfyUI's class name, filled when `stillbytes.engines.comfyui.nodes` is imported."""


def node(class_type: str, *, pack: str = "", since: str = "") -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declare the node that ComfyUI calls `class_type`. The function's calls return its outputs as edges."""

    def declare(function: Callable[P, R]) -> Callable[P, R]:
        signature = inspect.signature(function)
        hints = typing.get_type_hints(function, include_extras=True)
        result = hints.pop("return")
        parts = _parts(result)
        inputs = {name: _input(parameter, hints[name]) for name, parameter in signature.parameters.items()}
        outputs = tuple(part for part in parts if not issubclass(part, Output))
        declaration = DECLARED[class_type] = Declaration(class_type, inputs, outputs, pack, since)

        @functools.wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            bound = signature.bind(*args, **kwargs)
            bound.apply_defaults()
            given = {
                name: _checked(declaration, inputs[name], value)
                for name, value in bound.arguments.items()
                if value is not None
            }
            made = Node(class_type, given)
            edges = [part(made, slot) for slot, part in enumerate(parts)]
            several: Any = result
            return typing.cast(R, several(*edges) if issubclass(result, tuple) else edges[0])

        return call

    return declare


def _parts(result: Any) -> tuple[type[Edge], ...]:
    """The edge classes of a result: one, or those of a named tuple's fields."""
    if issubclass(result, tuple):
        return tuple(typing.get_type_hints(result).values())
    return (result,)


def _input(parameter: inspect.Parameter, hint: Any) -> Input:
    required = parameter.default is parameter.empty
    default = None if required else parameter.default
    folder, offered = "", False
    if typing.get_origin(hint) in {UnionType, typing.Union}:
        (hint,) = (part for part in typing.get_args(hint) if part is not NoneType)
    if typing.get_origin(hint) is Annotated:
        hint, mark = typing.get_args(hint)
        offered = True
        folder = mark.name if isinstance(mark, ModelFolder) else ""
    if typing.get_origin(hint) is Literal:
        return Input(parameter.name, "COMBO", required, default, typing.get_args(hint))
    if offered:
        return Input(parameter.name, "COMBO", required, default, folder=folder)
    return Input(parameter.name, hint.type if issubclass(hint, Edge) else WIDGETS[hint], required, default)


def _checked(declaration: Declaration, expected: Input, value: Any) -> Edge | Value:
    """The value as it is sent. Raises EngineError for one that this input can never take."""
    if isinstance(value, Edge):
        if value.type in {expected.type, ""} and not isinstance(value, Output):
            return value
        told = f"what flows as {value.type or 'nothing'}"
    else:
        fits = isinstance(value, TAKES.get(expected.type, ())) and math.isfinite(
            value if expected.type == "FLOAT" else 0
        )
        if fits and isinstance(value, bool) == (expected.type == "BOOLEAN"):
            sent: Value = float(value) if expected.type == "FLOAT" else value
            return sent
        told = repr(value)
    raise EngineError(
        said(
            "{node} takes {kind} for {name}, not {given}.",
            node=declaration.class_type,
            kind=expected.type,
            name=expected.name,
            given=told[:200],
        ),
        "This is a mistake in the workflow: connect or set that input differently.",
    )
