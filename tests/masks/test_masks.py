"""Masks as anybody sees them: the same at any scale and part, an algebra, and files that nobody has to trust."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from stillbytes import masks
from stillbytes.core.errors import InvalidSetting
from stillbytes.core.geometry import Rect, Size
from stillbytes.develop.resampling.frame_grid import FrameGrid, Light
from stillbytes.masks import (
    Brush,
    Colour,
    Component,
    Depth,
    Lasso,
    Linear,
    Luminance,
    Mask,
    Radial,
    Sky,
    Stroke,
)
from stillbytes.masks.kind import Kind
from stillbytes.masks.kinds import kinds

FRAME = Size(1200, 800)


def scene(grid: FrameGrid) -> NDArray[np.float32]:
    """Smooth light of many brightnesses and hues, the same at any scale."""
    x, y = (np.broadcast_to(v, (grid.height, grid.width)) for v in grid.points())
    return np.stack([0.5 * x * y, 0.3 * x * x + 0.01, 0.4 * (1 - x) * y]).astype(np.float32)


def at(points: NDArray[np.float64]) -> NDArray[np.float32]:
    x, y = points.T
    return np.stack([0.5 * x * y, 0.3 * x * x + 0.01, 0.4 * (1 - x) * y], 1).astype(np.float32)


LIGHT = Light(scene, at)
DISC = np.rint(
    255 * np.clip(120 - np.hypot(*np.meshgrid(np.arange(600) - 250.0, np.arange(400) - 180.0)), 0, 1)
).astype(np.uint8)
RASTERS = {"disc": DISC, "ramp": np.broadcast_to(np.arange(600, dtype=np.uint16)[None] * 100, (400, 600))}
WAVE = [[0.2 + 0.01 * i, 0.3 + 0.1 * np.sin(i / 9), 0.4 + 0.6 * (i % 20) / 20] for i in range(60)]
EXAMPLES: dict[str, Kind] = {
    "brush": Brush((Stroke.of({"trail": WAVE, "size": 0.05}), Stroke.of({"trail": [[0.5, 0.3]], "size": 0.1}))),
    "auto-mask": Brush((Stroke.of({"trail": WAVE, "size": 0.08, "auto_mask": True, "flow": 70}),)),
    "eraser": Brush(
        (Stroke.of({"trail": WAVE, "size": 0.1}), Stroke.of({"trail": WAVE[::-1], "size": 0.04, "erase": True}))
    ),
    "linear": Linear((0.2, 0.6), (0.7, 0.1)),
    "radial": Radial((0.4, 0.3), 0.3, 0.15, 30, 40),
    "hard radial": Radial((0.4, 0.3), 0.3, 0.15, 30, 0),
    "lasso": Lasso(((0.1, 0.1), (0.8, 0.2), (0.3, 0.3), (0.7, 0.6), (0.15, 0.5))),
    "luminance": Luminance(30, 50, 10, 15),
    "colour": Colour(((0.5, 0.05, 0.03), (0.6, 0.0, -0.05)), 40),
    "depth": Depth(raster="ramp", near=30, far=60),
    "sky": Sky(raster="disc"),
}
MASKS = {name: Mask.of(kind) for name, kind in EXAMPLES.items()} | {
    "feathered": Mask((Component(EXAMPLES["lasso"], feather=0.02),)),
    "wide feather": Mask((Component(EXAMPLES["lasso"], feather=0.2),)),
    "grown": Mask((Component(EXAMPLES["hard radial"], shift=0.02),)),
    "shrunk": Mask((Component(EXAMPLES["sky"], shift=-0.01, feather=0.005, inverted=True, amount=0.7),)),
    "tree": Mask(
        (
            Component(EXAMPLES["sky"]),
            Component(EXAMPLES["linear"]),
            Component(EXAMPLES["brush"], "subtract"),
            Component(EXAMPLES["luminance"], "intersect", inverted=True),
        ),
        inverted=True,
    ),
}


def whole(long_edge: int) -> FrameGrid:
    return FrameGrid.whole(FRAME, long_edge, LIGHT)


def shown(mask: Mask, long_edge: int = 300) -> NDArray[np.float32]:
    return mask.coverage(whole(long_edge), RASTERS)


@pytest.mark.parametrize("name", MASKS)
def test_a_mask_covers_something_but_not_all_and_stays_in_0_to_1(name: str) -> None:
    covered = shown(MASKS[name])
    assert covered.shape == (200, 300) and covered.dtype == np.float32
    assert covered.min() >= 0 and covered.max() <= 1 and 0.003 < covered.mean() < 0.98
    assert not MASKS[name].empty


@pytest.mark.parametrize("name", MASKS)
def test_a_mask_is_the_same_at_any_scale(name: str) -> None:
    fine = shown(MASKS[name], 1200).reshape(200, 4, 300, 4).mean((1, 3))
    coarse = shown(MASKS[name], 300)
    difference = np.abs(fine - coarse)
    # Where an edge runs, pixels of one scale see it a fraction of a pixel beside those of the other.
    assert difference.mean() < 0.006 and (difference > 0.35).mean() < 0.002, difference.max()


@pytest.mark.parametrize("name", MASKS)
@settings(max_examples=8, suppress_health_check=list(HealthCheck), deadline=None)
@given(x=st.integers(0, 280), y=st.integers(0, 180), width=st.integers(1, 90), height=st.integers(1, 70))
def test_a_part_of_a_mask_is_that_part_of_the_whole(name: str, x: int, y: int, width: int, height: int) -> None:
    part = Rect(x, y, width, height).within(Rect(0, 0, 300, 200))
    covered = MASKS[name].coverage(whole(300).part(part), RASTERS)
    assert np.array_equal(covered, shown(MASKS[name])[part.y : part.bottom, part.x : part.right])


@pytest.mark.parametrize("name", MASKS)
def test_a_mask_goes_on_beyond_the_frame(name: str) -> None:
    def edged(grid: FrameGrid) -> NDArray[np.float32]:
        x, y = grid.points()
        x, y = np.broadcast_arrays(np.clip(x, 0, 1), np.clip(y, 0, 2 / 3))
        return np.stack([0.5 * x * y, 0.3 * x * x + 0.01, 0.4 * (1 - x) * y]).astype(np.float32)

    light = Light(edged, lambda points: at(np.clip(points, 0, (1, 2 / 3))))
    grid = FrameGrid.whole(FRAME, 300, light)
    canvas = grid.part(Rect(-300, -200, 900, 600))
    covered = MASKS[name].coverage(canvas, RASTERS)
    assert covered.shape == (600, 900) and np.isfinite(covered).all()
    assert covered.min() >= 0 and covered.max() <= 1
    assert np.array_equal(covered[200:400, 300:600], MASKS[name].coverage(grid, RASTERS))
    for part in (Rect(-300, -200, 40, 30), Rect(-20, 150, 70, 90), Rect(560, 10, 40, 380), Rect(310, -150, 9, 9)):
        rows, columns = slice(part.y + 200, part.bottom + 200), slice(part.x + 300, part.right + 300)
        assert np.array_equal(MASKS[name].coverage(grid.part(part), RASTERS), covered[rows, columns])


@pytest.mark.parametrize("name", MASKS)
def test_a_mask_survives_its_file(name: str) -> None:
    mask = MASKS[name]
    again = Mask.from_json(json.loads(json.dumps(mask.to_json())))
    assert again == mask and again.digest == mask.digest
    assert np.array_equal(shown(again, 150), shown(mask, 150))


SOFT = st.sampled_from([m for n, m in MASKS.items() if n not in ("tree", "wide feather", "auto-mask")])


def joined(*parts: tuple[Any, Mask], inverted: bool = False) -> NDArray[np.float32]:
    return shown(Mask(tuple(Component(m.components[0].kind, how) for how, m in parts), inverted), 120)


@settings(max_examples=25, deadline=None)
@given(SOFT, SOFT, SOFT)
def test_joining_masks_is_an_algebra(a: Mask, b: Mask, c: Mask) -> None:
    def inverse(values: NDArray[np.float32]) -> NDArray[np.float32]:
        return 1 - values

    assert np.array_equal(joined(("add", a), ("add", a)), joined(("add", a)))
    assert np.array_equal(joined(("add", a), ("intersect", a)), joined(("add", a)))
    assert np.array_equal(joined(("add", a), ("add", b)), joined(("add", b), ("add", a)))
    assert np.array_equal(joined(("add", a), ("intersect", b)), joined(("add", b), ("intersect", a)))
    assert np.array_equal(joined(("add", a), ("add", b), ("intersect", a)), joined(("add", a)))  # absorption
    both = joined(("add", a), ("subtract", b), ("subtract", c))
    assert np.array_equal(both, joined(("add", a), ("subtract", c), ("subtract", b)))
    assert np.allclose(  # De Morgan
        joined(("add", a), ("add", b), inverted=True),
        np.minimum(inverse(joined(("add", a))), inverse(joined(("add", b)))),
    )
    assert np.allclose(joined(("subtract", a)), inverse(joined(("add", a))))


def test_overlapping_strokes_build_up_and_one_never_does() -> None:
    stroke = {"trail": [[0.3, 0.3], [0.6, 0.3], [0.3, 0.3]], "size": 0.05, "flow": 40, "hardness": 100}
    one = shown(Mask.of(Brush((Stroke.of(stroke),))))
    two = shown(Mask.of(Brush((Stroke.of(stroke), Stroke.of(stroke)))))
    assert one.max() == pytest.approx(0.4, abs=1e-5) and two.max() == pytest.approx(0.64, abs=1e-5)
    thin = Stroke.of(stroke | {"density": 30, "flow": 100})
    assert shown(Mask.of(Brush((thin, thin, thin)))).max() == pytest.approx(0.3, abs=1e-5)


def test_a_stroke_added_to_many_is_painted_the_same_as_all_at_once() -> None:
    strokes = tuple(Stroke.of({"trail": [[x, y - 0.1 * x] for x, y, _ in WAVE[i:]], "flow": 60}) for i in range(20))
    step_by_step = [shown(Mask.of(Brush(strokes[:count])), 301) for count in range(1, 21)][-1]
    assert np.array_equal(step_by_step, shown(Mask.of(Brush(strokes)), 301))
    fresh = FrameGrid(FRAME, whole(301).affine, whole(301).rect.grown(1), LIGHT)  # a grid that nobody painted yet
    assert np.array_equal(step_by_step, Mask.of(Brush(strokes)).coverage(fresh, {})[1:-1, 1:-1])


def test_growing_and_shrinking_moves_the_edge_by_that_much() -> None:
    def radius(mask: Mask) -> float:
        return float(np.sqrt(shown(mask, 1200).sum() / np.pi) / 1200)

    disc = Radial((0.5, 0.33), 0.2, 0.2, feather=0)
    assert radius(Mask((Component(disc, shift=0.03),))) == pytest.approx(radius(Mask.of(disc)) + 0.03, abs=0.002)
    assert radius(Mask((Component(disc, shift=-0.03),))) == pytest.approx(radius(Mask.of(disc)) - 0.03, abs=0.002)


@pytest.mark.parametrize("sigma", [0.002, 0.01, 0.07, 0.3])
def test_a_feather_is_a_gaussian_of_that_size(sigma: float) -> None:
    edge = Lasso(((-4, -4), (0.5, -4), (0.5, 4), (-4, 4)))
    covered = shown(Mask((Component(edge, feather=sigma),)), 1200)[400]
    x = (np.arange(1200) + 0.5) / 1200
    quarter = np.interp(0.75, covered[::-1], x[::-1]), np.interp(0.25, covered[::-1], x[::-1])
    assert quarter[1] - quarter[0] == pytest.approx(2 * 0.6745 * sigma, rel=0.05, abs=0.001)


def test_empty_masks_say_so() -> None:
    empty = [
        Mask(),
        Mask.of(Brush()),
        Mask.of(Lasso(((0, 0), (1, 1)))),
        Mask((Component(EXAMPLES["linear"], amount=0.0),)),
        Mask((Component(EXAMPLES["linear"], enabled=False),)),
        Mask((Component(Brush()), Component(EXAMPLES["linear"], "intersect"))),
    ]
    for mask in empty:
        assert mask.empty and not shown(mask, 60).any()
    for mask in (Mask(inverted=True), Mask((Component(EXAMPLES["linear"], "subtract"),))):
        assert not mask.empty and shown(mask, 60).any()


def test_what_was_found_in_one_photo_is_looked_for_again_in_another() -> None:
    mask = Mask((Component(Sky(raster="disc", recipe={"model": "x"})), Component(EXAMPLES["linear"], "subtract")))
    assert not mask.pending and mask.forgotten().pending
    assert mask.forgotten().components[1] == mask.components[1]
    assert mask.forgotten().to_json()["components"][0] == {"kind": {"kind": "sky"}}


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        [],
        {"parts": []},
        {"components": "x"},
        {"components": [{}]},
        {"components": [{"kind": {"kind": "hologram"}}]},
        {"components": [{"kind": {"kind": ["sky"]}}]},
        {"components": [{"kind": {"kind": "sky", "colour": "blue"}}]},
        {"components": [{"kind": {"kind": "linear", "zero": [0, float("nan")]}}]},
        {"components": [{"kind": {"kind": "linear", "zero": [0, 1e9]}}]},
        {"components": [{"kind": {"kind": "radial", "radius_x": 0}}]},
        {"components": [{"kind": {"kind": "radial", "feather": "soft"}}]},
        {"components": [{"kind": {"kind": "brush", "strokes": [{"trail": "!!"}]}}]},
        {"components": [{"kind": {"kind": "brush", "strokes": [{"trail": "AAAA"}]}}]},
        {"components": [{"kind": {"kind": "brush", "strokes": [{"trail": [], "size": 99}]}}]},
        {"components": [{"kind": {"kind": "brush", "strokes": [{"trail": [[0]]}]}}]},
        {"components": [{"kind": {"kind": "brush", "strokes": [{"trail": [], "erase": 1}]}}]},
        {"components": [{"kind": {"kind": "object", "box": [1, 1, 0, 0]}}]},
        {"components": [{"kind": {"kind": "sky"}, "combine": "xor"}]},
        {"components": [{"kind": {"kind": "sky"}, "feather": -1}]},
        {"components": [{"kind": {"kind": "sky"}, "inverted": "yes"}]},
        {"components": [{"kind": {"kind": "sky"}}] * 100},
        {"components": [], "inverted": 1},
    ],
)
def test_what_makes_no_sense_is_refused_with_a_reason(wrong: Any) -> None:
    with pytest.raises(InvalidSetting) as refused:
        Mask.from_json(wrong)
    assert refused.value.message


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5) | st.sampled_from(list(kinds())),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["kind", "components", "strokes", "trail", "box", "zero", "combine"]), inner)
    ),
    max_leaves=12,
)


@given(JSON)
def test_any_json_is_a_mask_or_refused(garbage: Any) -> None:
    try:
        mask = Mask.from_json(garbage)
    except InvalidSetting:
        return
    assert Mask.from_json(mask.to_json()) == mask


def test_every_kind_is_described_for_forms_and_programs() -> None:
    assert list(kinds())[:3] == ["subject", "sky", "background"]
    for name, kind in kinds().items():
        schema = kind.json_schema()
        assert kind.name == name and kind.label and kind.says
        assert schema["properties"]["kind"] == {"const": name} and json.dumps(schema)
        assert kind.from_json({"kind": name}) == kind()


def test_the_documentation_lists_every_kind() -> None:
    subprocess.run([sys.executable, "docs/make_masks.py", "--check"], cwd=Path(__file__).parents[2], check=True)


def test_parts_keep_the_names_that_people_give_them() -> None:
    given = {"components": [{"kind": {"kind": "sky"}, "name": "Above the ridge"}]}
    assert Mask.from_json(given).to_json() == given
    for name in ("x" * 101, 7, None):
        with pytest.raises(InvalidSetting, match="name"):
            Mask.from_json({"components": [{"kind": {"kind": "sky"}, "name": name}]})


def test_the_package_is_whole_before_any_of_its_modules() -> None:
    """Python lets a thread import a module of a package that another thread is still importing. If the package then
    waited for that module, each would wait for the other, and one would be given the other's half: an export through a
    network failed by it, whose photo was decoded meanwhile."""
    asked = (
        "import sys, stillbytes.masks; print([name for name in sys.modules if name.startswith('stillbytes.masks.')])"
    )
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
    for name in masks.__all__:
        assert getattr(masks, name).__name__ == name
