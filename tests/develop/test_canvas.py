"""Crops beyond the frame, and patches out there, through the pipeline's public interface."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from develop.scenes import bayer, colourful
from numpy.typing import NDArray

from stillbytes.core.errors import InvalidSetting
from stillbytes.core.geometry import Rect, Size
from stillbytes.develop.difference import delta_e_2000, lab_of
from stillbytes.develop.frame import Output
from stillbytes.develop.kernels.load import library
from stillbytes.develop.local import Local
from stillbytes.develop.patched import Insert
from stillbytes.develop.pipeline import Pipeline
from stillbytes.develop.resampling import canvas
from stillbytes.develop.resampling.frame_grid import FrameGrid
from stillbytes.develop.settings import Settings
from stillbytes.photo.decoded import Decoded
from stillbytes.photo.spaces import SPACES

FLOAT = Output("srgb", "float32")
FRAME = Rect(96, 64, 400, 272)
"""The photo in the scene BIG."""
BIG = Rect(0, 0, 600, 400)
WIDER = {
    "crop_left": -FRAME.x / FRAME.width,
    "crop_top": -FRAME.y / FRAME.height,
    "crop_right": 1 + (BIG.width - FRAME.right) / FRAME.width,
    "crop_bottom": 1 + (BIG.height - FRAME.bottom) / FRAME.height,
}
SEEN = {"patches": [{"id": "one", "rect": [0, 0, 1, 1], "variants": ["0123456789abcdef"]}]}


def photo(**more: Any) -> Decoded:
    return bayer(colourful(BIG.height, BIG.width)[FRAME.y : FRAME.bottom, FRAME.x : FRAME.right], **more)


def with_patches(decoded: Decoded, *patches: tuple[Rect, NDArray[np.floating]], **more: Any) -> Pipeline:
    """A pipeline whose settings SEEN show (height, width, 4) pixels over rectangles of the frame."""
    inserts = [
        Insert(f"{number:016x}", rect, lambda _, pixels=pixels: pixels.astype(np.float32), **more)
        for number, (rect, pixels) in enumerate(patches, 1)
    ]
    return Pipeline(decoded, inserts=lambda settings: inserts if settings.patches else [])


def flat(rect: Rect, level: float = 0.3, alpha: float | NDArray[np.floating] = 1.0) -> tuple[Rect, NDArray[np.float32]]:
    pixels = np.full((rect.height, rect.width, 4), level, np.float32)
    pixels[..., 3] = alpha
    return rect, pixels


def surroundings(**more: Any) -> Pipeline:
    """The photo with a patch that shows the true scene around it, and nothing in it."""
    truth = Pipeline(bayer(colourful(BIG.height, BIG.width))).scene(Settings(), BIG)
    alpha = np.ones((BIG.height, BIG.width, 1), np.float32)
    alpha[FRAME.y : FRAME.bottom, FRAME.x : FRAME.right] = 0
    rect = BIG.moved(-FRAME.x, -FRAME.y)
    return with_patches(photo(**more), (rect, np.concatenate([truth, alpha], axis=2)), grain=False)


def difference(one: NDArray[Any], other: NDArray[Any]) -> NDArray[np.float64]:
    return np.asarray(delta_e_2000(*(lab_of(p.reshape(-1, 3), "srgb") for p in (one, other))))


# Where places lie


@pytest.mark.parametrize("angle", [0.0, 7.3, -31.0])
@pytest.mark.parametrize("turn", [{}, {"rotate": "90"}, {"rotate": "270", "flip_horizontal": True}])
def test_the_size_and_the_places_follow_a_crop_beyond_the_frame(angle: float, turn: dict[str, Any]) -> None:
    pipeline = Pipeline(photo())
    settings = Settings({"crop_left": -0.25, "crop_right": 1.5, "crop_top": 0.25, "crop_angle": angle, **turn})
    a, b, tx, c, d, ty = pipeline.to_frame(settings)
    corners = {(a * x + b * y + tx, c * x + d * y + ty) for x in (0, 1) for y in (0, 1)}
    wanted = {(-0.25, 0.25 * 272 / 400), (1.5, 272 / 400)}
    for x, y in wanted:  # the two stored corners are corners of what is developed
        assert min(np.hypot(x - u, y - v) for u, v in corners) < 3e-3
    size = pipeline.developed_size(settings)
    across = np.hypot(a, c) * 400, np.hypot(b, d) * 400
    assert abs(size.width - across[0]) < 1 and abs(size.height - across[1]) < 1


def test_a_crop_within_the_frame_is_all_known() -> None:
    pipeline = Pipeline(photo())
    for settings in (Settings(), Settings(crop_left=0.2), Settings(crop_left=0.3, crop_right=0.7, crop_top=0.3,
                                                                   crop_bottom=0.7, crop_angle=12)):  # fmt: skip
        assert pipeline.empty(settings) == 0
        for scale in (1.0, 0.5, 0.37):
            assert pipeline.render(settings, scale).known is None


def test_corners_end_one_frame_beyond() -> None:
    Settings(crop_left=-1, crop_top=-1, crop_right=2, crop_bottom=2)
    with pytest.raises(InvalidSetting):
        Settings(crop_left=-1.01)


# The empty canvas


@pytest.mark.parametrize("space", list(SPACES))
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_the_empty_canvas_is_the_same_grey_whatever_the_edit(space: str, dtype: Any) -> None:
    pipeline = Pipeline(photo())
    grey = canvas.encoded_grey(space) * {"uint8": 255, "uint16": 65535, "float32": 1}[dtype]
    for edit in ({}, {"exposure": 4.0, "temperature": 3000.0, "vignette_amount": -80.0, "contrast": 60.0}):
        pixels = pipeline.render(Settings({**WIDER, **edit}), output=Output(space, dtype)).pixels
        assert pixels.shape == (BIG.height, BIG.width, 3)
        around = np.ones((BIG.height, BIG.width), bool)
        around[FRAME.y : FRAME.bottom, FRAME.x : FRAME.right] = False
        assert np.abs(pixels[around].astype(np.float64) - grey).max() <= (1e-6 if dtype == "float32" else 0.5)
        assert len(np.unique(pixels[around], axis=0)) == 1


def test_the_empty_part_is_told() -> None:
    pipeline = Pipeline(photo())
    assert pipeline.empty(Settings(crop_right=1.25)) == pytest.approx(0.2, abs=1e-3)
    assert pipeline.empty(Settings(WIDER)) == pytest.approx(1 - 400 * 272 / (600 * 400), abs=2e-3)
    assert pipeline.empty(Settings(crop_left=1.2, crop_right=1.9)) == 1
    assert 0 < pipeline.empty(Settings(crop_angle=5)) < 0.1
    assert surroundings().empty(Settings({**WIDER, **SEEN})) == 0


def test_a_crop_of_nothing_but_empty_canvas_is_grey() -> None:
    pipeline = Pipeline(photo())
    for corners in ({"crop_left": 1.2, "crop_right": 1.9}, {"crop_top": -0.9, "crop_bottom": -0.4, "crop_angle": 20}):
        for scale in (1.0, 0.3):
            frame = pipeline.render(Settings(corners), scale, output=FLOAT)
            assert np.allclose(frame.pixels, canvas.encoded_grey("srgb"))
            assert frame.histogram().sum() == 0


def test_the_empty_canvas_does_not_count() -> None:
    pipeline = Pipeline(photo())
    wide = pipeline.render(Settings(WIDER), 0.5).histogram()
    assert wide[0].sum() == 200 * 136
    assert np.array_equal(wide, _histogram_of_the_frame(pipeline))
    automatic = {"white_balance": "auto"}
    assert pipeline.white_balance(Settings({**WIDER, **automatic})) == pipeline.white_balance(Settings(automatic))


def _histogram_of_the_frame(pipeline: Pipeline) -> NDArray[np.uint32]:
    """Of the part of the wide picture that the frame is; the dither depends on the place in the picture."""
    region = Rect(FRAME.x // 2, FRAME.y // 2, FRAME.width // 2, FRAME.height // 2)
    return pipeline.render(Settings(WIDER), 0.5, region).histogram()


# What is in the frame stays


@pytest.mark.parametrize("noise", [{}, {"noise_luminance": 50.0}])
@pytest.mark.parametrize("scale", [1.0, 0.5, 0.25])
def test_in_the_frame_every_bit_stays(scale: float, noise: dict[str, float]) -> None:
    decoded = photo(noise=0.003)
    plain = Pipeline(decoded).render(Settings(noise), scale, output=FLOAT).pixels
    x, y, width, height = (round(v * scale) for v in (FRAME.x, FRAME.y, FRAME.width, FRAME.height))
    part = np.s_[y : y + height, x : x + width]
    wide = Pipeline(decoded).render(Settings({**WIDER, **noise}), scale, output=FLOAT).pixels
    # Sharpening looks a few pixels beyond the old edge.
    inner = np.s_[8:-8, 8:-8]
    assert np.array_equal(wide[part][inner], plain[inner])
    unsharp = {"sharpen_amount": 0.0, **noise}
    plain = Pipeline(decoded).render(Settings(unsharp), scale, output=FLOAT).pixels
    wide = Pipeline(decoded).render(Settings({**WIDER, **unsharp}), scale, output=FLOAT).pixels
    assert np.array_equal(wide[part], plain)
    around = with_patches(decoded, *_around()).render(Settings({**WIDER, **SEEN, **unsharp}), scale, output=FLOAT)
    assert around.known is None
    assert np.array_equal(around.pixels[part], plain)


def _around() -> tuple[tuple[Rect, NDArray[np.float32]], ...]:
    """Four patches around the frame, edge to edge with it."""
    whole, frame = BIG.moved(-FRAME.x, -FRAME.y), Rect.of(FRAME.size)
    return (
        flat(Rect(whole.x, whole.y, whole.width, -whole.y), 0.6),
        flat(Rect(whole.x, frame.bottom, whole.width, whole.bottom - frame.bottom), 0.1),
        flat(Rect(whole.x, 0, -whole.x, frame.height), 0.4),
        flat(Rect(frame.right, 0, whole.right - frame.right, frame.height), 0.2),
    )


def test_the_light_in_the_frame_stays_and_what_is_known_is_told() -> None:
    decoded = photo(noise=0.003)
    pipeline = with_patches(decoded, *_around()[:1], flat(Rect(380, 100, 60, 50), 0.5, 0.25))
    plain = Pipeline(decoded).scene(Settings(), Rect.of(FRAME.size))
    wide = BIG.moved(-FRAME.x, -FRAME.y)
    light, known = pipeline.scene(Settings(SEEN), wide), pipeline.known(Settings(SEEN), wide)
    inside = light[FRAME.y : FRAME.bottom, FRAME.x : FRAME.right]
    mixed = np.zeros(inside.shape[:2], bool)
    mixed[100:150, 380:] = True
    assert np.array_equal(inside[~mixed], plain[~mixed])
    wanted = np.zeros((BIG.height, BIG.width))
    wanted[: FRAME.bottom, :] = wanted[FRAME.y :, FRAME.x : FRAME.right] = 0
    wanted[: FRAME.y] = 1
    wanted[FRAME.y + 100 : FRAME.y + 150, FRAME.right : FRAME.right + 40] = 0.25
    wanted[FRAME.y : FRAME.bottom, FRAME.x : FRAME.right] = 1
    assert np.allclose(known, wanted, atol=1e-4)
    assert np.abs(light[: FRAME.y] - 0.6).mean() < 0.02
    alone = light[FRAME.y + 110 : FRAME.y + 140, FRAME.right + 8 : FRAME.right + 32]  # nothing is known under it
    assert np.abs(alone - 0.5).mean() < 0.02


# Patches beyond the frame


@pytest.mark.parametrize("scale", [1.0, 0.5, 1 / 3, 1 / 8, 0.77])
@pytest.mark.parametrize("angle", [0.0, 4.0])
def test_a_patch_of_the_true_surroundings_looks_like_a_larger_photo(scale: float, angle: float) -> None:
    pipeline, larger = surroundings(), Pipeline(bayer(colourful(BIG.height, BIG.width)))
    inner = {"crop_left": 0.1, "crop_top": 0.1, "crop_right": 0.9, "crop_bottom": 0.9, "crop_angle": angle}
    corners = dict(inner) if angle else {"crop_left": 0.0, "crop_top": 0.0, "crop_right": 1.0, "crop_bottom": 1.0}
    moved = {
        "crop_left": (corners["crop_left"] * BIG.width - FRAME.x) / FRAME.width,
        "crop_right": (corners["crop_right"] * BIG.width - FRAME.x) / FRAME.width,
        "crop_top": (corners["crop_top"] * BIG.height - FRAME.y) / FRAME.height,
        "crop_bottom": (corners["crop_bottom"] * BIG.height - FRAME.y) / FRAME.height,
    }
    tilt = {"crop_angle": angle} if angle else {}
    edits = ({}, {"exposure": 1.2, "temperature": 7600.0}, {"noise_luminance": 40.0})
    for edit in edits if scale in (1.0, 0.5) else edits[:1]:
        wanted = larger.render(Settings({**corners, **tilt, **edit}), scale, output=FLOAT).pixels
        found = pipeline.render(Settings({**moved, **tilt, **SEEN, **edit}), scale, output=FLOAT)
        assert found.known is None and found.pixels.shape == wanted.shape
        away = difference(wanted, found.pixels)
        assert away.mean() < 0.2 and np.percentile(away, 99) < 1.5, (edit, away.mean(), np.percentile(away, 99))


def test_tones_and_clarity_go_on_over_the_old_edge() -> None:
    pipeline, larger = surroundings(), Pipeline(bayer(colourful(BIG.height, BIG.width)))
    for edit in ({"shadows": 80.0}, {"highlights": -80.0}, {"clarity": 60.0}):
        wanted = larger.render(Settings(edit), 0.5, output=FLOAT).pixels
        found = pipeline.render(Settings({**WIDER, **SEEN, **edit}), 0.5, output=FLOAT).pixels
        away = difference(wanted, found)
        assert away.mean() < 0.7, (edit, away.mean())


def test_grain_goes_on_over_the_old_edge() -> None:
    level = np.full((FRAME.height, FRAME.width, 3), 0.2)
    noisy = bayer(level, noise=0.01)
    assert noisy.colour is not None
    colour = type(noisy.colour)(noisy.colour.color_matrices, neutral=noisy.colour.neutral, noise_profile=((0.0, 1e-4),))
    decoded = Decoded("bayer", noisy.samples, noisy.pattern, noisy.black, noisy.white, colour)
    clean = Pipeline(bayer(level)).scene(Settings(), Rect(0, 0, 96, 272))
    patch = np.concatenate([clean, np.ones((272, 96, 1), np.float32)], axis=2)
    pipeline = with_patches(decoded, (Rect(400, 0, 96, 272), patch))
    for given in ({}, {"noise_luminance": 30.0, "noise_colour": 25.0}):
        for scale in (1.0, 0.5, 0.25):
            settings = Settings({**given, **SEEN, "crop_right": 1 + 96 / 400})
            picture = pipeline.render(settings, scale, output=FLOAT).pixels
            beyond, before = ((round(v * scale) for v in pair) for pair in ((412, 484), (300, 372)))
            one, other = (picture[8:-8, slice(*pair)].std(axis=(0, 1)) for pair in (beyond, before))
            assert np.all(np.abs(np.log2(one / other)) < 0.25), (given, scale)


def test_a_single_colour_shows_no_seam() -> None:
    level = np.full((FRAME.height, FRAME.width, 3), 0.25)
    clean = Pipeline(bayer(level)).scene(Settings(), Rect(0, 0, 97, 272))
    patch = np.concatenate([clean, np.ones((272, 97, 1), np.float32)], axis=2)
    for width in (400, 399, 397):  # odd frames have a pixel at each level that reaches beyond them
        decoded = bayer(level[:, :width])
        pipeline = with_patches(decoded, (Rect(width, 0, 97, 272), patch), grain=False)
        for scale in (1.0, 0.5, 0.37, 1 / 3, 0.25, 1 / 8):
            settings = Settings({**SEEN, "crop_right": 1 + 90 / width})
            frame = pipeline.render(settings, scale, output=FLOAT)
            assert frame.known is None
            assert np.ptp(frame.pixels[3:-3, 3:-3].mean(axis=2)) < 4e-3, (width, scale)


# Parts and wholes


PATCHES = (
    flat(Rect(-90, -50, 120, 90), 0.5, np.linspace(0, 1, 120)[None, :]),
    flat(Rect(350, 200, 140, 130), 0.2),
    flat(Rect(100, 80, 90, 70), 0.7),
    flat(Rect(700, 500, 40, 40)),
    flat(Rect(120, -60, 60, 50), 0.1, 0.5),
)


@pytest.mark.parametrize("scale", [1.6, 1.0, 0.5, 1 / 3, 1 / 8])
@pytest.mark.parametrize(
    "geometry",
    [{}, {"crop_angle": 3.3}, {"rotate": "90", "flip_vertical": True}, {"crop_angle": -20.0, "rotate": "270"}],
)
def test_a_region_shows_the_same_bytes_as_that_part_of_the_whole(scale: float, geometry: dict[str, Any]) -> None:
    pipeline = with_patches(photo(noise=0.002), *PATCHES)
    edit = {"noise_luminance": 30.0, "clarity": 30.0, "exposure": 0.4, "shadows": 30.0}
    settings = Settings({**WIDER, **SEEN, **edit, **geometry})

    def slope(grid: FrameGrid) -> NDArray[np.float32]:
        x, y = grid.points()
        return np.asarray(np.clip(x + y, 0, 1), np.float32) * grid.light()[1].clip(0, 1)

    local = [Local("slope", {"exposure": -0.5}, slope)]
    frame = pipeline.render(settings, scale, local=local)
    whole, known = frame.pixels, frame.known
    assert known is not None
    height, width = whole.shape[:2]
    regions: Sequence[Rect] = (
        Rect(0, 0, 17, 9),
        Rect(width // 3, height // 4, width // 2, height // 2),
        Rect(width - 5, 3, 5, 20),
        Rect(1, height - 11, width - 2, 7),
    )
    for region in (given.within(Rect.of(Size(width, height))) for given in regions):
        part = pipeline.render(settings, scale, region, local=local)
        seen = np.s_[region.y : region.bottom, region.x : region.right]
        assert np.array_equal(part.pixels, whole[seen])
        assert np.all(known[seen] == (canvas.FULL if part.known is None else part.known))


def test_the_number_of_threads_changes_nothing() -> None:
    settings = Settings({**WIDER, **SEEN, "noise_luminance": 30.0, "crop_angle": 2.0})
    found = []
    try:
        for threads in (1, 2, 5):
            library().set_threads(threads)
            found.append(with_patches(photo(noise=0.002), *PATCHES).render(settings, 0.6).pixels)
    finally:
        library().set_threads(0)
    assert all(np.array_equal(found[0], other) for other in found[1:])


@pytest.mark.parametrize("layout", ["picture"])
def test_rendered_files_have_a_canvas_too(layout: str) -> None:
    light = colourful(FRAME.height, FRAME.width).astype(np.float32)
    decoded = Decoded(layout, light, matrix=np.eye(3))
    pipeline = with_patches(decoded, *PATCHES)
    frame = pipeline.render(Settings({**WIDER, **SEEN}), 0.5)
    assert frame.pixels.shape == (200, 300, 3) and frame.known is not None


# Tools that point at places


def test_the_white_balance_picker_takes_patches_and_refuses_empty_canvas() -> None:
    pipeline = with_patches(photo(), flat(Rect(400, 0, 96, 272), 0.3))
    settings = Settings({**WIDER, **SEEN})
    as_shot = pipeline.as_shot
    picked = pipeline.pick_white(settings, (FRAME.right + 40) / BIG.width, 0.5)
    assert abs(picked.temperature - as_shot.temperature) < 60
    with pytest.raises(InvalidSetting):
        pipeline.pick_white(settings, 0.01, 0.5)
    with pytest.raises(InvalidSetting):
        pipeline.pick_white(Settings(WIDER), (FRAME.right + 40) / BIG.width, 0.5)
    inside = pipeline.pick_white(settings, (FRAME.x + 30.5) / BIG.width, (FRAME.y + 200.5) / BIG.height)
    assert inside == pipeline.pick_white(Settings(), 30.5 / 400, 200.5 / 272)
