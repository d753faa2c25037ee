"""XML that is written back as it was: of a changed tree, whatever did not change keeps its very bytes."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

Scope = Mapping[str, str]
"""Prefix -> namespace, of all that are declared at a place."""

_TOKEN = re.compile(
    r"""(?P<text>[^<]+|<!\[CDATA\[.*?\]\]>) | (?P<other><!--.*?-->|<\?.*?\?>) | (?P<end></[^>]*>)
    | (?P<start><(?:[^"'>]|"[^"]*"|'[^']*')+>)""",
    re.DOTALL | re.VERBOSE,
)
_ATTRIBUTE = re.compile(r"""(\s+)([^\s=]+)(\s*=\s*)("[^"]*"|'[^']*')""")
_XML = {"xml": "http://www.w3.org/XML/1998/namespace"}
_IN_ATTRIBUTES = str.maketrans({'"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})


@dataclass(slots=True)
class _Node:
    """What stood in the file for a node of the tree. start: its start tag, or the whole of what is no element; end: its
    end tag, empty where the start tag ends in "/>". attributes, text, tail: their values; raw_text, raw_tail: their
    characters. declared: the prefixes that the start tag declares."""

    start: str
    attributes: dict[str, str]
    text: str | None
    tail: str | None
    declared: dict[str, str]
    end: str = ""
    raw_text: list[str] = field(default_factory=list)
    raw_tail: list[str] = field(default_factory=list)


class Verbatim:
    """A parsed document beside its characters."""

    def __init__(self, content: bytes, root: etree._Element) -> None:
        """content: of the document whose root this is, before anything is changed in it. Raises ValueError for one
        that cannot be told apart here, LookupError for an encoding that there is not."""
        encoding = root.getroottree().docinfo.encoding or "utf-8"
        self._mark = content.startswith(b"\xef\xbb\xbf")
        self._encoding = "utf-8" if self._mark or encoding.lower() in ("utf-8", "ascii", "us-ascii") else encoding
        text = content.decode("utf-8-sig" if self._mark else self._encoding)
        self._nodes: dict[etree._Element, _Node] = {}
        self._root = root
        self._before, self._after = self._taken_apart(text)

    @classmethod
    def new(cls, root: etree._Element, before: str, after: str) -> Verbatim:
        """Of a tree that was no document yet. before, after: what to write around it."""
        made = cls.__new__(cls)
        made._mark, made._encoding, made._nodes, made._root = False, "utf-8", {}, root
        made._before, made._after = before, after
        return made

    def content(self) -> bytes:
        """The document with its changes, in the encoding that it had."""
        out: list[str] = []
        self._write(self._root, _XML, out, 0)
        text = "".join((self._before, *out, self._after))
        written = text.encode(self._encoding, "xmlcharrefreplace")
        return b"\xef\xbb\xbf" + written if self._mark else written

    def _taken_apart(self, text: str) -> tuple[str, str]:
        """Note the characters of every node; returns what stands before and after the root."""
        waiting, open_nodes = self._root.iter(), list[_Node]()
        place: list[str] | None = None
        begun = ended = 0
        for token in _tokens(text):
            word, kind = token.group(), token.lastgroup
            if kind == "text":
                if place is not None:
                    place.append(word)
                continue
            if kind == "end":
                node = open_nodes.pop()
                node.end = word
                place = node.raw_tail
            elif kind == "start" or open_nodes:
                element = next(waiting, None)
                if element is None:
                    raise ValueError("more elements than there are")
                begun = begun if self._nodes else token.start()
                node = self._nodes[element] = _noted(word, element)
                inside = kind == "start" and not word.endswith("/>")
                place = node.raw_text if inside else node.raw_tail
                if inside:
                    open_nodes.append(node)
            if self._nodes and not open_nodes:
                ended = token.end()
                break
        if open_nodes or not self._nodes or next(waiting, None) is not None:
            raise ValueError("fewer elements than there are")
        return text[:begun], text[ended:]

    def _write(self, node: etree._Element, scope: Scope, out: list[str], depth: int) -> None:
        known = self._nodes.get(node)
        if known is None:
            self._write_new(node, scope, out, depth)
            return
        if isinstance(node, etree._Comment | etree._ProcessingInstruction):
            out.append(known.start)
        else:
            inner = {**scope, **known.declared} if known.declared else scope
            filled = len(node) > 0 or bool(node.text)
            start, inner = self._start(node, known, inner)
            if filled and start.endswith("/>"):
                start = start[:-2].rstrip() + ">"
            out.append(start)
            out += known.raw_text if node.text == known.text else [_escaped(node.text or "")]
            self._write_children(node, inner, out, depth)
            if filled or not start.endswith("/>"):
                out.append(known.end or f"</{start[1:].split(None, 1)[0].rstrip('>')}>")
        out += known.raw_tail if node.tail == known.tail else [_escaped(node.tail or "")]

    def _write_children(self, node: etree._Element, scope: Scope, out: list[str], depth: int) -> None:
        for child in node:
            self._write(child, scope, out, depth + 1)
        if len(node) and node[-1] not in self._nodes:
            out.append("\n" + " " * depth)

    def _start(self, node: etree._Element, known: _Node, scope: Scope) -> tuple[str, Scope]:
        """The start tag with the attributes that the element has now, and what is declared in it."""
        attributes = {str(key): str(value) for key, value in node.attrib.items()}
        if attributes == known.attributes:
            return known.start, scope
        left = dict(attributes)
        parts, gap, end = [], " ", 0
        for found in _ATTRIBUTE.finditer(known.start):
            gap, name, equals = found[1], found[2], found[3]
            parts.append(known.start[end : found.start()])
            end = found.end()
            key = _expanded(name, scope)
            if key is None:
                parts.append(found.group())
            elif key in left:
                value = left.pop(key)
                same = value == known.attributes.get(key)
                parts.append(found.group() if same else f'{gap}{name}{equals}"{_quoted(value)}"')
        added: list[str] = []
        for key, value in left.items():
            scope, name = _named(key, scope, node, added, attribute=True)
            added.append(f'{name}="{_quoted(value)}"')
        return "".join((*parts, *(gap + one for one in added), known.start[end:])), scope

    def _write_new(self, node: etree._Element, scope: Scope, out: list[str], depth: int) -> None:
        """An element that was not there, on lines of its own."""
        if out:
            line = out[-1].rpartition("\n")
            begun = line[1] and not line[2].strip(" ")  # with the indentation of an end tag that stood there
            out.append(" " * (depth - len(line[2])) if begun else "\n" + " " * depth)
        if isinstance(node, etree._Comment | etree._ProcessingInstruction):
            out.append(etree.tostring(node, encoding="unicode", with_tail=False))
            return
        added: list[str] = []
        scope, name = _named(str(node.tag), scope, node, added, attribute=False)
        for key, value in node.attrib.items():
            scope, attribute = _named(str(key), scope, node, added, attribute=True)
            added.append(f'{attribute}="{_quoted(str(value))}"')
        gap = "\n" + " " * (depth + 2) if len(added) > 1 else " "
        start = "".join((f"<{name}", *(gap + one for one in added)))
        text = node.text or ""
        if len(node) and not text.strip():
            text = ""
        if not len(node) and not text:
            out.append(f"{start}/>")
            return
        out += [f"{start}>", _escaped(text)]
        self._write_children(node, scope, out, depth)
        out.append(f"</{name}>")


def _tokens(text: str) -> Iterator[re.Match[str]]:
    place = 0
    while place < len(text):
        token = _TOKEN.match(text, place)
        if token is None:
            raise ValueError("what is no markup")
        yield token
        place = token.end()


def _noted(word: str, element: etree._Element) -> _Node:
    if isinstance(element, etree._Comment | etree._ProcessingInstruction):
        return _Node(word, {}, None, element.tail, {})
    declared = {}
    if "xmlns" in word:
        for found in _ATTRIBUTE.finditer(word):
            if found[2] == "xmlns" or found[2].startswith("xmlns:"):
                declared[found[2].partition(":")[2]] = html.unescape(found[4][1:-1])
    attributes = {str(key): str(value) for key, value in element.attrib.items()}
    return _Node(word, attributes, element.text, element.tail, declared)


def _expanded(name: str, scope: Scope) -> str | None:
    """An attribute's name with its namespace; None for what declares one."""
    prefix, colon, local = name.rpartition(":")
    if name == "xmlns" or prefix == "xmlns":
        return None
    return f"{{{scope.get(prefix, '')}}}{local}" if colon else local


def _named(key: str, scope: Scope, node: etree._Element, added: list[str], *, attribute: bool) -> tuple[Scope, str]:
    """A name as it is written at that place; what has to be declared for it is put into `added` and the scope."""
    namespace, brace, local = key.rpartition("}")
    if not brace:
        return scope, local
    namespace = namespace[1:]
    for prefix, declared in scope.items():
        if declared == namespace and (prefix or not attribute):
            return scope, f"{prefix}:{local}" if prefix else local
    wanted = next((p for p, uri in node.nsmap.items() if p and uri == namespace), "ns")
    prefix, number = wanted, 1
    while prefix in scope:
        prefix, number = f"{wanted}{number}", number + 1
    added.append(f'xmlns:{prefix}="{_quoted(namespace)}"')
    return {**scope, prefix: namespace}, f"{prefix}:{local}"


def _escaped(text: str) -> str:
    return html.escape(text, quote=False)


def _quoted(value: str) -> str:
    """As the value of an attribute, between double quotes."""
    return _escaped(value).translate(_IN_ATTRIBUTES)
