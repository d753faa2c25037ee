"""The region of a hole: shown with enough around it, given back to the pixel."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from stillbytes.core.geometry import Rect, Size
from stillbytes.generate.region.region import CONTEXT, Native, Region

NATIVES = [Native(), Native(512 * 512, 8), Native(fixed=Size(512, 512)), Native(1024 * 1024, 16, 4.0)]


@st.composite
def cases(draw: st.DrawFn) -> tuple[Rect, Rect, Native]:
    frame = Rect(0, 0, draw(st.integers(300, 9000)), draw(st.integers(300, 7000)))
    width, height = draw(st.integers(1, frame.width)), draw(st.integers(1, frame.height))
    x, y = draw(st.integers(0, frame.width - width)), draw(st.integers(0, frame.height - height))
    return Rect(x, y, width, height), frame, draw(st.sampled_from(NATIVES))


def holds(outer: Rect, inner: Rect) -> bool:
    return outer.x <= inner.x and outer.y <= inner.y and outer.right >= inner.right and outer.bottom >= inner.bottom


@settings(max_examples=300, deadline=None)
@given(cases())
def test_the_hole_is_shown_with_its_surroundings(case: tuple[Rect, Rect, Native]) -> None:
    hole, frame, native = case
    region = Region.of(hole, frame, native)
    assert holds(region.crop, hole) and holds(frame, region.crop)
    margin = CONTEXT * max(hole.width, hole.height)
    for inside, outside, edge in (
        (hole.x - region.crop.x, hole.x, "left"),
        (region.crop.right - hole.right, frame.width - hole.right, "right"),
        (hole.y - region.crop.y, hole.y, "top"),
        (region.crop.bottom - hole.bottom, frame.height - hole.bottom, "bottom"),
    ):
        assert inside >= min(outside, margin) - 1, edge
    if native.fixed is None:
        assert region.size.width % native.multiple == 0 and region.size.height % native.multiple == 0
        assert region.size.width * region.size.height < native.pixels * 1.3
    else:
        assert region.size == native.fixed


@settings(max_examples=200, deadline=None)
@given(cases())
def test_pictures_are_hardly_stretched(case: tuple[Rect, Rect, Native]) -> None:
    hole, frame, native = case
    region = Region.of(hole, frame, native)
    # Where the frame leaves a choice; a hole as wide as a panorama has none.
    assume(region.crop.width < frame.width and region.crop.height < frame.height)
    across = region.size.width / region.crop.width
    down = region.size.height / region.crop.height
    assert 0.93 < across / down < 1.07


def test_a_hole_that_leaves_the_frame_is_shown_whole() -> None:
    region = Region.of(Rect(-500, 0, 700, 2000), Rect(0, 0, 3000, 2000), Native())
    assert holds(region.crop, region.hole)
    assert region.crop.x == -500 and region.crop.right <= 3000


@pytest.mark.parametrize("hole", [Rect(900, 500, 40, 60), Rect(300, 200, 900, 700), Rect(0, 0, 2000, 1400)])
def test_places_come_back_to_the_pixel(hole: Rect) -> None:
    frame = Rect(0, 0, 2000, 1400)
    region = Region.of(hole, frame, Native(512 * 512, 8))
    across, _, left, _, down, top = region.affine
    columns = np.arange(region.size.width) * across + left
    rows = np.arange(region.size.height) * down + top
    picture = np.stack(np.broadcast_arrays(columns[None, :], rows[:, None], 0.0), -1).astype(np.float32)
    inner = Rect(hole.x + 8, hole.y + 8, hole.width - 16, hole.height - 16)
    found = region.returns(picture, inner)
    assert np.abs(found[..., 0] - np.arange(inner.x, inner.right)[None, :]).max() < 0.2
    assert np.abs(found[..., 1] - np.arange(inner.y, inner.bottom)[:, None]).max() < 0.2


def test_masks_enter_where_they_are() -> None:
    region = Region.of(Rect(400, 300, 200, 100), Rect(0, 0, 1600, 1200), Native(256 * 256, 8))
    mask = region.enters(np.ones((100, 200), np.float32), region.hole)
    found = region.returns(np.repeat(mask[..., None], 3, 2), Rect(300, 200, 400, 300))[..., 0]
    assert found[150, 200] > 0.95 and found[20:80].max() < 0.05
    assert np.count_nonzero(found > 0.5) == pytest.approx(200 * 100, rel=0.1)


@settings(max_examples=100, deadline=None)
@given(cases())
def test_tiles_cover_the_hole_and_are_not_resampled(case: tuple[Rect, Rect, Native]) -> None:
    hole, frame, native = case
    assume(native.fixed is None and min(frame.width, frame.height) >= 512)
    region = Region.of(hole, frame, native)
    tiles = list(region.tiles(native))
    seen = np.zeros((hole.height, hole.width), bool)
    for tile in tiles:
        assert holds(tile.crop, tile.hole)
        part = tile.hole.within(hole)
        seen[part.y - hole.y : part.bottom - hole.y, part.x - hole.x : part.right - hole.x] = True
    assert seen.all()
    if min(region.crop.width, region.crop.height) >= native.size(1.0).width:
        assert all(tile.crop.size == tile.size for tile in tiles)
    if hole.width > native.size(1.0).width:
        first = [tile.hole for tile in tiles if tile.hole.y == tiles[0].hole.y]
        assert all(a.right - b.x >= min(native.overlap, b.width) - 2 for a, b in pairwise(first))


@pytest.mark.parametrize("native", [Native(512 * 512, 32), Native()])
def test_tiles_repeat_little_of_each_other(native: Native) -> None:
    """However small the model's pictures are: the second pass of an expansion is most of its work."""
    hole, frame = Rect(0, 0, 4000, 1200), Rect(0, 0, 6000, 4000)
    tiles = list(Region.of(hole, frame, native).tiles(native))
    drawn = sum(tile.size.width * tile.size.height for tile in tiles)
    assert drawn < 3 * hole.width * hole.height
