"""Exports hold the pixels, the colour profile and the metadata they were given."""

import io
import itertools
from collections.abc import Iterator
from pathlib import Path

import exiv2
import imagecodecs
import numpy as np
import pillow_heif
import pytest
import simplejpeg
import tifffile
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from photo.metadata_samples import described_jpeg
from PIL import Image

import stillbytes as sb
from stillbytes.core.errors import Cancelled, ExportError
from stillbytes.photo import jpeg
from stillbytes.photo.metadata import Carried, carry, read_metadata
from stillbytes.photo.output.encode import FORMATS, RENDERED, encode, preview_jpeg
from stillbytes.photo.output.rows import Rows
from stillbytes.photo.profile import icc_profile, linear_profile
from stillbytes.photo.spaces import SPACES

pillow_heif.register_heif_opener()
IN_PILLOW = [name for name in RENDERED if name not in ("tiff32", "jxl")]
X, Y = np.meshgrid(np.linspace(0, 1, 120), np.linspace(0, 1, 80))
PIXELS = np.rint(np.stack([X, Y, 1 - X * Y], -1) * 65535).astype(np.uint16)


@pytest.fixture
def carried(tmp_path: Path) -> Carried:
    return carry(described_jpeg(tmp_path / "source.jpg"), gps=True, width=120, height=80)


@pytest.mark.parametrize("space", SPACES)
@pytest.mark.parametrize("format", IN_PILLOW)
def test_profile_of_the_space_is_embedded(format: str, space: str) -> None:
    with Image.open(io.BytesIO(encode(PIXELS, format=format, space=space))) as image:
        assert image.info["icc_profile"] == icc_profile(space)
        assert image.size == (120, 80)
        assert image.get_format_mimetype() == FORMATS[format].media_type


def test_lossless_formats_keep_every_sample(carried: Carried) -> None:
    tiff = encode(PIXELS, format="tiff16", space="srgb", carried=carried)
    assert np.array_equal(tifffile.imread(io.BytesIO(tiff)), PIXELS)
    png = encode(PIXELS, format="png16", space="srgb", carried=carried)
    assert np.array_equal(imagecodecs.png_decode(png), PIXELS)


def test_tiff_of_many_strips_keeps_every_sample() -> None:
    large = np.random.default_rng(3).integers(0, 65536, (2100, 1001, 3), dtype=np.uint16)
    assert np.array_equal(tifffile.imread(io.BytesIO(encode(large, format="tiff16", space="srgb"))), large)


@pytest.mark.parametrize("format", [name for name in IN_PILLOW if FORMATS[name].lossy])
def test_lossy_formats_are_close_and_quality_costs_bytes(format: str) -> None:
    files = {quality: encode(PIXELS, format=format, space="srgb", quality=quality) for quality in (40, 95)}
    assert len(files[40]) < len(files[95])
    shown = np.asarray(Image.open(io.BytesIO(files[95])).convert("RGB"))
    assert np.abs(shown - PIXELS / 257).mean() < 2


def test_depths_are_converted_exactly() -> None:
    every = np.arange(65536, dtype=np.uint16).reshape(256, 256, 1).repeat(3, 2)
    eight = np.asarray(Image.open(io.BytesIO(encode(every, format="webp", space="srgb", quality=100))))
    assert eight.dtype == np.uint8
    codes = np.arange(256, dtype=np.uint8).reshape(16, 16, 1).repeat(3, 2)
    png = imagecodecs.png_decode(encode(codes, format="png16", space="srgb"))
    assert np.array_equal(png, codes.astype(np.uint16) * 257)


@pytest.mark.parametrize("format", RENDERED)
def test_metadata_arrives(tmp_path: Path, format: str, carried: Carried) -> None:
    path = tmp_path / f"a{FORMATS[format].extension}"
    path.write_bytes(encode(PIXELS, format=format, space="srgb", carried=carried))
    if format == "jxl":  # whose boxes the library that reads metadata here does not know
        assert b"Exif\0\0\0\0" + carried.exif in path.read_bytes() and carried.xmp in path.read_bytes()
        return
    written, source = read_metadata(path), read_metadata(tmp_path / "source.jpg")
    for name in ("make", "model", "iso", "exposure_time", "taken", "gps", "rating", "title", "keywords", "copyright"):
        assert getattr(written, name) == getattr(source, name), name
    assert (written.width, written.height, written.orientation) == (120, 80, 1)
    assert written.software == "Stillbytes"


@pytest.mark.parametrize("format", ["jpeg", "tiff16"])
def test_iptc_arrives_where_the_format_has_a_place_for_it(tmp_path: Path, format: str, carried: Carried) -> None:
    path = tmp_path / f"a{FORMATS[format].extension}"
    path.write_bytes(encode(PIXELS, format=format, space="srgb", carried=carried))
    image = exiv2.ImageFactory.open(str(path))
    image.readMetadata()
    assert [str(datum.value()) for datum in image.iptcData() if datum.tagName() == "City"] == ["Bern"]


@pytest.mark.parametrize("space", SPACES)
def test_floats_are_linear_light_with_a_profile_that_says_so(space: str) -> None:
    file = encode(PIXELS, format="tiff32", space=space)
    with tifffile.TiffFile(io.BytesIO(file)) as tiff:
        page = tiff.pages[0]
        assert isinstance(page, tifffile.TiffPage)
        found, profile = page.asarray(), page.iccprofile
    assert found.dtype == np.float32 and profile == linear_profile(space)
    np.testing.assert_allclose(found, SPACES[space].transfer.to_linear(PIXELS / 65535), atol=1e-6)


def test_floats_are_read_back_as_the_same_light(tmp_path: Path) -> None:
    (tmp_path / "a.tif").write_bytes(encode(PIXELS, format="tiff32", space="srgb"))
    (tmp_path / "b.tif").write_bytes(encode(PIXELS, format="tiff16", space="srgb"))
    float_, int_ = (sb.open(tmp_path / name).edit().render() for name in ("a.tif", "b.tif"))
    assert np.abs(np.asarray(float_, int) - np.asarray(int_, int)).max() <= 1


def test_jpeg_xl_keeps_the_picture_and_says_srgb_only() -> None:
    files = {quality: encode(PIXELS, format="jxl", space="srgb", quality=quality) for quality in (20, 60, 98)}
    assert len(files[20]) < len(files[60]) < len(files[98])
    found = imagecodecs.jpegxl_decode(files[98])
    assert found.dtype == np.uint16 and np.abs(found.astype(int) - PIXELS).mean() < 300
    with pytest.raises(ExportError, match="sRGB only"):
        encode(PIXELS, format="jxl", space="display-p3")


def test_heif_has_ten_bits() -> None:
    image = pillow_heif.open_heif(io.BytesIO(encode(PIXELS, format="heif", space="srgb", quality=98)), False, False)
    assert image.info["bit_depth"] == 10
    assert np.abs(np.asarray(image).astype(int) - PIXELS).mean() < 400


def test_format_and_space_must_exist() -> None:
    with pytest.raises(ExportError, match="gif"):
        encode(PIXELS, format="gif", space="srgb")
    with pytest.raises(ExportError, match="cielab"):
        encode(PIXELS, format="jpeg", space="cielab")


def test_picture_too_large_for_its_format_is_refused() -> None:
    with pytest.raises(ExportError, match="16383"):
        encode(np.zeros((2, 20000, 3), np.uint8), format="webp", space="srgb")


@pytest.mark.parametrize("space", ["srgb", "display-p3"])
@pytest.mark.parametrize("subsampling", ["420", "444"])
def test_live_frame_is_a_whole_jpeg_with_its_profile(space: str, subsampling: str) -> None:
    pixels = np.ascontiguousarray(PIXELS >> 8, np.uint8)
    frame = preview_jpeg(pixels, 90, space=space, subsampling=subsampling)
    assert np.abs(simplejpeg.decode_jpeg(frame).astype(int) - pixels).mean() < 3
    assert jpeg.held(frame, 0xE2, jpeg.ICC)[2:] == icc_profile(space)
    assert jpeg.size(frame) == (120, 80)


def test_large_profile_is_split_over_segments() -> None:
    profile = bytes(range(256)) * 700
    file = jpeg.with_segments(encode(PIXELS, format="jpeg", space="srgb"), jpeg.icc_segments(profile))
    with Image.open(io.BytesIO(file)) as image:
        assert image.info["icc_profile"] == profile


@given(cuts=st.sets(st.integers(1, 79)))
@pytest.mark.parametrize("format", RENDERED)
def test_a_picture_that_comes_in_pieces_is_the_same_file(format: str, cuts: set[int]) -> None:
    borders = [0, *sorted(cuts), 80]
    pieces = (PIXELS[top:bottom] for top, bottom in itertools.pairwise(borders))
    assert encode(Rows(120, 80, pieces), format=format, space="srgb") == encode(PIXELS, format=format, space="srgb")


@given(cuts=st.sets(st.integers(1, 1499), max_size=12))
def test_bands_do_not_depend_on_the_pieces(cuts: set[int]) -> None:
    picture = np.arange(1500 * 2 * 3, dtype=np.uint16).reshape(1500, 2, 3)
    pieces = [picture[top:bottom] for top, bottom in itertools.pairwise([0, *sorted(cuts), 1500])]
    bands = list(Rows(2, 1500, pieces).bands(128))
    assert [len(band) for band in bands] == [128] * 11 + [92]
    assert np.array_equal(np.concatenate(bands), picture)


def test_what_a_picture_raises_while_it_is_worked_out_reaches_the_caller() -> None:
    def pieces() -> Iterator[NDArray[np.uint16]]:
        yield PIXELS[:40]
        raise Cancelled()

    for format in RENDERED:
        with pytest.raises(Cancelled):
            encode(Rows(120, 80, pieces()), format=format, space="srgb")


@pytest.mark.parametrize(("quality", "subsampling"), [(92, "444"), (80, "420")])
@pytest.mark.parametrize("shape", [(1500, 1201), (2049, 1016), (1030, 2000)])
def test_jpeg_encoded_in_bands_is_the_same_picture_as_in_one_piece(
    quality: int, subsampling: str, shape: tuple[int, int]
) -> None:
    """Not a multiple of the band's height, of the MCU's width, or with a last band of a few rows."""
    rng = np.random.default_rng(3)
    small = rng.integers(0, 255, (shape[0] // 8 + 1, shape[1] // 8 + 1, 3), np.uint8)
    pixels = np.ascontiguousarray(small.repeat(8, axis=0).repeat(8, axis=1)[: shape[0], : shape[1]])
    file = encode(pixels, format="jpeg", space="srgb", quality=quality)
    assert b"\xff\xdd\x00\x04" in file  # a restart interval: there are several bands
    whole = simplejpeg.encode_jpeg(pixels, quality=quality, colorspace="RGB", colorsubsampling=subsampling)
    np.testing.assert_array_equal(*(np.asarray(Image.open(io.BytesIO(f))) for f in (file, whole)))
