"""The map from the corrected photo to the photo: what is straight becomes straight, and masks follow exactly."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from develop.scenes import bayer, colour, colourful
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from stillbytes.core.geometry import Rect, Size
from stillbytes.develop.operations.repair import Repaired
from stillbytes.develop.pipeline import Output, Pipeline
from stillbytes.develop.resampling import perspective
from stillbytes.develop.resampling.bending import Bent, filling, half_diagonal, inside
from stillbytes.develop.resampling.frame_grid import FrameGrid
from stillbytes.develop.resampling.geometry import Geometry
from stillbytes.develop.resampling.warp import Warp
from stillbytes.develop.settings import Settings
from stillbytes.photo.decoded import Decoded
from stillbytes.photo.optics import UNKNOWN, Bend, Optics

FRAME = Size(900, 600)
CODES = Output("rec2020", "float32")
PLAIN: dict[str, Any] = {"sharpen_amount": 0, "noise_luminance": 0, "noise_colour": 0, "profile": "linear"}
unhurried = how(max_examples=60, deadline=None)
numbers = st.floats(-60, 60, allow_nan=False)


def barrel(k: float, apart: float = 0.0, **more: Any) -> Bend:
    """Distances times 1 + k r^2, red and blue 1 -+ apart of that, r 1 in the corners."""
    curves = tuple(lambda r, s=s: (1 + k * r * r) * (1 + s * apart) for s in (-1, 0, 1))
    return Bend.of(curves, unit=half_diagonal(FRAME), **more)


def dots(bend: Bend | None, frame: Size = FRAME, step: int = 75) -> tuple[Decoded, np.ndarray]:
    """A linear photo of white dots on a regular grid as a lens with that bend draws them, and their true places."""
    corrected = np.array(
        [
            (x, y)
            for y in range(step, frame.height - step // 2, step)
            for x in range(step, frame.width - step // 2, step)
        ],
        np.float64,
    )
    planes = np.full((frame.height, frame.width, 3), 0.02)
    y, x = np.mgrid[0 : frame.height, 0 : frame.width]
    for channel in range(3):
        places = corrected
        if bend is not None:
            bent = Bent.of(bend, frame)
            places = np.stack(bent.to_photo(corrected[:, 0], corrected[:, 1], channel), 1)
        for px, py in places:
            left, top = int(px) - 12, int(py) - 12
            part = np.s_[max(top, 0) : top + 25, max(left, 0) : left + 25]
            spot = np.exp(-((x[part] - px) ** 2 + (y[part] - py) ** 2) / (2 * 2.2**2))
            planes[(*part, channel)] += 0.6 * spot
    samples = np.rint(planes * 60000).astype(np.uint16)
    return Decoded("rgb", samples, white=60000.0, colour=colour()), corrected


def centres(plane: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """(n, 2): the middles of the dots near the expected places; nan where there is none."""
    found = []
    floor = np.median(plane)
    for px, py in expected:
        left, top = round(px) - 10, round(py) - 10
        part = np.clip(plane[top : top + 21, left : left + 21] - floor - 0.02, 0, None)
        y, x = np.mgrid[0 : part.shape[0], 0 : part.shape[1]]
        light = part.sum() or np.nan
        found.append((left + (part * x).sum() / light, top + (part * y).sum() / light))
    return np.array(found)


def developed(pipeline: Pipeline, **settings: Any) -> np.ndarray:
    """(rows, columns, 3), linear."""
    return pipeline.render(Settings({**PLAIN, **settings}), output=CODES).pixels.astype(np.float64) ** 2.2


@pytest.mark.parametrize("k", [-0.15, 0.1])
def test_dots_that_a_lens_moved_are_where_they_were(k: float) -> None:
    bend = barrel(k)
    decoded, true = dots(bend)
    pipeline = Pipeline(decoded, optics=lambda settings: Optics(profile=bend))
    zoom = filling([Bent.of(bend, FRAME)], FRAME)
    middle = np.array([(FRAME.width - 1) / 2, (FRAME.height - 1) / 2])
    expected = middle + (true - middle) * zoom
    seen = np.all((expected > 15) & (expected < [FRAME.width - 16, FRAME.height - 16]), axis=1)
    picture = developed(pipeline, lens_profile=True)
    found = centres(picture[..., 1], expected[seen])
    assert np.abs(found - expected[seen]).max() < 0.1
    moved = centres(developed(pipeline)[..., 1], true)
    assert np.nanmax(np.abs(moved - true)) > 3


def test_red_and_blue_come_to_lie_on_green() -> None:
    bend = barrel(0.0, apart=0.003)
    decoded, true = dots(bend)
    pipeline = Pipeline(decoded, optics=lambda settings: Optics(profile=bend))
    before, after = developed(pipeline), developed(pipeline, lens_profile=True)

    def apart(picture: np.ndarray) -> float:
        sides = [centres(picture[..., channel], true) for channel in (0, 1, 2)]
        return float(max(np.abs(sides[0] - sides[1]).max(), np.abs(sides[2] - sides[1]).max()))

    assert apart(before) > 0.8
    assert apart(after) < 0.05
    assert apart(developed(pipeline, lens_profile=True, lens_fringes=0)) == pytest.approx(apart(before), abs=0.15)


def test_fringes_are_measured_in_the_photo() -> None:
    bend = barrel(0.0, apart=0.002)
    size = Size(1800, 1200)
    decoded, true = dots(bend, size, step=30)
    pipeline = Pipeline(decoded)
    lateral = pipeline._lateral(Repaired.of(Settings()))
    assert lateral is not None
    red, _, blue = (np.array(curve) for curve in lateral.factors)
    assert red[-1] == pytest.approx(1 - 0.002, abs=3e-4)
    assert blue[-1] == pytest.approx(1 + 0.002, abs=3e-4)
    inner = true[np.all((true > 40) & (true < [1760, 1160]), axis=1)][::17]
    picture = developed(pipeline, remove_fringes=True)
    sides = [centres(picture[..., channel], inner) for channel in range(3)]
    assert max(np.abs(sides[0] - sides[1]).max(), np.abs(sides[2] - sides[1]).max()) < 0.3


def test_a_photo_without_fringes_is_left_alone() -> None:
    decoded, _ = dots(None, Size(1800, 1200), step=30)
    pipeline = Pipeline(decoded)
    assert np.array_equal(developed(pipeline), developed(pipeline, remove_fringes=True))


def test_a_flat_field_with_dark_corners_becomes_flat() -> None:
    gain = lambda r: 1 + 0.9 * r * r + 0.4 * r**4  # noqa: E731
    bend = Bend.of((), gain, unit=half_diagonal(FRAME))
    y, x = np.mgrid[0 : FRAME.height, 0 : FRAME.width]
    distance = np.hypot(x - (FRAME.width - 1) / 2, y - (FRAME.height - 1) / 2) / (np.hypot(900, 600) / 2)
    light = np.repeat((0.3 / gain(distance))[..., None], 3, 2)
    pipeline = Pipeline(bayer(light), optics=lambda settings: Optics(profile=bend))
    before, after = developed(pipeline)[..., 1], developed(pipeline, lens_profile=True)[..., 1]
    assert np.ptp(before) > 0.5 * before.max()
    assert np.ptp(after) < 0.01 * after.max()
    half = developed(pipeline, lens_profile=True, lens_vignetting=50)[..., 1]
    assert 0.1 * half.max() < np.ptp(half) < np.ptp(before)


@pytest.mark.parametrize("focal", [0.7, 1.0, 4.0])
def test_upright_lines_of_a_camera_that_looked_up_become_parallel(focal: float) -> None:
    """A wall seen by a camera turned up: its lines lean inwards, and the slider sets them right."""
    settings = Settings(perspective_vertical=-40.0)
    matrix = perspective.matrix(settings, FRAME, focal)
    up = -perspective.turn(-40.0, focal)
    # In the scene: two posts at x = -1 and 1, z = 4, seen from the origin by a camera turned up by that angle.
    posts = np.array([[[x, y, 4.0] for y in (-1.5, 1.0)] for x in (-1.0, 1.0)])
    turn = np.array([[1, 0, 0], [0, np.cos(up), np.sin(up)], [0, -np.sin(up), np.cos(up)]])
    seen = posts @ turn.T
    x = seen[..., 0] / seen[..., 2] * focal * 900 + 449.5
    y = seen[..., 1] / seen[..., 2] * focal * 900 + 299.5
    assert abs(x[0, 0] - x[0, 1]) > 5
    corrected, _ = perspective.moved(np.linalg.inv(matrix), x, y)
    assert corrected[0, 0] == pytest.approx(corrected[0, 1], abs=1e-6)
    assert corrected[1, 0] == pytest.approx(corrected[1, 1], abs=1e-6)


def test_the_middle_stays_where_it_is_whatever_turns() -> None:
    for name in perspective.TURNS:
        matrix = perspective.matrix(Settings({name: 9.0}), FRAME, None)
        assert np.allclose(perspective.moved(matrix, np.array(449.5), np.array(299.5)), (449.5, 299.5))


@unhurried
@given(numbers, numbers, st.floats(-0.2, 0.2), st.floats(0.2, 0.8), st.floats(0.2, 0.8))
def test_a_place_of_the_photo_leads_to_the_picture_and_back(
    vertical: float, horizontal: float, k: float, across: float, down: float
) -> None:
    settings = Settings(
        lens_profile=True, perspective_vertical=vertical, perspective_horizontal=horizontal, perspective_rotate=2.5
    )
    warp = Warp.of(settings, FRAME, Optics(1.2, barrel(k, 0.001)))
    assert warp is not None
    x, y = np.array([across * FRAME.width]), np.array([down * FRAME.height])
    back = warp.to_photo(*warp.to_corrected(x, y))
    assert np.allclose(back, (x, y), atol=1e-4)
    form = Geometry.of(settings, FRAME, warp)
    grid = FrameGrid(FRAME, form.affine(form.cut, 1.0), Rect.of(form.cut), warp=warp)
    columns, rows = grid.to_grid(np.array([[across * 900 + 0.5, down * 600 + 0.5]]) / 900)[0]
    if 1 <= columns < FRAME.width - 2 and 1 <= rows < FRAME.height - 2:
        found = grid.part(Rect(round(columns), round(rows), 1, 1)).points()
        assert abs(float(found[0][0, 0]) * 900 - 0.5 - across * 900) < 1.6  # half a pixel, stretched
        assert abs(float(found[1][0, 0]) * 900 - 0.5 - down * 600) < 1.6


def test_masks_lie_where_the_picture_lies() -> None:
    """The places of a grid, looked up in the photo, give the resampled picture."""
    y, x = np.mgrid[0 : FRAME.height, 0 : FRAME.width]
    light = np.stack([0.1 + 0.5 * x / 900, 0.1 + 0.5 * y / 600, np.full(x.shape, 0.3)], -1)
    decoded = Decoded("picture", light.astype(np.float32))
    settings = Settings(lens_profile=True, perspective_vertical=-25.0, crop_angle=3.0, **PLAIN)
    pipeline = Pipeline(decoded, optics=lambda settings: Optics(profile=barrel(-0.1)))
    grid = pipeline.grid(settings)
    across, down = grid.points()
    seen = grid.light()
    inner = (across > 0.02) & (across < 0.98) & (down > 0.02) & (down < 0.64)
    assert np.abs(seen[0] - (0.1 + 0.5 * (across - 0.5 / 900)))[inner].max() < 3e-4
    assert np.abs(seen[1] - (0.1 + 0.75 * (down - 0.5 / 900)))[inner].max() < 3e-4


BENT: dict[str, Any] = {
    "lens_profile": True, "manual_vignette": 30.0, "perspective_vertical": -20.0, "perspective_horizontal": 12.0,
    "crop_angle": 2.0, "crop_left": 0.1, "crop_bottom": 0.9,
}  # fmt: skip


@pytest.fixture(scope="module")
def warped() -> Pipeline:
    return Pipeline(bayer(colourful(402, 613)), optics=lambda settings: Optics(1.1, barrel(-0.08, 0.001)))


@pytest.mark.parametrize("scale", [1.0, 0.37, 1.9])
def test_a_part_is_that_part_of_the_whole(warped: Pipeline, scale: float) -> None:
    settings = Settings({**BENT, "noise_luminance": 20.0})
    whole = warped.render(settings, scale).pixels
    height, width = whole.shape[:2]
    for rect in (Rect(0, 0, 40, 30), Rect(37, 21, 90, 70), Rect(width - 51, height - 33, 51, 33)):
        part = warped.render(settings, scale, rect).pixels
        assert np.array_equal(part, whole[rect.y : rect.bottom, rect.x : rect.right])


def test_strips_and_threads_change_nothing(warped: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    from stillbytes.develop import pipeline as module  # noqa: PLC0415
    from stillbytes.develop.kernels.load import library  # noqa: PLC0415

    settings = Settings(BENT)
    whole = warped.render(settings).pixels
    monkeypatch.setattr(module, "WHOLE_PIXELS", 1000)
    monkeypatch.setattr(module, "STRIP_PIXELS", 600 * 64)
    library().set_threads(1)
    try:
        other = Pipeline(bayer(colourful(402, 613)), optics=lambda s: Optics(1.1, barrel(-0.08, 0.001)))
        assert np.array_equal(other.render(settings).pixels, whole)
    finally:
        library().set_threads(0)


def test_nothing_to_correct_is_nothing_done(scene: Pipeline) -> None:
    assert Warp.of(Settings(lens_profile=True, remove_fringes=False), FRAME, UNKNOWN) is None
    assert Warp.of(Settings(), FRAME, Optics(1.0, barrel(0.1))) is None
    plain = scene.render(Settings()).pixels
    assert np.array_equal(scene.render(Settings(lens_profile=True, manual_vignette_midpoint=20.0)).pixels, plain)


def test_scales_show_the_same_picture(warped: Pipeline) -> None:
    settings = Settings({**PLAIN, **BENT})
    full = warped.render(settings, output=CODES).pixels
    half = warped.render(settings, 0.5, output=CODES).pixels
    rows, columns = half.shape[0] - 2, half.shape[1] - 2
    small = full[: rows * 2, : columns * 2].reshape(rows, 2, columns, 2, 3).mean((1, 3))
    off = np.abs(small - half[:rows, :columns])[20:-20, 20:-20]
    assert np.median(off) < 0.004


@unhurried
@given(st.floats(-0.2, 0.2), numbers, numbers, st.floats(-8, 8))
def test_a_constrained_crop_shows_only_photo(k: float, vertical: float, horizontal: float, rotate: float) -> None:
    settings = Settings(
        lens_profile=True, perspective_vertical=vertical, perspective_horizontal=horizontal,
        perspective_rotate=rotate, constrain_crop=True,
    )  # fmt: skip
    warp = Warp.of(settings, FRAME, Optics(profile=barrel(k)))
    if warp is None:
        return
    form = Geometry.of(settings, FRAME, warp)
    assert form.cut.width / form.cut.height == pytest.approx(1.5, rel=0.02)
    x, y = form.edges()
    assert inside(x, y, FRAME, 1.5).all()
    assert form.cut.width > 0.3 * FRAME.width


def test_what_the_photo_does_not_fill_is_empty_canvas() -> None:
    pipeline = Pipeline(bayer(colourful(400, 600)))
    leaning = Settings(perspective_vertical=-60.0)
    assert pipeline.empty(leaning) > 0.02
    frame = pipeline.render(leaning)
    assert frame.known is not None
    assert (frame.known == 0).mean() == pytest.approx(pipeline.empty(leaning), abs=0.01)
    assert pipeline.empty(leaning.changed(constrain_crop=True)) == 0


def test_the_focal_length_changes_the_proportions_only() -> None:
    near = perspective.matrix(Settings(perspective_vertical=-50.0), FRAME, 0.6)
    far = perspective.matrix(Settings(perspective_vertical=-50.0), FRAME, 5.0)
    x, y = np.array([200.0, 200.0]), np.array([100.0, 500.0])
    for matrix in (near, far):
        across, _ = perspective.moved(matrix, x, y)
        assert abs((across[0] - 449.5) / (across[1] - 449.5)) < 0.9
    assert not np.allclose(near, far)


def test_a_wrong_place_far_outside_harms_nothing() -> None:
    pipeline = Pipeline(bayer(colourful(200, 300)), optics=lambda s: Optics(profile=barrel(0.2, 0.002)))
    settings = Settings(
        lens_profile=True, perspective_vertical=100.0, perspective_horizontal=-100.0, crop_left=-1.0, crop_right=2.0,
        crop_top=-1.0, crop_bottom=2.0,
    )  # fmt: skip
    pixels = pipeline.render(settings, 0.5).pixels
    assert pixels.shape[:2] == (300, 450)
