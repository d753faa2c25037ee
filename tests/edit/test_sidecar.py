"""The XMP file beside a photo: ours in, others' kept, damage refused."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from stillbytes.core.errors import SidecarError
from stillbytes.core.geometry import Size
from stillbytes.develop import parameters
from stillbytes.develop.parameter import Parameter
from stillbytes.develop.settings import Settings
from stillbytes.edit import processes, sidecar
from stillbytes.edit.history import History
from stillbytes.edit.orientation import CropBox, to_sensor, to_upright
from stillbytes.edit.snapshots import Snapshot

LIGHTROOM = """<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Adobe XMP Core 7.0-c000">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/" xmlns:lr="http://ns.adobe.com/lightroom/1.0/"
    xmp:Rating="4" xmp:CreatorTool="Adobe Lightroom Classic 15.6" crs:Version="18.0" crs:ProcessVersion="15.4"
    crs:WhiteBalance="Custom" crs:Temperature="5200" crs:Tint="+8" crs:Exposure2012="+0.70" crs:Contrast2012="-12"
    crs:Highlights2012="-55" crs:SaturationAdjustmentBlue="-20" crs:ConvertToGrayscale="False" crs:Sharpness="40"
    crs:Texture="+10" crs:LensProfileEnable="0" crs:HasSettings="True" crs:HasCrop="False">
   <crs:ToneCurvePV2012><rdf:Seq><rdf:li>0, 0</rdf:li><rdf:li>64, 58</rdf:li><rdf:li>255, 255</rdf:li></rdf:Seq>
   </crs:ToneCurvePV2012>
   <dc:subject><rdf:Bag><rdf:li>sea</rdf:li><rdf:li>dusk</rdf:li></rdf:Bag></dc:subject>
   <lr:hierarchicalSubject><rdf:Bag><rdf:li>places|sea</rdf:li></rdf:Bag></lr:hierarchicalSubject>
   <crs:MaskGroupBasedCorrections><rdf:Seq><rdf:li>
    <rdf:Description crs:What="Correction" crs:CorrectionAmount="1" crs:LocalExposure2012="0.25"/></rdf:li></rdf:Seq>
   </crs:MaskGroupBasedCorrections>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>"""


def values_of(parameter: Parameter) -> st.SearchStrategy[Any]:
    if parameter.kind == "number":
        return st.floats(parameter.minimum, parameter.maximum)
    if parameter.kind == "choice":
        return st.sampled_from(parameter.choices)
    if parameter.kind == "adjustments":
        delta = st.dictionaries(st.sampled_from(["exposure", "clarity"]), st.floats(-4, 4), max_size=2)
        mask = st.fixed_dictionaries({"components": st.lists(st.text(max_size=9), max_size=2)})
        one = st.fixed_dictionaries(
            {"id": st.uuids().map(str), "name": st.text(max_size=9), "mask": mask, "delta": delta}
        )
        return st.lists(one, max_size=3)
    if parameter.kind == "patches":
        side = st.integers(1, 900)
        one = st.fixed_dictionaries(
            {
                "id": st.uuids().map(str),
                "name": st.text(max_size=9),
                "rect": st.tuples(st.integers(-900, 900), st.integers(-900, 900), side, side).map(list),
                "variants": st.lists(st.text("0123456789abcdef", min_size=24, max_size=24), max_size=3),
                "opacity": st.floats(0, 1),
                "recipe": st.dictionaries(st.text(max_size=9), st.text(max_size=99), max_size=2),
            }
        )
        return st.lists(one, max_size=3)
    if parameter.kind == "colours":
        colour = st.integers(0, 0xFFFFFF).map(lambda code: f"#{code:06x}")
        return st.lists(st.fixed_dictionaries({"colour": colour, "hue": st.floats(-100, 100)}), max_size=3)
    if parameter.kind == "text":
        return st.text(max_size=40).filter(lambda text: text.isprintable())
    if parameter.kind == "lut":
        return st.sampled_from(["", "0123456789abcdef01234567 Some film.cube"])
    if parameter.kind == "dcp":
        return st.sampled_from(["", "Studio", "Camera Neutral", "0123456789ABCDEF0123456789ABCDEF Adobe Standard"])
    if parameter.kind == "toggle":
        return st.booleans()
    codes = st.lists(st.integers(0, 255), min_size=2, max_size=8, unique=True).map(sorted)
    return codes.map(lambda xs: tuple((float(x), float(255 - x)) for x in xs))


EVERYTHING = st.fixed_dictionaries({}, optional={name: values_of(p) for name, p in parameters().items()})


@given(values=EVERYTHING, orientation=st.integers(1, 8))
def test_what_is_written_is_read_back_exactly(
    values: dict[str, Any], orientation: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    photo = tmp_path_factory.mktemp("x") / "a.dng"
    history = History().committed(Settings(values), "Everything")
    sidecar.write(photo, history.settings, history.entries, history.position, orientation, Size(6000, 4000))
    found = sidecar.read(photo, orientation, Size(6000, 4000))
    assert found is not None
    assert found.settings == Settings(values)
    assert History(found.history, found.position).settings == Settings(values)


def test_the_fields_are_adobes(tmp_path: Path) -> None:
    photo = tmp_path / "a.nef"
    settings = Settings(exposure=0.7, contrast=-12, temperature=5200, tint=8, black_and_white=True, crop_left=0.25)
    sidecar.write(photo, settings)
    text = (tmp_path / "a.xmp").read_text()
    for part in (
        'crs:Exposure2012="+0.70"', 'crs:Contrast2012="-12"', 'crs:Temperature="5200"', 'crs:Tint="+8"',
        'crs:WhiteBalance="Custom"', 'crs:ConvertToGrayscale="True"', 'crs:CropLeft="0.25"', 'crs:HasCrop="True"',
    ):  # fmt: skip
        assert part in text


def test_lightrooms_settings_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.xmp").write_text(LIGHTROOM)
    found = sidecar.read(tmp_path / "a.cr3")
    assert found is not None
    assert dict(found.settings) == {
        "temperature": 5200.0, "tint": 8.0, "exposure": 0.7, "highlights": -55.0, "contrast": -12.0,
        "curve": ((0.0, 0.0), (64.0, 58.0), (255.0, 255.0)), "saturation_blue": -20.0, "texture": 10.0,
    }  # fmt: skip
    assert found.rating == 4


def test_fields_written_as_elements_are_read_too(tmp_path: Path) -> None:
    text = LIGHTROOM.replace('crs:Exposure2012="+0.70"', "").replace(
        "<crs:ToneCurvePV2012>", "<crs:Exposure2012>-1.25</crs:Exposure2012><crs:ToneCurvePV2012>"
    )
    (tmp_path / "a.xmp").write_text(text)
    found = sidecar.read(tmp_path / "a.cr3")
    assert found is not None and found.settings["exposure"] == -1.25


def test_the_cameras_white_beside_as_shot_is_not_a_setting(tmp_path: Path) -> None:
    (tmp_path / "a.xmp").write_text(LIGHTROOM.replace('WhiteBalance="Custom"', 'WhiteBalance="As Shot"'))
    found = sidecar.read(tmp_path / "a.cr3")
    assert found is not None and "temperature" not in found.settings


def _foreign(path: Path) -> set[str]:
    """Everything in the file but the fields of ours."""
    ours = {p.xmp.split(":")[1] for p in parameters().values() if p.xmp}
    ours |= {"HasSettings", "HasCrop", "Settings", "History", "HistoryPosition", "about", "MetadataDate", "RawFileName"}
    found = set()
    for element in etree.parse(str(path)).iter():
        for key, value in element.attrib.items():
            if etree.QName(key).localname not in ours:
                found.add(f"{element.tag!s} {key!s}={value!s}")
        within = " ".join(str(parent.tag) for parent in element.iterancestors())
        if element.text and element.text.strip() and "ToneCurve" not in within:
            found.add(f"{element.tag!s}: {element.text.strip()}")
    return {item for item in found if "ns.stillbytes" not in item and "changes" not in item}


def test_what_other_programs_wrote_survives(tmp_path: Path) -> None:
    path = tmp_path / "a.xmp"
    path.write_text(LIGHTROOM)
    before = _foreign(path)
    history = History().committed(Settings(exposure=-2, vibrance=10), "Mine")
    sidecar.write(tmp_path / "a.cr3", history.settings, history.entries, 1)
    assert _foreign(path) == before
    assert any("LocalExposure2012" in item for item in before) and any("sea" in item for item in before)
    found = sidecar.read(tmp_path / "a.cr3")
    assert found is not None and found.settings == Settings(exposure=-2, vibrance=10)


def test_a_field_changed_by_another_program_counts(tmp_path: Path) -> None:
    photo, path = tmp_path / "a.cr3", tmp_path / "a.xmp"
    sidecar.write(photo, Settings(exposure=0.705, contrast=10))
    path.write_text(path.read_text().replace('Contrast2012="+10"', 'Contrast2012="+35"'))
    found = sidecar.read(photo)
    assert found is not None and found.settings["contrast"] == 35


def test_values_out_of_range_are_clamped_and_told(tmp_path: Path) -> None:
    (tmp_path / "a.xmp").write_text(LIGHTROOM.replace("+0.70", "+12.0").replace('"-12"', '"abc"'))
    found = sidecar.read(tmp_path / "a.cr3")
    assert found is not None
    assert found.settings["exposure"] == 5.0 and "contrast" not in found.settings
    assert len(found.notes) == 2


def test_a_raw_and_its_jpeg_have_sidecars_of_their_own(tmp_path: Path) -> None:
    for name in ("a.NEF", "a.jpg", "b.jpg"):
        (tmp_path / name).touch()
    assert sidecar.path_for(tmp_path / "a.NEF").name == "a.xmp"
    assert sidecar.path_for(tmp_path / "a.jpg").name == "a.jpg.xmp"
    assert sidecar.path_for(tmp_path / "b.jpg").name == "b.xmp"


def test_comments_beside_values_hide_nothing(tmp_path: Path) -> None:
    text = LIGHTROOM.replace('crs:Exposure2012="+0.70"', "").replace(
        "<crs:ToneCurvePV2012>",
        "<crs:Exposure2012><!-- a stop --> -1.25</crs:Exposure2012><crs:ToneCurvePV2012><!-- by hand -->",
    )
    (tmp_path / "a.xmp").write_text(text)
    found = sidecar.read(tmp_path / "a.cr3")
    assert found is not None and found.notes == ()
    assert found.settings["exposure"] == -1.25
    assert found.settings["curve"] == ((0.0, 0.0), (64.0, 58.0), (255.0, 255.0))


def test_a_reset_leaves_other_programs_masks_in_effect(tmp_path: Path) -> None:
    (tmp_path / "a.xmp").write_text(LIGHTROOM)
    sidecar.write(tmp_path / "a.cr3", Settings())
    assert 'crs:HasSettings="True"' in (tmp_path / "a.xmp").read_text()
    found = sidecar.read(tmp_path / "a.cr3")
    assert found is not None and found.settings == Settings()


def test_a_reset_of_only_our_settings_leaves_none_in_effect(tmp_path: Path) -> None:
    sidecar.write(tmp_path / "a.cr3", Settings(exposure=1, temperature=5000, crop_left=0.2))
    sidecar.write(tmp_path / "a.cr3", Settings())
    assert 'crs:HasSettings="False"' in (tmp_path / "a.xmp").read_text()


def test_a_new_sidecar_says_which_process_its_fields_are_of(tmp_path: Path) -> None:
    sidecar.write(tmp_path / "a.dng", Settings(exposure=1))
    text = (tmp_path / "a.xmp").read_text()
    assert 'crs:ProcessVersion="15.4"' in text and 'crs:Version="15.4"' in text


@pytest.mark.parametrize("name", ["a\x01b.dng", "a\ufffeb.dng", 'a<&">.dng', "a \U0001f4f7.dng"])
def test_any_file_name_can_have_a_sidecar(tmp_path: Path, name: str) -> None:
    """Written and read without a photo on the disk, as not every system allows such names."""
    content = sidecar.write(Path(name), Settings(exposure=1), path=tmp_path / "a.xmp")
    assert sidecar.parsed(content, "a.xmp").settings == Settings(exposure=1)


@pytest.mark.parametrize("number", ["9" * 400, "1e999", "NaN"])
def test_numbers_beyond_measure_in_our_own_fields_cost_only_themselves(tmp_path: Path, number: str) -> None:
    path = tmp_path / "a.xmp"
    history = History().committed(Settings(exposure=1.25), "Brighter")
    sidecar.write(tmp_path / "a.dng", history.settings, history.entries, 1)
    path.write_text(path.read_text().replace(": 1.25", f": {number}"))
    found = sidecar.read(tmp_path / "a.dng")
    assert found is not None and found.settings == Settings(exposure=1.25)
    assert found.history == ()


def test_a_history_too_long_to_be_read_back_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    history = History().committed(Settings(exposure=1), "A very long label " * 100)
    sidecar.write(tmp_path / "a.dng", Settings(exposure=2))
    before = (tmp_path / "a.xmp").read_bytes()
    monkeypatch.setattr(sidecar, "MOST_BYTES", 1500)
    with pytest.raises(SidecarError, match="Move it away"):
        sidecar.write(tmp_path / "a.dng", history.settings, history.entries, 1)
    assert (tmp_path / "a.xmp").read_bytes() == before


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xmp"
    path.write_bytes(LIGHTROOM.encode() + b" " * (16 << 20))
    with pytest.raises(SidecarError):
        sidecar.read(tmp_path / "a.dng")


BOMB = '<!DOCTYPE a [<!ENTITY b "x"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;</a>'
UTF16_BOMB = BOMB.replace("<a>&c;</a>", LIGHTROOM.replace("sea", "&c;")).encode("utf-16")


@pytest.mark.parametrize(
    "content", [b"", b"not xml", b"<a/>", BOMB.encode(), LIGHTROOM.encode()[:900], b"\xff\xfe\0", UTF16_BOMB]
)
def test_a_damaged_file_is_an_error_and_stays_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.xmp"
    path.write_bytes(content)
    with pytest.raises(SidecarError):
        sidecar.read(tmp_path / "a.dng")
    with pytest.raises(SidecarError):
        sidecar.write(tmp_path / "a.dng", Settings(exposure=1))
    assert path.read_bytes() == content
    assert [p.name for p in tmp_path.iterdir()] == ["a.xmp"]


def test_mutated_files_give_settings_or_a_typed_error(tmp_path: Path) -> None:
    rng = random.Random(3)
    path = tmp_path / "a.xmp"
    path.write_text(LIGHTROOM)
    history = History().committed(Settings(exposure=0.7, crop_left=0.1, crop_angle=3), "Crop")
    history = history.committed(Settings(contrast=3, temperature=5000, curve=((0, 0), (9, 90), (255, 255))), "Tone")
    sidecar.write(tmp_path / "a.dng", history.settings, history.entries, 2)
    originals = LIGHTROOM.encode(), path.read_bytes()
    for turn in range(600):
        original = originals[turn % 2]
        content = bytearray(original)
        for _ in range(rng.randrange(1, 6)):
            at = rng.randrange(len(content))
            kind = rng.randrange(4)
            if kind == 0:
                content[at] = rng.randrange(256)
            elif kind == 1:
                del content[at : at + rng.randrange(40)]
            elif kind == 2:
                content[at : at + rng.randrange(6)] = rng.choice((b"9" * 400, b"NaN", b"1e999", b"null", b"[", b"<!--"))
            else:
                content[at:at] = content[at : at + rng.randrange(60)]
        path.write_bytes(content)
        try:
            found = sidecar.read(tmp_path / "a.dng", 6)
        except SidecarError:
            with pytest.raises(SidecarError):
                sidecar.write(tmp_path / "a.dng", Settings(exposure=1))
            assert path.read_bytes() == content
            continue
        assert found is not None and isinstance(found.settings, Settings)
        sidecar.write(tmp_path / "a.dng", Settings(exposure=1))


@given(
    st.integers(1, 8), st.floats(0.05, 0.45), st.floats(0.05, 0.45), st.floats(0.55, 0.95), st.floats(0.55, 0.95),
    st.floats(-20, 20),
)  # fmt: skip
def test_a_crop_survives_the_way_to_the_sensors_image_and_back(
    orientation: int, left: float, top: float, right: float, bottom: float, angle: float
) -> None:
    upright, box = Size(4000, 6000), CropBox(left, top, right, bottom, angle)
    back = to_upright(to_sensor(box, orientation, upright), orientation, upright)
    for name in CropBox.__slots__:
        assert getattr(back, name) == pytest.approx(getattr(box, name), abs=1e-9)


def test_a_crop_of_a_turned_photo_is_the_same_part_of_it() -> None:
    """The top half of an upright photo taken with the camera's top to the right is the sensor's left half."""
    sensor = to_sensor(CropBox(0, 0, 1, 0.5), 6, Size(4000, 6000))
    assert (sensor.left, sensor.top, sensor.right, sensor.bottom) == pytest.approx((0, 0, 0.5, 1))


@pytest.mark.parametrize(("written", "process"), [("", None), ('sb:Process="2"', "2"), ('sb:Process="99"', "99")])
def test_an_edit_of_an_older_process_keeps_it(tmp_path: Path, written: str, process: str | None) -> None:
    photo = tmp_path / "a.nef"
    history = History().committed(Settings(exposure=0.5), "Exposure")
    sidecar.write(photo, Settings(exposure=0.5), history.entries, history.position)
    path = sidecar.path_for(photo)
    found = sidecar.read(photo)
    assert found is not None and found.settings == Settings(exposure=0.5)
    current = f'sb:Process="{processes.CURRENT}"'
    assert current in path.read_text()
    path.write_text(path.read_text().replace(current, written))
    older = processes.as_it_was(process)
    assert bool(older) == (process != "99")
    found = sidecar.read(photo)
    assert found is not None and found.settings == Settings({"exposure": 0.5, **older})
    assert found.history[0].changes == {"exposure": 0.5, **older}
    # Written by this release it says the same, in this release's words.
    sidecar.write(photo, found.settings, found.history, found.position)
    again = sidecar.read(photo)
    assert again is not None and again.settings == found.settings and current in path.read_text()


def test_what_was_set_in_an_older_process_stays_set() -> None:
    older = Settings(exposure=0.5, noise_process="1", hot_pixels="off", gamut_process="1", demosaic_process="1")
    assert processes.brought(Settings(exposure=0.5), "1") == older
    assert processes.brought(Settings(), "4") == Settings(noise_process="2", demosaic_process="1")
    assert processes.brought(Settings(), "6") == Settings(noise_process="3")
    assert processes.brought(Settings(noise_process="1"), processes.CURRENT) == Settings(noise_process="1")


def test_a_style_that_an_older_release_passed_over_stays_unseen(tmp_path: Path) -> None:
    """Lightroom's style of a vignette stood in its files before it was read: those edits were drawn without it."""
    photo = tmp_path / "a.nef"
    sidecar.write(photo, Settings(vignette_amount=-30))
    path = sidecar.path_for(photo)
    text = path.read_text()
    assert "VignetteStyle" not in text
    style = 'crs:PostCropVignetteStyle="3"'
    current = f'sb:Process="{processes.CURRENT}"'
    named = 'xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/"'
    path.write_text(text.replace(current, f'sb:Process="2" {named} {style}'))
    found = sidecar.read(photo)
    assert found is not None
    assert found.settings == Settings({"vignette_amount": -30, **processes.as_it_was("2")})
    path.write_text(text.replace(current, f"{current} {named} {style}"))
    found = sidecar.read(photo)
    assert found is not None and found.settings == Settings(vignette_amount=-30, vignette_style="paint")
    # One that was never ours is Lightroom's: it counts.
    theirs = LIGHTROOM.replace('crs:Texture="+10"', f'crs:Texture="+10" {style}').encode()
    assert sidecar.parsed(theirs, "b.xmp").settings.value("vignette_style") == "paint"


def test_a_snapshot_of_an_older_process_keeps_it() -> None:
    old = Snapshot("0123456789ab", "Old", "2026-01-01T00:00:00.000+00:00", {"exposure": 0.5}, "1")
    assert old.settings == Settings({"exposure": 0.5, **processes.as_it_was("1")})
    assert (
        replace(old, process=processes.CURRENT).settings == replace(old, process="").settings == Settings(exposure=0.5)
    )
