"""What is done to a picture on its way into a file: sharpening, watermark, profile, metadata."""

from __future__ import annotations

import io
import struct
import threading
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import exiv2
import imagecodecs
import numpy as np
import pytest
from dng import make_photo
from hypothesis import given
from hypothesis import settings as tried
from hypothesis import strategies as st
from numpy.typing import NDArray
from photo.metadata_samples import described_jpeg
from PIL import Image

import stillbytes as sb
from stillbytes.core.errors import ExportError
from stillbytes.edit.exporting.sharpening import LIMIT, sharpened
from stillbytes.edit.exporting.watermark import marked
from stillbytes.photo.metadata import carry, read_metadata
from stillbytes.photo.output.convert import check, converted, profile_of
from stillbytes.photo.output.encode import FORMATS
from stillbytes.photo.output.rows import Rows
from stillbytes.photo.profile import icc_profile
from stillbytes.photo.spaces import SPACES


def test_an_encoder_that_gives_up_half_way_leaves_the_photo_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stillbytes.develop.pipeline.WHOLE_PIXELS", 100)
    monkeypatch.setattr("stillbytes.develop.pipeline.STRIP_PIXELS", 100)
    make_photo(tmp_path / "a.dng")
    edit = sb.open(tmp_path / "a.dng").edit()

    def gives_up(picture: Rows, *_: object) -> bytes:
        next(iter(picture.pieces))
        raise ExportError("The encoder gave up.")

    monkeypatch.setitem(FORMATS, "jpeg", replace(FORMATS["jpeg"], encode=gives_up))
    with pytest.raises(ExportError) as kept:  # as the outcomes of many exports are kept, with all that it holds
        edit.export(tmp_path / "a.jpg")
    elsewhere = threading.Thread(target=edit.render, args=(64,), daemon=True)
    elsewhere.start()
    elsewhere.join(30)
    assert not elsewhere.is_alive()
    assert "gave up" in str(kept.value)


@pytest.mark.parametrize("settings", [{}, {"exposure": 0.5, "texture": 30, "rotate": "90", "grain_amount": 40}])
def test_a_png_is_the_render_with_16_bits_and_that_with_8_differs_by_its_dither_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: dict[str, Any]
) -> None:
    make_photo(tmp_path / "a.dng")
    edit = sb.open(tmp_path / "a.dng").edit(settings)
    fine, coarse = np.asarray(edit.render(dtype="uint16")), np.asarray(edit.render())
    monkeypatch.setattr("stillbytes.develop.pipeline.WHOLE_PIXELS", 100)
    monkeypatch.setattr("stillbytes.develop.pipeline.STRIP_PIXELS", 100)
    edit.export(tmp_path / "a.png")
    assert np.array_equal(imagecodecs.png_decode((tmp_path / "a.png").read_bytes()), fine)
    away = coarse - fine / 257
    assert np.abs(away).max() < 1.01 and abs(away.mean()) < 0.02


EDGE = np.where(np.arange(64) < 32, 0.3, 0.7)


def edge(dtype: type[np.generic], height: int = 40) -> NDArray[np.generic]:
    top = 1 if dtype is np.float32 else np.iinfo(dtype).max  # type: ignore[type-var]
    return (np.broadcast_to(EDGE[None, :, None], (height, 64, 3)) * top).astype(dtype)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("medium", ["screen", "matte", "glossy"])
def test_sharpening_makes_edges_steeper_within_its_limit(dtype: type[np.generic], medium: str) -> None:
    before = edge(dtype)
    top = 1 if dtype is np.float32 else np.iinfo(dtype).max  # type: ignore[type-var]
    low, high = (sharpened(before, medium, strength)[20, :, 0] / top for strength in ("low", "high"))
    assert low.min() < 0.3 - 0.005 and low.max() > 0.7 + 0.005
    assert high.max() - high.min() > low.max() - low.min()
    assert high.max() <= 0.7 + LIMIT + 0.01 and high.min() >= 0.3 - LIMIT - 0.01
    np.testing.assert_allclose(high[[0, 15, 48, 63]], EDGE[[0, 15, 48, 63]], atol=0.005)


def test_sharpening_is_the_same_in_any_number_of_strips(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = np.random.default_rng(5).integers(0, 65536, (100, 70, 3), dtype=np.uint16)
    whole = sharpened(picture, "matte", "high")
    monkeypatch.setattr("stillbytes.edit.exporting.sharpening.ROWS", 7)
    assert np.array_equal(sharpened(picture, "matte", "high"), whole)


@pytest.mark.parametrize(("place", "corner"), [("top-left", (0, 0)), ("bottom-right", (1, 1)), ("top-right", (0, 1))])
def test_a_text_lies_where_it_should_and_nowhere_else(place: str, corner: tuple[int, int]) -> None:
    picture = marked(np.full((400, 600, 3), 60, np.uint8), "© Jane", place, 1.0, 8)
    quarters = [[picture[y : y + 200, x : x + 300].max() for x in (0, 300)] for y in (0, 200)]
    for y in (0, 1):
        for x in (0, 1):
            assert (quarters[y][x] > 200) == ((y, x) == corner)
    weaker = marked(np.full((400, 600, 3), 60, np.uint8), "© Jane", place, 0.3, 8)
    assert 60 < weaker.max() < picture.max()


def test_a_picture_as_watermark_keeps_its_transparency(tmp_path: Path) -> None:
    logo = np.zeros((50, 100, 4), np.uint8)
    logo[:, 50:] = (255, 0, 0, 255)
    Image.fromarray(logo).save(tmp_path / "logo.png")
    picture = marked(np.zeros((400, 600, 3), np.uint16), str(tmp_path / "logo.png"), "centre", 1.0, 25)
    assert picture[200, 340, 0] == 65535 and picture[200, 340, 1] == 0 and picture[200, 260].max() == 0
    (tmp_path / "bad.png").write_bytes(b"no")
    with pytest.raises(ExportError, match=r"bad\.png"):
        marked(np.zeros((40, 60, 3), np.uint8), str(tmp_path / "bad.png"), "top", 1.0, 4)


@pytest.mark.parametrize("side", [8000, 60000])
def test_a_picture_that_is_too_large_for_a_watermark_is_named(tmp_path: Path, side: int) -> None:
    """Also one that Pillow itself does not open."""
    header = struct.pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0)
    chunk = struct.pack(">I", len(header)) + b"IHDR" + header + struct.pack(">I", zlib.crc32(b"IHDR" + header))
    (tmp_path / "bomb.png").write_bytes(b"\x89PNG\r\n\x1a\n" + chunk + struct.pack(">I", 0) + b"IDAT" + bytes(4))
    with pytest.raises(ExportError, match=r"bomb\.png is too large"):
        marked(np.zeros((40, 60, 3), np.uint8), str(tmp_path / "bomb.png"), "top", 1.0, 4)


def test_a_long_text_on_a_small_picture_stays_in_it() -> None:
    assert marked(np.zeros((20, 30, 3), np.uint8), "much longer than the picture is wide", "top", 1.0, 100).shape == (
        20,
        30,
        3,
    )


@pytest.mark.parametrize("space", ["srgb", "display-p3", "adobe-rgb"])
@pytest.mark.parametrize("intent", ["relative", "perceptual", "saturation", "absolute"])
def test_colours_that_a_profile_has_arrive_as_they_are(space: str, intent: str) -> None:
    rng = np.random.default_rng(1)
    wanted = rng.uniform(0.15, 0.85, (40, 50, 3))
    light = SPACES[space].transfer.to_linear(wanted)
    xyz = light @ SPACES[space].to_xyz.T
    from stillbytes.photo.profile import adaptation, white_xyz  # noqa: PLC0415

    adapted = xyz @ adaptation(white_xyz(SPACES[space].white), white_xyz(SPACES["prophoto"].white)).T
    given = SPACES["prophoto"].transfer.to_encoded(adapted @ np.linalg.inv(SPACES["prophoto"].to_xyz).T)
    picture = np.rint(np.clip(given, 0, 1) * 65535).astype(np.uint16)
    found = converted(picture, icc_profile(space), bits=16, intent=intent)
    wrong = np.abs(found / 65535 - wanted)
    assert np.quantile(wrong, 0.99) < 0.006 and wrong.mean() < 0.001


def test_profiles_that_are_none_are_refused(tmp_path: Path) -> None:
    good = icc_profile("srgb")
    cmyk = good[:16] + b"CMYK" + good[20:]
    for content, reason in (
        (b"", "no ICC"),
        (good[:200], "cut off"),
        (cmyk, "CMYK"),
        (good[:36] + b"nope" + good[40:], "no ICC"),
    ):
        with pytest.raises(ExportError, match=reason):
            check(content, "a.icc")
    with pytest.raises(ExportError, match="cannot be read"):
        profile_of(str(tmp_path / "none.icc"))


@tried(max_examples=150)
@given(st.lists(st.tuples(st.integers(0, 599), st.integers(0, 255)), min_size=1, max_size=12), st.integers(100, 600))
def test_mutated_profiles_convert_or_are_refused(changes: list[tuple[int, int]], length: int) -> None:
    content = bytearray(icc_profile("srgb"))
    for place, value in changes:
        content[place % len(content)] = value
    if length < 300:
        content = content[:length]
    try:
        check(bytes(content), "a.icc")
        found = converted(np.zeros((4, 4, 3), np.uint16), bytes(content))
    except ExportError:
        return
    assert found.shape == (4, 4, 3)


def test_an_export_with_everything(tmp_path: Path) -> None:
    make_photo(tmp_path / "a.dng")
    photo = sb.open(tmp_path / "a.dng")
    (tmp_path / "p3.icc").write_bytes(icc_profile("display-p3"))
    edit = photo.edit(exposure=0.3)
    written = edit.export(
        tmp_path / "out.jpg",
        resize="percent:50",
        icc=str(tmp_path / "p3.icc"),
        sharpen_for="screen",
        watermark="me",
        dpi=300,
    )
    with Image.open(written) as image:
        assert image.info["icc_profile"] == icc_profile("display-p3") and image.info["dpi"] == (300, 300)
        assert image.size == (round(edit.size.width / 2), round(edit.size.height / 2))
    plain = edit.export(tmp_path / "plain.jpg", space="display-p3", resize="percent:50")
    a, b = (np.asarray(Image.open(path), int) for path in (written, plain))
    assert np.abs(a[: len(a) // 2] - b[: len(b) // 2]).mean() < 12


def test_a_picture_can_be_enlarged(tmp_path: Path) -> None:
    make_photo(tmp_path / "a.dng")
    edit = sb.open(tmp_path / "a.dng").edit()
    with Image.open(edit.export(tmp_path / "out.png", resize="percent:200", enlarge=True)) as image:
        assert image.size == (2 * edit.size.width, 2 * edit.size.height)


@pytest.mark.parametrize("format", ["jpeg", "tiff16", "png16"])
def test_pixels_per_inch_are_told(tmp_path: Path, format: str) -> None:
    from stillbytes.photo.output.encode import FORMATS, encode  # noqa: PLC0415

    carried = carry(described_jpeg(tmp_path / "s.jpg"), gps=True, width=9, height=9, dpi=240)
    file = encode(np.zeros((9, 9, 3), np.uint8), format=format, space="srgb", carried=carried)
    with Image.open(io.BytesIO(file)) as image:
        assert image.info["dpi"] == pytest.approx((240, 240), abs=0.01)
    assert FORMATS[format].bits <= 16


def test_what_files_tell_is_what_was_chosen(tmp_path: Path) -> None:
    source = described_jpeg(tmp_path / "source.jpg")

    def told(**how: object) -> dict[str, str]:
        from stillbytes.photo.output.encode import encode  # noqa: PLC0415

        carried = carry(source, width=9, height=9, **{"gps": True, **how})  # type: ignore[arg-type]
        path = tmp_path / "out.jpg"
        path.write_bytes(encode(np.zeros((9, 9, 3), np.uint8), format="jpeg", space="srgb", carried=carried))
        facts = read_metadata(path)
        return {name: str(value) for name in facts.__slots__ if (value := getattr(facts, name)) not in (None, "", ())}

    whole = told()
    assert {"make", "copyright", "title", "gps", "keywords"} <= whole.keys()
    assert told(keep="all") == whole
    rights = told(keep="copyright")
    assert rights["copyright"] == whole["copyright"] and not {"make", "title", "gps", "keywords", "iso"} & rights.keys()
    nothing = told(keep="none")
    assert not {"make", "copyright", "title", "gps", "keywords", "iso"} & nothing.keys()
    less = told(keep="all-but-camera")
    assert less["taken"] == whole["taken"] and less["title"] == whole["title"]
    assert not {"make", "model", "iso", "exposure_time", "lens"} & less.keys()


def test_persons_are_not_named_where_they_should_not(tmp_path: Path) -> None:
    source = described_jpeg(tmp_path / "source.jpg")
    image = exiv2.ImageFactory.open(str(source))
    image.readMetadata()
    xmp = image.xmpData()
    xmp["Xmp.iptcExt.PersonInImage"] = "Ann"
    image.setXmpData(xmp)
    image.writeMetadata()
    assert b"Ann" in carry(source, gps=True, width=9, height=9).xmp
    assert b"Ann" not in carry(source, gps=True, width=9, height=9, people=False).xmp


def test_the_profile_of_a_printer_is_found_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STILLBYTES_HOME", str(tmp_path))
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "paper.icc").write_bytes(icc_profile("adobe-rgb"))
    assert profile_of("paper.icc") == icc_profile("adobe-rgb")
    assert struct.unpack(">I", profile_of("paper.icc")[:4])[0] > 128
