"""Look-up tables: what their files say, and that no file can do harm."""

from __future__ import annotations

import imagecodecs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillbytes.photo.lut import Lut, UnreadableLut, read
from stillbytes.photo.lut.cube import of_nodes, written


def identity(edge: int) -> np.ndarray:
    """(blue, green, red, 3)"""
    axis = np.linspace(0, 1, edge)
    blue, green, red = np.meshgrid(axis, axis, axis, indexing="ij")
    return np.stack([red, green, blue], -1)


def tilted(edge: int) -> np.ndarray:
    """A different change of each channel, so that swapped axes show."""
    return identity(edge) ** np.array([0.5, 1.0, 2.0])


def cube(nodes: np.ndarray) -> bytes:
    return written(of_nodes(nodes)).encode()


def lustre(nodes: np.ndarray, bits: int = 12, header: str = "") -> bytes:
    edge = len(nodes)
    places = " ".join(str(round(i * 1023 / (edge - 1))) for i in range(edge))
    codes = np.rint(nodes.transpose(2, 1, 0, 3).reshape(-1, 3) * (2**bits - 1)).astype(int)
    return "\n".join([header, places, *(" ".join(map(str, row)) for row in codes)]).encode()


def hald(level: int, dtype: type = np.uint16) -> bytes:
    codes = np.rint(tilted(level**2) * np.iinfo(dtype).max).astype(dtype)
    return bytes(imagecodecs.png_encode(codes.reshape(level**3, level**3, 3)))


@pytest.mark.parametrize(
    ("name", "content", "nodes"),
    [
        ("a.cube", cube(tilted(5)), tilted(5)),
        ("a.CUBE", b'# words\nTITLE "x"\nKEYWORD 1\n' + cube(tilted(2)), tilted(2)),
        ("a.cube", "\ufeff".encode() + cube(tilted(3)).replace(b"\n", b"\r\n"), tilted(3)),
        ("a.3dl", lustre(tilted(17)), tilted(17)),
        ("a.3dl", lustre(tilted(5), 10, "3DMESH\nMesh 2 10\n# words"), tilted(5)),
        ("a.png", hald(3), tilted(9)),
        ("a.png", hald(2, np.uint8), tilted(4)),
    ],
)
def test_every_kind_of_file_gives_the_nodes_that_it_was_made_of(name: str, content: bytes, nodes: np.ndarray) -> None:
    found = read(content, name)
    assert found.nodes is not None
    assert found.curves is None
    assert found.nodes.shape == nodes.shape
    assert np.abs(found.nodes - nodes).max() < (0.003 if "png" in name else 0.0006)


def test_a_domain_and_a_shaper_are_kept() -> None:
    found = read(b"LUT_1D_SIZE 2\nDOMAIN_MIN -1 0 0\nDOMAIN_MAX 1 2 4\n0 0 0\n1 1 1\n", "a.cube")
    assert found.nodes is None
    assert np.allclose(found.curved(np.array([0.0, 1.0, 1.0])), [0.5, 0.5, 0.25])
    shaped = b"LUT_1D_SIZE 2\nLUT_1D_INPUT_RANGE 0 2\nLUT_3D_SIZE 2\nLUT_3D_INPUT_RANGE 0 0.5\n0 0 0\n1 1 1\n"
    rows = "\n".join(" ".join(map(str, row)) for row in identity(2).reshape(-1, 3)).encode()
    found = read(shaped + rows, "a.cube")
    assert found.edge == 2
    assert found.curve_range[1] == (2.0, 2.0, 2.0)
    assert found.node_range[1] == (0.5, 0.5, 0.5)
    assert read(written(found).encode(), "b.cube").node_range == found.node_range


def test_uneven_places_of_a_3dl_file_become_curves() -> None:
    rows = lustre(identity(3)).split(b"\n")
    rows[1] = b"0 256 1023"
    found = read(b"\n".join(rows), "a.3dl")
    assert np.allclose(found.curved(np.full(3, 256 / 1023)), 0.5, atol=1e-3)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", b"LUT_3D_SIZE 2"),
        ("a.cube", b""),
        ("a.cube", b"LUT_3D_SIZE 2\n0 0 0\n"),
        ("a.cube", b"LUT_3D_SIZE 999999\n"),
        ("a.cube", b"LUT_3D_SIZE 145\n"),
        ("a.cube", b"LUT_3D_SIZE -2\n"),
        ("a.cube", b"LUT_1D_SIZE 2\n0 0 0\n1 1 x\n"),
        ("a.cube", b"LUT_1D_SIZE 2\n0 0 0\nnan nan nan\n"),
        ("a.cube", b"LUT_1D_SIZE 2\n0 0 0\n1e999 1 1\n"),
        ("a.cube", b"LUT_1D_SIZE 2\n0 0 0\n1 1 1\n1 1 1\n"),
        ("a.cube", b"LUT_1D_SIZE 2\nDOMAIN_MIN 1 1 1\n0 0 0\n1 1 1\n"),
        ("a.cube", b"LUT_IN_VIDEO_RANGE\nLUT_1D_SIZE 2\n0 0 0\n1 1 1\n"),
        ("a.cube", b"\0" * 100),
        ("a.3dl", b"0 512 1023\n0 0 0\n"),
        ("a.3dl", b"0 1023\n" + b"0 0 99999999\n" * 8),
        ("a.3dl", b"1023 0\n" + b"0 0 0\n" * 8),
        ("a.png", b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + b"\xff" * 20),
        ("a.png", hald(2)[:80]),
        ("a.png", bytes(imagecodecs.png_encode(np.zeros((8, 8), np.uint8)))),
        ("a.png", bytes(imagecodecs.png_encode(np.zeros((10, 10, 3), np.uint8)))),
    ],
)
def test_what_is_no_table_is_refused_in_words(name: str, content: bytes) -> None:
    with pytest.raises(UnreadableLut) as caught:
        read(content, name)
    assert name in str(caught.value)
    assert caught.value.remedy


SAMPLES = {
    ".cube": [cube(tilted(2)), b"LUT_1D_SIZE 2\nDOMAIN_MIN 0 0 0\nDOMAIN_MAX 1 1 1\n0 0 0\n1 1 1\n"],
    ".3dl": [lustre(tilted(2)), lustre(tilted(3), 10, "Mesh 1 10")],
    ".png": [hald(2), hald(2, np.uint8)],
}


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_damage_to_a_file_does_more_than_refuse_it(data: st.DataObject) -> None:
    extension = data.draw(st.sampled_from(sorted(SAMPLES)))
    content = bytearray(data.draw(st.sampled_from(SAMPLES[extension])))
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, max(len(content) - 1, 0)))
        content[place : place + data.draw(st.integers(0, 5))] = data.draw(
            st.one_of(
                st.binary(max_size=6), st.sampled_from([b"1e309", b"-1", b"99999", b"\n", b"LUT_3D_SIZE 9 ", b"#"])
            )
        )
    try:
        found = read(bytes(content), f"a{extension}")
    except UnreadableLut:
        return
    assert isinstance(found, Lut)
    assert found.edge <= 144
    for values in (found.curves, found.nodes):
        assert values is None or np.isfinite(values).all()
