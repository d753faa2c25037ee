"""Workflows: what the nodes that were written down amount to, and ComfyUI's API format for it.

>>> from stillbytes.engines.comfyui import nodes
>>> picture, _ = nodes.load_image("harbour.png")
>>> workflow = Workflow(nodes.save_image_websocket(nodes.image_invert(picture)))
>>> workflow.prompt()["2"]
{'class_type': 'ImageInvert', 'inputs': {'image': ['1', 0]}}
>>> Workflow.parse(workflow.prompt()) == workflow
True
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from stillbytes.core.errors import EngineError
from stillbytes.core.saying import said
from stillbytes.engines.comfyui.edge import Edge, Node, Value

Prompt = dict[str, dict[str, Any]]
"""ComfyUI's API format: by node id, `class_type` and `inputs`, where an edge is `[id, slot]`."""
MOST_NODES = 10_000


class Workflow:
    """The nodes that `ends` need, in an order in which they can run. Immutable; equal when they do the same.

    Ids are "1", "2"... in that order, so the same workflow always has the same ids.
    """

    def __init__(self, *ends: Edge) -> None:
        self.ends = tuple(dict.fromkeys(ends))
        ordered = _ordered(end.node for end in self.ends)
        self.nodes: Mapping[str, Node] = MappingProxyType({str(i): node for i, node in enumerate(ordered, 1)})
        self._ids = {node: id for id, node in self.nodes.items()}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Workflow) and {end.node for end in self.ends} == {end.node for end in other.ends}

    def __hash__(self) -> int:
        return hash(frozenset(end.node for end in self.ends))

    def id(self, part: Edge | Node) -> str:
        """The id under which a node, or the one that an edge comes from, is sent. Raises EngineError for another's."""
        node = part.node if isinstance(part, Edge) else part
        if node not in self._ids:
            raise EngineError(
                said("The workflow has no such {node}.", node=node.class_type), "This is a mistake in its making."
            )
        return self._ids[node]

    def prompt(self) -> Prompt:
        """The API format, as `POST /prompt` takes it under "prompt"."""
        return {
            id: {
                "class_type": node.class_type,
                "inputs": {
                    name: [self._ids[value.node], value.slot] if isinstance(value, Edge) else value
                    for name, value in node.inputs.items()
                },
            }
            for id, node in self.nodes.items()
        }

    @classmethod
    def parse(cls, prompt: object) -> Workflow:
        """A workflow from its API format. Its ends are the nodes that no other node uses.

        Raises EngineError for anything that is not a workflow: wrong shapes, edges from nowhere, circles.
        """
        told = _entries(prompt)
        needed = {
            id: [value[0] for value in inputs.values() if isinstance(value, list)] for id, (_, inputs) in told.items()
        }
        nodes: dict[str, Node] = {}
        for id in _runnable(needed):
            class_type, inputs = told[id]
            nodes[id] = Node(
                class_type,
                {
                    name: Edge(nodes[value[0]], value[1]) if isinstance(value, list) else value
                    for name, value in inputs.items()
                },
            )
        used = {source for sources in needed.values() for source in sources}
        return cls(*(Edge(nodes[id]) for id in told if id not in used))

    def rewritten(self, change: Callable[[Node], Node]) -> Workflow:
        """The workflow with every node put through `change`, which sees its inputs already changed."""
        new: dict[Node, Node] = {}
        for node in self.nodes.values():
            inputs = {
                name: type(value)(new[value.node], value.slot) if isinstance(value, Edge) else value
                for name, value in node.inputs.items()
            }
            new[node] = change(Node(node.class_type, inputs))
        return Workflow(*(type(end)(new[end.node], end.slot) for end in self.ends))


def _ordered(ends: Iterable[Node]) -> list[Node]:
    """Every node that the ends need, sources first. Without recursion, however long the chain is."""
    done: dict[Node, None] = {}
    for end in ends:
        waiting = [(end, iter(end.sources))]
        while waiting:
            node, sources = waiting[-1]
            source = next((s for s in sources if s not in done), None)
            if source is not None:
                waiting.append((source, iter(source.sources)))
            else:
                done[node] = None
                waiting.pop()
    return list(done)


def _entries(prompt: object) -> dict[str, tuple[str, dict[str, Any]]]:
    """By id: class and inputs, every one of a shape that we know."""
    if not isinstance(prompt, Mapping) or not prompt:
        raise _unreadable("it is not a list of nodes by id")
    if len(prompt) > MOST_NODES:
        raise _unreadable(f"it has {len(prompt)} nodes, more than {MOST_NODES}")
    told: dict[str, tuple[str, dict[str, Any]]] = {}
    for id, entry in prompt.items():
        if not isinstance(entry, Mapping) or not isinstance(entry.get("class_type"), str):
            raise _unreadable(f"node {str(id)[:40]!r} has no class_type")
        inputs = entry.get("inputs", {})
        if not isinstance(inputs, Mapping):
            raise _unreadable(f"node {str(id)[:40]!r} has no inputs by name")
        told[str(id)] = (entry["class_type"], {str(name): _value(id, name, v) for name, v in inputs.items()})
    return told


def _value(id: object, name: object, value: object) -> Value | list[Any]:
    """A plain value, or an edge as [id, slot]."""
    if isinstance(value, str | int | float):
        return value
    if isinstance(value, list) and len(value) == 2:
        source, slot = value
        if isinstance(source, str | int) and isinstance(slot, int) and not isinstance(slot, bool) and slot >= 0:
            return [str(source), slot]
    raise _unreadable(f"the input {str(name)[:40]!r} of node {str(id)[:40]!r} is neither a value nor an edge")


def _runnable(needed: Mapping[str, list[str]]) -> list[str]:
    """The ids with every source before its users."""
    for id, sources in needed.items():
        for source in sources:
            if source not in needed:
                raise _unreadable(f"node {id!r} takes something from node {source[:40]!r}, which is not there")
    missing = {id: len(set(sources)) for id, sources in needed.items()}
    users: dict[str, list[str]] = {id: [] for id in needed}
    for id, sources in needed.items():
        for source in set(sources):
            users[source].append(id)
    ready = [id for id, count in missing.items() if count == 0]
    order: list[str] = []
    while ready:
        id = ready.pop()
        order.append(id)
        for user in users[id]:
            missing[user] -= 1
            if missing[user] == 0:
                ready.append(user)
    if len(order) < len(needed):
        raise _unreadable("its nodes go in a circle")
    return order


def _unreadable(why: str) -> EngineError:
    return EngineError(
        said("This is not a workflow in ComfyUI's API format: {why}.", why=why), "Save it again with “Export (API)”."
    )


def leading_to(prompt: Prompt, end: str) -> dict[str, None]:
    """The nodes that lead to a node, itself included, in the order in which they are met from there."""
    seen: dict[str, None] = {}
    waiting = [end]
    while waiting:
        id = waiting.pop()
        if id not in seen:
            seen[id] = None
            waiting += [str(value[0]) for value in prompt[id]["inputs"].values() if isinstance(value, list)]
    return seen
