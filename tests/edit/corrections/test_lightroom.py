"""Corrections as Lightroom writes them, made by hand, in both syntaxes of RDF."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import exiv2
import numpy as np
import pytest
from lxml import etree

from stillbytes.core.geometry import Size
from stillbytes.develop.adjustment import Adjustment
from stillbytes.develop.settings import Settings
from stillbytes.edit import sidecar
from stillbytes.edit.corrections import sliders
from stillbytes.edit.document import FOUND, THEIRS, Document
from stillbytes.edit.history import History
from stillbytes.edit.photo import Photo
from stillbytes.masks.fields import decoded

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
CRS = "{http://ns.adobe.com/camera-raw-settings/1.0/}"
LANDSCAPE = (1, Size(6000, 4000))
PORTRAIT = (6, Size(4000, 6000))
SYNC = "0123456789ABCDEF0123456789ABCDEF"
SKY = '<rdf:li crs:What="Mask/Image" crs:MaskSubType="2" crs:MaskDigest="E71A" crs:ReferencePoint="0.41 0.2"/>'
STROKE = (
    '<rdf:li><rdf:Description crs:What="Mask/Paint" crs:Radius="0.02" crs:Flow="0.8" crs:CenterWeight="0.25" '
    'crs:MaskValue="{value}" crs:MaskBlendMode="0"><crs:Dabs><rdf:Seq><rdf:li>d 0.5 0.25</rdf:li>'
    "<rdf:li>d 0.506 0.25</rdf:li><rdf:li>r 0.01</rdf:li><rdf:li>d 0.51 0.25</rdf:li></rdf:Seq></crs:Dabs>"
    "</rdf:Description></rdf:li>"
)


def packet(*corrections: str) -> str:
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/" crs:Version="18.0" '
        'crs:ProcessVersion="15.4" crs:HasSettings="True"><crs:MaskGroupBasedCorrections><rdf:Seq>'
        + "".join(corrections)
        + "</rdf:Seq></crs:MaskGroupBasedCorrections></rdf:Description></rdf:RDF></x:xmpmeta>"
    )


def correction(*masks: str, more: str = 'crs:LocalExposure2012="0.25"', sync: str = SYNC) -> str:
    return (
        f'<rdf:li><rdf:Description crs:What="Correction" crs:CorrectionAmount="1" crs:CorrectionActive="true" '
        f'crs:CorrectionName="M" crs:CorrectionSyncID="{sync}" {more}><crs:CorrectionMasks><rdf:Seq>'
        + "".join(masks)
        + "</rdf:Seq></crs:CorrectionMasks></rdf:Description></rdf:li>"
    )


def as_elements(text: str) -> str:
    """The same RDF with every field of a structure as an element."""
    root = etree.fromstring(text)
    for element in list(root.iter()):
        for key, value in list(element.attrib.items()):
            if str(key).startswith(CRS):
                del element.attrib[key]
                etree.SubElement(element, key).text = value
                if element.tag != f"{RDF}Description":
                    element.set(f"{RDF}parseType", "Resource")
    for element in list(root.iter(f"{RDF}Description")):
        parent = element.getparent()
        if parent is not None and parent.tag != f"{RDF}RDF":
            parent.set(f"{RDF}parseType", "Resource")
            for child in list(element):
                parent.append(child)
            parent.remove(element)
    return etree.tostring(root, encoding="unicode")


def read(text: str, frame: tuple[int, Size] = LANDSCAPE) -> sidecar.Sidecar:
    return sidecar.parsed(text.encode(), "a.xmp", *frame)


def one(text: str, frame: tuple[int, Size] = LANDSCAPE) -> Adjustment:
    found = read(text, frame)
    assert len(found.settings.adjustments) == 1 and not found.notes
    elements = read(as_elements(text), frame)
    assert elements.settings == found.settings and elements.notes == found.notes
    return found.settings.adjustments[0]


def components(*masks: str, frame: tuple[int, Size] = LANDSCAPE) -> list[dict[str, Any]]:
    return list(one(packet(correction(*masks)), frame).mask["components"])


GRADIENT = '<rdf:li crs:What="Mask/Gradient" crs:ZeroX="0.5" crs:ZeroY="0.6" crs:FullX="0.5" crs:FullY="0.3"{}/>'


def test_a_linear_gradient() -> None:
    assert components(GRADIENT.format("")) == [{"kind": {"kind": "linear", "zero": [0.5, 0.4], "full": [0.5, 0.2]}}]
    # The sensor's image was turned clockwise: what is up there is to the right here, its width our height.
    turned = components(GRADIENT.format(""), frame=PORTRAIT)
    assert turned == [{"kind": {"kind": "linear", "zero": [0.266666667, 0.5], "full": [0.466666667, 0.5]}}]


def test_a_radial_gradient() -> None:
    circle = (
        '<rdf:li crs:What="Mask/CircularGradient" crs:Top="0.2" crs:Left="0.3" crs:Bottom="0.65" crs:Right="0.5" '
        'crs:Angle="0" crs:Midpoint="50" crs:Roundness="0" crs:Feather="40" crs:Flipped="{}" crs:Version="2" {}/>'
    )
    upright = {"kind": "radial", "centre": [0.4, 0.283333333], "radius_x": 0.1, "radius_y": 0.15, "feather": 40.0}
    assert components(circle.format("true", 'crs:MaskInverted="false"')) == [{"kind": upright}]
    assert components(circle.format("false", 'crs:MaskInverted="true"')) == [{"kind": upright, "inverted": True}]
    assert components(circle.format("false", "")) == [{"kind": upright, "inverted": True}]
    turned = {**upright, "centre": [0.383333333, 0.4], "radius_x": 0.15, "radius_y": 0.1}
    assert components(circle.format("true", ""), frame=PORTRAIT) == [{"kind": turned}]


def test_the_corners_of_a_turned_radial_gradient_are_those_after_the_turn() -> None:
    """As measured in Lightroom: 9504 x 6336, semi-axes 1769.1 and 3373.2 pixels, with Left beyond Right."""
    circle = (
        '<rdf:li crs:What="Mask/CircularGradient" crs:Top="-0.088191" crs:Left="0.520214" crs:Bottom="1.113528" '
        'crs:Right="0.494492" crs:Angle="29.513785" crs:Feather="50" crs:Flipped="true"/>'
    )
    kind = components(circle, frame=(1, Size(9504, 6336)))[0]["kind"]
    assert kind["radius_x"] * 9504 == pytest.approx(1769.1, abs=0.1)
    assert kind["radius_y"] * 9504 == pytest.approx(3373.2, abs=0.1)
    assert kind["angle"] == 29.513785


def test_a_luminance_range() -> None:
    ranged = (
        '<rdf:li><rdf:Description crs:What="Mask/RangeMask"><crs:CorrectionRangeMask crs:Version="3" crs:Type="2" '
        'crs:Invert="{}" crs:SampleType="0" crs:LumRange="0.1 0.3 0.7 1"/></rdf:Description></rdf:li>'
    )
    kind = {"kind": "luminance", "low": 30.0, "high": 70.0, "soft_low": 20.0, "soft_high": 30.0}
    assert components(ranged.format("false")) == [{"kind": kind}]
    assert components(ranged.format("true")) == [{"kind": kind, "inverted": True}]


def test_a_brush_with_a_stroke_and_an_erasing_one() -> None:
    inner = STROKE.format(value="0.6") + STROKE.format(value="0")
    whole = (
        '<rdf:li><rdf:Description crs:What="Mask/Aggregate" crs:MaskValue="1" crs:MaskBlendMode="0"><crs:Masks>'
        f"<rdf:Seq>{inner}</rdf:Seq></crs:Masks></rdf:Description></rdf:li>"
    )
    found = components(whole)
    assert found == components(inner)  # as older files have it
    strokes = found[0]["kind"]["strokes"]
    assert [stroke.get("erase", False) for stroke in strokes] == [False, True]
    assert strokes[0]["size"] == 0.02 and strokes[0]["hardness"] == 25 and strokes[0]["flow"] == 80
    assert strokes[0]["density"] == 60 and "density" not in strokes[1]
    places = decoded(strokes[0]["trail"])
    assert places == pytest.approx(np.array([[0.5, 1 / 6, 1], [0.506, 1 / 6, 1], [0.51, 1 / 6, 0.5]]), abs=2e-5)


def test_dabs_that_do_not_touch_are_strokes_of_their_own() -> None:
    far = STROKE.format(value="1").replace("d 0.51 0.25", "d 0.8 0.25")
    assert len(components(far)[0]["kind"]["strokes"]) == 2


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ('crs:MaskSubType="1"', {"kind": "subject"}),
        ('crs:MaskSubType="2"', {"kind": "sky"}),
        ('crs:MaskSubType="0" crs:MaskSubCategoryID="22"', {"kind": "background"}),
        ('crs:MaskSubType="0" crs:MaskSubCategoryID="50001"', {"kind": "landscape", "what": "buildings"}),
        ('crs:MaskSubType="0" crs:MaskSubCategoryID="50002"', {"kind": "landscape", "what": "mountains"}),
        ('crs:MaskSubType="0" crs:MaskSubCategoryID="50003"', {"kind": "landscape", "what": "ground"}),
        ('crs:MaskSubType="0" crs:MaskSubCategoryID="50004"', {"kind": "landscape", "what": "ground"}),
        ('crs:MaskSubType="0" crs:MaskSubCategoryID="50005"', {"kind": "landscape"}),
        ('crs:MaskSubType="0" crs:MaskSubCategoryID="50006"', {"kind": "sky"}),
        ('crs:MaskSubType="0" crs:MaskSubCategoryID="50007"', {"kind": "landscape", "what": "water"}),
        ('crs:MaskSubType="3" crs:MaskSubCategoryID="5"', {"kind": "person", "parts": ["hair"]}),
        ('crs:MaskSubType="0" crs:MaskSubCategoryID="20036"', {"kind": "person", "index": 0.0}),
        (
            'crs:MaskSubType="0" crs:MaskSubCategoryID="20036" crs:ReferencePoint="0.25 0.5"',
            {"kind": "object", "points": [[0.25, 0.333333333]]},
        ),
    ],
)
def test_what_models_find_is_looked_for_here(fields: str, kind: dict[str, Any]) -> None:
    assert components(f'<rdf:li crs:What="Mask/Image" crs:MaskVersion="1" crs:ErrorReason="0" {fields}/>') == [
        {"kind": kind}
    ]


def test_parts_are_joined() -> None:
    mode = ' crs:MaskBlendMode="{}" crs:MaskInverted="{}" crs:MaskValue="{}" crs:MaskActive="{}"'
    found = components(
        SKY,
        GRADIENT.format(mode.format(1, "false", 0, "true")),
        GRADIENT.format(mode.format(1, "true", 0, "false")),
        GRADIENT.format(mode.format(0, "true", 1, "true")),
        GRADIENT.format(mode.format(0, "false", 0.4, "true")),
    )
    assert [(c.get("combine", "add"), c.get("inverted", False), c.get("enabled", True)) for c in found] == [
        ("add", False, True),
        ("subtract", False, True),
        ("intersect", False, False),
        ("add", True, True),
        ("add", False, True),
    ]
    assert found[4]["amount"] == 0.4


def test_the_numbers_of_a_correction() -> None:
    more = (
        'crs:LocalExposure2012="-0.125" crs:LocalHue="0.5" crs:LocalContrast2012="0.2" crs:LocalDehaze="-0.3" '
        'crs:LocalTemperature="0.15" crs:LocalTint="-0.05" crs:LocalToningHue="210" crs:LocalToningSaturation="0.4" '
        'crs:LocalSharpness="0.5" crs:LocalClarity2012="0.1" crs:LocalTexture="-0.6" crs:LocalLuminanceNoise="0.3" '
        'crs:LocalExposure="0" crs:LocalCurveRefineSaturation="100"'
    )
    found = one(packet(correction(SKY, more=more).replace('Amount="1"', 'Amount="1.5"').replace('="true"', '="false"')))
    assert found.amount == 1.5 and not found.enabled and found.name == "M" and found.id == SYNC.lower()
    assert found.delta == {
        "exposure": -0.5, "hue": 90.0, "contrast": 20.0, "dehaze": -30.0, "local_temperature": 15.0, "local_tint": -5.0,
        "overlay_hue": 210.0, "overlay_saturation": 40.0, "sharpness": 50.0, "clarity": 10.0, "texture": -60.0,
        "local_noise": 30.0,
    }  # fmt: skip


CURVE = "<crs:{0}><rdf:Seq><rdf:li>0,0</rdf:li><rdf:li>{1}</rdf:li><rdf:li>255,255</rdf:li></rdf:Seq></crs:{0}>"


def test_curves_are_read_and_written_as_lightroom_has_them() -> None:
    fields = CURVE.format("MainCurve", "84,55") + CURVE.format("BlueCurve", "128,140")
    item = correction(SKY, more="").replace("<crs:CorrectionMasks>", f"{fields}<crs:CorrectionMasks>")
    found = one(packet(item))
    assert found.delta == {
        "curve": ((0.0, 0.0), (84.0, 55.0), (255.0, 255.0)), "curve_blue": ((0.0, 0.0), (128.0, 140.0), (255.0, 255.0)),
    }  # fmt: skip
    wrote = sliders.write(found.delta)
    assert wrote["MainCurve"] == ["0,0", "84,55", "255,255"] and wrote["RedCurve"] == []
    broken = read(packet(item.replace("84,55", "84;55")))
    assert "curve" not in broken.settings.adjustments[0].delta and "MainCurve is no curve" in broken.notes[0]


def test_what_has_no_counterpart_is_told() -> None:
    found = read(packet(correction(SKY, more='crs:LocalMoire="0.2" crs:LocalDefringe="0.1" crs:LocalDehaze="3"')))
    assert found.settings.adjustments[0].delta == {"dehaze": 100.0}
    assert "LocalMoire, LocalDefringe" in found.notes[1] and "“M”" in found.notes[1] and "range" in found.notes[0]


UNKNOWN = correction(
    '<rdf:li crs:What="Mask/Image" crs:MaskSubType="0" crs:MaskSubCategoryID="50008" crs:MaskDigest="AB&lt;12"/>',
    '<rdf:li rdf:parseType="Resource"><crs:What>Mask/New</crs:What><crs:Strange xml:lang="x">é</crs:Strange></rdf:li>',
    sync="F" * 32,
)


def canonical(content: bytes, sync: str) -> bytes:
    """A correction's own XML, apart from white space between elements."""
    root = etree.fromstring(content, etree.XMLParser(remove_blank_text=True))
    for item in root.iter(f"{RDF}li"):
        inner = item.find(f"{RDF}Description")
        if inner is not None and inner.get(f"{CRS}CorrectionSyncID") == sync:
            return etree.tostring(item, method="c14n", exclusive=True)
    return b""


def test_a_correction_that_is_not_understood_is_told_once_and_survives_every_save(tmp_path: Path) -> None:
    path, photo = tmp_path / "a.xmp", tmp_path / "a.dng"
    text = packet(UNKNOWN, correction(SKY))
    path.write_text(text)
    before = canonical(text.encode(), "F" * 32)
    assert b"Strange" in before
    found = sidecar.read(photo)
    assert found is not None and len(found.settings.adjustments) == 1
    assert len(found.notes) == 1 and "left as it is" in found.notes[0]
    history = History().committed(found.settings, FOUND)
    for settings in (found.settings, found.settings.changed(exposure=1.0, adjustments=None), Settings()):
        history = history.committed(settings, "step")
        content = sidecar.write(photo, settings, history.entries, history.position)
        assert canonical(content, "F" * 32) == before
        again = sidecar.read(photo)
        assert again is not None and again.settings == settings and not again.notes


def test_a_mask_of_lightrooms_that_nobody_changed_stays_as_it_wrote_it(tmp_path: Path) -> None:
    path, photo = tmp_path / "a.xmp", tmp_path / "a.dng"
    text = packet(correction(SKY, more='crs:LocalMoire="0.2" crs:LocalDehaze="0.1"'))
    path.write_text(text)
    found = sidecar.read(photo)
    assert found is not None
    content = sidecar.write(photo, found.settings.changed(exposure=1.0))
    assert canonical(content, SYNC) == canonical(text.encode(), SYNC)
    # Changed here, it keeps what we do not know, and its mask.
    one = {**found.settings.adjustments[0].to_json(), "delta": {"dehaze": 30.0}}
    content = sidecar.write(photo, Settings(adjustments=[one]))
    assert b'LocalDehaze="0.3"' in content and b'LocalMoire="0.2"' in content and b'MaskDigest="E71A"' in content
    again = sidecar.read(photo)
    assert again is not None and again.settings == Settings(adjustments=[one]) and not again.notes


def test_a_removal_that_is_undone_brings_back_all_that_lightroom_wrote(tmp_path: Path) -> None:
    path, photo = tmp_path / "a.xmp", tmp_path / "a.dng"
    text = packet(correction(SKY, more='crs:LocalMoire="0.2" crs:LocalDehaze="0.1"'))
    path.write_text(text)
    document = Document(Photo(photo))
    assert document.history.entries[0].label == FOUND and "LocalMoire" in document.problem
    document.commit(Settings(), "Removed")
    document.flush()
    assert canonical(path.read_bytes(), SYNC) == b"" and b"CorrectionsAside" in path.read_bytes()
    again = Document(Photo(photo))
    assert not again.settings and not again.problem
    again.undo()
    again.flush()
    assert canonical(path.read_bytes(), SYNC) == canonical(text.encode(), SYNC)
    assert b"CorrectionsAside" not in path.read_bytes()
    # A lasso is nothing for Lightroom: its correction makes way for as long as it is there.
    lasso = {"kind": {"kind": "lasso", "points": [[0, 0], [1, 0], [1, 1]]}}
    one = again.settings.adjustments[0].to_json()
    again.commit(Settings(adjustments=[{**one, "mask": {"components": [lasso]}}]), "Lasso")
    again.flush()
    assert canonical(path.read_bytes(), SYNC) == b""
    assert not Document(Photo(photo)).problem and Document(Photo(photo)).settings == again.settings
    again.undo()
    again.flush()
    assert canonical(path.read_bytes(), SYNC) == canonical(text.encode(), SYNC)


def ours(**more: Any) -> dict[str, Any]:
    sky = {"kind": "sky", "raster": "abc", "recipe": {"model": "x"}}
    mask = {"components": [{"kind": {"kind": "linear", "full": [1 / 3, 0.1]}}, {"kind": sky, "combine": "subtract"}]}
    delta = {"exposure": -0.71234567, "vibrance": 12.0}
    return Adjustment.of({"id": "a", "name": "Mine", "mask": mask, "delta": delta, **more}).to_json()


def changed(tmp_path: Path, old: bytes, new: bytes) -> Settings:
    """What is read after another program put `new` in the place of `old`."""
    wrote = Settings(adjustments=[ours(), ours(id="b", delta={"contrast": 5})])
    content = sidecar.write(tmp_path / "a.dng", wrote)
    assert old in content
    sidecar.path_for(tmp_path / "a.dng").write_bytes(content.replace(old, new, 1))
    found = sidecar.read(tmp_path / "a.dng")
    assert found is not None and found.settings != wrote and not found.notes
    assert found.settings.adjustments[-1].to_json() == wrote.adjustments[-1].to_json()
    return found.settings


def test_only_what_another_program_changed_is_taken_over(tmp_path: Path) -> None:
    found = changed(tmp_path, b'LocalExposure2012="-0.178086"', b'LocalExposure2012="-0.5"').adjustments[0].to_json()
    assert found == ours(delta={"exposure": -2.0, "vibrance": 12.0})
    found = changed(tmp_path, b'CorrectionName="Mine"', b'CorrectionName="Theirs"').adjustments[0].to_json()
    assert found == ours(name="Theirs")
    found = changed(tmp_path, b'CorrectionAmount="1"', b'CorrectionAmount="0.25"').adjustments[0].to_json()
    assert found == ours(amount=0.25)


def test_a_mask_that_another_program_changed_keeps_what_was_found(tmp_path: Path) -> None:
    found = changed(tmp_path, b'FullX="0.333333"', b'FullX="0.25"').adjustments[0]
    linear, sky = found.mask["components"]
    assert linear["kind"]["full"] == [0.25, 0.1] and sky == ours()["mask"]["components"][1]
    assert found.delta == ours()["delta"]


def test_a_mask_that_another_program_took_out_is_gone_and_comes_back_by_undo(tmp_path: Path) -> None:
    path = tmp_path / "a.dng"
    document = Document(Photo(path))
    document.commit(Settings(adjustments=[ours(), ours(id="b")]), "Two")
    document.flush()
    root = etree.parse(str(document.path)).getroot()
    item = next(e for e in root.iter(f"{RDF}li") if e.find(f"{RDF}Description") is not None)
    item.getparent().remove(item)  # type: ignore[union-attr]
    document.path.write_bytes(etree.tostring(root))
    assert document.refresh()
    assert [one.id for one in document.settings.adjustments] == ["b"]
    assert document.history.entries[-1].label == THEIRS
    document.undo()
    document.flush()
    assert [one.id for one in Document(Photo(path)).settings.adjustments] == ["a", "b"]
    assert document.path.read_bytes().count(b'What="Correction"') == 2


def test_a_mask_that_another_program_added_is_taken_in(tmp_path: Path) -> None:
    photo = tmp_path / "a.dng"
    content = sidecar.write(photo, Settings(adjustments=[ours()])).decode()
    head, tail = content.split("</rdf:Seq>\n   </crs:MaskGroupBasedCorrections>")
    added = correction(GRADIENT.format(""))
    sidecar.path_for(photo).write_text(f"{head}{added}</rdf:Seq></crs:MaskGroupBasedCorrections>{tail}")
    found = sidecar.read(photo)
    assert found is not None and [one.id for one in found.settings.adjustments] == ["a", SYNC.lower()]
    assert found.settings.adjustments[0].to_json() == ours()


def test_a_sidecar_of_an_older_release_loses_nothing(tmp_path: Path) -> None:
    """It has our masks in our own namespace only."""
    photo = tmp_path / "a.dng"
    wanted = Settings(adjustments=[ours()])
    root = etree.fromstring(sidecar.write(photo, wanted))
    for description in list(root.iter(f"{RDF}Description")):
        for key in list(description.attrib):
            if str(key).endswith("}Corrections"):
                del description.attrib[key]
        for element in description.findall(f"{CRS}MaskGroupBasedCorrections"):
            description.remove(element)
    sidecar.path_for(photo).write_bytes(etree.tostring(root))
    found = sidecar.read(photo)
    assert found is not None and found.settings == wanted


def test_a_mask_that_was_removed_here_is_removed_there(tmp_path: Path) -> None:
    photo = tmp_path / "a.dng"
    sidecar.write(photo, Settings(adjustments=[ours(), ours(id="b", name="Other")]))
    content = sidecar.write(photo, Settings(adjustments=[ours(id="b", name="Other")]))
    assert content.count(b'What="Correction"') == 1 and b'CorrectionName="Other"' in content
    assert b"MaskGroupBasedCorrections" not in sidecar.write(photo, Settings())


def test_exiv2_reads_what_we_write(tmp_path: Path) -> None:
    sidecar.write(tmp_path / "a.dng", Settings(adjustments=[ours()]), (), 0, *PORTRAIT)
    image = exiv2.ImageFactory.open(str(tmp_path / "a.xmp"))
    image.readMetadata()
    found = {one.key(): one.toString() for one in image.xmpData()}
    start = "Xmp.crs.MaskGroupBasedCorrections[1]/crs:"
    assert found[f"{start}LocalExposure2012"] == "-0.178086"
    assert found[f"{start}CorrectionMasks[1]/crs:What"] == "Mask/Gradient"
    assert found[f"{start}CorrectionMasks[2]/crs:ReferencePoint"] == "0.500000 0.500000"
    # As another program would: all of it written anew, in another order and syntax, means the same to us.
    image.writeMetadata()
    again = sidecar.read(tmp_path / "a.dng", *PORTRAIT)
    assert again is not None and again.settings == Settings(adjustments=[ours()]) and not again.notes
