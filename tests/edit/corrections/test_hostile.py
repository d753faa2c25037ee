"""Corrections that nobody has to trust: a remark or an error, the rest of the sidecar read, the file as it was."""

from __future__ import annotations

import random
import time
from html import escape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from stillbytes.core.errors import SidecarError
from stillbytes.core.geometry import Size
from stillbytes.develop.settings import Settings
from stillbytes.edit import sidecar
from stillbytes.edit.corrections import array
from stillbytes.edit.corrections.array import MOST_NOTES
from stillbytes.edit.corrections.structure import fill, parsed

HEAD = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/" crs:Exposure2012="+1.00" '
    'crs:ProcessVersion="15.4" crs:HasSettings="True"><crs:MaskGroupBasedCorrections><rdf:Seq>'
)
TAIL = "</rdf:Seq></crs:MaskGroupBasedCorrections></rdf:Description></rdf:RDF></x:xmpmeta>"
SKY = '<rdf:li crs:What="Mask/Image" crs:MaskSubType="2"/>'

SKY_OF_OURS = {"id": "a", "mask": {"components": [{"kind": {"kind": "sky"}}]}, "delta": {"exposure": 1.0}}


def correction(*masks: str, more: str = "") -> str:
    return (
        f'<rdf:li><rdf:Description crs:What="Correction" crs:CorrectionName="M" {more}><crs:CorrectionMasks><rdf:Seq>'
        + "".join(masks)
        + "</rdf:Seq></crs:CorrectionMasks></rdf:Description></rdf:li>"
    )


def read(*corrections: str) -> sidecar.Sidecar:
    return sidecar.parsed((HEAD + "".join(corrections) + TAIL).encode(), "a.xmp", 1, Size(6000, 4000))


def masked(fields: str, inner: str = "") -> str:
    return correction(f"<rdf:li><rdf:Description {fields}>{inner}</rdf:Description></rdf:li>")


def gradient(zero: str) -> str:
    return masked(f'crs:What="Mask/Gradient" crs:ZeroX="{zero}" crs:ZeroY="0" crs:FullX="0" crs:FullY="1"')


def ranged(fields: str) -> str:
    return masked('crs:What="Mask/RangeMask"', f"<crs:CorrectionRangeMask {fields}/>")


def painted(dabs: str, fields: str = 'crs:Radius="0.1"') -> str:
    return masked(f'crs:What="Mask/Paint" {fields}', f"<crs:Dabs><rdf:Seq>{dabs}</rdf:Seq></crs:Dabs>")


RADIAL = 'crs:What="Mask/CircularGradient" crs:Top="{}" crs:Left="0.1" crs:Bottom="0.9" crs:Right="{}" '
WRONG = {
    "nan": gradient("nan"),
    "infinite": gradient("-inf"),
    "far": gradient("1e300"),
    "word": gradient("left"),
    "empty": gradient(""),
    "missing": masked('crs:What="Mask/Gradient"'),
    "structure for number": masked(
        'crs:What="Mask/Gradient" crs:ZeroY="0" crs:FullX="0" crs:FullY="1"', "<crs:ZeroX><rdf:Seq/></crs:ZeroX>"
    ),
    "no extent": masked(RADIAL.format("0.9", "0.1")),
    "far corner": masked(RADIAL.format("-1e9", "0.5")),
    "nan angle": masked(RADIAL.format("0.1", "0.5") + 'crs:Angle="nan"'),
    "feather": masked(RADIAL.format("0.1", "0.5") + 'crs:Feather="1000"'),
    "round": masked(RADIAL.format("0.1", "0.5") + 'crs:Roundness="30"'),
    "flipped": masked(RADIAL.format("0.1", "0.5") + 'crs:Flipped="perhaps"'),
    "three": ranged('crs:Type="2" crs:LumRange="0 0.5 1"'),
    "descending": ranged('crs:Type="2" crs:LumRange="0.9 0.5 0.4 0.1"'),
    "nan range": ranged('crs:Type="2" crs:LumRange="0 nan 1 1"'),
    "colour": ranged('crs:Type="1" crs:ColorAmount="0.5"'),
    "no range": masked('crs:What="Mask/RangeMask"'),
    "unknown image": masked('crs:What="Mask/Image" crs:MaskSubType="99"'),
    "huge image": masked('crs:What="Mask/Image" crs:MaskSubType="1e308"'),
    "by hand": masked('crs:What="Mask/Image" crs:MaskSubType="0"', "<crs:Gesture><rdf:Seq/></crs:Gesture>"),
    "place": masked(
        'crs:What="Mask/Image" crs:MaskSubType="0" crs:MaskSubCategoryID="20036" crs:ReferencePoint="1 2 3"'
    ),
    "unknown": masked('crs:What="Mask/Wish"'),
    "nothing": masked('crs:MaskValue="1"'),
    "mode": correction(SKY, SKY.replace("/>", ' crs:MaskBlendMode="7"/>')),
    "value": correction(SKY.replace("/>", ' crs:MaskValue="2"/>')),
    "text for mask": correction("<rdf:li>subject</rdf:li>"),
    "dab": painted("<rdf:li>d 0.5</rdf:li>"),
    "nan dab": painted("<rdf:li>d nan 0.5</rdf:li>"),
    "moved": painted("<rdf:li>M 0.5 0.5</rdf:li>"),
    "no radius": painted("<rdf:li>d 0.5 0.5</rdf:li>", ""),
    "negative": painted("<rdf:li>d 0.5 0.5</rdf:li>", 'crs:Radius="-1"'),
    "zero": painted("<rdf:li>d 0.5 0.5</rdf:li>", 'crs:Radius="0"'),
    "flow": painted("<rdf:li>f 9</rdf:li><rdf:li>d 0.5 0.5</rdf:li>"),
    "one text": masked('crs:What="Mask/Paint" crs:Radius="0.1" crs:Dabs="d 0.5 0.5"'),
    "aggregate": masked('crs:What="Mask/Aggregate"'),
    "amount": correction(SKY, more='crs:CorrectionAmount="nan"'),
    "active": correction(SKY, more='crs:CorrectionActive="2"'),
    "many parts": correction(*[SKY] * 65),
    "many dabs": painted("<rdf:li>d 0.5 0.5</rdf:li>" * 100_000),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
def test_what_makes_no_sense_is_told_and_kept_and_costs_only_itself(wrong: str, tmp_path: Path) -> None:
    found = read(wrong, correction(SKY))
    assert found.settings["exposure"] == 1.0 and len(found.settings.adjustments) == 1
    assert len(found.notes) == 1 and found.notes[0].startswith("The mask “M” of another program was left as it is: ")
    path = tmp_path / "a.xmp"
    path.write_text(HEAD + wrong + TAIL)
    before = etree.fromstring(path.read_bytes()).xpath("string(//*[local-name()='CorrectionMasks'])")
    content = sidecar.write(tmp_path / "a.dng", Settings(exposure=2.0))
    after = etree.fromstring(content).xpath("string(//*[local-name()='CorrectionMasks'])")
    assert "".join(after.split()) == "".join(before.split())
    assert content.count(b'CorrectionName="M"') == 1


@pytest.mark.parametrize("number", ["nan", "inf", "-1e999", "", "more", "1e400"])
def test_a_number_that_is_none_is_left_out(number: str) -> None:
    found = read(correction(SKY, more=f'crs:LocalExposure2012="{number}" crs:LocalDehaze="0.1"'))
    assert found.settings.adjustments[0].delta == {"dehaze": 10.0}
    assert found.notes == ("The mask “M”: LocalExposure2012 is no number, and was left out.",)


def test_a_million_dabs_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.xmp").write_text(HEAD + painted("<rdf:li>d 0.5 0.5</rdf:li>" * 1_000_000) + TAIL)
    with pytest.raises(SidecarError, match="larger"):
        sidecar.read(tmp_path / "a.dng")


def test_half_a_million_short_dabs_take_little_time() -> None:
    started = time.process_time()
    found = read(painted("<rdf:li>d 0 0</rdf:li>" * 500_000))
    assert "too many dabs" in found.notes[0]
    assert time.process_time() - started < 20


def test_deep_nesting_is_an_error_or_a_remark() -> None:
    nested = "<crs:Masks><rdf:Seq><rdf:li>" * 20 + "</rdf:li></rdf:Seq></crs:Masks>" * 20
    found = read(masked('crs:What="Mask/Aggregate"', nested))
    assert "something else than strokes" in found.notes[0] and not found.settings.adjustments
    with pytest.raises(SidecarError):
        read("<crs:A>" * 5000 + "</crs:A>" * 5000)


def test_more_corrections_than_there_can_be() -> None:
    found = read(*[correction(SKY, more=f'crs:LocalDehaze="{n / 1000}"') for n in range(1, 400)])
    assert len(found.settings.adjustments) == 64
    assert len(found.notes) == MOST_NOTES + 1 and "329 more" in found.notes[-1]


def test_corrections_that_are_no_list_are_kept(tmp_path: Path) -> None:
    text = HEAD.replace("<crs:MaskGroupBasedCorrections><rdf:Seq>", "") + "</rdf:Description></rdf:RDF></x:xmpmeta>"
    (tmp_path / "a.xmp").write_text(text.replace("crs:Has", 'crs:MaskGroupBasedCorrections="text" crs:Has'))
    content = sidecar.write(tmp_path / "a.dng", Settings(exposure=2.0, adjustments=[SKY_OF_OURS]))
    assert b'MaskGroupBasedCorrections="text"' in content
    found = sidecar.read(tmp_path / "a.dng")
    assert found is not None and found.settings == Settings(exposure=2.0, adjustments=[SKY_OF_OURS])


def test_what_is_set_aside_is_not_trusted(tmp_path: Path) -> None:
    photo, path = tmp_path / "a.dng", tmp_path / "a.xmp"
    content = sidecar.write(photo, Settings(adjustments=[SKY_OF_OURS])).decode()
    item = "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"
    texts = "".join(f"<rdf:li>{escape(text)}</rdf:li>" for text in (item, "<a", "", "x" * 9, "<a/>"))
    aside = f"<sb:CorrectionsAside><rdf:Seq>{texts}</rdf:Seq></sb:CorrectionsAside>"
    namespace = 'xmlns:sb="http://ns.stillbytes.app/1.0/"'
    added = f'<rdf:Description rdf:about="" {namespace}>{aside}</rdf:Description></rdf:RDF>'
    path.write_text(content.replace("</rdf:RDF>", added))
    after = sidecar.write(photo, Settings(adjustments=[SKY_OF_OURS]))
    assert b"ENTITY" not in after and after.count(b'What="Correction"') == 1
    found = sidecar.read(photo)
    assert found is not None and found.settings == Settings(adjustments=[SKY_OF_OURS])


def test_large_brushes_do_not_keep_an_edit_from_being_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(array, "MOST_BYTES", 50_000)
    line = [[x / 100, 0.5] for x in range(100)]
    strokes = {"kind": {"kind": "brush", "strokes": [{"trail": line, "size": 0.02}]}}
    large = {"mask": {"components": [strokes]}, "delta": {"exposure": 1.0}}
    wanted = Settings(adjustments=[SKY_OF_OURS, *({**large, "id": f"b{n}"} for n in range(9))])
    for _ in range(3):  # not a few more with every save either
        content = sidecar.write(tmp_path / "a.dng", wanted)
        assert 1 < content.count(b'What="Correction"') < 10 and b"Mask/Image" in content
        found = sidecar.read(tmp_path / "a.dng")
        assert found is not None and found.settings == wanted and not found.notes


NODES = st.recursive(
    st.text("aé<& ", min_size=1).map(str.strip).filter(bool),
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3)
        | st.dictionaries(st.sampled_from(["What", "Masks", "Dabs", "A"]), inner, min_size=1)
    ),
    max_leaves=8,
)


@given(fields=st.dictionaries(st.sampled_from(["What", "CorrectionMasks", "B"]), NODES, min_size=1))
def test_structures_come_back(fields: dict[str, object]) -> None:
    item = etree.Element("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}li")
    fill(item, fields)  # type: ignore[arg-type]
    assert parsed(item) == fields
    fill(item, {"B": "new", "What": ["x"]})
    assert parsed(etree.fromstring(etree.tostring(item))) == {**fields, "B": "new", "What": ["x"]}


def test_mutated_corrections_give_settings_or_a_typed_error() -> None:
    brush = painted("<rdf:li>d 0.1 0.2</rdf:li><rdf:li>r 0.1</rdf:li><rdf:li>f 0.5</rdf:li><rdf:li>d 0.1 0.3</rdf:li>")
    whole = ranged('crs:Type="2" crs:LumRange="0 0.1 0.5 1"') + brush + masked(RADIAL.format("0.1", "0.5"))
    text = bytearray((HEAD + whole + correction(SKY, more='crs:LocalHue="0.3"') + TAIL).encode())
    chance = random.Random(7)
    for _ in range(1500):
        changed = bytearray(text)
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(changed))
            changed[at : at + chance.randint(0, 3)] = chance.choice(
                [b"", b"9", b"-", b"e", b'"', b"<", b"\xff", b"nan"]
            )
        try:
            found = sidecar.parsed(bytes(changed), "a.xmp")
        except SidecarError:
            continue
        assert all(isinstance(note, str) for note in found.notes)
