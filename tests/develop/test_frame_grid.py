"""Where masks are evaluated: the same places whatever part of a grid is asked for, and rasters that cover the frame."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillbytes.core.geometry import Rect, Size
from stillbytes.develop.resampling.frame_grid import FrameGrid
from stillbytes.develop.resampling.geometry import Geometry
from stillbytes.develop.settings import Settings

FRAME = Size(600, 400)


def turned(angle: float, long_edge: int) -> FrameGrid:
    form = Geometry.of(Settings(crop_angle=angle, crop_left=0.2, crop_right=0.8), FRAME)
    size = form.cut.scaled(long_edge / form.cut.long_edge)
    return FrameGrid(FRAME, form.affine(size, 1.0), Rect.of(size))


def test_points_of_the_whole_frame_run_from_edge_to_edge() -> None:
    x, y = FrameGrid.whole(FRAME, 6).points()
    assert np.allclose(x, [[(i + 0.5) / 6 for i in range(6)]])
    assert np.allclose(y.ravel(), [(i + 0.5) / 6 for i in range(4)])


@given(st.floats(-45, 45), st.integers(7, 300), st.integers(0, 5), st.integers(0, 5))
def test_a_part_of_a_grid_has_the_same_places(angle: float, long_edge: int, left: int, top: int) -> None:
    grid = turned(angle, long_edge)
    part = grid.part(Rect(left, top, 3, 2))
    for whole, some in zip(grid.grown(8).points(), part.points(), strict=True):
        full = np.broadcast_to(whole, (grid.height + 16, grid.width + 16))
        assert np.array_equal(full[8 + top : 10 + top, 8 + left : 11 + left], np.broadcast_to(some, (2, 3)))


@given(st.floats(-45, 45), st.integers(20, 300), st.integers(2, 9))
def test_coarser_pixels_lie_alike_for_parts_and_cover_them(angle: float, long_edge: int, factor: int) -> None:
    grid = turned(angle, long_edge)
    whole, part = grid.coarser(factor), grid.part(Rect(5, 7, 9, 3)).coarser(factor)
    assert part.affine == whole.affine and part.pixel == pytest.approx(grid.pixel * factor)
    x, y = (np.broadcast_to(v, (whole.height, whole.width)) for v in whole.points())
    fine = [np.broadcast_to(v, (factor, factor)) for v in grid.part(Rect(0, 0, factor, factor)).points()]
    assert x[0, 0] == pytest.approx(fine[0].mean(), abs=1e-5) and y[0, 0] == pytest.approx(fine[1].mean(), abs=1e-5)


@given(st.floats(-45, 45), st.integers(80, 300))
def test_a_place_is_found_in_the_grid_where_its_pixel_is(angle: float, long_edge: int) -> None:
    grid = turned(angle, long_edge)
    part = grid.part(Rect(3, 5, 3, 1))
    x, y = (np.broadcast_to(v, (1, 3)).ravel() for v in part.points())
    assert np.allclose(grid.to_grid(np.stack([x, y], 1).astype(np.float64)), [[3, 5], [4, 5], [5, 5]], atol=0.02)


@pytest.mark.parametrize("long_edge", [60, 97, 300, 600, 1500])
@pytest.mark.parametrize("size", [(400, 600), (133, 200), (667, 1000)])
def test_a_raster_covers_the_frame_at_any_scale(long_edge: int, size: tuple[int, int]) -> None:
    down, across = np.meshgrid(np.arange(size[0]), np.arange(size[1]), indexing="ij")
    raster = np.rint(65535 * (0.6 * (across + 0.5) / size[1] + 0.3 * (down + 0.5) / size[0])).astype(np.uint16)
    grid = FrameGrid.whole(FRAME, long_edge)
    x, y = grid.points()
    inner = slice(long_edge // 20, -long_edge // 20)
    expected = 0.6 * x + 0.3 * y * 1.5
    assert np.abs(grid.sampled(raster) - expected)[inner, inner].max() < 0.002  # half a pixel of the smallest raster


@given(st.floats(-40, 40), st.integers(30, 500), st.integers(0, 20), st.integers(0, 20))
def test_a_part_of_a_raster_is_the_same_bit_for_bit(angle: float, long_edge: int, left: int, top: int) -> None:
    raster = np.random.default_rng(1).integers(0, 256, (200, 300), np.uint8)
    grid = turned(angle, long_edge)
    part = Rect(left, top, 20, 9)
    whole = grid.grown(60).sampled(raster)
    assert np.array_equal(whole[60 + top : 69 + top, 60 + left : 80 + left], grid.part(part).sampled(raster))
