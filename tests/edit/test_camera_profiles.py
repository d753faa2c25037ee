"""Camera profiles of a photo, of one's own and of other programs, and what sidecars say of them."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from dcp import content, dng_with, fields, full, turning
from dng import make_photo

import stillbytes as sb
from stillbytes.core.errors import InvalidSetting
from stillbytes.core.geometry import Size
from stillbytes.develop.settings import Settings
from stillbytes.edit import camera_profiles, sidecar
from stillbytes.edit import fields as xmp_fields
from stillbytes.edit.camera_profiles import BESIDE, CameraProfiles, OfPhoto, divided, joined
from stillbytes.edit.presets import of_settings, opened, stored
from stillbytes.edit.xmp import Packet
from stillbytes.photo.dcp import UnreadableProfile, digest, read
from stillbytes.photo.metadata import Metadata

SIZE = Size(3, 2)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path / "home"))
    monkeypatch.setenv(camera_profiles.FOLDERS, str(tmp_path / "programs"))
    fresh(monkeypatch)
    return tmp_path / "home"


def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on another machine: nothing is in memory."""
    for name in ("_files", "_seen", "_lists", "_held"):
        monkeypatch.setattr(camera_profiles, name, type(getattr(camera_profiles, name))())


def photo(folder: Path, name: str = "a.dng", **options: Any) -> sb.Photo:
    folder.mkdir(exist_ok=True)
    make_photo(folder / name, **options)
    return sb.open(folder / name)


def turned(one: sb.Photo, value: str) -> float:
    """How far the picture is from the one without a profile."""
    plain, found = (one.edit({}).edit(camera_profile=v).render(64, dtype="float32") for v in ("", value))
    return float(np.abs(np.asarray(found, np.float64) - np.asarray(plain, np.float64)).max())


def test_profiles_are_kept_once_by_what_they_say_and_found_by_name(home: Path) -> None:
    one = CameraProfiles().add(content("Studio"), "Test 1 Studio.dcp")
    assert CameraProfiles().add(content("Studio"), "other.dcp") == one
    other = CameraProfiles().add(content("Studio", "Test 2"), "Test 2 Studio.dcp")
    assert [(k.name, k.camera) for k in CameraProfiles().all()] == [("Studio", "Test 1"), ("Studio", "Test 2")]
    assert CameraProfiles().find("test 2 studio") == other
    assert Settings(camera_profile=one.value)
    with pytest.raises(InvalidSetting, match="2 camera profiles"):
        CameraProfiles().find("Studio")
    CameraProfiles().remove("Test 1 Studio.dcp")
    assert CameraProfiles().find("Studio") == other
    with pytest.raises(InvalidSetting, match="no camera profile"):
        CameraProfiles().find("Moon")
    for name, broken in (("a.dcp", b"nothing"), ("a.cube", content())):
        with pytest.raises(UnreadableProfile):
            CameraProfiles().add(broken, name)


@pytest.mark.parametrize(
    ("make", "model", "camera"),
    [
        ("NIKON CORPORATION", "NIKON D810", "Nikon D810"),
        ("Canon", "Canon EOS 5D Mark III", "Canon EOS 5D Mark III"),
        ("SONY", "ILCE-7M3", "Sony ILCE-7M3"),
        ("FUJIFILM", "X-T3", "Fujifilm X-T3"),
        ("OLYMPUS CORPORATION", "E-M1MarkII", "Olympus E-M1MarkII"),
        ("LEICA CAMERA AG", "LEICA M10", "Leica M10"),
    ],
)
def test_a_camera_is_recognised_however_its_maker_writes_it(tmp_path: Path, make: str, model: str, camera: str) -> None:
    CameraProfiles().add(content("Fits", camera), "a.dcp")
    CameraProfiles().add(content("Not", camera + "x"), "b.dcp")
    of = OfPhoto(tmp_path / "a.nef", Metadata(make=make, model=model))
    assert [one.name for one in of.all()] == ["Fits"]


def test_profiles_of_other_programs_are_found_for_the_camera(tmp_path: Path) -> None:
    adobe = tmp_path / "programs/Camera/Test 1"
    adobe.mkdir(parents=True)
    (adobe / "Test 1 Camera Vivid.dcp").write_bytes(content("Camera Vivid", tables=(turning(30),)))
    (adobe / "Test 2 Camera Vivid.dcp").write_bytes(content("Camera Vivid", "Test 2"))
    (adobe / "Test 1 broken.dcp").write_bytes(b"IIRC")
    one = photo(tmp_path / "photos")
    assert [(k.name, k.place) for k in one.profiles.all()] == [("Embedded", "photo"), ("Camera Vivid", "system")]
    assert turned(one, "Camera Vivid") > 0.05
    with pytest.raises(InvalidSetting):
        CameraProfiles().find("Camera Vivid")  # not one's own


def test_profiles_inside_a_dng_are_used(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    main = fields("Maker", tables=(turning(25),))
    path = dng_with(tmp_path / "photos/a.dng", main, [content("Extra", tables=(turning(70),))])
    one = sb.open(path)
    assert [k.name for k in one.profiles.all()] == ["Maker", "Extra"]
    maker, extra = (turned(one, name) for name in ("Maker", "Extra"))
    assert extra > maker > 0.02
    assert turned(one, "Embedded") == maker
    assert turned(one, one.profiles.all()[1].value) == extra
    assert one.profile_notes(Settings(camera_profile="Extra")) == []
    assert "Moon" in one.profile_notes(Settings(camera_profile="Moon"))[0]


def test_the_digest_chooses_among_those_of_one_name_and_the_name_where_it_is_not_there(tmp_path: Path) -> None:
    one = photo(tmp_path / "photos")
    a = CameraProfiles().add(content("Studio", tables=(turning(10),)), "a.dcp")
    b = CameraProfiles().add(content("Studio", tables=(turning(60),)), "b.dcp")
    assert turned(one, b.value) > turned(one, a.value) > 0
    gone = f"{'0' * 32} Studio"
    assert turned(one, gone) in (turned(one, a.value), turned(one, b.value))
    assert one.profiles.chosen(f"{'0' * 32} Moon") is None


def test_a_profile_is_for_raw_files(tmp_path: Path) -> None:
    from PIL import Image  # noqa: PLC0415

    Image.new("RGB", (40, 30), "#a06030").save(tmp_path / "a.jpg")
    CameraProfiles().add(content("Any", "", tables=(turning(90),)), "a.dcp")
    one = sb.open(tmp_path / "a.jpg")
    assert turned(one, "Any") == 0
    assert "RAW" in one.profile_notes(Settings(camera_profile="Any"))[0]


def test_a_photo_renders_the_same_where_only_its_folder_is(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = photo(tmp_path / "photos")
    value = CameraProfiles().add(full(), "a.dcp").value
    edited = Settings(camera_profile=value)
    before = one.edit(edited).render(96)
    sidecar.write(one.path, edited)
    assert [path.name for path in (one.path.parent / BESIDE).iterdir()] == [f"{divided(value)[0]}.dcp"]
    moved = shutil.move(one.path.parent, tmp_path / "elsewhere")
    shutil.rmtree(home)
    fresh(monkeypatch)
    again = sb.open(Path(moved) / "a.dng")
    assert again.settings["camera_profile"] == value
    assert np.array_equal(again.edit(again.settings).render(96), before)


@pytest.mark.parametrize(("policy", "copied"), [(0, True), (1, False), (2, False), (3, True)])
def test_what_its_maker_does_not_allow_is_not_copied(tmp_path: Path, policy: int, copied: bool) -> None:
    value = CameraProfiles().add(content(policy=policy), "a.dcp").value
    sidecar.write(tmp_path / "a.dng", Settings(camera_profile=value))
    assert (tmp_path / BESIDE).is_dir() == copied


def packet(camera: str, found: str = "", more: str = "") -> Packet:
    stated = f'crs:CameraProfileDigest="{found}"' if found else ""
    return Packet(
        (
            '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
            '<rdf:Description rdf:about="" xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/" '
            f'crs:ProcessVersion="15.4" crs:HasSettings="True" crs:CameraProfile="{camera}" {stated} {more}/>'
            "</rdf:RDF></x:xmpmeta>"
        ).encode(),
        "a.xmp",
    )


def test_what_adobes_programs_chose_is_read_with_its_digest() -> None:
    found = "87FB0EDC503E2E4E86D199DCBF9FA444"
    for camera, given, wanted in (
        ("My own", found, f"{found} My own"),
        ("My own", "", "My own"),
        ("Camera Landscape", found.lower(), f"{found} Camera Landscape"),
        ("Adobe Standard", found, ""),
        ("Embedded", "", ""),
        ("My own", "nothing", "My own"),
    ):
        settings, notes = xmp_fields.read(packet(camera, given), 1, SIZE)
        assert settings.value("camera_profile") == wanted
        assert not notes


def test_a_choice_is_written_as_adobes_programs_write_it_and_read_again() -> None:
    value = f"{digest(read(content('Camera Neutral'), 'a.dcp'))} Camera Neutral"
    for chosen in (value, "Studio", f"{'A' * 32} Adobe Standard"):
        held = packet("Adobe Standard", "B" * 32)
        xmp_fields.put(held, Settings(camera_profile=chosen), 1, SIZE)
        assert held.text("crs:CameraProfile") == divided(chosen)[1]
        assert (held.text("crs:CameraProfileDigest") or "") == divided(chosen)[0]
        assert xmp_fields.read(held, 1, SIZE)[0] == Settings(camera_profile=chosen)
        # Then none again.
        xmp_fields.put(held, Settings(), 1, SIZE)
        assert xmp_fields.read(held, 1, SIZE)[0] == Settings()
        assert held.text("crs:CameraProfile") in (None, "Adobe Standard")


def test_what_another_program_chose_afterwards_counts() -> None:
    held = packet("Adobe Standard")
    xmp_fields.put(held, Settings(camera_profile=f"{'A' * 32} Studio"), 1, SIZE)
    held.put("crs:CameraProfile", "Camera Portrait")
    held.put("crs:CameraProfileDigest", "C" * 32)
    read_again = xmp_fields.read(held, 1, SIZE)[0]
    assert read_again.value("camera_profile") == f"{'C' * 32} Camera Portrait"
    held.put("crs:CameraProfile", "Adobe Standard")
    assert xmp_fields.read(held, 1, SIZE)[0].value("camera_profile") == ""


def test_a_sidecar_keeps_choice_and_profile_of_ours_apart(tmp_path: Path) -> None:
    for chosen in ({"profile": "neutral"}, {"profile": "neutral", "camera_profile": "Camera Neutral"},
                   {"profile": "flat", "camera_profile": f"{'A' * 32} Studio"}):  # fmt: skip
        sidecar.write(tmp_path / "a.dng", Settings(chosen))
        found = sidecar.read(tmp_path / "a.dng")
        assert found is not None and found.settings == Settings(chosen)


def test_a_preset_names_a_profile_for_any_camera(tmp_path: Path) -> None:
    preset = opened(stored(of_settings("Look", Settings(camera_profile="Camera Vivid"))), "a.xmp")
    assert preset.settings == Settings(camera_profile="Camera Vivid")
    CameraProfiles().add(content("Camera Vivid", tables=(turning(30),)), "a.dcp")
    assert turned(photo(tmp_path / "photos"), str(preset.settings["camera_profile"])) > 0.02


def test_settings_refuse_what_is_no_name() -> None:
    for value in ("a\nb", "x" * 300, 3, "a\x00"):
        with pytest.raises(InvalidSetting, match="cannot be"):
            Settings(camera_profile=value)
    assert joined("", "a\nb") == "" and joined("zz", "A") == "A" and joined("F" * 32, "A") == f"{'F' * 32} A"
