"""Previews: the camera's own picture, at once and upright."""

import io
from pathlib import Path

import numpy as np
import pytest
from dng import make_photo, mosaic, quantised, scene, write_dng
from PIL import Image, ImageOps

from stillbytes.core.errors import UnreadablePhoto
from stillbytes.photo.decode import embedded_preview, thumbnail
from stillbytes.photo.profile import icc_profile

ORIENTATIONS = range(1, 9)


def picture(width: int = 480, height: int = 320) -> np.ndarray:
    """Four quarters of different colours, smooth enough for JPEG."""
    out = np.zeros((height, width, 3), np.uint8)
    out[: height // 2, : width // 2] = (200, 40, 40)
    out[: height // 2, width // 2 :] = (40, 200, 40)
    out[height // 2 :, : width // 2] = (40, 40, 200)
    out[height // 2 :, width // 2 :] = (220, 220, 40)
    return out


def shown(jpeg: bytes) -> np.ndarray:
    """The picture as a browser shows it."""
    return np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(jpeg))).convert("RGB")).astype(int)


def corners(pixels: np.ndarray) -> np.ndarray:
    height, width = pixels.shape[:2]
    return pixels[[height // 4, height // 4, -height // 4, -height // 4], [width // 4, -width // 4] * 2]


def upright(pixels: np.ndarray, orientation: int) -> np.ndarray:
    image = Image.fromarray(pixels)
    image.getexif()[274] = orientation
    return np.asarray(ImageOps.exif_transpose(image))


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_embedded_preview_is_the_cameras_and_upright(tmp_path: Path, orientation: int) -> None:
    path = tmp_path / "a.dng"
    make_photo(path, preview=picture(), orientation=orientation)
    preview = embedded_preview(path)
    pixels = shown(preview.jpeg)
    assert pixels.shape == (preview.height, preview.width, 3)
    assert np.allclose(corners(pixels), corners(upright(picture(), orientation)), atol=6)


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_thumbnail_is_small_and_upright_without_any_help(tmp_path: Path, orientation: int) -> None:
    path = tmp_path / "a.dng"
    make_photo(path, preview=picture(), orientation=orientation)
    preview = thumbnail(path, 96)
    pixels = np.asarray(Image.open(io.BytesIO(preview.jpeg)))
    assert pixels.shape == (preview.height, preview.width, 3)
    assert max(preview.width, preview.height) == 96
    assert np.allclose(corners(pixels), corners(upright(picture(), orientation)), atol=8)


def test_preview_that_the_camera_turned_already_is_not_turned_again(tmp_path: Path) -> None:
    path = tmp_path / "a.dng"
    make_photo(path, preview=picture(320, 480), orientation=6)
    preview = embedded_preview(path)
    assert (preview.width, preview.height) == (320, 480)
    assert np.allclose(corners(shown(preview.jpeg)), corners(picture(320, 480)), atol=6)


@pytest.mark.parametrize("orientation", [1, 6])
def test_raw_without_preview_is_rendered(tmp_path: Path, orientation: int) -> None:
    light = np.full((128, 192, 3), (0.046, 0.1, 0.082), np.float32)  # grey, for this camera
    light[:64, :96] = (0.4, 0.1, 0.05)
    make_photo(tmp_path / "a.dng", light, orientation=orientation)
    preview = embedded_preview(tmp_path / "a.dng")
    pixels = shown(preview.jpeg)
    assert pixels.shape == (preview.height, preview.width, 3)
    assert (preview.width, preview.height) == ((96, 64) if orientation == 1 else (64, 96))
    red, *grey = corners(pixels) if orientation == 1 else corners(pixels)[[1, 0, 2, 3]]
    assert np.ptp(grey) < 8
    assert red[0] > red[2] + 60


def test_linear_dng_is_rendered(tmp_path: Path) -> None:
    write_dng(tmp_path / "a.dng", quantised(scene()), cell=None)
    preview = embedded_preview(tmp_path / "a.dng")
    assert shown(preview.jpeg).shape == (preview.height, preview.width, 3) == (64, 96, 3)


def test_damaged_preview_gives_way_to_a_rendering(tmp_path: Path) -> None:
    path = tmp_path / "a.dng"
    make_photo(path, scene(192, 128), preview=picture())
    file = path.read_bytes()
    start = file.index(b"\xff\xd8\xff")
    path.write_bytes(file[:start] + bytes(64) + file[start + 64 :])
    preview = embedded_preview(path)
    assert (preview.width, preview.height) == (96, 64)


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_jpeg_is_its_own_preview_without_its_secrets(tmp_path: Path, orientation: int) -> None:
    image = Image.fromarray(picture())
    exif = image.getexif()
    exif[274] = orientation
    exif[270] = "a secret"
    image.save(tmp_path / "a.jpg", exif=exif, icc_profile=icc_profile("display-p3"), quality=95)
    preview = embedded_preview(tmp_path / "a.jpg")
    assert np.allclose(corners(shown(preview.jpeg)), corners(upright(picture(), orientation)), atol=6)
    opened = Image.open(io.BytesIO(preview.jpeg))
    assert opened.info["icc_profile"] == icc_profile("display-p3")
    assert b"secret" not in preview.jpeg


@pytest.mark.parametrize("extension", ["png", "tif", "webp", "avif"])
def test_other_pictures_are_made_into_srgb(tmp_path: Path, extension: str) -> None:
    path = tmp_path / f"a.{extension}"
    options = {"quality": 95} if extension in ("webp", "avif") else {}
    Image.fromarray(picture()).save(path, icc_profile=icc_profile("srgb"), **options)
    assert np.allclose(corners(shown(embedded_preview(path).jpeg)), corners(picture()), atol=8)


def test_thumbnail_of_a_wide_gamut_jpeg_is_srgb(tmp_path: Path) -> None:
    flat = np.full((64, 64, 3), (200, 100, 50), np.uint8)
    Image.fromarray(flat).save(tmp_path / "a.jpg", icc_profile=icc_profile("display-p3"), quality=100, subsampling=0)
    pixels = np.asarray(Image.open(io.BytesIO(thumbnail(tmp_path / "a.jpg", 32).jpeg)))
    assert np.allclose(pixels[16, 16], (215, 93, 31), atol=2)  # the same colour by its sRGB numbers


def test_file_without_any_picture_is_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "a.nef"
    path.write_bytes(bytes(5000))
    with pytest.raises(UnreadablePhoto):
        embedded_preview(path)
    with pytest.raises(UnreadablePhoto):
        thumbnail(path)


def test_mosaic_of_uniform_light_has_no_pattern_in_its_preview(tmp_path: Path) -> None:
    light = np.full((128, 192, 3), (0.46 * 0.3, 0.3, 0.82 * 0.3), np.float32)
    write_dng(tmp_path / "a.dng", quantised(mosaic(light, ("GR", "BG"))), cell=("GR", "BG"))
    assert np.ptp(shown(embedded_preview(tmp_path / "a.dng").jpeg)) <= 3
