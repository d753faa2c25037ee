"""Many masks at once: each works where it is, nothing is lost between tiles, and what is kept stays true."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from stillbytes.core.geometry import Rect, Size
from stillbytes.develop import point_colour
from stillbytes.develop.coverages import Coverages
from stillbytes.develop.frame import Output
from stillbytes.develop.local import Local
from stillbytes.develop.pipeline import Pipeline
from stillbytes.develop.resampling.frame_grid import FrameGrid
from stillbytes.develop.settings import Settings

FLOAT = Output(dtype="float32")
BENT = ((0.0, 0.0), (70.0, 50.0), (150.0, 190.0), (255.0, 245.0))
HUES = ("#a04040", "#a08040", "#60a040", "#40a090", "#3060a0", "#8050a0", "#808080", "#303030")
ALL = point_colour.canonical([{"colour": hue, "luminance": 60, "range": 100} for hue in HUES])
BLUE = point_colour.canonical([{"colour": "#3060a0", "hue": 40, "saturation": -50, "range": 90}])


def spot(x: float, y: float, radius: float) -> Any:
    """A soft spot, 0 outside of it."""

    def coverage(grid: FrameGrid) -> NDArray[np.float32]:
        across, down = grid.points()
        return np.asarray(np.clip(1 - np.hypot(across - x, down - y) / radius, 0, 1), np.float32)

    return coverage


def spots(count: int, **delta: Any) -> list[Local]:
    """The first of them are the same for any count."""
    random = np.random.default_rng(7)
    return [Local(f"spot {i}", delta, spot(*random.uniform(0, 0.7, 2), 0.15)) for i in range(count)]


def shown(scene: Pipeline, local: list[Local], region: Rect | None = None, scale: float = 1.0) -> NDArray[Any]:
    return scene.render(Settings(exposure=0.2), scale, region, FLOAT, local=local).pixels


def total(local: list[Local]) -> Any:
    return lambda grid: np.clip(sum(one.coverage(grid) for one in local), 0, 1)


@pytest.mark.parametrize("delta", [{"exposure": 0.4}, {"saturation": 60.0}, {"curve": BENT}, {"curve_blue": BENT}])
@pytest.mark.parametrize("count", [2, 16, 40])
def test_spots_here_and_there_are_one_mask_of_their_sum(scene: Pipeline, delta: dict[str, Any], count: int) -> None:
    """40 masks with curves fill more than two blocks; most tiles see few of them."""
    many = [
        Local(f"{one.key} of {count}", delta, lambda grid, c=one.coverage: c(grid) * (2 / count))
        for one in spots(count)
    ]
    one = Local(f"one of {count}", delta, total(many))
    assert np.abs(shown(scene, many) - shown(scene, [one])).max() < 4e-4  # 16-bit weights
    assert np.abs(shown(scene, [one]) - shown(scene, [])).max() > 0.01


@pytest.mark.parametrize("delta", [{"exposure": 0.4, "hue": 20.0}, {"curve": BENT, "curve_red": BENT},
                                   {"point_colours": BLUE}])  # fmt: skip
@pytest.mark.parametrize("region", [Rect(70, 41, 130, 75), Rect(1, 2, 63, 1), Rect(300, 200, 65, 33)])
def test_a_region_of_many_masks_is_that_part_of_the_whole(scene: Pipeline, delta: Any, region: Rect) -> None:
    local = spots(20, **delta)
    whole = shown(scene, local)
    assert np.array_equal(shown(scene, local, region), whole[region.y : region.bottom, region.x : region.right])


def test_where_no_mask_is_everything_stays_as_it_is(scene: Pipeline) -> None:
    local = [Local("corner", {"exposure": 2.0, "curve": BENT, "point_colours": BLUE}, spot(0.05, 0.05, 0.04))]
    plain, changed = shown(scene, []), shown(scene, local)
    far = slice(plain.shape[0] // 4, None)
    assert np.abs(changed[far] - plain[far]).max() < 2e-5  # other kernels round differently
    assert np.abs(changed - plain).max() > 0.1


def test_masks_with_and_without_curves_mix(scene: Pipeline) -> None:
    """Only some of the masks are in the blocks of tables; points belong to others, and to the whole picture."""
    local = spots(9, curve=BENT)[:3] + spots(9, exposure=0.5)[3:6] + spots(9, point_colours=ALL)[6:]
    settings = Settings(exposure=0.2, point_colours=BLUE)
    got = scene.render(settings, 1.0, output=FLOAT, local=local).pixels
    backwards = scene.render(settings, 1.0, output=FLOAT, local=local[::-1]).pixels
    assert np.abs(got - backwards).max() < 2e-5
    without = [scene.render(settings, 1.0, output=FLOAT, local=local[:i] + local[i + 1 :]).pixels for i in range(9)]
    assert all(np.abs(got - other).max() > 1e-3 for other in without)


def test_masks_that_come_and_go_are_those_that_are_asked_for(scene: Pipeline) -> None:
    """Their places are used again, at several sizes in turns."""
    fresh = Pipeline(scene._decoded)
    local = spots(12, exposure=0.5)
    random = np.random.default_rng(3)
    for _ in range(6):
        chosen = [local[i] for i in random.choice(12, 5, replace=False)]
        for scale in (0.5, 0.31):
            assert np.array_equal(
                shown(fresh, chosen, scale=scale), shown(Pipeline(scene._decoded), chosen, scale=scale)
            )


def test_no_more_is_kept_than_fits() -> None:
    frame = Size(640, 480)
    evaluated: list[str] = []

    def local(key: str) -> Local:
        def coverage(grid: FrameGrid) -> NDArray[np.float32]:
            evaluated.append(key)
            return np.full((grid.height, grid.width), 0.5, np.float32)

        return Local(key, {"exposure": 1.0}, coverage)

    grids = [FrameGrid.whole(frame, edge) for edge in (640, 500, 320)]
    kept = Coverages(2 * 640 * 480 * 2)
    two = [local("a"), local("b")]
    for _ in range(2):
        assert kept.cover(two, grids[0]).weights.shape[1:] == (480, 640)
    assert evaluated == ["a", "b"]
    kept.cover(two, grids[1])
    kept.cover(two, grids[0])
    assert evaluated == ["a", "b"] * 3
    assert np.array_equal(kept.weight(two[0], grids[2]), np.full((240, 320), 32768, np.uint16))
