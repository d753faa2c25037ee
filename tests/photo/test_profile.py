"""Our ICC profiles mean to a colour engine what our declarations say."""

import io
import struct

import imagecodecs
import numpy as np
import pytest
from PIL import Image, ImageCms

from stillbytes.photo.profile import (
    UnusualProfileError,
    icc_profile,
    reading,
    reading_of_profile,
    reading_of_space,
)
from stillbytes.photo.spaces import SPACES

CODES = np.random.default_rng(7).integers(0, 256, (64, 64, 3), dtype=np.uint8)


def converted(codes: np.ndarray, source: str, target: str) -> np.ndarray:
    """codes of one space in another by our own arithmetic, 0..255, clipped to the target's gamut."""
    start, end = SPACES[source], SPACES[target]
    matrix = np.linalg.inv(np.array(reading_of_space(end).matrix)) @ np.array(reading_of_space(start).matrix)
    light = start.transfer.to_linear(codes / 255) @ matrix.T
    return end.transfer.to_encoded(np.clip(light, 0, 1)) * 255


@pytest.mark.parametrize("source", SPACES)
@pytest.mark.parametrize("target", SPACES)
def test_colour_engine_agrees_with_our_arithmetic(source: str, target: str) -> None:
    by_engine = imagecodecs.cms_transform(
        CODES.astype(np.uint16) * 257,
        icc_profile(source),
        icc_profile(target),
        colorspace="RGB",
        outcolorspace="RGB",
        outdtype="uint16",
        intent=imagecodecs.CMS.INTENT.RELATIVE_COLORIMETRIC,
        flags=imagecodecs.CMS.FLAGS.NOOPTIMIZE,
    )
    wanted = converted(CODES, source, target)
    # Below code 4 a pure gamma is so steep that the rounding of the profile's matrix alone makes a code's difference.
    assert np.abs(by_engine / 257 - wanted)[wanted >= 4].max() < 1
    assert np.abs(by_engine / 257 - wanted)[wanted < 4].max(initial=0) < 2


@pytest.mark.parametrize("space", SPACES)
def test_round_trip_through_pillow_keeps_every_code(space: str) -> None:
    ours = ImageCms.ImageCmsProfile(io.BytesIO(icc_profile(space)))
    wide = ImageCms.ImageCmsProfile(io.BytesIO(icc_profile(space)))
    there = ImageCms.profileToProfile(Image.fromarray(CODES), ours, wide)
    assert there is not None
    assert np.abs(np.asarray(there).astype(int) - CODES).max() <= 1
    assert ImageCms.getProfileDescription(ours).strip() == SPACES[space].label


@pytest.mark.parametrize("space", SPACES)
def test_profile_is_read_back_as_the_space(space: str) -> None:
    back, declared = reading_of_profile(icc_profile(space)), reading_of_space(SPACES[space])
    assert np.allclose(back.matrix, declared.matrix, atol=3e-5)
    assert np.allclose(back.tables(4096), declared.tables(4096), atol=1e-4)


@pytest.mark.parametrize("space", SPACES)
def test_profile_is_small_and_keeps_grey_grey(space: str) -> None:
    profile = icc_profile(space)
    assert len(profile) < 700
    assert struct.unpack(">I", profile[:4]) == (len(profile),)
    assert np.allclose(np.sum(reading_of_profile(profile).matrix, axis=1), 1, atol=1e-12)


def test_reference_srgb_profile_is_read_as_srgb() -> None:
    reference = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    back = reading_of_profile(reference)
    assert np.allclose(back.matrix, reading_of_space(SPACES["srgb"]).matrix, atol=1e-3)
    assert np.allclose(back.tables(256), reading_of_space(SPACES["srgb"]).tables(256), atol=1e-3)


def curve_profile(curve: bytes) -> bytes:
    """The sRGB profile with another curve."""
    profile = bytearray(icc_profile("srgb"))
    (count,) = struct.unpack_from(">I", profile, 128)
    for index in range(count):
        at = 132 + 12 * index
        if profile[at + 1 : at + 4] == b"TRC":
            struct.pack_into(">II", profile, at + 4, len(profile), len(curve))
    return bytes(profile) + curve


X = np.linspace(0, 1, 257)


def para(form: int, *numbers: float) -> bytes:
    return struct.pack(">4s4xHxx", b"para", form) + b"".join(struct.pack(">i", round(v * 65536)) for v in numbers)


@pytest.mark.parametrize(
    ("curve", "light"),
    [
        (struct.pack(">4s4xI", b"curv", 0), X),
        (struct.pack(">4s4xIH", b"curv", 1, 0x0233), X ** (0x233 / 256)),
        (struct.pack(">4s4xI3H", b"curv", 3, 0, 16384, 65535), np.interp(X, [0, 0.5, 1], [0, 16384 / 65535, 1])),
        (para(0, 1.8), X**1.8),
        (para(1, 2.0, 1.1, -0.1), np.where(X >= 0.1 / 1.1, (1.1 * X - 0.1) ** 2, 0)),
        (para(2, 2.0, 0.9, 0.05, 0.01), (0.9 * X + 0.05) ** 2 + 0.01),
        (
            para(3, 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045),
            np.where(X >= 0.04045, ((X + 0.055) / 1.055) ** 2.4, X / 12.92),
        ),
        (
            para(4, 2.0, 0.9, 0.05, 0.5, 0.1, 0.01, 0.02),
            np.where(X >= 0.1, (0.9 * X + 0.05) ** 2 + 0.01, 0.5 * X + 0.02),
        ),
    ],
    ids=["line", "gamma", "samples", "para0", "para1", "para2", "para3", "para4"],
)
def test_every_kind_of_curve_is_understood(curve: bytes, light: np.ndarray) -> None:
    tables = reading_of_profile(curve_profile(curve)).tables(257)
    assert np.allclose(tables, light, atol=2e-4)


@pytest.mark.parametrize("profile", [b"", b"x" * 200, icc_profile("srgb")[:200], curve_profile(b"curv")])
def test_damaged_profile_is_unusual(profile: bytes) -> None:
    with pytest.raises(UnusualProfileError):
        reading_of_profile(profile)


def test_picture_without_profile_is_srgb_and_with_a_damaged_one_nobody_knows() -> None:
    assert reading(None) == reading_of_space(SPACES["srgb"])
    assert reading(b"x" * 200) is None
