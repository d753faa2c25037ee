"""Rendered files become the light they mean, whatever their format, depth and profile."""

from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pillow_heif
import pytest
import tifffile
from PIL import Image, ImageCms

from stillbytes.core.errors import UnreadablePhoto
from stillbytes.photo.decode import decode
from stillbytes.photo.decoded import Decoded
from stillbytes.photo.output.encode import encode
from stillbytes.photo.profile import icc_profile, reading_of_space
from stillbytes.photo.spaces import SPACES


def codes(dtype: Any = np.uint8) -> np.ndarray:
    """A smooth picture without symmetry, (48, 64, 3)."""
    x, y = np.meshgrid(np.linspace(0, 1, 64), np.linspace(0, 1, 48))
    light = np.stack([0.1 + 0.8 * x, 0.1 + 0.8 * y, 0.9 - 0.6 * x * y], -1)
    return light.astype(dtype) if np.dtype(dtype).kind == "f" else np.rint(light * np.iinfo(dtype).max).astype(dtype)


def light(decoded: Decoded) -> np.ndarray:
    """Linear Rec.2020 as the develop pipeline computes it."""
    assert decoded.layout == "picture"
    if decoded.tables is None:
        return decoded.samples @ np.array(decoded.matrix).T
    linear = np.stack([decoded.tables[i][decoded.samples[..., i]] for i in range(3)], -1)
    return np.asarray(linear @ np.array(decoded.matrix).T)


def meant(space: str, encoded: np.ndarray) -> np.ndarray:
    """encoded: 0..1 in a space. Returns linear Rec.2020."""
    return np.asarray(SPACES[space].transfer.to_linear(encoded) @ np.array(reading_of_space(SPACES[space]).matrix).T)


@pytest.mark.parametrize("space", SPACES)
@pytest.mark.parametrize(
    ("format", "tolerance"), [("jpeg", 0.03), ("tiff16", 2e-4), ("png16", 2e-4), ("webp", 0.06), ("avif", 0.06)]
)
def test_exports_are_read_back_as_the_same_light(tmp_path: Path, space: str, format: str, tolerance: float) -> None:
    path = tmp_path / f"a.{format.strip('16')}"
    path.write_bytes(encode(codes(np.uint16), format=format, space=space, quality=98))
    assert np.abs(light(decode(path)) - meant(space, codes(np.uint16) / 65535)).max() < tolerance


def test_picture_without_profile_is_srgb(tmp_path: Path) -> None:
    Image.fromarray(codes()).save(tmp_path / "a.png")
    decoded = decode(tmp_path / "a.png")
    assert np.array_equal(decoded.samples, codes())
    assert np.abs(light(decoded) - meant("srgb", codes() / 255)).max() < 1e-5


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_floating_point_tiff_is_linear_and_unbounded(tmp_path: Path, dtype: Any) -> None:
    written = (codes(np.float32) * 4 - 0.5).astype(dtype)
    written[3, 4] = np.nan
    tifffile.imwrite(tmp_path / "a.tif", written, photometric="rgb")
    decoded = decode(tmp_path / "a.tif")
    assert decoded.samples.dtype == np.float32
    assert decoded.tables is None
    assert np.array_equal(decoded.samples, np.nan_to_num(written.astype(np.float32)))


def test_floating_point_tiff_with_a_profile_is_made_linear(tmp_path: Path) -> None:
    profile = [(34675, "B", len(icc_profile("adobe-rgb")), icc_profile("adobe-rgb"), True)]
    tifffile.imwrite(tmp_path / "a.tif", codes(np.float32), photometric="rgb", extratags=profile)
    assert np.abs(light(decode(tmp_path / "a.tif")) - meant("adobe-rgb", codes(np.float32))).max() < 1e-3


@pytest.mark.parametrize(
    "options",
    [
        {"compression": "lzw", "predictor": True},
        {"compression": "zlib"},
        {"planarconfig": "separate"},
        {"tile": (16, 16)},
        {"byteorder": ">"},
        {"bigtiff": True},
    ],
    ids=str,
)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_tiff_of_every_build(tmp_path: Path, options: dict[str, Any], dtype: Any) -> None:
    data = codes(dtype)
    stored = np.moveaxis(data, -1, 0) if "planarconfig" in options else data
    tifffile.imwrite(tmp_path / "a.tif", stored, photometric="rgb", **options)
    decoded = decode(tmp_path / "a.tif")
    assert decoded.samples.dtype == dtype
    assert np.array_equal(decoded.samples, data)


def test_tiff_with_transparency_and_deep_integers(tmp_path: Path) -> None:
    deep = codes(np.uint32)
    tifffile.imwrite(tmp_path / "a.tif", np.concatenate([deep, deep[..., :1]], 2), photometric="rgb", extrasamples=[2])
    assert np.array_equal(decode(tmp_path / "a.tif").samples, (deep >> 16).astype(np.uint16))


@pytest.mark.parametrize("extension", ["png", "jpg", "tif"])
def test_grey_is_grey(tmp_path: Path, extension: str) -> None:
    path = tmp_path / f"a.{extension}"
    Image.fromarray(codes()[..., 0]).save(path, **({"quality": 98} if extension == "jpg" else {}))
    samples = decode(path).samples
    assert samples.shape == (48, 64, 3)
    assert np.array_equal(samples[..., 0], samples[..., 2])
    assert np.abs(samples[..., 1].astype(int) - codes()[..., 0]).max() <= 2


def test_grey_of_sixteen_bits(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(imagecodecs.png_encode(np.ascontiguousarray(codes(np.uint16)[..., 0])))
    assert np.array_equal(decode(tmp_path / "a.png").samples[..., 1], codes(np.uint16)[..., 0])


def test_palette_and_transparent_png(tmp_path: Path) -> None:
    Image.fromarray(codes()).quantize(64).save(tmp_path / "a.png")
    Image.fromarray(np.dstack([codes(), codes()[..., :1]]), "RGBA").save(tmp_path / "b.png")
    assert decode(tmp_path / "a.png").samples.shape == (48, 64, 3)
    assert np.array_equal(decode(tmp_path / "b.png").samples, codes())


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("extension", ["jpg", "png", "webp", "tif", "avif"])
def test_orientation_is_applied(tmp_path: Path, orientation: int, extension: str) -> None:
    from PIL import ImageOps  # noqa: PLC0415

    image = Image.fromarray(codes())
    exif = image.getexif()
    exif[274] = orientation
    options: dict[str, Any] = {"quality": 98} if extension in ("jpg", "avif") else {}
    if extension == "webp":
        options = {"lossless": True}
    image.save(tmp_path / f"a.{extension}", exif=exif, **options)
    image.getexif()[274] = orientation
    upright = np.asarray(ImageOps.exif_transpose(image)).astype(int)
    assert np.abs(decode(tmp_path / f"a.{extension}").samples - upright).mean() < 2


@pytest.mark.parametrize("depth", [10, 12])
def test_avif_keeps_its_depth(tmp_path: Path, depth: int) -> None:
    data = codes(np.uint16) >> (16 - depth)
    (tmp_path / "a.avif").write_bytes(imagecodecs.avif_encode(data, level=100, bitspersample=depth))
    samples = decode(tmp_path / "a.avif").samples
    assert samples.dtype == np.uint16
    assert np.abs(samples / 65535 - data / (2**depth - 1)).mean() < 0.004


def test_heif_with_its_profile(tmp_path: Path) -> None:
    image = pillow_heif.from_bytes("RGB", (64, 48), codes().tobytes())
    image.info["icc_profile"] = icc_profile("display-p3")
    image.save(tmp_path / "a.heic", quality=95)
    decoded = decode(tmp_path / "a.heic")
    assert np.abs(decoded.samples.astype(int) - codes()).mean() < 3
    assert np.allclose(decoded.matrix, reading_of_space(SPACES["display-p3"]).matrix, atol=1e-4)


def test_cameras_adobe_rgb_without_profile(tmp_path: Path) -> None:
    image = Image.fromarray(codes())
    exif = image.getexif()
    exif.get_ifd(0x8769)[0xA005] = {1: "R03"}
    image.save(tmp_path / "a.jpg", exif=exif, quality=98)
    assert np.allclose(decode(tmp_path / "a.jpg").matrix, reading_of_space(SPACES["adobe-rgb"]).matrix, atol=1e-4)


def test_cmyk_goes_through_a_colour_engine_or_a_formula(tmp_path: Path) -> None:
    Image.fromarray(codes()).convert("CMYK").save(tmp_path / "a.tif")
    Image.fromarray(codes()).convert("CMYK").save(tmp_path / "a.jpg", quality=98)
    for path in (tmp_path / "a.tif", tmp_path / "a.jpg"):
        assert np.abs(light(decode(path)) - meant("srgb", codes() / 255)).max() < 0.06


def test_look_up_table_profile_goes_through_a_colour_engine(tmp_path: Path) -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    damaged = icc_profile("srgb")[:128] + lab[128:]
    Image.fromarray(codes()).save(tmp_path / "a.png", icc_profile=damaged)
    assert np.abs(light(decode(tmp_path / "a.png")) - meant("srgb", codes() / 255)).max() < 1e-3


def test_name_does_not_matter(tmp_path: Path) -> None:
    Image.fromarray(codes()).save(tmp_path / "a.png")
    (tmp_path / "a.png").rename(tmp_path / "a.nef")
    assert np.array_equal(decode(tmp_path / "a.nef").samples, codes())


def test_decompression_bomb_is_refused(tmp_path: Path) -> None:
    Image.fromarray(np.zeros((1, 1), np.uint8)).save(tmp_path / "a.png")
    file = bytearray((tmp_path / "a.png").read_bytes())
    import zlib  # noqa: PLC0415

    file[16:24] = (60000).to_bytes(4, "big") * 2
    file[29:33] = zlib.crc32(file[12:29]).to_bytes(4, "big")
    (tmp_path / "a.png").write_bytes(file)
    with pytest.raises(UnreadablePhoto):
        decode(tmp_path / "a.png")
