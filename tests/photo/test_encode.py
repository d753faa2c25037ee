"""Exports hold the pixels, the colour profile and the metadata they were given."""

import io
from pathlib import Path

import exiv2
import imagecodecs
import numpy as np
import pytest
import simplejpeg
import tifffile
from photo.metadata_samples import described_jpeg
from PIL import Image

from stillbytes.core.errors import ExportError
from stillbytes.photo import jpeg
from stillbytes.photo.encode import FORMATS, encode, preview_jpeg
from stillbytes.photo.metadata import Carried, carry, read_metadata
from stillbytes.photo.profile import icc_profile
from stillbytes.photo.spaces import SPACES

X, Y = np.meshgrid(np.linspace(0, 1, 120), np.linspace(0, 1, 80))
PIXELS = np.rint(np.stack([X, Y, 1 - X * Y], -1) * 65535).astype(np.uint16)


@pytest.fixture
def carried(tmp_path: Path) -> Carried:
    return carry(described_jpeg(tmp_path / "source.jpg"), gps=True, width=120, height=80)


@pytest.mark.parametrize("space", SPACES)
@pytest.mark.parametrize("format", FORMATS)
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


@pytest.mark.parametrize("format", [name for name, declared in FORMATS.items() if declared.lossy])
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


@pytest.mark.parametrize("format", FORMATS)
def test_metadata_arrives(tmp_path: Path, format: str, carried: Carried) -> None:
    path = tmp_path / f"a{FORMATS[format].extension}"
    path.write_bytes(encode(PIXELS, format=format, space="srgb", carried=carried))
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
