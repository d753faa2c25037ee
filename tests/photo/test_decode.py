"""RAW files give back exactly what was written into them."""

from pathlib import Path

import numpy as np
import pytest
from dng import (
    BLACK,
    FORWARD,
    MATRIX_A,
    MATRIX_D65,
    NEUTRAL,
    QUAD,
    WHITE,
    X_TRANS,
    bayer,
    make_photo,
    mosaic,
    noise,
    quantised,
    scene,
    write_dng,
)

from stillbytes.core.errors import UnreadablePhoto
from stillbytes.photo.decode import begin, decode

TURNS = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: np.rot90(a, -1),
    7: lambda a: a[::-1, ::-1].swapaxes(0, 1),
    8: lambda a: np.rot90(a, 1),
}
"""EXIF orientation -> stored picture to upright picture (EXIF 2.32, 4.6.4)."""


@pytest.mark.parametrize("pattern", ["RGGB", "BGGR", "GRBG", "GBRG"])
@pytest.mark.parametrize("orientation", TURNS)
def test_samples_and_pattern_are_those_of_the_upright_scene(tmp_path: Path, pattern: str, orientation: int) -> None:
    path = tmp_path / "a.dng"
    make_photo(path, scene(98, 66), pattern=pattern, orientation=orientation)
    decoded = decode(path)
    upright = TURNS[orientation](scene(98, 66))
    assert decoded.layout == "bayer"
    assert np.array_equal(decoded.samples, quantised(mosaic(upright, bayer(decoded.pattern))))


@pytest.mark.parametrize("orientation", TURNS)
def test_black_levels_stay_with_their_sites(tmp_path: Path, orientation: int) -> None:
    path = tmp_path / "a.dng"
    levels = (500, 510, 520, 530)
    samples = np.tile(np.array(levels, np.uint16).reshape(2, 2), (32, 48))
    write_dng(path, samples, cell=bayer("GRBG"), black=levels, orientation=orientation)
    decoded = decode(path)
    assert tuple(decoded.samples[:2, :2].ravel()) == decoded.black
    assert dict(zip(decoded.black, decoded.pattern, strict=True)) == dict(zip(levels, "GRBG", strict=True))


def test_white_is_where_the_sensor_saturates(tmp_path: Path) -> None:
    samples = make_photo(tmp_path / "a.dng")
    decoded = decode(tmp_path / "a.dng")
    assert decoded.white == WHITE == samples.max() == decoded.samples.max()


def test_active_area_hides_the_masked_border(tmp_path: Path) -> None:
    light = scene(96, 64)
    samples = np.zeros((70, 104), np.uint16)
    samples[4:68, 6:102] = quantised(mosaic(light, bayer("GBRG")))
    write_dng(tmp_path / "a.dng", samples, cell=bayer("GBRG"), active_area=(4, 6, 68, 102))
    decoded = decode(tmp_path / "a.dng")
    assert decoded.pattern == "GBRG"
    assert np.array_equal(decoded.samples, samples[4:68, 6:102])


@pytest.mark.parametrize("orientation", TURNS)
def test_default_crop_is_respected(tmp_path: Path, orientation: int) -> None:
    path = tmp_path / "a.dng"
    make_photo(path, scene(96, 64), crop=(6, 4, 84, 56), orientation=orientation)
    decoded = decode(path)
    upright = TURNS[orientation](scene(96, 64)[4:60, 6:90])
    assert np.array_equal(decoded.samples, quantised(mosaic(upright, bayer(decoded.pattern))))


def test_digital_zoom_is_undone(tmp_path: Path) -> None:
    make_photo(tmp_path / "a.dng", scene(96, 64), crop=(30, 20, 36, 24))
    decoded = decode(tmp_path / "a.dng")
    assert (decoded.width, decoded.height) == (96, 64)


def test_samples_with_embedded_preview_are_the_same(tmp_path: Path) -> None:
    preview = np.full((320, 480, 3), 99, np.uint8)
    samples = make_photo(tmp_path / "a.dng", preview=preview)
    assert np.array_equal(decode(tmp_path / "a.dng").samples, samples)


def test_colour_tags_of_one_light(tmp_path: Path) -> None:
    make_photo(tmp_path / "a.dng", iso=1600, baseline_exposure=0.35)
    colour = decode(tmp_path / "a.dng").colour
    assert colour is not None
    assert np.allclose(colour.color_matrices, [MATRIX_D65], atol=1e-6)
    assert colour.illuminants == (6504.0,)
    assert colour.neutral == pytest.approx(NEUTRAL)
    assert colour.forward_matrices == colour.calibrations == ()
    assert colour.analog_balance == (1.0, 1.0, 1.0)
    assert colour.baseline_exposure == pytest.approx(0.35)
    assert colour.noise_profile == (pytest.approx(noise(1600)),)


def test_colour_tags_of_two_lights(tmp_path: Path) -> None:
    calibrations = (np.diag([1.01, 1, 0.99]), np.diag([0.98, 1, 1.02]))
    make_photo(
        tmp_path / "a.dng",
        matrices=(MATRIX_A, MATRIX_D65),
        illuminants=(17, 21),
        forward=(FORWARD, FORWARD),
        calibrations=calibrations,
        analog_balance=(1.0, 1.1, 0.9),
    )
    colour = decode(tmp_path / "a.dng").colour
    assert colour is not None
    assert colour.illuminants == (2850.0, 6504.0)
    assert np.allclose(colour.color_matrices, [MATRIX_A, MATRIX_D65], atol=1e-6)
    assert np.allclose(colour.forward_matrices, [FORWARD, FORWARD], atol=1e-6)
    assert np.allclose(colour.calibrations, calibrations, atol=1e-6)
    assert colour.analog_balance == pytest.approx((1.0, 1.1, 0.9))


def test_neutral_from_the_chromaticity_of_white(tmp_path: Path) -> None:
    make_photo(tmp_path / "a.dng", neutral=None, white_xy=(0.3127, 0.3290))
    colour = decode(tmp_path / "a.dng").colour
    assert colour is not None
    camera = np.array(MATRIX_D65) @ (0.3127 / 0.3290, 1, 0.3583 / 0.3290)
    assert colour.neutral == pytest.approx(camera / camera.max(), abs=1e-5)


def test_second_matrix_without_its_light_is_ignored(tmp_path: Path) -> None:
    make_photo(tmp_path / "a.dng", matrices=(MATRIX_A, MATRIX_D65), illuminants=(17,))
    colour = decode(tmp_path / "a.dng").colour
    assert colour is not None
    assert len(colour.color_matrices) == len(colour.illuminants) == 1


@pytest.mark.parametrize("orientation", TURNS)
def test_linear_dng_keeps_its_samples(tmp_path: Path, orientation: int) -> None:
    samples = quantised(scene())
    write_dng(tmp_path / "a.dng", samples, cell=None, orientation=orientation)
    decoded = decode(tmp_path / "a.dng")
    assert decoded.layout == "rgb"
    assert np.array_equal(decoded.samples, TURNS[orientation](samples))
    assert (decoded.black, decoded.white) == ((BLACK,) * 4, WHITE)
    assert decoded.colour is not None
    assert decoded.colour.neutral == pytest.approx(NEUTRAL)


def test_monochrome_is_grey_under_every_light(tmp_path: Path) -> None:
    samples = quantised(scene()[..., 1])
    write_dng(tmp_path / "a.dng", samples, cell=None, neutral=None, matrices=(), illuminants=(), orientation=8)
    decoded = decode(tmp_path / "a.dng")
    assert decoded.layout == "rgb"
    assert np.array_equal(decoded.samples, np.repeat(np.rot90(samples)[..., None], 3, axis=2))
    assert decoded.colour is not None
    assert decoded.colour.neutral == (1.0, 1.0, 1.0)


def test_x_trans_becomes_linear_camera_rgb_without_white_balance(tmp_path: Path) -> None:
    light = scene(648, 528)
    write_dng(tmp_path / "a.dng", quantised(mosaic(light, X_TRANS)), cell=X_TRANS, orientation=6)
    decoded = decode(tmp_path / "a.dng")
    assert decoded.layout == "rgb"
    assert (decoded.black, decoded.white) == ((0.0,) * 4, 65535.0)
    error = np.abs(decoded.samples / 65535 - np.rot90(light, -1))
    assert np.percentile(error, 99) < 0.001  # all but the pixels at the patches' edges
    assert np.all(np.rot90(decoded.samples)[:60, -150:] >= 65534)  # every channel saturates at white


@pytest.mark.parametrize("orientation", TURNS)
@pytest.mark.parametrize("first", ["RGGB", "GRBG", "BGGR"])
def test_quad_bayer_becomes_a_bayer_mosaic_of_half_the_size(tmp_path: Path, first: str, orientation: int) -> None:
    path, small = tmp_path / "a.dng", scene(49, 33)
    cell = [row for pair in bayer(first) for row in ["".join(letter * 2 for letter in pair)] * 2]
    light = np.repeat(np.repeat(small, 2, 0), 2, 1)
    write_dng(path, quantised(mosaic(light, cell)), cell=cell, orientation=orientation)
    decoded = decode(path)
    assert decoded.layout == "bayer"
    upright = TURNS[orientation](small)
    expected = 4 * quantised(mosaic(upright, bayer(decoded.pattern))).astype(int)
    scale = (decoded.white - decoded.black[0]) / (WHITE - BLACK)
    assert np.abs(decoded.samples - expected * scale / 4).max() <= 1
    assert decoded.black == (BLACK * scale,) * 4


def test_of_a_quad_bayer_sensor_a_crop_and_its_noise_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.dng"
    light = np.broadcast_to(np.array([0.1, 0.2, 0.3]), (80, 120, 3))
    write_dng(path, quantised(mosaic(light, QUAD)), cell=QUAD, crop=(3, 2, 110, 70), iso=400)
    decoded = decode(path)
    assert decoded.colour is not None
    assert (decoded.width, decoded.height) == (54, 35)
    levels = (decoded.samples - decoded.black[0]) / (decoded.white - decoded.black[0])
    for site, letter in enumerate(decoded.pattern):
        part = levels[site // 2 :: 2, site % 2 :: 2]
        assert np.allclose(part, light[0, 0, "RGB".index(letter)], atol=1e-3)
    slope, offset = noise(400)
    assert decoded.colour.noise_profile == ((pytest.approx(slope / 4), pytest.approx(offset / 4)),)


@pytest.mark.parametrize("name", ["a.dng", "a.nef", "a.jpg", "a.tif"])
@pytest.mark.parametrize("content", [b"", b"II*\0", b"no photo at all" * 100])
def test_what_is_no_photo_is_unreadable(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UnreadablePhoto, match=name):
        decode(path)


def test_a_picture_that_is_none_is_not_told_of_as_a_raw_file(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"no photo at all")
    with pytest.raises(UnreadablePhoto, match=r"a\.jpg holds no picture") as told:
        decode(tmp_path / "a.jpg")
    assert "renamed" in told.value.remedy


def test_size_that_no_camera_makes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.dng"
    write_dng(path, np.zeros((64, 96), np.uint16))
    import tifffile  # noqa: PLC0415

    with tifffile.TiffFile(path, mode="r+") as file:
        tags = file.pages[0].tags
        tags["ImageWidth"].overwrite(60000)
        tags["ImageLength"].overwrite(60000)
        tags["ActiveArea"].overwrite((0, 0, 60000, 60000))
    with pytest.raises(UnreadablePhoto):
        decode(path)


def test_decoding_that_was_begun_ahead_is_the_same_and_happens_once(tmp_path: Path) -> None:
    path = tmp_path / "a.dng"
    make_photo(path, scene(98, 66))
    begin(path)
    begin(path)
    ahead, again = decode(path), decode(path)
    np.testing.assert_array_equal(ahead.samples, again.samples)
    begin(tmp_path / "missing.dng")
    with pytest.raises(UnreadablePhoto):
        decode(tmp_path / "missing.dng")
