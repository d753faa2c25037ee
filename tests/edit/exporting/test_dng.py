"""Linear DNGs: other programs read them, and they look like the photo that they were made from."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
import rawpy
from dng import MATRIX_A, MATRIX_D65, make_photo, scene
from PIL import Image

import stillbytes as sb
from stillbytes.core.errors import ExportError
from stillbytes.edit.xmp import Packet
from stillbytes.photo.output.lossless_jpeg import encode


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    make_photo(
        tmp_path / "a.dng", scene(301, 270), iso=800, orientation=6, baseline_exposure=0.25,
        matrices=(MATRIX_A, MATRIX_D65), illuminants=(17, 21),
    )  # fmt: skip
    return tmp_path / "a.dng"


def test_it_looks_like_the_photo_under_the_same_settings(photo: Path, tmp_path: Path) -> None:
    edit = sb.open(photo).edit(exposure=0.5, temperature=4500, contrast=20, crop_left=0.1)
    edit.export(tmp_path / "b.dng")
    again = sb.open(tmp_path / "b.dng")
    assert again.pipeline.frame == edit.photo.pipeline.frame
    one, other = (np.asarray(which.edit(edit.settings).render()).astype(int) for which in (edit.photo, again))
    assert np.abs(one - other).mean() < 0.5 and np.percentile(np.abs(one - other), 99.9) <= 6


def test_libraw_reads_its_samples_and_colours(photo: Path, tmp_path: Path) -> None:
    edit = sb.open(photo).edit()
    edit.export(tmp_path / "b.dng")
    pipeline = edit.photo.pipeline
    with rawpy.imread(str(tmp_path / "b.dng")) as raw:
        samples, black = raw.raw_image[..., :3].astype(float), raw.black_level_per_channel[:3]
        gains = np.array(pipeline.sensed.gains)
        assert np.allclose(np.array(raw.camera_whitebalance[:3]) / raw.camera_whitebalance[1], gains, rtol=1e-4)
        assert raw.extract_thumb().format == rawpy.ThumbFormat.JPEG
        assert raw.postprocess(use_camera_wb=True).shape == (*samples.shape[:2], 3)
    from stillbytes.core.geometry import Rect  # noqa: PLC0415

    light = np.moveaxis(pipeline.sensed.light(Rect.of(pipeline.frame)), 0, -1) / gains
    read = (samples - black) / (65535 - 1024) * gains.max()
    assert np.abs(read - np.minimum(light, gains.max())).max() < 3e-5  # what overshoots is cut off


def test_the_settings_are_inside_and_the_place_is_not_when_unwanted(photo: Path, tmp_path: Path) -> None:
    sb.open(photo).edit(exposure=0.5, shadows=30).export(tmp_path / "b.dng", gps=False)
    content = (tmp_path / "b.dng").read_bytes()
    start = content.index(b"<x:xmpmeta")
    packet = Packet(content[start : content.index(b"</x:xmpmeta>") + 12])
    assert packet.text("crs:Exposure2012") == "+0.50" and packet.text("crs:Shadows2012") == "+30"


@pytest.mark.skipif(not shutil.which("exiftool"), reason="exiftool is not here")
def test_exiftool_finds_nothing_wrong(photo: Path, tmp_path: Path) -> None:
    sb.open(photo).edit(exposure=0.5).export(tmp_path / "b.dng")
    command = ["exiftool", "-validate", "-warning", "-error", "-a", str(tmp_path / "b.dng")]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said.split(":")[1].strip() == "OK"


@pytest.mark.parametrize("how", [{"size": 100}, {"resize": "long:50"}, {"sharpen_for": "screen"}, {"watermark": "x"}])
def test_what_a_dng_cannot_be_is_told(photo: Path, tmp_path: Path, how: dict[str, object]) -> None:
    with pytest.raises(ExportError, match=next(iter(how))):
        sb.open(photo).edit().export(tmp_path / "b.dng", **how)  # type: ignore[arg-type]


def test_a_rendered_picture_has_no_light_to_keep(tmp_path: Path) -> None:
    Image.new("RGB", (40, 30), (90, 80, 70)).save(tmp_path / "a.png")
    with pytest.raises(ExportError, match="no RAW file"):
        sb.open(tmp_path / "a.png").edit().export(tmp_path / "b.dng")


@pytest.mark.parametrize(
    "tile",
    [
        np.random.default_rng(1).integers(0, 65536, (33, 40, 3), np.uint16),
        np.full((16, 16, 3), 65535, np.uint16),
        np.tile(np.array([0, 32768], np.uint16), (8, 8))[..., None].repeat(3, 2),
        np.cumsum(np.random.default_rng(2).integers(-9, 10, (64, 64, 3)), 1).astype(np.uint16),
    ],
)
def test_lossless_jpeg_is_that(tile: np.ndarray) -> None:
    assert np.array_equal(imagecodecs.jpegsof3_decode(encode(tile)), tile)
