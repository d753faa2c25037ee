"""Rows taken over from strip to strip."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from stillbytes.core.geometry import Rect
from stillbytes.develop.rolling import Rolling, Tail

PICTURE = np.random.default_rng(1).random((3, 40, 6), np.float32)


def cut(region: Rect) -> NDArray[np.float32]:
    return PICTURE[:, region.y : region.bottom, region.x : region.right]


class Maker:
    """Tells which regions were worked out."""

    def __init__(self) -> None:
        self.asked: list[Rect] = []

    def __call__(self, region: Rect, planes: NDArray[np.float32]) -> None:
        self.asked.append(region)
        planes[...] = cut(region)


rows = st.tuples(st.integers(0, 38), st.integers(1, 40)).map(lambda r: (r[0], min(r[1], 40 - r[0])))
regions = st.builds(lambda r, x, width: Rect(x, r[0], width, r[1]), rows, st.integers(0, 2), st.integers(3, 4))


@given(st.lists(regions, min_size=1, max_size=12))
def test_a_region_has_its_own_values_whatever_was_before(asked: list[Rect]) -> None:
    rolling, make = Rolling(), Maker()
    for region in asked:
        np.testing.assert_array_equal(rolling.of(region, make), cut(region))


def test_strips_that_overlap_are_worked_out_once() -> None:
    rolling, make = Rolling(), Maker()
    for top in range(0, 30, 8):
        rolling.of(Rect(0, top, 6, 16), make)
    assert [(r.y, r.height) for r in make.asked] == [(0, 16), (16, 8), (24, 8), (32, 8)]


def test_nothing_is_taken_from_a_region_that_failed() -> None:
    def fails(region: Rect, planes: NDArray[np.float32]) -> None:
        planes[...] = -1
        raise MemoryError

    rolling = Rolling()
    rolling.of(Rect(0, 0, 6, 10), Maker())
    with pytest.raises(MemoryError):
        rolling.of(Rect(0, 5, 6, 10), fails)
    again = Rect(0, 6, 6, 10)
    np.testing.assert_array_equal(rolling.of(again, Maker()), cut(again))


@given(st.lists(st.tuples(regions, st.sampled_from("ab")), min_size=1, max_size=12), st.integers(1, 20))
def test_what_is_known_of_a_region_is_the_end_of_the_one_before(asked: list[tuple[Rect, str]], rows: int) -> None:
    tail = Tail(rows)
    before: tuple[Rect, str] | None = None
    for region, key in asked:
        value = 1 if key == "a" else 2
        out = np.full((3, region.height, region.width), -1, np.float32)
        known = tail.lay(key, region, out)
        np.testing.assert_array_equal(out[:, :known], value * cut(region)[:, :known])
        assert np.all(out[:, known:] == -1)
        if before is not None:
            last, same = before[0], before[1] == key and (before[0].x, before[0].width) == (region.x, region.width)
            continues = same and last.bottom - min(rows, last.height) <= region.y < last.bottom
            assert known == (min(last.bottom - region.y, region.height) if continues else 0)
        out[:] = value * cut(region)
        tail.keep(key, region, out)
        out[:] = -2  # who has the planes may do with them what it likes
        before = region, key
