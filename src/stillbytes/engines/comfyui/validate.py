"""Faults of a workflow found before it is sent, all at once, each with what to do about it."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from stillbytes.core.errors import EngineError
from stillbytes.core.saying import joined, said
from stillbytes.engines.comfyui import packs
from stillbytes.engines.comfyui.edge import Edge, Node, Value
from stillbytes.engines.comfyui.nodes import DECLARED
from stillbytes.engines.comfyui.object_info import Input, NodeType, ObjectInfo
from stillbytes.engines.comfyui.workflow import Workflow

Kind = Literal[
    "no-end",
    "unknown-node",
    "missing-input",
    "unknown-input",
    "wrong-type",
    "out-of-range",
    "unknown-choice",
    "missing-model",
]
FITS: Mapping[str, Any] = {"INT": int, "FLOAT": (int, float), "STRING": str, "BOOLEAN": bool}
FLOWING = frozenset(edge.type for edge in Edge.__subclasses__() if edge.type)
"""What cannot be typed into a node."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault. node: id in the workflow, empty for the whole. value: what was there, as text.

    folder: of a missing model, in ComfyUI's terms. pack: the node pack that would help.
    """

    kind: Kind
    message: str
    remedy: str
    node: str = ""
    class_type: str = ""
    input: str = ""
    value: str = ""
    folder: str = ""
    pack: str = ""


class InvalidWorkflow(EngineError):
    """A workflow that this server cannot run. problems: every reason."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__(
            joined(problem.message for problem in problems),
            joined(dict.fromkeys(problem.remedy for problem in problems)),
        )


def check(workflow: Workflow, server: ObjectInfo) -> None:
    """Raises InvalidWorkflow with all problems."""
    if problems := find_problems(workflow, server):
        raise InvalidWorkflow(problems)


def find_problems(workflow: Workflow, server: ObjectInfo) -> tuple[Problem, ...]:
    """Every reason for which this server would refuse the workflow; none when it would take it."""
    return tuple(_problems(workflow, server))


def _problems(workflow: Workflow, server: ObjectInfo) -> Iterator[Problem]:
    if not any(_ends(end.node, server) for end in workflow.ends):
        yield Problem(
            "no-end",
            said("The workflow hands out no picture."),
            said("End it with a node that sends or saves what it made."),
        )
    for id, node in workflow.nodes.items():
        known = server.get(node.class_type)
        if known is None:
            yield unknown_node(node.class_type, id)
            continue
        for name, expected in known.inputs.items():
            if name not in node.inputs and expected.required:
                at = _Place(id, known, expected)
                yield at.problem(
                    "missing-input",
                    said("{at} has nothing for {name}.", at=at.told, name=name),
                    said("Connect or set that input."),
                )
        for name, value in node.inputs.items():
            at = _Place(id, known, known.inputs.get(name) or Input(name, "", False))
            if name not in known.inputs:
                yield at.problem(
                    "unknown-input",
                    said("{at} has no input {name} in this ComfyUI.", at=at.told, name=name),
                    said("Update ComfyUI, or leave that setting as it is by default."),
                    "" if isinstance(value, Edge) else _shown(value),
                )
            elif isinstance(value, Edge):
                yield from _edge_problems(at, value, server)
            else:
                yield from _value_problems(at, value)


@dataclass(frozen=True, slots=True)
class _Place:
    """One input of one node of a workflow."""

    id: str
    known: NodeType
    expected: Input

    @property
    def told(self) -> str:
        return said("{kind} (node {node})", kind=self.known.title, node=self.id)

    def problem(self, kind: Kind, message: str, remedy: str, value: str = "") -> Problem:
        return Problem(kind, message, remedy, self.id, self.known.class_type, self.expected.name, value)


def unknown_node(class_type: str, id: str = "") -> Problem:
    """What to do about a node that a server does not have."""
    pack = packs.giving(class_type)
    declared = DECLARED.get(class_type)
    remedy: str = said("Look for the node pack it comes from, and install it into ComfyUI's custom_nodes.")
    if pack is not None:
        remedy = pack.remedy
    elif declared is not None and declared.since:
        remedy = said("ComfyUI has it since {version}: update ComfyUI.", version=declared.since)
    elif declared is not None:
        remedy = said("It belongs to ComfyUI itself: update ComfyUI, or see its log for why the node did not load.")
    return Problem(
        "unknown-node",
        said(
            "This ComfyUI has no node {kind} (node {node})." if id else "This ComfyUI has no node {kind}.",
            kind=class_type,
            node=id,
        ),
        remedy,
        id,
        class_type,
        pack=pack.folder if pack else "",
    )


def _ends(node: Node, server: ObjectInfo) -> bool:
    known = server.get(node.class_type)
    return known is None or known.ends  # an unknown node has a problem of its own


def _edge_problems(at: _Place, value: Edge, server: ObjectInfo) -> Iterator[Problem]:
    source = server.get(value.node.class_type)
    if source is None:
        return  # reported where it stands
    flows = source.outputs[value.slot].type if value.slot < len(source.outputs) else "nothing"
    if not _accepts(at.expected.type, flows):
        yield at.problem(
            "wrong-type",
            said(
                "{at} takes {kind} for {name}, not {given}, which is output {slot} of {source}.",
                at=at.told,
                kind=at.expected.type,
                name=at.expected.name,
                given=flows,
                slot=value.slot,
                source=source.title,
            ),
            said("Connect that input differently."),
            flows,
        )


def _accepts(expected: str, flows: str) -> bool:
    """ComfyUI's rule: several types are separated by commas, and * goes with everything."""
    takes, gives = set(expected.split(",")), set(flows.split(","))
    return "*" in takes or "*" in gives or bool(takes & gives)


def _value_problems(at: _Place, value: Value) -> Iterator[Problem]:
    expected, shown = at.expected, _shown(value)
    if expected.type == "COMBO":
        if expected.choices is not None and value not in expected.choices:
            yield _not_offered(at, value)
    elif expected.type in FITS:
        fits = isinstance(value, FITS[expected.type]) and isinstance(value, bool) == (expected.type == "BOOLEAN")
        if not fits or value != value:  # noqa: PLR0124 - only what is not a number differs from itself
            yield at.problem(
                "wrong-type",
                said(
                    "{at} takes {kind} for {name}, not {given}.",
                    at=at.told,
                    kind=expected.type,
                    name=expected.name,
                    given=shown,
                ),
                said("Correct it."),
                shown,
            )
        elif isinstance(value, int | float) and not _within(value, expected):
            yield at.problem(
                "out-of-range",
                said(
                    "{at} takes {least} to {most} for {name}, not {given}.",
                    at=at.told,
                    least=expected.minimum,
                    most=expected.maximum,
                    name=expected.name,
                    given=shown,
                ),
                said("Choose a value within these limits."),
                shown,
            )
    elif expected.type in FLOWING:
        yield at.problem(
            "wrong-type",
            said(
                "{at} takes {kind} from another node for {name}, not {given}.",
                at=at.told,
                kind=expected.type,
                name=expected.name,
                given=shown,
            ),
            said("Connect that input."),
            shown,
        )


def _not_offered(at: _Place, value: Value) -> Problem:
    declared = DECLARED.get(at.known.class_type)
    ours = declared.inputs.get(at.expected.name) if declared else None
    if ours is not None and ours.folder:
        return replace(
            at.problem(
                "missing-model",
                said(
                    "{at} needs {value}, which is not in {where}.",
                    at=at.told,
                    value=str(value),
                    where=said("ComfyUI's model folder {folder!r}", folder=ours.folder),
                ),
                said("Get it with `stillbytes models pull`, or put it into that folder."),
                str(value),
            ),
            folder=ours.folder,
        )
    offered = [str(choice) for choice in at.expected.choices or ()]
    near = difflib.get_close_matches(str(value), offered, 3) or offered[:8]
    return at.problem(
        "unknown-choice",
        said("{at} does not offer {value} for {name}.", at=at.told, value=_shown(value), name=at.expected.name),
        said("It offers {these}.", these=", ".join(near) + ("" if len(near) == len(offered) else "..."))
        if near
        else said("It offers nothing."),
        _shown(value),
    )


def _within(value: float, expected: Input) -> bool:
    low, high = expected.minimum, expected.maximum
    return (low is None or value >= low) and (high is None or value <= high)


def _shown(value: Value) -> str:
    text = repr(value)
    return text if len(text) <= 120 else text[:117] + "..."
