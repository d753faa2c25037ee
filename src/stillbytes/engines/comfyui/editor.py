"""ComfyUI's own editor: a workflow as the file that it opens, and back from what a person saved there.

The format (workflow JSON 0.4) lists what was typed into a node without names, in the order in which the node shows it,
so both directions need the server's node list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from stillbytes.core.errors import EngineError
from stillbytes.core.saying import said
from stillbytes.engines.comfyui.edge import Edge, Node, Value
from stillbytes.engines.comfyui.object_info import Input, NodeType, ObjectInfo
from stillbytes.engines.comfyui.validate import InvalidWorkflow, unknown_node
from stillbytes.engines.comfyui.workflow import Workflow

VERSION = 0.4
COLUMN, WIDTH, GAP, HEAD, ROW, TEXT = 360, 300, 40, 50, 26, 110
"""Pixels: from one column of nodes to the next, a node's width, between nodes, its head, a line, a text field."""
NOTES = frozenset({"Note", "MarkdownNote"})
BUTTON = "image"
"""What the editor keeps for an upload button."""


def save(workflow: Workflow, server: ObjectInfo) -> dict[str, Any]:
    """The workflow as a document for ComfyUI's editor: nodes in columns, sources on the left.

    Raises InvalidWorkflow for nodes that this server does not have.
    """
    unknown = [
        unknown_node(node.class_type, id) for id, node in workflow.nodes.items() if node.class_type not in server
    ]
    if unknown:
        raise InvalidWorkflow(tuple(unknown))
    links: list[list[Any]] = []
    nodes: list[dict[str, Any]] = []
    made: dict[str, dict[str, Any]] = {}
    for order, ((id, node), position) in enumerate(zip(workflow.nodes.items(), _places(workflow, server), strict=True)):
        known = server[node.class_type]
        inputs: list[dict[str, Any]] = []
        for name, expected in known.inputs.items():
            value = node.inputs.get(name)
            linked = isinstance(value, Edge)
            if expected.widget and not linked:
                continue
            told: dict[str, Any] = {"name": name, "type": expected.type, "link": None}
            if expected.widget:
                told["widget"] = {"name": name}
            if isinstance(value, Edge):
                source = made[workflow.id(value)]["outputs"][value.slot]
                told["link"] = len(links) + 1
                source["links"].append(told["link"])
                links.append([told["link"], int(workflow.id(value)), value.slot, int(id), len(inputs), source["type"]])
            inputs.append(told)
        outputs = [{"name": o.name, "type": o.type, "links": [], "slot_index": i} for i, o in enumerate(known.outputs)]
        made[id] = {
            "id": int(id),
            "type": node.class_type,
            "pos": list(position),
            "size": [WIDTH, _height(known)],
            "flags": {},
            "order": order,
            "mode": 0,
            "inputs": inputs,
            "outputs": outputs,
            "properties": {"Node name for S&R": node.class_type},
            "widgets_values": list(_typed(node, known)),
        }
        nodes.append(made[id])
    return {
        "last_node_id": len(nodes),
        "last_link_id": len(links),
        "nodes": nodes,
        "links": links,
        "groups": [],
        "config": {},
        "extra": {},
        "version": VERSION,
    }


def read(document: object, server: ObjectInfo) -> Workflow:
    """The workflow in a document of ComfyUI's editor.

    Raises EngineError for one that is damaged, or holds what only the editor itself can resolve: groups of nodes,
    nodes that are switched off.
    """
    try:
        return _read(document, server)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise _unreadable(f"something in it has the wrong shape ({str(error)[:100]})") from error


def _read(document: Any, server: ObjectInfo) -> Workflow:
    if not isinstance(document, Mapping) or not isinstance(document.get("nodes"), Sequence):
        raise _unreadable("it has no nodes")
    sources = {}
    for link in document.get("links") or []:
        told = [link[key] for key in ("id", "origin_id", "origin_slot")] if isinstance(link, Mapping) else link
        sources[told[0]] = [str(told[1]), int(told[2])]
    prompt: dict[str, Any] = {}
    for node in document["nodes"]:
        if node["type"] in NOTES:
            continue
        if node.get("mode", 0) != 0:
            raise _unreadable(f"node {node['id']} ({node['type']}) is switched off")
        known = server.get(str(node["type"]))
        if known is None:
            raise InvalidWorkflow((unknown_node(str(node["type"]), str(node["id"])),))
        inputs = dict(_named(node.get("widgets_values") or [], known))
        for told in node.get("inputs") or []:
            if told.get("link") is not None:
                inputs[told["name"]] = sources[told["link"]]
        prompt[str(node["id"])] = {"class_type": node["type"], "inputs": inputs}
    return Workflow.parse(prompt)


def _slots(known: NodeType) -> Iterator[Input | None]:
    """What the editor keeps a value for, in its order; None is something of its own that no workflow needs."""
    widgets = [expected for expected in known.inputs.values() if expected.widget]
    for required in (True, False):
        for expected in widgets:
            if expected.required is required:
                yield expected
                if expected.counts_up:
                    yield None
        if required and any(expected.upload for expected in widgets):
            yield None  # the button stands after the required inputs


def _typed(node: Node, known: NodeType) -> Iterator[Value | None]:
    last: Input | None = None
    for slot in _slots(known):
        if slot is None:
            yield "fixed" if last is not None and last.counts_up else BUTTON
        else:
            value = node.inputs.get(slot.name)
            yield _usual(slot) if value is None or isinstance(value, Edge) else value
        last = slot


def _named(values: object, known: NodeType) -> Iterator[tuple[str, Any]]:
    if not isinstance(values, list):
        raise _unreadable(f"the values of {known.class_type} are not in a list")
    for index, slot in enumerate(_slots(known)):
        if slot is None:
            continue
        value = values[index] if index < len(values) else _usual(slot)
        if value is not None:
            # JavaScript does not tell 1.0 from 1.
            yield slot.name, float(value) if slot.type == "FLOAT" and isinstance(value, int) else value


def _usual(slot: Input) -> Value | None:
    return slot.choices[0] if slot.default is None and slot.choices else slot.default


def _height(known: NodeType) -> int:
    rows = len(known.inputs) + len(known.outputs)
    return HEAD + ROW * rows + TEXT * sum(i.type == "STRING" for i in known.inputs.values())


def _places(workflow: Workflow, server: ObjectInfo) -> Iterator[tuple[int, int]]:
    """Left of every node stand those that it needs; within a column they stand below each other."""
    column: dict[Node, int] = {}
    below: dict[int, int] = {}
    for node in workflow.nodes.values():
        column[node] = at = max((column[source] + 1 for source in node.sources), default=0)
        yield GAP + COLUMN * at, below.get(at, GAP)
        below[at] = below.get(at, GAP) + _height(server[node.class_type]) + GAP


def _unreadable(why: str) -> EngineError:
    return EngineError(
        said("This workflow of ComfyUI's editor cannot be read: {why}.", why=why),
        "Open it in ComfyUI and use “Export (API)”.",
    )
