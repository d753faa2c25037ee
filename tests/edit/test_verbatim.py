"""What was not changed in a sidecar keeps its very bytes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillbytes.develop.settings import Settings
from stillbytes.edit import sidecar
from stillbytes.edit.xmp import Packet

ODD = (
    b'\xef\xbb\xbf<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>\r\n<!-- before -->\r\n'
    b"<x:xmpmeta xmlns:x='adobe:ns:meta/'   x:xmptk = \"Mine &amp; yours\" >\r\n"
    b'\t<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\r\n'
    b'\t\t<rdf:Description rdf:about=""\r\n\t\t\txmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/"\r\n'
    b"\t\t\txmlns:odd='urn:odd'\t odd:a='&#x41;&quot;&gt;' crs:Exposure2012 = '+0.50'\r\n"
    b'\t\t\tcrs:Unheard="a  b">\r\n'
    b"\t\t\t<odd:empty></odd:empty><odd:cdata><![CDATA[<raw & text>]]>&#169; <?target data ?></odd:cdata>\r\n"
    b"\t\t\t<crs:Look><rdf:Description crs:Name = 'Adobe Color' crs:Amount=\"1\"/></crs:Look>\r\n"
    b"\t\t</rdf:Description >\r\n\t</rdf:RDF>\r\n</x:xmpmeta>\r\n<!-- after -->\r\n     \r\n<?xpacket end='w'?>"
)


def test_what_nobody_changed_is_the_same_file() -> None:
    assert Packet(ODD).content() == ODD


def test_a_change_changes_only_its_own_bytes() -> None:
    packet = Packet(ODD)
    packet.remove("crs:Exposure2012")
    packet.put("crs:Exposure2012", "+0.70")
    assert packet.content() == ODD.replace(b"crs:Exposure2012 = '+0.50'", b'crs:Exposure2012 = "+0.70"')


def test_what_is_removed_leaves_the_rest() -> None:
    packet = Packet(ODD)
    packet.remove("crs:Look")
    packet.remove("crs:Exposure2012")
    look = b"<crs:Look><rdf:Description crs:Name = 'Adobe Color' crs:Amount=\"1\"/></crs:Look>\r\n\t\t"
    assert packet.content() == ODD.replace(look, b"").replace(b" crs:Exposure2012 = '+0.50'", b"")


def test_what_is_added_is_read_back_and_the_rest_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.xmp"
    path.write_bytes(ODD)
    sidecar.write(tmp_path / "a.dng", Settings(exposure=1.5, curve=((0, 0), (128, 140), (255, 255))))
    written = path.read_bytes()
    assert Packet(written).content() == written
    for kept in (
        b"odd:a='&#x41;&quot;&gt;'",
        b"<![CDATA[<raw & text>]]>&#169; <?target data ?>",
        b"<!-- after -->\r\n",
    ):
        assert kept in written
    found = sidecar.read(tmp_path / "a.dng")
    assert found is not None and found.settings["exposure"] == 1.5
    assert Packet(written).items("crs:ToneCurvePV2012") == ["0, 0", "128, 140", "255, 255"]


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1"])
def test_other_encodings_stay(encoding: str) -> None:
    text = ODD.decode("utf-8-sig").replace('begin="\ufeff"', 'begin=""').replace("Mine", "M\u00efne")
    content = f'<?xml version="1.0" encoding="{encoding}"?>{text}'.encode(encoding)
    packet = Packet(content)
    assert packet.content() == content
    packet.put("crs:Tint", "\u2713")
    assert Packet(packet.content()).text("crs:Tint") == "\u2713"


NAMES = st.sampled_from(
    ["crs:Tint", "crs:Name", "dc:title", "sb:Settings", "lr:hierarchicalSubject", "tiff:Orientation"]
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\x00\ufffe\uffff"), max_size=20).map(
    lambda text: "".join(c for c in text if c >= " " or c in "\t\n")
)


@given(st.lists(st.tuples(NAMES, st.one_of(st.none(), TEXTS, st.lists(TEXTS, max_size=3)))))
def test_any_changes_are_read_back(changes: list[tuple[str, str | list[str] | None]]) -> None:
    packet, expected = Packet(ODD), dict[str, str | list[str]]()
    for name, value in changes:
        if value is None:
            packet.remove(name)
            expected.pop(name, None)
        else:
            packet.put(name, value)
            expected[name] = value
        packet = Packet(packet.content())
    assert Packet(packet.content()).content() == packet.content()
    for name, value in expected.items():
        assert (packet.items(name) if isinstance(value, list) else packet.text(name)) == value
