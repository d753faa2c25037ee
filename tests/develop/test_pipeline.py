"""What holds for every render: regions, scales, threads, extremes."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from develop.scenes import bayer, colourful

from stillbytes.core.errors import Cancelled, InvalidSetting
from stillbytes.core.geometry import Rect, Size
from stillbytes.develop import parameters, pipeline
from stillbytes.develop.frame import Dtype, Output
from stillbytes.develop.kernels.load import library
from stillbytes.develop.operations.view import CURVES, log_logistic
from stillbytes.develop.pipeline import Pipeline
from stillbytes.develop.settings import Settings
from stillbytes.photo.lut import Lut
from stillbytes.photo.optics import Bend, Optics
from stillbytes.photo.spaces import SRGB_TRANSFER

BUSY = Settings(
    exposure=0.4,
    highlights=-60,
    shadows=50,
    clarity=40,
    contrast=20,
    curve=((0, 0), (90, 110), (255, 250)),
    hue_red=20,
    saturation_blue=-30,
    vibrance=30,
    grade_shadows_hue=220,
    grade_shadows_saturation=40,
    vignette_amount=-40,
    noise_luminance=30,
    sharpen_amount=80,
)


@pytest.mark.parametrize("scale", [1.6, 1.0, 0.7, 0.5, 0.37, 0.2])
@pytest.mark.parametrize("angle", [0.0, 3.3])
def test_a_region_shows_the_same_bytes_as_that_part_of_the_whole(scene: Pipeline, scale: float, angle: float) -> None:
    settings = BUSY.changed(crop_angle=angle, crop_left=0.1, crop_top=0.1, crop_right=0.9, crop_bottom=0.85)
    whole = scene.render(settings, scale).pixels
    height, width = whole.shape[:2]
    inner = Rect(width // 3, height // 4, width // 2, height // 2)
    for region in (Rect(0, 0, 17, 9), inner, Rect(width - 5, 3, 5, 20)):
        part = scene.render(settings, scale, region).pixels
        assert np.array_equal(part, whole[region.y : region.bottom, region.x : region.right])


@pytest.mark.parametrize("turns", ["90", "180", "270"])
def test_a_region_of_a_turned_picture_is_that_part_of_it(scene: Pipeline, turns: str) -> None:
    settings = Settings(rotate=turns, flip_horizontal=True, exposure=0.5)
    whole = scene.render(settings, 0.5).pixels
    part = scene.render(settings, 0.5, Rect(20, 30, 60, 50)).pixels
    assert np.array_equal(part, whole[30:80, 20:80])


def test_turning_and_flipping_rearrange_the_same_pixels() -> None:
    scene = Pipeline(bayer(colourful(200, 300)))
    plain = scene.render(Settings(), output=Output(dtype="float32")).pixels
    for turns, flip_h, flip_v in (("90", False, False), ("180", True, False), ("270", True, True)):
        settings = Settings(rotate=turns, flip_horizontal=flip_h, flip_vertical=flip_v)
        expected = plain[:, ::-1] if flip_h else plain
        expected = expected[::-1] if flip_v else expected
        expected = np.rot90(expected, -int(turns) // 90)
        assert np.array_equal(scene.render(settings, output=Output(dtype="float32")).pixels, expected)


def test_strips_join_without_a_seam(scene: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = scene.render(BUSY).pixels
    monkeypatch.setattr(pipeline, "WHOLE_PIXELS", 500 * 128)
    monkeypatch.setattr(pipeline, "STRIP_PIXELS", 500 * 70)
    assert np.array_equal(scene.render(BUSY).pixels, whole)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
@pytest.mark.parametrize("chosen", [BUSY, BUSY.changed(rotate="90"), BUSY.changed(flip_vertical=True)])
def test_the_strips_of_a_picture_are_the_picture(
    scene: Pipeline, monkeypatch: pytest.MonkeyPatch, dtype: Dtype, chosen: Settings
) -> None:
    whole = scene.render(chosen, 0.8, output=Output(dtype=dtype)).pixels
    monkeypatch.setattr(pipeline, "WHOLE_PIXELS", 500 * 128)
    monkeypatch.setattr(pipeline, "STRIP_PIXELS", 500 * 70)
    strips = list(scene.strips(chosen, 0.8, Output(dtype=dtype)))
    assert len(strips) > 1 or chosen is not BUSY
    assert np.array_equal(np.concatenate(strips), whole)


def test_a_picture_whose_strips_are_left_half_read_can_be_rendered_again(
    scene: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = scene.render(BUSY).pixels
    monkeypatch.setattr(pipeline, "WHOLE_PIXELS", 500 * 128)
    monkeypatch.setattr(pipeline, "STRIP_PIXELS", 500 * 70)
    strips = scene.strips(BUSY)
    next(strips)
    del strips
    with ThreadPoolExecutor(1) as elsewhere:
        assert np.array_equal(elsewhere.submit(scene.render, BUSY).result(60).pixels, whole)


def test_one_and_two_threads_give_the_same_bytes() -> None:
    frames = []
    for threads in (1, 2):
        library().set_threads(threads)
        scene = Pipeline(bayer(colourful()))
        frames.append([scene.render(BUSY, scale).pixels for scale in (1.0, 0.4)])
    library().set_threads(0)
    for one, two in zip(*frames, strict=True):
        assert np.array_equal(one, two)


def test_a_small_render_looks_like_a_full_one_made_small(scene: Pipeline) -> None:
    """Within 2.5 codes on average: radii and bases are in full-resolution terms; sharpening and demosaicing differ."""
    settings = BUSY.changed(sharpen_amount=0, noise_luminance=None)
    full = scene.render(settings, output=Output(dtype="float32")).pixels[:332, :500]
    small = scene.render(settings, 0.25, output=Output(dtype="float32")).pixels[:83, :125]
    averaged = full.reshape(83, 4, 125, 4, 3).mean(axis=(1, 3))
    assert np.abs(averaged - small).mean() * 255 < 2.5


@pytest.mark.parametrize("name", [n for n, p in parameters().items() if p.kind == "number" and p.group != "Crop"])
def test_extremes_of_every_slider_stay_finite_and_smooth(name: str) -> None:
    scene = Pipeline(bayer(colourful(96, 128), noise=0.002))
    parameter = parameters()[name]
    for value in (parameter.minimum, parameter.maximum):
        settings = Settings({name: value}, black_and_white=name.startswith("grey_"))
        pixels = scene.render(settings, output=Output(dtype="float32")).pixels
        assert np.isfinite(pixels).all()
        assert pixels.min() >= 0 and pixels.max() <= 1


_NEED = {
    "vignette_midpoint": {"vignette_amount": -80},
    "vignette_roundness": {"vignette_amount": -80},
    "vignette_feather": {"vignette_amount": -80},
    "vignette_highlights": {"vignette_amount": -80, "exposure": 1.5},
    "grain_size": {"grain_amount": 100},
    "halation_radius": {"halation_amount": 100},
    "grain_roughness": {"grain_amount": 100},
    "lut_amount": {"lut": "0" * 24 + " negative.cube"},
    "sharpen_radius": {"sharpen_amount": 100},
    "sharpen_detail": {"sharpen_amount": 100},
    "sharpen_masking": {"sharpen_amount": 100},
    "manual_vignette_midpoint": {"manual_vignette": 60},
    **{f"lens_{name}": {"lens_profile": True} for name in ("distortion", "fringes", "vignetting")},
    **{f"defringe_{hue}_{end}": {f"defringe_{hue}": 20} for hue in ("purple", "green") for end in ("low", "high")},
    "noise_luminance_detail": {"noise_luminance": 80},
    "noise_luminance_contrast": {"noise_luminance": 80},
    "grade_blending": {"grade_shadows_saturation": 80},
    "grade_balance": {"grade_shadows_saturation": 80},
    **{f"grade_{r}_hue": {f"grade_{r}_saturation": 60} for r in ("shadows", "midtones", "highlights", "global")},
    **{n: {"black_and_white": True} for n in parameters() if n.startswith("grey_")},
}


_LENS = Optics(
    profile=Bend.of(
        tuple(lambda r, own=own: 1 - own * r * r for own in (0.09, 0.1, 0.11)), lambda r: 1 + r * r, unit=0.6
    )
)


_RESULT_NEEDED = ("ai_denoise",)
"""What shows something that was worked out before; see `tests/generate/denoise`."""


@pytest.mark.parametrize("name", [n for n, p in parameters().items() if p.kind == "number" and n not in _RESULT_NEEDED])
def test_every_slider_changes_the_picture(name: str) -> None:
    light = colourful(96, 128)
    light[30:60, 20:50] = light[30:60, 20:50, ::-1] * 12  # an edge strong enough to have a seam
    negative = Lut(curves=np.array([[1.0] * 3, [0.0] * 3]))
    scene = Pipeline(bayer(light, noise=0.01), optics=lambda settings: _LENS, tables=lambda named: negative)
    parameter = parameters()[name]
    given = _NEED.get(name, {})
    before = scene.render(Settings(given)).pixels
    values = [v for v in (parameter.minimum, parameter.maximum) if v != parameter.default]
    values += [(parameter.minimum + parameter.maximum) / 2]  # the ends of a hue are the same colour
    if name == "crop_left":
        values = [0.25]
    after = [scene.render(Settings({**given, name: v})).pixels for v in values]
    assert any(a.shape != before.shape or not np.array_equal(a, before) for a in after)


@pytest.mark.parametrize("name", ["exposure", "shadows", "highlights", "whites", "blacks"])
def test_more_of_a_tone_slider_is_never_darker(scene: Pipeline, name: str) -> None:
    parameter = parameters()[name]
    steps = np.linspace(parameter.minimum, parameter.maximum, 5)
    means = [scene.render(Settings({name: v}), 0.25, output=Output(dtype="float32")).pixels.mean() for v in steps]
    assert all(b > a for a, b in itertools.pairwise(means))


@pytest.mark.parametrize(
    "strong",
    [{"highlights": -100}, {"shadows": 100}, {"whites": 100, "blacks": 100}, {"whites": -100}, {"contrast": -100}],
)
def test_tones_keep_their_order_at_full_strength(strong: dict[str, float]) -> None:
    ramp = np.repeat(np.geomspace(0.002, 0.98, 512)[None, :, None], 64, 0) * np.ones(3)
    scene = Pipeline(bayer(ramp))
    row = scene.render(Settings(strong, sharpen_amount=0), output=Output(dtype="float32")).pixels[32, 8:-8].mean(-1)
    smooth = np.convolve(row, np.ones(9) / 9, "valid")
    assert (np.diff(smooth[::8]) > -1e-4).all()


def test_saturation_at_its_lowest_is_grey(scene: Pipeline) -> None:
    pixels = scene.render(Settings(saturation=-100), output=Output(dtype="float32")).pixels
    assert np.ptp(pixels, axis=-1).max() < 2e-3


def test_sixteen_bits_are_the_float_picture_rounded(scene: Pipeline) -> None:
    floats = scene.render(BUSY, 0.3, output=Output(dtype="float32")).pixels
    codes = scene.render(BUSY, 0.3, output=Output(dtype="uint16")).pixels
    assert codes.dtype == np.uint16
    assert np.array_equal(codes, np.rint(floats * 65535).astype(np.uint16))


def test_bytes_are_the_float_picture_within_the_dither(scene: Pipeline) -> None:
    floats = scene.render(BUSY, 0.3, output=Output(dtype="float32")).pixels * 255
    codes = scene.render(BUSY, 0.3).pixels
    assert np.abs(codes - floats).max() <= 1.01


@pytest.mark.parametrize("beside", [{}, {"curve_green": [[0, 0], [128, 150], [255, 255]]}, {"hue_blue": 30.0}])
@pytest.mark.parametrize(
    "idle",
    [
        {"curve": [[0, 0], [255, 255]]},
        {"grade_shadows_hue": 200.0},
        {"grey_red": 80.0},
        {"vignette_style": "paint"},
        {"grain_size": 80.0},
    ],
    ids=lambda idle: next(iter(idle)),
)
def test_what_is_not_at_work_leaves_every_bit_as_it_is(
    scene: Pipeline, idle: dict[str, Any], beside: dict[str, Any]
) -> None:
    pictures = [
        scene.render(Settings(s), 0.5, output=Output(dtype="float32")).pixels for s in (beside, {**beside, **idle})
    ]
    assert np.array_equal(*pictures)


def test_the_developed_size_follows_the_crop(scene: Pipeline) -> None:
    assert scene.developed_size(Settings()) == Size(500, 333)
    assert scene.developed_size(Settings(crop_left=0.5, rotate="90")) == Size(333, 250)


def test_the_histogram_counts_red_green_blue_and_luma(scene: Pipeline) -> None:
    frame = scene.render(Settings(), 0.5)
    counts = frame.histogram()
    assert counts.shape == (4, 256)
    assert (counts.sum(axis=1) == counts[0].sum()).all()
    assert counts[0].sum() == frame.pixels.shape[0] * frame.pixels.shape[1]


def test_a_cancelled_render_stops(scene: Pipeline) -> None:
    with pytest.raises(Cancelled):
        scene.render(Settings(), cancelled=lambda: True)


def test_requests_that_make_no_sense_are_refused(scene: Pipeline) -> None:
    for wrong in ({"scale": float("nan")}, {"scale": 0.0}, {"region": Rect(9000, 0, 10, 10)}):
        with pytest.raises(InvalidSetting):
            scene.render(Settings(), **wrong)  # type: ignore[arg-type]
    with pytest.raises(InvalidSetting):
        scene.render(Settings(), output=Output(space="cmyk"))


@pytest.mark.parametrize("height", [1026, 1042, 1090])
def test_a_small_level_is_the_same_whether_the_larger_ones_are_kept(height: int) -> None:
    """Made strip by strip from the samples, the last strip of a few rows, or from the level before."""
    decoded = bayer(colourful(96, height))
    fresh, warm = Pipeline(decoded), Pipeline(decoded)
    for scale in (0.5, 0.25):
        warm.render(Settings(), scale)
    assert np.array_equal(fresh.render(Settings(), 0.125).pixels, warm.render(Settings(), 0.125).pixels)


def test_the_view_keeps_deep_shadows_apart() -> None:
    """A ramp from five to eight stops under middle grey, in steps of a sixth, has no two equal steps and no black."""
    for name, (power, toe, grey) in CURVES.items():
        bend = log_logistic(power, toe, grey)
        assert bend(np.array([0.18]))[0] == pytest.approx(grey, rel=1e-6), name
        shades = SRGB_TRANSFER.to_encoded(bend(0.18 * np.exp2(np.arange(-8, 3.6, 1 / 6)))) * 255
        assert np.all(np.diff(shades) > 0.08), name
        assert shades[0] > 0.5, name
