"""Adobe's develop settings as Lua tables, as catalogues and old presets hold them, and the same fields as XMP."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from stillbytes.edit.corrections.structure import Node, Structure, put
from stillbytes.edit.xmp import NO_XML, Packet

_FIELD = re.compile(r"[A-Za-z][A-Za-z0-9]{0,60}")


def put_fields(packet: Packet, table: Mapping[str, Any]) -> None:
    """Write what a table of `presets.lrtemplate.parse` says into the packet, as Adobe's programs write it as XMP."""
    for key, given in table.items():
        value = _node(given, top=True)
        if value is None or not _FIELD.fullmatch(key):
            continue
        if isinstance(value, str):
            packet.put(f"crs:{key}", value)
        elif isinstance(value, list) and all(isinstance(item, str) for item in value):
            packet.put(f"crs:{key}", [str(item) for item in value])
        elif value:
            put(packet.made(f"crs:{key}"), value)


def _node(value: Any, *, top: bool = False) -> Node | None:
    """Truth is written "True" as a field of its own and "true" inside of others; numbers in pairs are points."""
    if isinstance(value, bool):
        return str(value) if top else str(value).lower()
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, str):
        return NO_XML.sub("", value)
    if isinstance(value, list):
        if value and all(isinstance(part, float) for part in value):
            return [f"{x:g}, {y:g}" for x, y in zip(value[::2], value[1::2], strict=False)]
        return [node for item in value if (node := _node(item)) is not None]
    if isinstance(value, dict):
        found: Structure = {}
        for key, item in value.items():
            node = _node(item)
            if node is not None and _FIELD.fullmatch(key):
                found[key] = node
        return found or []
    return None
