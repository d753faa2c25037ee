"""Opcodes of DNG files: each does what the specification says, and bytes that make no sense do nothing."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from dng import BLACK, WHITE, Tag, write_dng
from hypothesis import given, settings
from hypothesis import strategies as st

from stillbytes.core.geometry import Size
from stillbytes.develop.resampling.bending import Bent
from stillbytes.photo.decode import decode
from stillbytes.photo.worker.opcodes import lens, lists, pixels
from stillbytes.photo.worker.opcodes.lists import Opcode

ROWS, COLUMNS = 96, 128
MOST = 0xFFFFFFFF


def area(top=0, left=0, bottom=ROWS, right=COLUMNS, plane=0, planes=1, row_pitch=1, column_pitch=1) -> bytes:
    return struct.pack(">8I", top, left, bottom, right, plane, planes, row_pitch, column_pitch)


def gain_map(values: np.ndarray, where: bytes | None = None) -> bytes:
    """values: (rows, columns) over the whole picture, from edge to edge."""
    down, across = values.shape
    grid = struct.pack(">2I4dI", down, across, 1 / (down - 1), 1 / (across - 1), 0.0, 0.0, 1)
    return (where or area()) + grid + values.astype(">f4").tobytes()


def opcode_list(*opcodes: tuple[int, int, bytes]) -> bytes:
    """(id, flags, body) of each."""
    packed = [struct.pack(">4I", id, 0x01030000, flags, len(body)) + body for id, flags, body in opcodes]
    return struct.pack(">I", len(packed)) + b"".join(packed)


def photo(path: Path, samples: np.ndarray | None = None, **held: bytes) -> Path:
    """list1, list2, list3: bytes of these lists."""
    tags = {"list1": 51008, "list2": 51009, "list3": 51022}
    more: list[Tag] = [(tags[name], "B", len(data), data, True) for name, data in held.items()]
    flat = np.full((ROWS, COLUMNS), BLACK + (WHITE - BLACK) // 4, np.uint16)
    return write_dng(path, flat if samples is None else samples, more=more)


def test_a_gain_map_brightens_what_the_lens_darkened(tmp_path: Path) -> None:
    gains = 1 + np.add.outer(np.linspace(-1, 1, 5) ** 2, np.linspace(-1, 1, 7) ** 2)
    decoded = decode(photo(tmp_path / "a.dng", list2=opcode_list((9, 0, gain_map(gains)))))
    light = (decoded.samples - float(BLACK)) / (WHITE - BLACK)
    assert light[ROWS // 2, COLUMNS // 2] == pytest.approx(0.25, abs=0.005)
    assert light[0, 0] == pytest.approx(0.75, rel=0.03)
    assert decoded.remarks == ()


def test_a_gain_map_of_one_colour_leaves_the_others(tmp_path: Path) -> None:
    where = area(top=0, left=0, row_pitch=2, column_pitch=2)
    decoded = decode(photo(tmp_path / "a.dng", list2=opcode_list((9, 0, gain_map(np.full((2, 2), 2.0), where)))))
    light = (decoded.samples - float(BLACK)) / (WHITE - BLACK)
    assert light[::2, ::2].mean() == pytest.approx(0.5, abs=1e-3)
    assert light[1::2].mean() == pytest.approx(0.25, abs=1e-3)


def test_bad_pixels_get_their_neighbours_value(tmp_path: Path) -> None:
    samples = np.full((ROWS, COLUMNS), 9000, np.uint16)
    samples[10, 21], samples[40:42, 50:52], samples[70, 70] = 60000, 100, 77
    points = struct.pack(">3I", 0, 1, 1) + struct.pack(">2I", 10, 21) + struct.pack(">4I", 40, 50, 42, 52)
    data = opcode_list((5, 0, points), (4, 0, struct.pack(">2I", 77, 0)))
    assert np.all(decode(photo(tmp_path / "a.dng", samples, list1=data)).samples == 9000)


@pytest.mark.parametrize(
    ("number", "body", "expected"),
    [
        (8, area() + struct.pack(">I3d", 2, 0.0, 0.0, 2.0), 0.125),
        (11, area() + struct.pack(">I", COLUMNS) + np.full(COLUMNS, 0.1, ">f4").tobytes(), 0.35),
        (10, area() + struct.pack(">I", ROWS) + np.full(ROWS, 0.2, ">f4").tobytes(), 0.45),
        (12, area() + struct.pack(">I", ROWS) + np.full(ROWS, 2.0, ">f4").tobytes(), 0.5),
        (13, area() + struct.pack(">I", COLUMNS) + np.full(COLUMNS, 0.5, ">f4").tobytes(), 0.125),
        (7, area() + struct.pack(">I", 65536) + (np.arange(65536) // 2).astype(">u2").tobytes(), 0.125),
    ],
)
def test_maps_and_lines(number: int, body: bytes, expected: float) -> None:
    samples = np.full((ROWS, COLUMNS, 1), 0.25, np.float32)
    assert pixels.applied(samples, [Opcode(number, False, body)]) == []
    assert np.allclose(samples, expected, atol=1e-4)


def test_bounds_are_trimmed(tmp_path: Path) -> None:
    decoded = decode(photo(tmp_path / "a.dng", list3=opcode_list((6, 0, struct.pack(">4I", 5, 8, 85, 120)))))
    assert (decoded.height, decoded.width) == (80, 112)


def warp(*planes: tuple[float, ...], centre: tuple[float, float] = (0.5, 0.5)) -> bytes:
    values = [v for plane in planes for v in plane]
    return struct.pack(">I", len(planes)) + struct.pack(f">{len(values) + 2}d", *values, *centre)


def test_a_warp_becomes_a_bend(tmp_path: Path) -> None:
    planes = (0.98, 0.05, -0.01, 0.002, 0.003, -0.002), (1.0, 0.04, 0, 0, 0, 0), (1.01, 0, 0, 0, 0, 0)
    body = warp(*planes, centre=(0.4, 0.6))
    decoded = decode(photo(tmp_path / "a.dng", list3=opcode_list((1, 1, body))))
    assert decoded.embedded is not None and decoded.remarks == ()
    bent = Bent.of(decoded.embedded, Size(COLUMNS, ROWS))
    # The specification's formulas, in pixels.
    centre = np.array([0.4 * COLUMNS - 0.5, 0.6 * ROWS - 0.5])
    unit = np.hypot(max(0.4, 0.6) * COLUMNS, max(0.6, 0.4) * ROWS)
    x, y = np.array([20.0, 100.0, 64.0]), np.array([10.0, 50.0, 90.0])
    u, v = (x - centre[0]) / unit, (y - centre[1]) / unit
    r2 = u * u + v * v
    factor = 0.98 + 0.05 * r2 - 0.01 * r2**2 + 0.002 * r2**3
    k0, k1 = 0.003, -0.002
    expected_x = centre[0] + unit * (u * factor + 2 * k0 * u * v + k1 * (r2 + 2 * u * u))
    expected_y = centre[1] + unit * (v * factor + 2 * k1 * u * v + k0 * (r2 + 2 * v * v))
    found = bent.to_photo(x, y, 0)
    assert np.allclose(found, (expected_x, expected_y), atol=1e-3)
    assert np.allclose(bent.to_photo(x, y, 1)[0], centre[0] + unit * u * (1 + 0.04 * r2), atol=1e-3)


@pytest.mark.parametrize("flip", range(8))
def test_a_turned_photo_is_bent_as_it_lies(flip: int) -> None:
    body = warp((1.0, 0.05, 0, 0, 0.004, -0.003), centre=(0.45, 0.58))
    plain, _ = lens.bend([Opcode(1, False, body)], lens.Placing((ROWS, COLUMNS), (0, 0, ROWS, COLUMNS), 0))
    turned, _ = lens.bend([Opcode(1, False, body)], lens.Placing((ROWS, COLUMNS), (0, 0, ROWS, COLUMNS), flip))
    assert plain is not None and turned is not None
    size = Size(ROWS, COLUMNS) if flip & 4 else Size(COLUMNS, ROWS)

    def upright(x: float, y: float) -> tuple[float, float]:
        y = ROWS - 1 - y if flip & 2 else y
        x = COLUMNS - 1 - x if flip & 1 else x
        return (y, x) if flip & 4 else (x, y)

    for x, y in ((10.0, 80.0), (100.0, 20.0)):
        there = Bent.of(plain, Size(COLUMNS, ROWS)).to_photo(np.array(x), np.array(y), 1)
        expected = upright(*(float(v) for v in there))
        found = Bent.of(turned, size).to_photo(*(np.array(v) for v in upright(x, y)), 1)
        assert np.allclose(found, expected, atol=1e-6)


def test_a_vignette_becomes_gains(tmp_path: Path) -> None:
    body = struct.pack(">7d", 0.5, 0.2, 0, 0, 0, 0.5, 0.5)
    decoded = decode(photo(tmp_path / "a.dng", list3=opcode_list((3, 0, body))))
    assert decoded.embedded is not None
    assert decoded.embedded.gains[-1] == pytest.approx(1.7)
    assert decoded.embedded.factors == ()


def test_a_curve_in_powers_of_the_distance(tmp_path: Path) -> None:
    terms = [1.0, 0.0, 0.03, 0.01] + [0.0] * 11
    body = struct.pack(">I", 1) + struct.pack(">21d", *terms, 0, 0, 0, 1, 0.5, 0.5) + struct.pack(">I", 1)
    decoded = decode(photo(tmp_path / "a.dng", list3=opcode_list((14, 0, body))))
    assert decoded.embedded is not None
    assert decoded.embedded.factors[0][-1] == pytest.approx(1 / 1.04)


def test_what_is_not_followed_is_told(tmp_path: Path) -> None:
    data = opcode_list((99, 0, b"abcd"), (98, 1, b""), (9, 0, b"short"))
    remarks = decode(photo(tmp_path / "a.dng", list2=data)).remarks
    assert any("number 99" in remark and "wrong" in remark for remark in remarks)
    assert any("offers" in remark and "number 98" in remark for remark in remarks)
    assert any("GainMap" in remark for remark in remarks)


def test_a_damaged_list_costs_only_itself(tmp_path: Path) -> None:
    plain = decode(photo(tmp_path / "plain.dng")).samples
    decoded = decode(photo(tmp_path / "a.dng", list2=opcode_list((9, 0, gain_map(np.ones((2, 2)))))[:-9]))
    assert np.array_equal(decoded.samples, plain)
    assert "damaged" in decoded.remarks[0]


GOOD = opcode_list(
    (9, 0, gain_map(np.full((3, 3), 1.5))),
    (5, 1, struct.pack(">5I", 0, 1, 0, 3, 4)),
    (1, 0, warp((1, 0.1, 0, 0, 0, 0))),
    (3, 0, struct.pack(">7d", 0.5, 0, 0, 0, 0, 0.5, 0.5)),
    (8, 0, area() + struct.pack(">I2d", 1, 0.0, 1.0)),
    (7, 0, area() + struct.pack(">I", 4) + bytes(8)),
    (12, 0, area() + struct.pack(">I", ROWS) + bytes(4 * ROWS)),
    (14, 0, struct.pack(">I", 1) + struct.pack(">21d", 1, *([0.0] * 20)) + bytes(4)),
)


def test_a_table_after_a_gain_that_left_light_below_black() -> None:
    samples = np.full((ROWS, COLUMNS, 1), 0.25, np.float32)
    table = area() + struct.pack(">I", 4) + struct.pack(">4H", 6554, 0, 0, 65535)
    gains = np.array([[-1.0, 1.0], [-1.0, 1.0]])
    pixels.applied(samples, lists.parsed(opcode_list((9, 0, gain_map(gains)), (7, 0, table)))[0])
    assert samples[0, 0, 0] == pytest.approx(0.1, abs=1e-4)
    assert samples[0, -1, 0] == 1


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), max_size=24), st.integers(0, len(GOOD)))
def test_mutated_lists_harm_nothing(changes: list[tuple[int, int]], cut: int) -> None:
    data = bytearray(GOOD[:cut] if cut % 3 == 0 else GOOD)
    for at, value in changes:
        if at < len(data):
            data[at] = value
    opcodes, _ = lists.parsed(bytes(data))
    samples = np.full((ROWS, COLUMNS, 1), 0.25, np.float32)
    left = pixels.applied(samples, opcodes)
    assert samples.shape == (ROWS, COLUMNS, 1)
    bend, _ = lens.bend(left, lens.Placing((ROWS, COLUMNS), (0, 0, ROWS, COLUMNS), 0))
    if bend is not None:
        assert all(np.isfinite(value) for curve in (*bend.factors, bend.gains) for value in curve)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_a_file_without_lists(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("f") / "a.dng"
    path.write_bytes(b"II*\0" + data)
    assert isinstance(lists.read(path), dict)
