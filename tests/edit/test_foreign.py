"""Sidecars of darktable and RawTherapee, where there are no settings of Adobe's or ours."""

from __future__ import annotations

import base64
import struct
import zlib
from pathlib import Path

import pytest
from dng import make_photo
from hypothesis import given
from hypothesis import strategies as st

import stillbytes as sb
from stillbytes.core.errors import SidecarError
from stillbytes.core.geometry import Size
from stillbytes.develop.settings import Settings
from stillbytes.edit import sidecar
from stillbytes.edit.foreign import rawtherapee
from stillbytes.library.catalogue import describe

UPRIGHT = (1, Size(6000, 4000))


def exposure(ev: float, mode: int = 0) -> bytes:
    return struct.pack("<iffffii", mode, 0.0, ev, 50.0, -4.0, 1, 1)


def step(operation: str, params: str, version: str = "7", enabled: str = "1") -> str:
    return (
        f'<rdf:li darktable:num="0" darktable:operation="{operation}" darktable:enabled="{enabled}" '
        f'darktable:modversion="{version}" darktable:params="{params}" darktable:multi_priority="0"/>'
    )


def history(*steps: str, more: str = "", end: str = "99") -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 4.4.0-Exiv2">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
        'xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:darktable="http://darktable.sf.net/" '
        'xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/" xmp:Rating="3" darktable:xmp_version="5" '
        f'darktable:history_end="{end}" {more}><darktable:history><rdf:Seq>{"".join(steps)}</rdf:Seq>'
        "</darktable:history></rdf:Description></rdf:RDF></x:xmpmeta>"
    ).encode()


def short(content: bytes) -> str:
    return "gz05" + base64.b64encode(zlib.compress(content)).decode()


CROP = struct.pack("<4fii", 0.1, 0.2, 0.9, 0.8, 0, 0)


def test_darktables_exposure_crop_and_rating() -> None:
    steps = (
        step("exposure", exposure(3.0).hex()),
        step("exposure", short(exposure(1.2))),
        step("crop", CROP.hex(), "3"),
    )
    found = sidecar.parsed(history(*steps, step("colorbalancergb", "00", "5")), "a.nef.xmp", *UPRIGHT)
    assert found.settings == Settings(exposure=1.2, crop_left=0.1, crop_top=0.2, crop_right=0.9, crop_bottom=0.8)
    assert found.rating == 3 and found.unmapped == ("colorbalancergb",)
    assert "darktable" in found.notes[0] and found.notes[-1] == "Not taken over: colorbalancergb."


def test_of_its_scene_referred_workflow_the_beginning_is_taken_off() -> None:
    steps = (step("exposure", exposure(1.2).hex()), step("sigmoid", "00", "3"))
    found = sidecar.parsed(history(*steps), "a.nef.xmp", *UPRIGHT)
    assert found.settings["exposure"] == 0.5


@pytest.mark.parametrize("end", ["²", "9" * 5000, "-1", ""])
def test_an_end_of_the_history_that_is_no_number_is_passed_over(end: str) -> None:
    found = sidecar.parsed(history(step("exposure", exposure(1.0).hex()), end=end), "a.xmp")
    assert found.settings["exposure"] == 1.0


def test_only_what_is_on_and_not_undone_counts() -> None:
    on, off = step("exposure", exposure(1.0).hex()), step("exposure", exposure(1.0).hex(), enabled="0")
    assert "exposure" not in sidecar.parsed(history(on, off), "a.xmp").settings
    assert sidecar.parsed(history(on, off, end="1"), "a.xmp").settings["exposure"] == 1.0


@pytest.mark.parametrize(
    "one",
    [
        step("exposure", exposure(1.0, mode=1).hex()),
        step("exposure", exposure(1.0).hex(), "9"),
        step("exposure", exposure(float("nan")).hex()),
        *(step("exposure", params) for params in ("zz", "gz99AAAA", "00")),
        step("crop", struct.pack("<4f", 0.9, 0.2, 0.1, 0.8).hex(), "3"),
    ],
)
def test_what_is_not_understood_is_told(one: str) -> None:
    found = sidecar.parsed(history(one), "a.xmp")
    assert found.settings == Settings() and found.unmapped in (("exposure",), ("crop",))


def test_adobes_settings_come_first_and_the_history_stays(tmp_path: Path) -> None:
    content = history(step("exposure", exposure(1.0).hex()), more='crs:HasSettings="True" crs:Exposure2012="-1.00"')
    (tmp_path / "a.nef").write_bytes(b"")
    beside = tmp_path / "a.nef.xmp"
    beside.write_bytes(content)
    assert sidecar.parsed(content, "a.nef.xmp").settings["exposure"] == -1.0
    sidecar.write(tmp_path / "a.nef", Settings(exposure=2.0), path=beside)
    assert step("exposure", exposure(1.0).hex()).encode() in beside.read_bytes()


PROFILE = """[Version]
AppVersion=5.9
[General]
Rank=4
[Exposure]
Auto=false
Compensation=0.85
Contrast=10
Curve=0;
[White Balance]
Enabled=true
Setting=Custom
Temperature=5200
Green=1
[Crop]
Enabled=true
X=600
Y=400
W=4800
H=3200
[Vibrance]
Enabled=true
[Coarse Transformation]
Rotate=0
HorizontalFlip=false
"""


def test_rawtherapees_profile_beside_a_photo(tmp_path: Path) -> None:
    (tmp_path / "a.nef.pp3").write_text(PROFILE)
    found = sidecar.read(tmp_path / "a.nef", *UPRIGHT)
    assert found is not None and found.rating == 4
    box = {"crop_left": 0.1, "crop_top": 0.1, "crop_right": 0.9, "crop_bottom": 0.9}
    assert found.settings == Settings({"exposure": 0.85, "white_balance": "custom", "temperature": 5200.0, **box})
    assert found.unmapped == ("contrast of its exposure", "Vibrance")


def test_what_is_said_of_a_photo_with_such_a_profile_leaves_its_settings(tmp_path: Path) -> None:
    make_photo(tmp_path / "a.dng")
    (tmp_path / "a.dng.pp3").write_text(PROFILE)
    before = sb.open(tmp_path / "a.dng").settings
    describe.write(tmp_path / "a.dng", {"rating": 5})
    found = sidecar.read(tmp_path / "a.dng")
    assert found is not None and found.rating == 5
    assert sb.open(tmp_path / "a.dng").settings == before != Settings()
    assert (tmp_path / "a.dng.pp3").read_text() == PROFILE


def test_a_sidecar_of_ours_comes_before_it(tmp_path: Path) -> None:
    (tmp_path / "a.nef.pp3").write_text(PROFILE)
    sidecar.write(tmp_path / "a.nef", Settings(exposure=-1.0))
    found = sidecar.read(tmp_path / "a.nef", *UPRIGHT)
    assert found is not None and found.settings == Settings(exposure=-1.0)


def test_turns() -> None:
    turned = PROFILE.replace("Rotate=0", "Rotate=90")
    found = rawtherapee.read(turned.encode(), "a.pp3", Size(6000, 4000))
    assert found.settings["rotate"] == "90" and "crop" in found.unmapped


@given(st.binary(max_size=300), st.integers(0, len(PROFILE)))
def test_any_profile_is_read_or_refused(noise: bytes, place: int) -> None:
    content = PROFILE.encode()[:place] + noise + PROFILE.encode()[place:]
    try:
        rawtherapee.read(content, "a.pp3", Size(6000, 4000))
    except SidecarError:
        return


@given(st.text("0123456789abcdefgz=/+ABC", max_size=80), st.sampled_from(["exposure", "crop"]), st.sampled_from("1567"))
def test_any_parameters_are_read_or_told(params: str, operation: str, version: str) -> None:
    found = sidecar.parsed(history(step(operation, params, version)), "a.xmp")
    assert found.unmapped == (operation,) or found.settings.keys() <= {
        "exposure", "crop_left", "crop_top", "crop_right", "crop_bottom"
    }  # fmt: skip


@given(st.binary(max_size=40), st.integers(0, 2000))
def test_mutated_histories_are_read_or_refused(noise: bytes, place: int) -> None:
    content = history(step("exposure", exposure(1.0).hex()), step("crop", CROP.hex(), "3"))
    try:
        sidecar.parsed(content[:place] + noise + content[place + 5 :], "a.xmp")
    except SidecarError:
        return
