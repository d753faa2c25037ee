"""JPEGs with a gain map: an ordinary picture for everyone, and more light for displays that have it."""

from __future__ import annotations

import io
import json
import shutil
import struct
import subprocess
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest
from dng import make_photo, scene
from edit.test_provenance import with_generated
from numpy.typing import NDArray
from photo.metadata_samples import described_jpeg
from PIL import Image

import stillbytes as sb
from stillbytes.core.errors import Cancelled, ExportError
from stillbytes.develop.frame import Output
from stillbytes.edit.exporting import Spec
from stillbytes.edit.exporting.brighter import brighter
from stillbytes.photo import jpeg
from stillbytes.photo.output import credentials
from stillbytes.photo.output.gain_map import ISO, MPF, OFFSET
from stillbytes.photo.spaces import SPACES, SRGB_TRANSFER

STOPS = 2.0


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A warm light that is brighter than white, in front of a ramp that is not."""
    light = scene(256, 192) * 0.25
    y, x = np.mgrid[:192, :256]
    lamp = np.exp(-(((x - 180) / 30) ** 2 + ((y - 60) / 30) ** 2))[..., None]
    make_photo(tmp_path / "a.dng", np.clip(light + lamp * np.array([0.46, 0.62, 0.22]), 0, 1).astype(np.float32))
    return tmp_path / "a.dng"


def split(file: bytes) -> tuple[bytes, bytes]:
    """The picture, and the map as the multi-picture index says where it is."""
    at = file.index(MPF) + len(MPF)
    assert file[at : at + 4] == b"II*\0"
    first, second = (struct.unpack_from("<IIIHH", file, at + 50 + 16 * place) for place in (0, 1))
    start = at + second[2]
    assert first[1] == start and start + second[1] == len(file)
    return file[:start], file[start:]


def decoded(content: bytes) -> NDArray[np.uint8]:
    return np.asarray(Image.open(io.BytesIO(content)))


def on_display(file: bytes, stops: float) -> NDArray[np.float64]:
    """What libultrahdr makes of it for a display with that headroom: linear light, 1 for white."""
    shown = imagecodecs.ultrahdr_decode(
        file, dtype="float16", transfer=imagecodecs.ULTRAHDR.CT.LINEAR, boost=2.0**stops
    )
    return np.asarray(shown[..., :3], np.float64)


def exported(photo: Path, target: Path, settings: dict[str, Any] | None = None, **how: Any) -> bytes:
    return sb.open(photo).edit(settings or {}).export(target, **how).read_bytes()


@pytest.mark.parametrize("settings", [{}, {"exposure": 1.0, "vibrance": 30, "rotate": "90"}])
def test_who_knows_nothing_of_maps_sees_the_ordinary_picture(
    photo: Path, tmp_path: Path, settings: dict[str, Any]
) -> None:
    usual = exported(photo, tmp_path / "b.jpg", settings)
    file = exported(photo, tmp_path / "c.jpg", settings, hdr_headroom=STOPS)
    picture, small = split(file)
    assert np.array_equal(decoded(file), decoded(usual))
    height, width = decoded(usual).shape[:2]
    assert decoded(small).shape[:2] == (height // 2, width // 2)
    assert jpeg.held(picture, 0xE2, jpeg.ICC) == jpeg.held(usual, 0xE2, jpeg.ICC)
    assert jpeg.held(picture, 0xE1, jpeg.EXIF) == jpeg.held(usual, 0xE1, jpeg.EXIF)


@pytest.mark.parametrize("space", ["srgb", "display-p3"])
def test_a_decoder_finds_the_light_of_the_scene_again(photo: Path, tmp_path: Path, space: str) -> None:
    edit = sb.open(photo).edit(exposure=1.0)
    file = edit.export(tmp_path / "b.jpg", hdr_headroom=STOPS, space=space, quality=98).read_bytes()
    above = edit.photo.pipeline.render(edit.settings, 1.0, None, Output(space, "float32", STOPS)).pixels
    wanted = SPACES[space].transfer.to_linear(above) * 2**STOPS
    shown = on_display(file, STOPS)
    assert shown.shape == wanted.shape and wanted.max() > 2
    # Codes of 8 bits on both sides; half of the size, so that edges are softer than they are.
    away = np.abs(np.log2((shown + OFFSET) / (wanted + OFFSET)))[8:-8, 8:-8]
    assert np.median(away) < 0.02 and np.percentile(away, 95) < 0.12
    assert shown.max() == pytest.approx(wanted.max(), rel=0.05)


def test_a_display_with_less_shows_less_and_one_without_the_ordinary_picture(photo: Path, tmp_path: Path) -> None:
    file = exported(photo, tmp_path / "b.jpg", {"exposure": 1.0}, hdr_headroom=STOPS)
    peaks = [float(on_display(file, stops).max()) for stops in (0.0, 0.5, 1.0, STOPS)]
    assert peaks == sorted(peaks) and peaks[0] == pytest.approx(1.0, abs=0.02) and peaks[-1] > 2
    plain = SRGB_TRANSFER.to_linear(decoded(file) / 255)
    assert np.abs(on_display(file, 0.0) - plain).max() < 0.02


def test_bright_light_keeps_its_colour(photo: Path, tmp_path: Path) -> None:
    file = exported(photo, tmp_path / "b.jpg", {"exposure": 1.5}, hdr_headroom=STOPS)
    usual, shown = on_display(file, 0.0), on_display(file, STOPS)
    place = np.unravel_index(shown[..., 1].argmax(), shown.shape[:2])

    def spread(colour: NDArray[np.float64]) -> float:
        return float((colour.max() - colour.min()) / colour.max())

    assert spread(shown[place]) > spread(usual[place]) + 0.05
    grey = exported(photo, tmp_path / "c.jpg", {"exposure": 1.5, "saturation": -100}, hdr_headroom=STOPS)
    assert decoded(split(grey)[1]).ndim == 2  # one gain for all channels, so that no colour comes back
    assert spread(on_display(grey, STOPS)[place]) < 0.02


@pytest.mark.parametrize("style", ["colour", "paint"])
def test_a_vignette_over_the_finished_picture_changes_no_gain(photo: Path, tmp_path: Path, style: str) -> None:
    plain = exported(photo, tmp_path / "b.jpg", {"vibrance": 1}, hdr_headroom=STOPS)
    over = {"vibrance": 1, "vignette_amount": -80, "vignette_style": style}
    file = exported(photo, tmp_path / "c.jpg", over, hdr_headroom=STOPS)
    assert np.array_equal(decoded(split(file)[1]), decoded(split(plain)[1]))
    assert decoded(file).mean() < decoded(plain).mean() - 5


def test_a_photo_without_highlights_has_a_flat_map(tmp_path: Path) -> None:
    make_photo(tmp_path / "a.dng", scene(256, 192) * 0.1)
    file = exported(tmp_path / "a.dng", tmp_path / "b.jpg", hdr_headroom=STOPS)
    assert decoded(split(file)[1]).max() == 0
    assert np.abs(on_display(file, STOPS) - on_display(file, 0.0)).max() < 1e-3


def test_a_rendered_picture_has_nothing_above_white_until_it_is_made_brighter(tmp_path: Path) -> None:
    ramp = np.linspace(0, 255, 256).astype(np.uint8)
    Image.fromarray(np.broadcast_to(ramp[None, :, None], (64, 256, 3)).copy()).save(tmp_path / "a.png")
    file = exported(tmp_path / "a.png", tmp_path / "b.jpg", hdr_headroom=STOPS)
    assert decoded(split(file)[1]).max() == 0
    file = exported(tmp_path / "a.png", tmp_path / "c.jpg", {"exposure": 1.0}, hdr_headroom=STOPS)
    assert on_display(file, STOPS).max() > 1.7


def test_what_is_empty_gets_no_light(photo: Path, tmp_path: Path) -> None:
    file = exported(photo, tmp_path / "b.jpg", {"exposure": 1.0, "crop_right": 1.5}, hdr_headroom=STOPS)
    usual, shown = on_display(file, 0.0), on_display(file, STOPS)
    empty = np.s_[:, -usual.shape[1] // 5 :]
    assert np.abs(shown[empty] - usual[empty]).max() < 0.01 and shown.max() > 1.5


def test_metadata_follows_its_policy_beside_the_map(tmp_path: Path) -> None:
    described_jpeg(tmp_path / "a.jpg")
    kept = exported(tmp_path / "a.jpg", tmp_path / "b.jpg", hdr_headroom=STOPS)
    bare = exported(tmp_path / "a.jpg", tmp_path / "c.jpg", hdr_headroom=STOPS, metadata="none")
    for file in (kept, bare):
        said = jpeg.held(file, 0xE1, jpeg.XMP)
        assert b'hdrgm:Version="1.0"' in said and f'Item:Length="{len(split(file)[1])}"'.encode() in said
        assert imagecodecs.ultrahdr_check(file)
    usual = exported(tmp_path / "a.jpg", tmp_path / "d.jpg")
    assert b"dc:description" in jpeg.held(usual, 0xE1, jpeg.XMP)
    assert b"dc:description" in jpeg.held(kept, 0xE1, jpeg.XMP)
    assert b"dc:description" not in jpeg.held(bare, 0xE1, jpeg.XMP)


def test_both_descriptions_say_the_same(photo: Path, tmp_path: Path) -> None:
    file = exported(photo, tmp_path / "b.jpg", {"exposure": 1.0, "vibrance": 10}, hdr_headroom=STOPS)
    picture, small = split(file)
    assert jpeg.held(picture, 0xE2, ISO) == bytes(4)
    numbers = struct.unpack(">HHB14i", jpeg.held(small, 0xE2, ISO))
    assert numbers[:3] == (0, 0, 0x40)
    base, capacity, low, high, gamma, *offsets = (n / d for n, d in zip(numbers[3::2], numbers[4::2], strict=True))
    assert (base, gamma, offsets) == (0, 1, [OFFSET, OFFSET]) and 0 <= low < high == capacity <= STOPS
    said = jpeg.held(small, 0xE1, jpeg.XMP).decode()
    assert f'hdrgm:GainMapMax="{high:.6f}"' in said and f'hdrgm:HDRCapacityMax="{capacity:.6f}"' in said


@pytest.mark.skipif(not shutil.which("exiftool"), reason="exiftool is not here")
def test_exiftool_reads_it_without_a_warning(photo: Path, tmp_path: Path) -> None:
    def said(name: str, *more: str) -> dict[str, Any]:
        command = ["exiftool", "-j", "-a", "-G4", "-warning", "-error", "-NumberOfImages", *more, str(tmp_path / name)]
        (found,) = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        return {key: value for key, value in found.items() if not key.endswith(("SourceFile", "Validate"))}

    exported(photo, tmp_path / "usual.jpg")
    file = exported(photo, tmp_path / "b.jpg", hdr_headroom=STOPS)
    (tmp_path / "map.jpg").write_bytes(split(file)[1])
    assert list(said("b.jpg").values()) == [2] and said("map.jpg") == {}
    # What its validation finds wrong besides is a segment of which older ones of it do not know.
    wrong = [set(said(name, "-validate").values()) for name in ("b.jpg", "usual.jpg")]
    assert wrong[0] - wrong[1] <= {2, "[minor] Unknown APP2 segment"}


def test_content_credentials_go_with_it(photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    c2pa = pytest.importorskip("c2pa")
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path / "home"))
    edit = with_generated(sb.open(photo)).edit(exposure=1.0)
    file = edit.export(tmp_path / "b.jpg", hdr_headroom=STOPS).read_bytes()
    with c2pa.Reader("image/jpeg", io.BytesIO(file)) as reader:
        assert reader.get_validation_state() == "Valid"
    monkeypatch.setattr(credentials, "available", lambda: False)
    plain = edit.export(tmp_path / "b.jpg", hdr_headroom=STOPS).read_bytes()
    assert len(file) > len(plain) and split(file)[1] == split(plain)[1]
    assert np.array_equal(on_display(file, STOPS), on_display(plain, STOPS))


def test_other_formats_have_none_and_it_can_be_stopped(photo: Path, tmp_path: Path) -> None:
    edit = sb.open(photo).edit()
    with pytest.raises(ExportError, match="no gain map in tiff16"):
        edit.export(tmp_path / "b.tif", hdr_headroom=STOPS)
    with pytest.raises(ExportError, match="hdr_headroom"):
        edit.export(tmp_path / "b.jpg", hdr_headroom=9)
    with pytest.raises(Cancelled):
        brighter(edit, Spec(hdr_headroom=STOPS), 256, lambda: True)
