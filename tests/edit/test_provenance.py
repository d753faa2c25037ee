"""What exports say about where their pixels are from, and the switch that leaves out what models made."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from dng import make_photo, scene
from PIL import Image

import stillbytes as sb
from stillbytes.core import preferences
from stillbytes.core.errors import StillbytesError
from stillbytes.edit import sidecar
from stillbytes.edit.created import save
from stillbytes.edit.provenance import GENERATED, INVENTED, RETOUCHED, TERMS
from stillbytes.generate.pictures import Made
from stillbytes.library import previews
from stillbytes.photo.output import credentials

SPOT = sb.Spot((0.5, 0.33), 0.05)


@pytest.fixture
def photo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> sb.Photo:
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path / "home"))
    make_photo(tmp_path / "photo.dng", scene(150, 100))
    return sb.open(tmp_path / "photo.dng")


def with_generated(photo: sb.Photo, **recipe: Any) -> sb.Edit:
    """A red patch, as a model would have made it."""
    pixels = np.zeros((30, 30, 4), np.float32)
    pixels[..., 0], pixels[..., 3] = 0.5, 1
    made = {"id": "g", "task": "fill", "rect": [40, 30, 30, 30], "variants": [photo.patches.put(pixels)]}
    return photo.edit({}, patches=[{**made, "recipe": {"engine": "comfyui", "model": "sdxl", **recipe}}])


def source_type(path: Path) -> str:
    import exiv2  # noqa: PLC0415 - in a test the file is ours

    image = exiv2.ImageFactory.open(str(path))
    image.readMetadata()
    found = image.xmpData().findKey(exiv2.XmpKey("Xmp.iptcExt.DigitalSourceType"))
    return "" if found == image.xmpData().end() else str(found.value())


@pytest.mark.parametrize("format", ["jpg", "png", "tif", "webp", "avif"])
def test_a_picture_in_which_a_model_painted_says_so(photo: sb.Photo, tmp_path: Path, format: str) -> None:
    path = with_generated(photo).export(tmp_path / f"out.{format}")
    assert source_type(path) == GENERATED
    assert Image.open(path).size == (150, 100)


def test_retouching_without_a_model_is_a_human_edit(photo: sb.Photo, tmp_path: Path) -> None:
    removed = photo.edit({}).remove(sb.masks.Radial(centre=(0.5, 0.33), radius_x=0.06, radius_y=0.06, feather=0.0))
    for number, edit in enumerate((photo.edit({}).heal(SPOT), photo.edit({}).clone(SPOT), removed)):
        assert source_type(edit.export(tmp_path / f"{number}.jpg")) == RETOUCHED


def test_nothing_is_said_where_nothing_is_seen(photo: sb.Photo, tmp_path: Path) -> None:
    generated = with_generated(photo)
    off = generated.edit(patches=[{**generated.settings.patches[0].to_json(), "enabled": False}])
    faded = generated.edit(patches=[{**generated.settings.patches[0].to_json(), "opacity": 0}])
    for number, edit in enumerate((photo.edit({}), off, faded)):
        assert source_type(edit.export(tmp_path / f"{number}.jpg")) == ""


@pytest.mark.parametrize(("own", "kept"), [("digitalCapture", False), ("trainedAlgorithmicMedia", True)])
def test_what_the_file_says_of_itself_is_kept_where_it_says_more(photo: sb.Photo, own: str, kept: bool) -> None:
    sidecar.write(photo.path, photo.edit({}).settings)
    beside = photo.path.with_suffix(".xmp")
    iptc = ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
    told = f'<rdf:Description rdf:about=""{iptc} Iptc4xmpExt:DigitalSourceType="{TERMS}{own}"/></rdf:RDF>'
    beside.write_text(beside.read_text().replace("</rdf:RDF>", told))
    plain = photo.edit({}).export(photo.path.with_name("plain.jpg"))
    assert source_type(plain) == TERMS + own
    healed = photo.edit({}).heal(SPOT).export(photo.path.with_name("healed.jpg"))
    assert source_type(healed) == (TERMS + own if kept else RETOUCHED)


@pytest.mark.parametrize("format", ["jpg", "png", "tif", "webp", "avif"])
def test_credentials_are_whole_and_name_the_model_and_no_prompt(photo: sb.Photo, tmp_path: Path, format: str) -> None:
    c2pa = pytest.importorskip("c2pa")
    path = with_generated(photo, prompt="a secret garden").export(tmp_path / f"out.{format}")
    media = {"jpg": "jpeg", "tif": "tiff"}.get(format, format)
    with c2pa.Reader(f"image/{media}", io.BytesIO(path.read_bytes())) as reader:
        assert reader.get_validation_state() == "Valid"
        failures = [told["code"] for told in reader.get_validation_results()["activeManifest"]["failure"]]
        assert failures == ["signingCredential.untrusted"]  # nobody vouches for a certificate that was made here
        held = {one["label"].split(".v")[0]: one["data"] for one in reader.get_active_manifest()["assertions"]}
        actions = held["c2pa.actions"]["actions"]
    assert [action["digitalSourceType"] for action in actions] == [GENERATED, GENERATED]
    assert actions[1]["softwareAgent"]["name"] == "sdxl"
    assert b"secret garden" not in path.read_bytes()
    with c2pa.Reader(f"image/{media}", io.BytesIO(path.read_bytes())) as reader:
        again = reader.get_active_manifest()["signature_info"]["cert_serial_number"]
    second = with_generated(photo).export(tmp_path / f"second.{format}")
    with c2pa.Reader(f"image/{media}", io.BytesIO(second.read_bytes())) as reader:
        assert reader.get_active_manifest()["signature_info"]["cert_serial_number"] == again


@pytest.mark.parametrize("format", ["jpg", "png", "avif"])
def test_a_picture_that_a_model_made_whole_has_credentials_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, format: str
) -> None:
    c2pa = pytest.importorskip("c2pa")
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path / "home"))
    path = tmp_path / f"new.{format}"
    save(path, Made(np.full((64, 64, 3), 90, np.uint8), {"model": "sdxl", "seed": 3}))
    assert source_type(path) == INVENTED
    media = {"jpg": "jpeg"}.get(format, format)
    with c2pa.Reader(f"image/{media}", io.BytesIO(path.read_bytes())) as reader:
        assert reader.get_validation_state() == "Valid"
        held = {one["label"].split(".v")[0]: one["data"] for one in reader.get_active_manifest()["assertions"]}
    (action,) = held["c2pa.actions"]["actions"]
    assert action["action"] == "c2pa.created" and action["digitalSourceType"] == INVENTED
    assert action["softwareAgent"]["name"] == "sdxl"


def test_changed_pixels_are_noticed(photo: sb.Photo, tmp_path: Path) -> None:
    c2pa = pytest.importorskip("c2pa")
    content = bytearray(with_generated(photo).export(tmp_path / "out.jpg").read_bytes())
    content[-300] ^= 1
    with c2pa.Reader("image/jpeg", io.BytesIO(bytes(content))) as reader:
        assert reader.get_validation_state() == "Invalid"


def test_without_the_package_only_the_metadata_says_it(
    photo: sb.Photo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(credentials, "available", lambda: False)
    path = with_generated(photo).export(tmp_path / "out.jpg")
    assert source_type(path) == GENERATED and b"c2pa" not in path.read_bytes()


def test_retouched_pictures_are_not_signed(photo: sb.Photo, tmp_path: Path) -> None:
    assert b"c2pa" not in photo.edit({}).heal(SPOT).export(tmp_path / "out.jpg").read_bytes()
    assert not (tmp_path / "home" / "credentials").exists()


def test_the_switch_leaves_out_what_models_made_and_nothing_else(photo: sb.Photo, tmp_path: Path) -> None:
    generated = with_generated(photo)
    healed = generated.heal(SPOT)
    plain, shown = np.asarray(photo.edit({}).render()), np.asarray(generated.render())
    assert np.any(plain != shown)
    thumbnail = previews.of_edit(photo.path, photo.pipeline, generated.settings)
    preferences.save(preferences.load().model_copy(update={"generated": False}))
    assert np.array_equal(np.asarray(generated.render()), plain)
    assert previews.cached(photo.path, generated.settings) is None
    assert previews.of_edit(photo.path, photo.pipeline, generated.settings) != thumbnail
    assert np.any(np.asarray(healed.render()) != plain)
    assert source_type(generated.export(tmp_path / "out.jpg")) == ""
    assert source_type(healed.export(tmp_path / "healed.jpg")) == RETOUCHED
    with pytest.raises(StillbytesError, match="switched off"):
        preferences.refuse_generated("Fill")
    preferences.save(preferences.load().model_copy(update={"generated": True}))
    preferences.refuse_generated("Fill")
    assert np.array_equal(np.asarray(generated.render()), shown)
