"""From a mask to what has to be filled, and to a patch."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from stillbytes.core.errors import UnusablePicture
from stillbytes.core.geometry import Rect, Size
from stillbytes.develop.resampling.frame_grid import NO_LIGHT, FrameGrid
from stillbytes.generate.hole import COPIED
from stillbytes.generate.remove import Removal

FRAME = Size(3000, 2000)


def disc(x: float, y: float, radius: float) -> object:
    def coverage(grid: FrameGrid) -> NDArray[np.float32]:
        across, down = grid.points()
        away = np.hypot(across * 3000 - x, down * 3000 - y)
        return np.clip(radius - away + 0.5, 0, 1).astype(np.float32)

    return coverage


@pytest.mark.parametrize(("x", "y", "radius"), [(1500, 1000, 60), (20, 10, 45), (2990, 1990, 5), (800, 700, 3)])
def test_the_hole_holds_the_mask_and_little_more(x: int, y: int, radius: int) -> None:
    removal = Removal.of(disc(x, y, radius), FRAME, NO_LIGHT)  # type: ignore[arg-type]
    rows, columns = np.nonzero(removal.hole.covered)
    away = np.hypot(columns + removal.hole.rect.x + 0.5 - x, rows + removal.hole.rect.y + 0.5 - y)
    assert away.max() <= radius + 2 + max(2, 0.03 * radius)
    inside = [(x, y), (max(x - radius + 2, 0), y), (x, max(y - radius + 2, 0))]
    for column, row in inside:
        assert removal.hole.covered[min(row, 1999) - removal.hole.rect.y, min(column, 2999) - removal.hole.rect.x]
    assert removal.around.within(Rect.of(FRAME)) == removal.around
    assert removal.hole.rect.within(removal.around) == removal.hole.rect


def test_an_empty_mask_is_told() -> None:
    with pytest.raises(UnusablePicture, match="nothing"):
        Removal.of(disc(-900, -900, 10), FRAME, NO_LIGHT)  # type: ignore[arg-type]


def test_the_patch_is_opaque_in_the_hole_and_gone_a_few_pixels_outside() -> None:
    removal = Removal.of(disc(1500, 1000, 40), FRAME, NO_LIGHT)  # type: ignore[arg-type]
    light = np.full((removal.around.height, removal.around.width, 3), 0.2, np.float32)
    patch = removal.made(light)
    assert patch.shape == (removal.hole.rect.height, removal.hole.rect.width, 4)
    assert np.all(patch[removal.hole.covered, 3] == 1)
    edge = np.concatenate([patch[0], patch[-1], patch[:, 0], patch[:, -1]])
    assert np.all(edge[:, 3] == 0)
    assert np.count_nonzero(patch[..., 3]) < np.pi * (40 + 3 + COPIED.feather + 3) ** 2
