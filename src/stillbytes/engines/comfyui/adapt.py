"""A workflow fitted to one server and one plan: what can be said differently without changing its meaning, is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from stillbytes.engines.comfyui.edge import Edge, Node, Value
from stillbytes.engines.comfyui.nodes import DECLARED
from stillbytes.engines.comfyui.object_info import Input, NodeType, ObjectInfo
from stillbytes.engines.comfyui.workflow import Workflow

INSTEAD: Mapping[str, str] = {"SaveImageWebsocket": "PreviewImage"}
"""What to end with on a server that lacks the first: the pictures are then fetched through `GET /view`."""
TILED: Mapping[str, str] = {"VAEDecode": "VAEDecodeTiled", "VAEEncode": "VAEEncodeTiled"}


@dataclass(frozen=True, slots=True)
class Tiles:
    """How the VAE works through a picture: tiles of `size` pixels that share `overlap` pixels with their neighbours."""

    size: int = 512
    overlap: int = 64


def adapt(workflow: Workflow, server: ObjectInfo, tiles: Tiles | None = None) -> Workflow:
    """The workflow as this server runs it.

    tiles: the plan's, when the VAE does not fit as a whole. Whatever cannot be adapted stays, for `validate` to report.
    """

    def change(node: Node) -> Node:
        if tiles is not None and TILED.get(node.class_type, "") in server:
            node = _tiled(node, tiles)
        if node.class_type not in server and INSTEAD.get(node.class_type, "") in server:
            node = Node(INSTEAD[node.class_type], node.inputs)
        known = server.get(node.class_type)
        return node if known is None else _fitted(node, known)

    return workflow.rewritten(change)


def _tiled(node: Node, tiles: Tiles) -> Node:
    declared = DECLARED[TILED[node.class_type]]
    usual = {name: i.default for name, i in declared.inputs.items() if i.default is not None}
    return Node(declared.class_type, {**usual, **node.inputs, "tile_size": tiles.size, "overlap": tiles.overlap})


def _fitted(node: Node, known: NodeType) -> Node:
    """The node with the inputs that the server has: none newer than it at their default, and its own filled in."""
    declared = DECLARED.get(node.class_type)
    inputs: dict[str, Edge | Value] = {}
    for name, value in node.inputs.items():
        ours = declared.inputs.get(name) if declared else None
        expected = known.inputs.get(name)
        if expected is not None:
            inputs[name] = _spelled(value, expected)
        elif ours is None or ours.required or value != ours.default:
            inputs[name] = value
    for name, expected in known.inputs.items():
        new_to_us = declared is not None and name not in declared.inputs
        if new_to_us and name not in inputs and expected.required and expected.widget:
            usual = expected.choices[0] if expected.default is None and expected.choices else expected.default
            if usual is not None:
                inputs[name] = usual
    return Node(node.class_type, inputs)


def _spelled(value: Edge | Value, expected: Input) -> Edge | Value:
    """A file's name as this server spells it: Windows has backslashes, and people sort models into folders."""
    choices = expected.choices
    if not isinstance(value, str) or not choices or value in choices:
        return value
    names = [choice for choice in choices if isinstance(choice, str)]
    wanted = value.replace("\\", "/")
    same = [name for name in names if name.replace("\\", "/") == wanted]
    if not same and "/" not in wanted and "." in wanted:
        same = [name for name in names if name.replace("\\", "/").rpartition("/")[2] == wanted]
    return same[0] if len(same) == 1 else value
