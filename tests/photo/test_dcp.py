"""Camera profiles: what their files say, and what is no profile."""

from __future__ import annotations

import hashlib
import os
import struct
from pathlib import Path

import numpy as np
import pytest
from dcp import ASCII, FLOAT, LONG, SRATIONAL, UNDEFINED, content, dcp, dng_with, fields, full, table, turning
from dng import FORWARD, MATRIX_A, MATRIX_D65, make_photo
from hypothesis import given
from hypothesis import strategies as st

from stillbytes.photo.dcp import UnreadableProfile, digest, embedded, read, written
from stillbytes.photo.dcp.profile import Policy
from stillbytes.photo.illuminants import correlated, planckian, white_of

ROUNDS = int(os.environ.get("STILLBYTES_FUZZ", "1"))


@pytest.mark.parametrize("order", ["<", ">"])
def test_everything_is_read_in_either_byte_order(order: str) -> None:
    found = read(
        full(order=order, exposure=-0.35, policy=3, more={51110: (LONG, [1]), 50942: (ASCII, "(c) Someone")}), "a.dcp"
    )
    assert (found.name, found.camera, found.policy, found.copyright) == (
        "Whole", "Test 1", Policy.UNRESTRICTED, "(c) Someone",
    )  # fmt: skip
    warm, cool = found.calibrations
    assert (warm.light, cool.light) == (17, 21)
    assert np.allclose(warm.color, MATRIX_A) and np.allclose(cool.color, MATRIX_D65)
    assert warm.forward is not None and np.allclose(warm.forward, FORWARD, atol=1e-4)
    assert warm.table is not None and warm.table.size == (36, 8, 1) and not warm.table.encoded
    assert found.look is not None and found.look.size == (36, 8, 16)
    assert found.curve is not None and found.curve.shape == (6, 2)
    assert found.exposure == pytest.approx(-0.35)
    assert found.black


def test_nodes_are_read_with_value_outermost_and_saturation_innermost() -> None:
    nodes = table(lambda h, s, v: (h / 10, 1 + s, 1 + s * v), 6, 3, 2)
    found = read(content(tables=(nodes,)), "a.dcp").calibrations[0].table
    assert found is not None and np.allclose(found.nodes, nodes)


def test_nodes_without_saturation_may_be_left_out() -> None:
    nodes = table(lambda h, s, v: (h / 10, 1 + s, 1 + s), 6, 4)
    nodes[:, :, 0] = 0, 1, 1
    short = fields(tables=(nodes,)) | {50938: (FLOAT, nodes[:, :, 1:])}
    found = read(dcp(short), "a.dcp").calibrations[0].table
    assert found is not None and np.allclose(found.nodes, nodes)


def test_the_encoding_of_value_counts_only_where_there_are_values() -> None:
    flat = read(content(tables=(turning(5),), encoded=(1, 1)), "a.dcp")
    deep = read(content(look=table(lambda h, s, v: (0, 1, 1), 6, 3, 4), encoded=(1, 1)), "a.dcp")
    assert flat.tables[0].encoded is False
    assert deep.look is not None and deep.look.encoded is True


def test_three_lights_one_of_them_described() -> None:
    seen = struct.pack("<H4I", 0, 4000, 10000, 3900, 10000)
    found = read(
        content(
            matrices=(MATRIX_A, MATRIX_D65, MATRIX_D65), lights=(17, 21, 255), forwards=(FORWARD,) * 3,
            tables=(turning(1), turning(2), turning(3)), more={52535: (UNDEFINED, seen)},
        ),
        "a.dcp",
    )  # fmt: skip
    assert [one.light for one in found.calibrations] == [17, 21, 255]
    assert found.calibrations[2].white == pytest.approx((0.4, 0.39))
    assert len(found.tables) == 3


def test_a_second_matrix_without_a_light_of_its_own_is_not_used() -> None:
    for lights in ((17,), (17, 17), (17, 255)):
        assert len(read(content(matrices=(MATRIX_A, MATRIX_D65), lights=lights), "a.dcp").calibrations) == 1


def test_what_is_said_for_one_light_alone_counts_for_both() -> None:
    found = read(
        content(matrices=(MATRIX_A, MATRIX_D65), lights=(17, 21), forwards=(FORWARD,), tables=(turning(4),)), "a.dcp"
    )
    assert all(one.forward is not None for one in found.calibrations)
    assert len(found.tables) == 1


def test_a_spectrum_is_seen_by_the_standard_observer() -> None:
    def spectrum(values: list[int]) -> bytes:
        pairs = [part for v in values for part in (v, 100)]
        return struct.pack(f"<HI4I{len(pairs)}I", 1, len(values), 360, 1, 10, 1, *pairs)

    even = white_of(255, spectrum([100] * 48))
    assert even == pytest.approx((1 / 3, 1 / 3), abs=2e-3)
    wave = np.arange(360, 840, 10) * 1e-9
    glow = wave**-5 / (np.exp(0.014387769 / (wave * 2856)) - 1)
    lamp = white_of(255, spectrum([round(v) for v in glow / glow.max() * 1e6]))
    assert lamp == pytest.approx((0.4476, 0.4075), abs=4e-3)
    for broken in (
        b"",
        b"\0",
        spectrum([0, 0]),
        struct.pack("<HI4I", 1, 1 << 31, 360, 1, 10, 1),
        spectrum([5] * 9)[:40],
    ):
        assert white_of(255, broken) is None


@pytest.mark.parametrize("kelvin", [2000, 2856, 4000, 5000, 6500, 10000])
def test_a_temperature_and_its_chromaticity_belong_together(kelvin: float) -> None:
    assert correlated(planckian(kelvin)) == pytest.approx(kelvin, rel=0.02)


def test_a_profile_that_is_written_says_the_same() -> None:
    before = read(full(exposure=0.2, policy=1, more={50932: (ASCII, "com.maker"), 51110: (LONG, [1])}), "a.dcp")
    after = read(written(before), "b.dcp")
    assert digest(after) == digest(before)
    assert written(after) == written(before)
    assert (after.name, after.camera, after.policy, after.signature) == (
        before.name, before.camera, before.policy, before.signature,
    )  # fmt: skip


def test_the_digest_is_of_the_fields_in_adobes_order() -> None:
    nodes = turning(3)
    found = read(content("Eé", tables=(nodes,), curve=[(0, 0), (1, 1)], policy=2), "a.dcp")
    matrix = b"".join(struct.pack("<2i", round(v * 10000), 10000) for row in MATRIX_D65 for v in row)
    wanted = struct.pack("<H", 21) + matrix + "Eé".encode() + struct.pack("<I", 2)
    wanted += struct.pack("<3I", 36, 8, 1) + nodes.astype("<f4").tobytes() + struct.pack("<4f", 0, 0, 1, 1)
    assert digest(found) == hashlib.md5(wanted, usedforsecurity=False).hexdigest().upper()
    assert digest(read(content("E"), "a.dcp")) != digest(read(content("F"), "a.dcp"))


@pytest.mark.parametrize(
    "broken",
    [
        b"", b"IIRC", b"IIRC" + b"\xff" * 40, b"II*\0" + content()[4:], content()[:60],
        content(matrices=()), content(matrices=(np.zeros((3, 3)),)), content(matrices=(np.eye(3) * 1e5,)),
        dcp({50721: (SRATIONAL, struct.pack("<18i", *[1, 0] * 9))}), dcp({50721: (SRATIONAL, np.ones(12))}),
        content(more={50937: (LONG, [0, 8, 1]), 50938: (FLOAT, [0] * 24)}),
        content(more={50937: (LONG, [36, 8, 1]), 50938: (FLOAT, [0] * 24)}),
        content(more={50937: (LONG, [1 << 30, 1 << 30, 1 << 30]), 50938: (FLOAT, [0] * 24)}),
        content(tables=(turning(float("nan")),)), content(tables=(turning(1e9),)),
        content(curve=[(0, 0), (0.5, 0.5), (0.4, 1)]), content(curve=[(0, 0), (1, float("inf"))]),
        content(more={50940: (FLOAT, [0.0, 0, 1])}), content(more={52551: (UNDEFINED, struct.pack("<HHf", 1, 1, 4))}),
    ],
)  # fmt: skip
def test_what_is_no_profile_is_told(broken: bytes) -> None:
    with pytest.raises(UnreadableProfile, match=r"a\.dcp"):
        read(broken, "a.dcp")


@pytest.mark.parametrize("seed", range(150 * ROUNDS))
def test_damaged_files_are_read_or_told_of_and_nothing_else(seed: int) -> None:
    random = np.random.default_rng(seed)
    small = table(lambda h, s, v: (h / 50, 1 + s, 1 + s * v), 6, 3, 2)
    whole = bytearray(full(tables=(small, small), look=small, order="<>"[seed % 2]))
    for _ in range(int(random.integers(1, 12))):
        # The directory is where it hurts.
        place = int(random.integers(0, 300 if random.random() < 0.7 else len(whole)))
        whole[min(place, len(whole) - 1)] = int(random.integers(0, 256))
    if random.random() < 0.2:
        del whole[int(random.integers(0, len(whole))) :]
    try:
        found = read(bytes(whole), "a.dcp")
    except UnreadableProfile:
        return
    for one in (*found.tables, *([found.look] if found.look else [])):
        assert np.isfinite(one.nodes).all()
    assert 1 <= len(found.calibrations) <= 3
    digest(found)
    read(written(found), "b.dcp")


@given(st.binary(max_size=400))
def test_any_bytes_are_told_of(noise: bytes) -> None:
    for begin in (b"", b"IIRC\x08\0\0\0", b"MMCR\0\0\0\x08"):
        try:
            read(begin + noise, "a.dcp")
        except UnreadableProfile as error:
            assert "a.dcp" in str(error)


def test_a_dng_has_its_own_profile_and_others(tmp_path: Path) -> None:
    main = fields("Own", tables=(turning(10),), more={50931: (ASCII, "sig"), 50934: (ASCII, "Second")})
    extra = [content("Second", look=turning(5)), content("Other camera", "Test 2"), content("Third", "", order=">")]
    found = embedded(dng_with(tmp_path / "a.dng", main, [*extra, b"IIRCbroken"]))
    assert [one.name for one in found.profiles] == ["Own", "Second", "Third"]
    assert (found.camera, found.signature, found.as_shot) == ("Test 1", "sig", "Second")
    assert found.profiles[0].tables[0].size == (36, 8, 1)
    assert found.profiles[1].look is not None


def test_what_is_no_dng_has_none(tmp_path: Path) -> None:
    (tmp_path / "a.dng").write_bytes(b"nothing")
    assert embedded(tmp_path / "a.dng").profiles == ()
    assert embedded(tmp_path / "b.dng").profiles == ()
    make_photo(tmp_path / "c.dng")
    assert [one.name for one in embedded(tmp_path / "c.dng").profiles] == ["Embedded"]


@pytest.mark.parametrize("seed", range(40 * ROUNDS))
def test_damaged_dngs_have_profiles_or_none(seed: int, tmp_path: Path) -> None:
    random = np.random.default_rng(seed)
    path = dng_with(tmp_path / "a.dng", fields("Own", tables=(turning(1),)), [content("Second")])
    whole = bytearray(path.read_bytes())
    for place in random.integers(0, 700, int(random.integers(1, 20))):
        whole[place] = int(random.integers(0, 256))
    path.write_bytes(whole)
    for one in embedded(path).profiles:
        digest(one)
