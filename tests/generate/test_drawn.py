"""A hole filled by a painter, with painters whose picture is known."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from develop.scenes import bayer, colourful
from numpy.typing import NDArray

from stillbytes.core.errors import Cancelled
from stillbytes.core.geometry import Rect, Size
from stillbytes.develop.difference import delta_e_2000, lab_of
from stillbytes.develop.frame import Output
from stillbytes.develop.patched import Insert
from stillbytes.develop.pipeline import Pipeline
from stillbytes.develop.resampling.frame_grid import FrameGrid, Light
from stillbytes.develop.settings import Settings
from stillbytes.generate.drawn import Scene, drawn
from stillbytes.generate.hole import BEHIND, DRAWN, Hole
from stillbytes.generate.painters.painter import Cancel, Floats, News, Painter, Painting, Tell, silent
from stillbytes.generate.region.beside import parted
from stillbytes.generate.region.encoding import ProxyEncoding
from stillbytes.generate.region.region import Native, Region

Codes = Callable[[Painting, int], Floats]


class Known(Painter):
    """Answers with what `codes` says, and notes what it was asked."""

    engine = "comfyui"
    varied = True
    model = "known"

    def __init__(self, codes: Codes, native: Native, refines: bool = False) -> None:
        self._codes, self.native, self.refines = codes, native, refines  # type: ignore[misc]
        self.asked: list[Painting] = []

    def paint(self, painting: Painting, tell: Tell = silent, cancelled: Cancel | None = None) -> Floats:
        tell(News(0.5, "Draws"))
        self.asked.append(painting)
        codes = self._codes(painting, len(self.asked) - 1)
        return (np.rint(codes * 255) / 255).astype(np.float32)  # a picture of 8 bits comes back


def disc(x: float, y: float, radius: float, frame: Size) -> Hole:
    def coverage(grid: FrameGrid) -> NDArray[np.float32]:
        across, down = grid.points()
        away = np.hypot(across * frame.long_edge - x, down * frame.long_edge - y)
        return np.clip(radius - away + 0.5, 0, 1).astype(np.float32)

    return Hole.of(coverage, frame, Pipeline(bayer(colourful(64, 64))).light(Settings()), DRAWN)


def light_of(picture: NDArray[np.floating], left: int = 0, top: int = 0) -> Light:
    """A light that is a picture of the frame, edge pixels repeated outside. left, top: columns and rows before it."""
    shown = picture.astype(np.float32)

    def of(grid: FrameGrid) -> NDArray[np.float32]:
        a, _, tx, _, d, ty = grid.affine
        x = (np.arange(grid.rect.x, grid.rect.right) * a + tx + left).astype(np.float32)
        y = (np.arange(grid.rect.y, grid.rect.bottom) * d + ty + top).astype(np.float32)
        maps = np.meshgrid(x, y)
        made = cv2.remap(shown, maps[0], maps[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.ascontiguousarray(np.moveaxis(made, -1, 0))

    return Light(of, lambda points: np.zeros((len(points), 3), np.float32))


NATIVE = Native(256 * 256, 8)
TRUTH = colourful(333, 500)


@pytest.mark.parametrize("change", [{}, {"exposure": 1.5}, {"temperature": 8500.0, "exposure": -1.0}])
def test_a_patch_of_the_true_scene_follows_later_edits(change: dict[str, float]) -> None:
    """The model knows what was there, but shifts colours as autoencoders do. What is left is that, 8 bits, and
    resampling."""
    damaged = TRUTH.copy()
    damaged[130:200, 210:290] = [0.7, 0.05, 0.6]
    hole = disc(250, 165, 48, Size(500, 333))
    photo, truth = Pipeline(bayer(damaged)), Pipeline(bayer(TRUTH))
    scene = Scene(photo.frame, photo.light(Settings()), Rect.of(photo.frame))
    region = Region.of(hole.rect, scene.bounds, NATIVE)
    true_scene = Scene(truth.frame, truth.light(Settings()), scene.bounds)

    def codes(painting: Painting, number: int) -> Floats:
        seen = true_scene.seen(region)[0]
        there = region.enters(hole.covered.astype(np.float32), hole.rect) > 0.02
        encoding = ProxyEncoding.of(scene.seen(region)[0], ~there)
        return (encoding.encode(seen) * np.array([1.04, 0.97, 1.02]) + 0.015).clip(0, 1).astype(np.float32)

    made = drawn(hole, scene, Known(codes, NATIVE), seed=7)
    insert = Insert("00112233aabbccdd", hole.rect, lambda below: made.pixels)
    patch = {"id": "one", "rect": [hole.rect.x, hole.rect.y, hole.rect.width, hole.rect.height], "variants": ["00" * 6]}
    patched = Pipeline(bayer(damaged), inserts=lambda settings: [insert] if settings.patches else [])
    settings = Settings(change)
    output = Output("srgb", "float32")
    found = patched.render(settings.changed(patches=[patch]), 1.0, output=output).pixels
    wanted = truth.render(settings, 1.0, output=output).pixels
    inside = np.s_[hole.rect.y : hole.rect.bottom, hole.rect.x : hole.rect.right]
    labs = (lab_of(np.asarray(one[inside])[hole.covered], "srgb") for one in (found, wanted))
    assert delta_e_2000(*labs).mean() < 1.5


def test_what_stands_before_another_background_keeps_every_bit_of_its_inside_and_its_edge() -> None:
    """Even where it is smaller than the room that other patches take to meet the photo."""
    frame = Size(1200, 900)
    truth = light_of(np.full((900, 1200, 3), 0.18))

    def coverage(grid: FrameGrid) -> NDArray[np.float32]:
        across, down = grid.points()
        away = np.hypot(across * frame.long_edge - 640, down * frame.long_edge - 410)
        return np.clip(away - 20 + 0.5, 0, 1).astype(np.float32)

    hole = Hole.of(coverage, frame, truth, BEHIND)
    scene = Scene(frame, truth, Rect.of(frame))
    made = drawn(
        hole, scene, Known(lambda painting, number: np.full(painting.picture.shape, 0.9), Native(512 * 512, 8))
    )
    pixels = np.concatenate([part for _, part in made.parts])
    alpha = pixels[..., 3]
    rows, columns = np.mgrid[: alpha.shape[0], : alpha.shape[1]]
    away = np.hypot(columns + hole.rect.x - 639.5, rows + hole.rect.y - 409.5)
    assert (alpha[away < 19] == 0).all() and (pixels[..., :3][away < 19] == np.float32(0.18)).all()
    assert (alpha[away > 21] == 1).all()
    beyond = pixels[..., :3][away > 21]
    np.testing.assert_allclose(beyond, np.median(beyond), rtol=0.05)  # no light of the subject runs into it


def test_it_is_drawn_where_it_belongs_to_the_pixel() -> None:
    frame = Size(1200, 900)
    scene = Scene(frame, light_of(np.full((900, 1200, 3), 0.18)), Rect.of(frame))
    hole = disc(640, 410, 90, frame)
    native = Native(512 * 512, 8)
    region = Region.of(hole.rect, scene.bounds, native)
    across, _, left, _, down, top = region.affine
    columns = np.arange(region.size.width) * across + left
    rows = np.arange(region.size.height) * down + top
    cross = np.zeros((region.size.height, region.size.width, 3), np.float32)
    cross += np.exp(-(((columns - 640) / 3) ** 2))[None, :, None] + np.exp(-(((rows - 410) / 3) ** 2))[:, None, None]
    made = drawn(hole, scene, Known(lambda painting, number: 0.46 + 0.3 * cross.clip(0, 1), native)).pixels
    middle = made[410 - hole.rect.y - 40, :, 1]
    assert abs(int(np.argmax(middle)) + hole.rect.x - 640) <= 1
    down_the_middle = made[:, 640 - hole.rect.x - 40, 1]
    assert abs(int(np.argmax(down_the_middle)) + hole.rect.y - 410) <= 1


def test_outside_of_the_hole_is_the_photo() -> None:
    frame = Size(500, 333)
    scene = Scene(frame, light_of(TRUTH), Rect.of(frame))
    hole = disc(250, 165, 40, frame)
    made = drawn(hole, scene, Known(lambda painting, number: np.full(painting.picture.shape, 0.9, np.float32), NATIVE))
    outside = made.pixels[..., 3] == 0
    assert outside.any()
    photo = TRUTH[hole.rect.y : hole.rect.bottom, hole.rect.x : hole.rect.right]
    assert np.abs(made.pixels[outside, :3] - photo[outside]).max() < 1e-5


def test_what_goes_is_not_shown_to_the_model() -> None:
    frame = Size(500, 333)
    picture = np.full((333, 500, 3), 0.18)
    picture[145:185, 230:270] = [3.0, 0.0, 0.0]
    hole = disc(250, 165, 34, frame)
    painter = Known(lambda painting, number: painting.picture.astype(np.float32) / 255, NATIVE)
    scene = Scene(frame, light_of(picture), Rect.of(frame))
    drawn(hole, scene, painter)
    drawn(hole, scene, painter, denoise=0.5)
    new, kept = (one.picture.astype(int) for one in painter.asked)
    assert new.max() - new.min() < 8
    assert kept.max() - kept.min() > 60
    assert painter.asked[0].mask.max() == pytest.approx(1, abs=1e-3) and painter.asked[0].mask[0].max() < 1e-3


def test_large_holes_are_drawn_again_pixel_for_pixel() -> None:
    """The first pass has too few pixels for fine grain; the second, in tiles, has it."""
    frame = Size(1400, 1000)
    scene = Scene(frame, light_of(np.full((1000, 1400, 3), 0.18)), Rect.of(frame))
    hole = disc(700, 500, 400, frame)
    native = Native(256 * 256, 8)

    def codes(painting: Painting, number: int) -> Floats:
        if number == 0:
            return np.full(painting.picture.shape, 0.46, np.float32)
        grain = np.random.default_rng(number).standard_normal(painting.picture.shape)
        return (0.46 + 0.04 * grain).clip(0, 1).astype(np.float32)

    painter = Known(codes, native, refines=True)
    news: list[News] = []
    made = drawn(hole, scene, painter, seed=3, tell=news.append).pixels
    assert len(painter.asked) > 8 and all(one.denoise < 0.5 for one in painter.asked[1:])
    assert len({one.seed for one in painter.asked}) == len(painter.asked)
    spread = np.array(
        [made[hole.rect.height // 2 + y, x : x + 16, 1].std() for y in range(40) for x in range(80, 700, 16)]
    )
    assert spread.reshape(40, -1).mean(axis=0).min() > 0.4 * spread.mean()  # no soft place where tiles meet
    assert spread.mean() > 0.01
    fractions = [one.fraction for one in news]
    assert fractions == sorted(fractions) and fractions[-1] < 1
    soft = drawn(hole, scene, Known(codes, native), seed=3).pixels
    assert soft[hole.covered][:, 1].std() < 0.01


def test_the_canvas_beyond_the_frame_meets_the_photo() -> None:
    frame = Size(600, 400)
    ramp = np.linspace(0.1, 0.5, 600)[None, :, None] * np.ones((400, 600, 3))
    scene = Scene(frame, light_of(ramp), Rect.of(frame))
    hole = Hole.beyond(Rect(-150, 0, 400, 400), (np.arange(400) >= 150) * np.ones((400, 1)), 24)
    assert hole.rect == Rect(-150, 0, 176, 400)
    assert hole.covered[:, :150].all() and not hole.covered[:, 150:].any()
    made = drawn(hole, scene, Known(lambda p, n: p.picture.astype(np.float32) / 255 * 1.05 + 0.02, NATIVE)).pixels
    assert np.isfinite(made).all() and made[:, :150, 3].min() == 1
    step = np.abs(np.log2(made[100:300, 140:150, 1].mean() / ramp[100:300, :10, 1].mean()))
    assert step < 0.1


@pytest.mark.parametrize("angle", [0.0, 2.0])
def test_a_ring_around_a_photo_is_in_parts_that_hold_all_of_it(angle: float) -> None:
    frame = Size(3000, 2000)
    canvas = Rect(-500, -400, 4000, 2800)
    y, x = np.mgrid[canvas.y : canvas.bottom, canvas.x : canvas.right].astype(np.float32)
    turn = np.radians(angle)
    u = (x - 1500) * np.cos(turn) + (y - 1000) * np.sin(turn)
    v = (y - 1000) * np.cos(turn) - (x - 1500) * np.sin(turn)
    known = ((np.abs(u) < 1500) & (np.abs(v) < 1000)).astype(np.float32)
    hole = Hole.beyond(canvas, known, 60)
    rects = hole.parts()
    area = sum(rect.width * rect.height for rect in rects)
    assert (len(rects) == 4 if angle == 0 else 4 < len(rects) < 40) and area < 0.75 * canvas.width * canvas.height
    held = np.zeros(hole.covered.shape, np.float32)
    for rect in rects:
        part = hole.part(rect)
        here = np.s_[rect.y - hole.rect.y : rect.bottom - hole.rect.y, rect.x - hole.rect.x : rect.right - hole.rect.x]
        held[here] = np.maximum(held[here], part.alpha)
    assert np.array_equal(held == 1, hole.alpha == 1) and np.abs(held - hole.alpha).max() < 0.05
    assert frame.width == 3000


def test_the_parts_of_a_ring_meet(monkeypatch: pytest.MonkeyPatch) -> None:
    """One answer for all of it, and no step where parts meet or where they meet the photo."""
    monkeypatch.setattr("stillbytes.generate.hole.LEAST_PARTED", 1)
    frame = Size(600, 400)
    y, x = np.mgrid[-120:520, -150:750] / 400
    truth = (0.2 + 0.1 * np.stack([x, y, 1.5 - x], -1)).astype(np.float32)
    scene = Scene(frame, light_of(truth[120:520, 150:750]), Rect.of(frame))
    known = np.zeros((640, 900), np.float32)
    known[120:520, 150:750] = 1
    hole = Hole.beyond(Rect(-150, -120, 900, 640), known, 16)
    region = Region.of(hole.rect, scene.bounds, NATIVE)
    whole = Scene(frame, light_of(truth, 150, 120), hole.rect)

    def codes(painting: Painting, number: int) -> Floats:
        encoding = ProxyEncoding.of(scene.seen(region)[0], np.ones(painting.picture.shape[:2], bool))
        return (encoding.encode(whole.seen(region)[0])).clip(0, 1).astype(np.float32)

    made = drawn(hole, scene, Known(codes, NATIVE), seed=3)
    assert len(made.parts) == 4 and len({str(pixels.dtype) for _, pixels in made.parts} ^ {"float16"}) == 0
    shown = np.zeros((640, 900, 3), np.float32)
    shown[120:520, 150:750] = truth[120:520, 150:750]
    for rect, pixels in made.parts:
        here = shown[rect.y + 120 : rect.bottom + 120, rect.x + 150 : rect.right + 150]
        here += pixels[..., 3:] * (pixels[..., :3] - here)
    assert np.abs(np.log2(shown / truth)).max() < 0.12
    assert np.abs(np.diff(np.log2(shown / truth), axis=0)).max() < 0.03


def test_nothing_is_drawn_for_who_has_left() -> None:
    frame = Size(500, 333)
    scene = Scene(frame, light_of(TRUTH), Rect.of(frame))
    painter = Known(lambda painting, number: painting.picture.astype(np.float32) / 255, NATIVE)
    with pytest.raises(Cancelled):
        drawn(disc(250, 165, 40, frame), scene, painter, cancelled=lambda: True)
    assert not painter.asked


@pytest.mark.parametrize(("before", "new"), [(0.8, 0.05), (0.05, 0.8)])
def test_the_edge_of_what_stands_before_another_background_has_no_light_of_the_old_one(
    before: float, new: float
) -> None:
    """Half covered pixels have half of the light of each side, the new one's now."""
    alpha = np.repeat(np.clip((np.arange(60, dtype=np.float32) - 28) / 4, 0, 1)[None], 40, axis=0)
    subject = np.float32(0.3)
    photo = np.repeat((alpha * np.float32(before) + (1 - alpha) * subject)[..., None], 3, axis=2)
    drawn_new = np.full_like(photo, new)
    pixels, covers = parted(drawn_new, photo, alpha)
    assert pixels.min() >= 0
    assert np.array_equal(covers[alpha % 1 == 0], alpha[alpha % 1 == 0])
    seen = covers[..., None] * pixels + (1 - covers[..., None]) * photo
    low, high = sorted((float(subject), new))
    assert low - 0.01 <= seen.min() <= seen.max() <= high + 0.01
    np.testing.assert_allclose(seen[:, alpha[0] == 0.5], (subject + new) / 2, atol=0.01)
    assert np.array_equal(pixels[alpha == 1], drawn_new[alpha == 1])
