"""Structures of RDF as plain values, in each of the ways that XMP allows to write them (XMP part 1, 7.9)."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from lxml import etree

from stillbytes.edit.xmp import NAMESPACES, NO_XML

Node: TypeAlias = "str | dict[str, Node] | list[Node]"
Structure: TypeAlias = "dict[str, Node]"
"""Field -> text, structure or array; fields of Adobe's develop settings without their prefix."""
DEEPEST = 12
_CRS, _RDF = f"{{{NAMESPACES['crs']}}}", f"{{{NAMESPACES['rdf']}}}"
_XML = "{http://www.w3.org/XML/1998/namespace}"
_ARRAYS = {f"{_RDF}{name}" for name in ("Seq", "Bag", "Alt")}


class Unmapped(ValueError):
    """Something that has no counterpart here, or none there. Its text is the reason, to follow a colon."""


def parsed(element: etree._Element, depth: int = 0) -> Node:
    """The value of a property or item, without what is nested too deeply to be honest."""
    if depth > DEEPEST:
        return ""
    first = element.find("*")
    if first is not None and first.tag in _ARRAYS:
        return [parsed(item, depth + 1) for item in first.findall(f"{_RDF}li")]
    inner = first is not None and first.tag == f"{_RDF}Description"
    holder = element.find(f"{_RDF}Description") if inner else element
    assert holder is not None
    found: Structure = {
        _short(str(key)): str(value) for key, value in holder.attrib.items() if not str(key).startswith((_RDF, _XML))
    }
    for child in holder.iterchildren("*"):
        found[_short(str(child.tag))] = parsed(child, depth + 1)
    if found or inner or element.get(f"{_RDF}parseType") == "Resource":
        return found
    return "".join((element.text or "", *(comment.tail or "" for comment in element))).strip()


def fill(item: etree._Element, fields: Mapping[str, Node]) -> None:
    """Write the fields into an item of an array, without those that are empty lists; others that it has stay, in
    whichever way they are written."""
    holder = _holder(item, any(not isinstance(value, str) for value in fields.values()))
    for name, value in fields.items():
        key = _long(name)
        holder.attrib.pop(key, None)
        for old in holder.findall(key):
            holder.remove(old)
        if value == []:
            continue
        if not isinstance(value, str):
            put(etree.SubElement(holder, key), value)
        elif holder.get(f"{_RDF}parseType") == "Resource":
            etree.SubElement(holder, key).text = value
        else:
            holder.set(key, value)


def digest(node: Node) -> str:
    """32 hexadecimal digits that are equal for equal values, however they are written."""
    return hashlib.blake2b(json.dumps(node, sort_keys=True).encode(), digest_size=16).hexdigest().upper()


@dataclass(frozen=True, slots=True)
class Fields:
    """A structure that anybody may have written. What is not as asked for raises Unmapped."""

    of: Mapping[str, Node]

    @classmethod
    def check(cls, node: Node | None) -> Fields:
        if not isinstance(node, dict):
            raise Unmapped("a part of it is no structure")
        return cls(node)

    def text(self, name: str, usual: str = "") -> str:
        value = self.of.get(name, usual)
        if not isinstance(value, str):
            raise Unmapped(f"{name} is no text")
        return value.strip()

    def number(self, name: str, usual: float | None = None) -> float:
        if name not in self.of and usual is not None:
            return usual
        return number(self.text(name), name)

    def numbers(self, name: str, count: int) -> tuple[float, ...]:
        words = self.text(name).replace(",", " ").split(maxsplit=count)
        if len(words) != count:
            raise Unmapped(f"{name} is not {count} numbers")
        return tuple(number(word, name) for word in words)

    def flag(self, name: str, usual: bool) -> bool:
        word = self.text(name, "true" if usual else "false").lower()
        if word not in ("true", "false", "1", "0"):
            raise Unmapped(f"{name} is neither true nor false")
        return word in ("true", "1")

    def items(self, name: str) -> list[Node]:
        value = self.of.get(name, [])
        if value == "":
            return []
        if not isinstance(value, list):
            raise Unmapped(f"{name} is no list")
        return value


def number(text: str, name: str) -> float:
    """Raises Unmapped for what is no finite number."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise Unmapped(f"{name} is no number")
    return value


def written(value: float) -> str:
    """As Adobe's programs do: at most six decimals."""
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def truth(value: bool) -> str:
    return "true" if value else "false"


def _holder(item: etree._Element, nested: bool) -> etree._Element:
    """Where the fields of an item stand. Attributes of the item itself allow no elements beside them."""
    inner = item.find(f"{_RDF}Description")
    if inner is not None:
        return inner
    if item.get(f"{_RDF}parseType") == "Resource" or not (nested or len(item)):
        return item
    attributes, children = dict(item.attrib), list(item)
    for key in item.attrib:
        del item.attrib[key]
    item.text = None
    inner = etree.SubElement(item, f"{_RDF}Description")
    inner.attrib.update(attributes)
    inner.extend(children)
    return inner


def put(element: etree._Element, value: Node) -> None:
    """Write a value into an empty element."""
    if isinstance(value, str):
        element.text = NO_XML.sub("?", value)
    elif isinstance(value, dict):
        fill(element, value)
    else:
        array = etree.SubElement(element, f"{_RDF}Seq")
        for item in value:
            put(etree.SubElement(array, f"{_RDF}li"), item)


def _short(key: str) -> str:
    return key.removeprefix(_CRS)


def _long(name: str) -> str:
    return name if name.startswith("{") else f"{_CRS}{name}"
