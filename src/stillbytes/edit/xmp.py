"""XMP packets as trees: reading and changing simple properties and arrays without touching anything else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from lxml import etree

from stillbytes.core.errors import SidecarError
from stillbytes.core.saying import said
from stillbytes.edit.verbatim import Verbatim

MOST_BYTES = 16 << 20
NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML can hold."""
NAMESPACES = {
    "x": "adobe:ns:meta/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "tiff": "http://ns.adobe.com/tiff/1.0/",
    "crs": "http://ns.adobe.com/camera-raw-settings/1.0/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "lr": "http://ns.adobe.com/lightroom/1.0/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "xmpDM": "http://ns.adobe.com/xmp/1.0/DynamicMedia/",
    "darktable": "http://darktable.sf.net/",
    "sb": "http://ns.stillbytes.app/1.0/",
}
_RDF = f"{{{NAMESPACES['rdf']}}}"
_EMPTY = (
    f'<x:xmpmeta xmlns:x="{NAMESPACES["x"]}"><rdf:RDF xmlns:rdf="{NAMESPACES["rdf"]}">'
    '<rdf:Description rdf:about=""/></rdf:RDF></x:xmpmeta>'
)
_HEAD = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
_TAIL = '\n<?xpacket end="w"?>\n'
_ASIDE = said("Repair it, or move it away to let Stillbytes write a new one.")


def qualified(name: str) -> str:
    """ "crs:Tint" -> "{http://...}Tint"."""
    prefix, local = name.split(":", 1)
    return f"{{{NAMESPACES[prefix]}}}{local}"


class Packet:
    """One XMP packet. Raises SidecarError when the content is not one."""

    def __init__(self, content: bytes | None = None, name: str = "The XMP file", *, changing: bool = True) -> None:
        """content: of the file `name`; None for a new, empty packet. changing: whether it is to be written back."""
        if content is None:
            self._root = etree.fromstring(_EMPTY)
            self._written = Verbatim.new(self._root, _HEAD, _TAIL)
        else:
            self._root = parse(content, name)
        if content is not None and changing:
            try:
                self._written = Verbatim(content, self._root)
            except (ValueError, LookupError) as error:
                raise SidecarError(said("{name} is damaged: {why}.", name=name, why=str(error)), _ASIDE) from error
        rdf = self._root if self._root.tag == f"{_RDF}RDF" else self._root.find(f"{_RDF}RDF")
        if rdf is None:
            raise SidecarError(said("{name} holds no XMP.", name=name), _ASIDE)
        self._rdf = rdf

    @property
    def _descriptions(self) -> list[etree._Element]:
        return [child for child in self._rdf if child.tag == f"{_RDF}Description"]

    def text(self, name: str) -> str | None:
        """A simple property, written as attribute or element; None if it is not there."""
        key = qualified(name)
        for description in self._descriptions:
            if key in description.attrib:
                return str(description.attrib[key])
            element = description.find(key)
            if element is not None and element.find("*") is None:
                return "".join((element.text or "", *(comment.tail or "" for comment in element)))
        return None

    def element(self, name: str) -> etree._Element | None:
        """A property that is written as an element; None if there is none."""
        found = (description.find(qualified(name)) for description in self._descriptions)
        return next((element for element in found if element is not None), None)

    def items(self, name: str) -> list[str] | None:
        """The texts of an array; None if it is not there."""
        for description in self._descriptions:
            element = description.find(qualified(name))
            array = None if element is None else element.find("*")
            if array is not None:
                return [item.text or "" for item in array.findall(f"{_RDF}li")]
        return None

    def elements(self, name: str) -> list[etree._Element]:
        """The items of an array as elements, which may be changed or taken out; none if it is not there."""
        for description in self._descriptions:
            element = description.find(qualified(name))
            array = None if element is None else element.find("*")
            if array is not None:
                return list(array.findall(f"{_RDF}li"))
        return []

    def append(self, name: str) -> etree._Element:
        """A new item at the end of an array, which is made where it is not there."""
        items = self.elements(name)
        array = items[-1].getparent() if items else None
        if array is None:
            self.remove(name)
            array = etree.SubElement(etree.SubElement(self._target(name), qualified(name)), f"{_RDF}Seq")
        return etree.SubElement(array, f"{_RDF}li")

    def names(self, prefix: str) -> set[str]:
        """The properties of a namespace that are there, as "prefix:Name"."""
        start = f"{{{NAMESPACES[prefix]}}}"
        found: set[str] = set()
        for description in self._descriptions:
            keys = (*description.attrib, *(child.tag for child in description))
            found |= {f"{prefix}:{key[len(start) :]}" for key in map(str, keys) if key.startswith(start)}
        return found

    def remove(self, name: str) -> None:
        key = qualified(name)
        for description in self._descriptions:
            description.attrib.pop(key, None)
            for element in description.findall(key):
                description.remove(element)

    def put(self, name: str, value: str | Sequence[str], array: Literal["Seq", "Bag", "Alt"] = "Seq") -> None:
        """Set a simple property, or an array. The items of an Alt are texts in the default language."""
        self.remove(name)
        target = self._target(name)
        if isinstance(value, str):
            target.set(qualified(name), value)
            return
        held = etree.SubElement(etree.SubElement(target, qualified(name)), f"{_RDF}{array}")
        for item in value:
            line = etree.SubElement(held, f"{_RDF}li")
            line.text = item
            if array == "Alt":
                line.set("{http://www.w3.org/XML/1998/namespace}lang", "x-default")

    def made(self, name: str) -> etree._Element:
        """A new, empty element for a property; one that was there is gone."""
        self.remove(name)
        return etree.SubElement(self._target(name), qualified(name))

    def _target(self, name: str) -> etree._Element:
        """The description that declares the name's prefix; a new one if none does."""
        prefix = name.split(":", 1)[0]
        for description in self._descriptions:
            if NAMESPACES[prefix] in description.nsmap.values():
                return description
        made = etree.SubElement(self._rdf, f"{_RDF}Description", nsmap={prefix: NAMESPACES[prefix]})
        made.set(f"{_RDF}about", next((d.get(f"{_RDF}about", "") for d in self._descriptions), ""))
        return made

    def content(self) -> bytes:
        """The packet as a file. Of one that was there, what was not changed keeps its very bytes."""
        return self._written.content()


def parse(content: bytes, name: str) -> etree._Element:
    """XML that anybody may have written, of what a person knows as `name`. Raises SidecarError."""
    if len(content) > MOST_BYTES:
        raise SidecarError(said("{name} is larger than any honest XMP file.", name=name), "Move it away.")
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise SidecarError(said("{name} declares entities, which XMP never needs.", name=name), _ASIDE)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise SidecarError(said("{name} is damaged: {why}.", name=name, why=str(error)), _ASIDE) from error
    if root.getroottree().docinfo.doctype:  # in UTF-16, say
        raise SidecarError(said("{name} declares a document type, which XMP never needs.", name=name), _ASIDE)
    return root
