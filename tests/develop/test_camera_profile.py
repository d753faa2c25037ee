"""Camera profiles in the pipeline: what the DNG specification makes of a colour, and nothing where there is none."""

from __future__ import annotations

import struct
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from dcp import UNDEFINED, profile, srgb, table, through, toned, turning
from develop.scenes import XYZ_TO_CAMERA, bayer, chart, colourful
from dng import FORWARD, MATRIX_A, MATRIX_D65
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from stillbytes.core.geometry import Rect
from stillbytes.develop.camera import Camera, under
from stillbytes.develop.colour import between, chromaticity
from stillbytes.develop.hsv_tables import Profiled
from stillbytes.develop.operations.camera_look import spline
from stillbytes.develop.pipeline import Output, Pipeline
from stillbytes.develop.settings import Settings
from stillbytes.photo.dcp import CameraProfile
from stillbytes.photo.decoded import Decoded
from stillbytes.photo.lut.cube import of_nodes

Floats = NDArray[np.float64]
NAMED = "Studio"
PLAIN: dict[str, Any] = {"sharpen_amount": 0, "noise_colour": 0, "noise_luminance": 0}
LINEAR = PLAIN | {"profile": "linear"}
OUT = Output("prophoto", "float32")
TO_PROPHOTO = between("rec2020", "prophoto")
SAME: dict[str, Any] = {"matrices": (XYZ_TO_CAMERA,)}
"""The matrix that the scenes have themselves."""


def pipeline(decoded: Decoded, one: CameraProfile | None) -> Pipeline:
    return Pipeline(decoded, profiles=lambda named: one)


def rendered(one: CameraProfile | None, light: Floats | None = None, output: Output = OUT, **chosen: Any) -> Floats:
    scene = pipeline(bayer(colourful() if light is None else light), one)
    given = chosen if one is None else {"camera_profile": NAMED, **chosen}
    return np.asarray(scene.render(Settings(given), output=output).pixels, np.float64)


def light_of(picture: Floats) -> Floats:
    """The linear light behind a picture in ProPhoto RGB."""
    return np.where(picture >= 0.031248, picture**1.8, picture / 16)


def patches(one: CameraProfile | None, **chosen: Any) -> tuple[Floats, Floats]:
    """What the middle of each patch of a chart shows, linear ProPhoto RGB, and what its light is there."""
    light, values = chart()
    shown = rendered(one, light * 0.6, **chosen)
    middles = light_of(shown[12::24, 12::24].reshape(-1, 3))
    return middles, values * 0.6 @ TO_PROPHOTO.T


def test_a_profile_that_says_what_the_file_does_changes_nothing() -> None:
    same = profile(**SAME, tables=(turning(0),), look=table(lambda h, s, v: (0, 1, 1), 36, 8, 16))
    for chosen in ({}, LINEAR, {"temperature": 4300.0, "exposure": 0.7}):
        plain, found = rendered(None, **chosen), rendered(same, **chosen)
        assert np.abs(found - plain).max() < 2e-4
        assert np.median(np.abs(found - plain)) < 1e-5


def test_colours_that_prophoto_does_not_hold_stay_too() -> None:
    light = colourful()
    light[:, 100:200] *= [1.0, 0.0, 0.0]
    light[:, 300:400] *= [0.0, 0.1, 1.2]
    same = profile(**SAME, tables=(turning(0),))
    plain, found = (rendered(one, light, Output("rec2020", "float32"), **LINEAR) for one in (None, same))
    assert np.abs(found - plain).max() < 6e-4


@pytest.mark.parametrize("degrees", [-40.0, 7.0, 120.0, 179.0])
@pytest.mark.parametrize("where", ["tables", "look"])
def test_hues_turn_by_the_degrees_that_the_table_says(degrees: float, where: str) -> None:
    nodes = turning(degrees)
    one = profile(**SAME, **({"tables": (nodes,)} if where == "tables" else {"look": nodes}))
    before, _ = patches(None, **LINEAR)
    after, _ = patches(one, **LINEAR)
    turn = (hue(after[:18]) - hue(before[:18]) - degrees + 180) % 360 - 180
    assert np.abs(turn).max() < 0.5
    assert np.abs(after[18:] - before[18:]).max() < 2e-3  # greys have no hue


def hue(rgb: Floats) -> Floats:
    high, low = rgb.max(-1), rgb.min(-1)
    r, g, b = rgb.T
    part = np.where(high == r, (g - b) / (high - low) % 6, np.where(high == g, 2 + (b - r) / (high - low), 0))
    part = np.where((high == b) & (high != r) & (high != g), 4 + (r - g) / (high - low), part)
    return np.asarray(part * 60)


def bent(hues: int, saturations: int, values: int) -> Floats:
    """A table as makers have them: smooth, its changes of hue up to 20 degrees."""
    return table(
        lambda h, s, v: (
            20 * np.sin(np.deg2rad(2 * h)) * s * (1 - 0.5 * v),
            1 + 0.3 * np.cos(np.deg2rad(h)) * s - 0.1 * v,
            1 + 0.2 * np.sin(np.deg2rad(h)) * s * v,
        ),
        hues,
        saturations,
        values,
    )


@pytest.mark.parametrize(("size", "encoded"), [((90, 30, 1), 0), ((36, 8, 16), 0), ((36, 8, 16), 1), ((6, 4, 3), 1)])
@pytest.mark.parametrize("where", ["tables", "look"])
def test_colours_are_what_the_specification_makes_of_them(size: tuple[int, int, int], encoded: int, where: str) -> None:
    nodes = bent(*size)
    placed = {"tables": (nodes,)} if where == "tables" else {"look": nodes}
    one = profile(**SAME, **placed, encoded=(encoded, encoded))
    before, _ = patches(None, **LINEAR)
    after, _ = patches(one, **LINEAR)
    # The look is for light half a stop darker, see below; linear shows it as it is.
    scale = 1.0 if where == "tables" else 2**-0.5
    wanted = through(before * scale, nodes, bool(encoded) and size[2] > 1) / scale
    coarse = 0.02 if size == (6, 4, 3) else 0.004
    assert np.abs(np.clip(after, 0, 1) - np.clip(wanted, 0, 1)).max() < coarse


def test_maps_of_two_lights_are_mixed_by_the_reciprocal_of_the_temperature() -> None:
    """Half way in mired between A and D65 half of each counts."""
    both = {"matrices": (XYZ_TO_CAMERA, XYZ_TO_CAMERA), "lights": (17, 21)}
    one = profile(**both, tables=(turning(0), turning(30)))
    middle = 2 / (1 / 2850 + 1 / 6504)
    for kelvin, degrees in ((2300.0, 0.0), (middle, 15.0), (9000.0, 30.0)):
        chosen = LINEAR | {"temperature": round(kelvin), "tint": 0.0}
        before, _ = patches(None, **chosen)
        after, _ = patches(one, **chosen)
        turn = (hue(after[:18]) - hue(before[:18]) - degrees + 180) % 360 - 180
        strong = np.ptp(before[:18], axis=-1) > 0.05
        assert np.median(np.abs(turn[strong])) < 0.5


def test_the_nearest_of_three_lights_counts_most() -> None:
    x, y = (round(v * 1_000_000) for v in chromaticity(4300, 25))
    seen = struct.pack("<H4I", 0, x, 1_000_000, y, 1_000_000)
    one = profile(
        matrices=(MATRIX_A, MATRIX_D65, XYZ_TO_CAMERA), lights=(17, 21, 255), tables=tuple(map(turning, (1, 2, 3))),
        more={52535: (UNDEFINED, seen)},
    )  # fmt: skip
    decoded = bayer(colourful(48, 64))
    camera = under(one, decoded, Camera(decoded))
    for white, nearest in (((0.44758, 0.40745), 0), ((0.31272, 0.32903), 1), (chromaticity(4300, 25), 2)):
        weights = camera.weights(white)
        assert sum(weights) == pytest.approx(1)
        assert weights[nearest] > 0.99
    between_all = camera.weights(chromaticity(4300, 5))
    assert 0.3 < between_all[2] < 1
    assert between_all == pytest.approx(camera.weights(chromaticity(4301, 5)), abs=0.01)


@given(st.floats(2000, 20000), st.floats(-60, 60))
@settings(max_examples=40)
def test_weights_are_parts_of_one(kelvin: float, tint: float) -> None:
    decoded = bayer(colourful(16, 16))
    for lights in ((21,), (17, 21), (17, 21, 23)):
        one = profile(matrices=(MATRIX_A, MATRIX_D65, MATRIX_D65)[: len(lights)], lights=lights)
        weights = under(one, decoded, Camera(decoded)).weights(chromaticity(kelvin, tint))
        assert len(weights) == len(lights)
        assert sum(weights) == pytest.approx(1) and min(weights) >= 0


def test_the_colours_of_the_profile_take_the_place_of_the_files() -> None:
    """White stays white under any matrix; a forward matrix leads where the specification says."""
    one = profile(matrices=(MATRIX_D65,), forwards=(FORWARD,))
    decoded = bayer(chart()[0] * 0.6)
    camera = under(one, decoded, Camera(decoded))
    assert np.allclose(camera.to_rec2020().sum(axis=1), 1)
    after, _ = patches(one, **LINEAR)
    before, _ = patches(None, **LINEAR)
    assert np.abs(after[18:] - before[18:]).max() < 2e-3
    camera_rgb = np.linalg.solve(Camera(decoded).to_rec2020(), (before[:18] @ np.linalg.inv(TO_PROPHOTO).T).T)
    rows = np.array(FORWARD)
    to_prophoto = np.linalg.inv(PROPHOTO_TO_XYZ) @ rows
    wanted = (to_prophoto / to_prophoto.sum(1, keepdims=True) @ camera_rgb).T
    inside = wanted.min(-1) > 0.01
    assert np.abs(after[:18] - wanted)[inside].max() < 0.01


PROPHOTO_TO_XYZ = np.array([[0.7976749, 0.1351917, 0.0313534], [0.2880402, 0.7118741, 0.0000857], [0, 0, 0.8252100]])


def test_the_white_of_the_photo_is_named_in_the_numbers_of_the_profile() -> None:
    one = profile(matrices=(MATRIX_A,), lights=(17,))
    scene = pipeline(bayer(colourful(48, 64)), one)
    chosen = Settings(camera_profile=NAMED)
    plain, found = scene.white_balance(Settings()), scene.white_balance(chosen)
    assert abs(found.temperature - plain.temperature) > 50
    assert scene.as_shot_under(chosen) == found
    # What is shown as shot is the same when it is set by hand.
    by_hand = chosen.changed(temperature=found.temperature, tint=found.tint)
    a, b = (scene.render(one, output=OUT).pixels for one in (chosen, by_hand))
    assert np.abs(a - b).max() < 5e-3


def test_a_files_own_calibration_counts_for_the_same_kind_of_camera_alone() -> None:
    decoded = bayer(colourful(16, 16))
    assert decoded.colour is not None
    own = ((1.1, 0, 0), (0, 1, 0), (0, 0, 0.9))
    decoded = replace(decoded, colour=replace(decoded.colour, calibrations=(own,), signature="maker"))
    other = under(profile(**SAME), decoded, Camera(decoded))
    same = under(profile(**SAME, more={50932: (2, "maker")}), decoded, Camera(decoded))
    assert not np.allclose(other.to_rec2020(), same.to_rec2020())


def test_the_exposure_of_the_profile_takes_the_place_of_the_files() -> None:
    brighter = profile(**SAME, exposure=0.5)
    plain, found = rendered(None, exposure=0.5), rendered(brighter)
    assert np.abs(plain - found).max() < 1e-4
    decoded = bayer(colourful(96, 128))
    assert decoded.colour is not None
    stated = replace(decoded, colour=replace(decoded.colour, baseline_offset=0.7))
    found = np.asarray(pipeline(stated, brighter).render(Settings(camera_profile=NAMED), output=OUT).pixels)
    plain = np.asarray(pipeline(decoded, None).render(Settings(exposure=0.5), output=OUT).pixels)
    assert np.abs(plain - found).max() < 1e-4


CURVE = [(0.0, 0.0), (0.02, 0.012), (0.1, 0.16), (0.3, 0.5), (0.7, 0.9), (1.0, 1.0)]


def test_the_tone_curve_of_the_profile_takes_the_place_of_the_views() -> None:
    """Table, curve and all, as the specification has it: its 1 is the sensor's saturation."""
    nodes = bent(36, 8, 16)
    one = profile(**SAME, tables=(bent(90, 30, 1),), look=nodes, curve=CURVE)
    before, _ = patches(None, **LINEAR)
    after, _ = patches(one, **PLAIN)
    exposed = through(through(before, bent(90, 30, 1)), nodes)
    wanted = toned(exposed, spline(np.array(CURVE)))
    assert np.abs(after - wanted).max() < 0.006


def test_the_curve_alone_and_under_another_exposure() -> None:
    one = profile(**SAME, curve=CURVE)
    before, _ = patches(None, **LINEAR)
    after, _ = patches(one, **PLAIN, exposure=1.0)
    assert np.abs(after - toned(before * 2, spline(np.array(CURVE)))).max() < 0.006


def test_another_profile_of_ours_has_its_own_curve() -> None:
    one = profile(**SAME, curve=CURVE)
    assert np.abs(rendered(one, profile="flat") - rendered(None, profile="flat")).max() < 2e-4
    assert np.abs(rendered(one) - rendered(None)).max() > 0.05
    neutral = profile("Camera Neutral", **SAME, curve=CURVE)
    assert np.array_equal(rendered(neutral, profile="neutral"), rendered(neutral))
    assert np.abs(rendered(neutral, profile="linear") - rendered(None, profile="linear")).max() < 2e-4


def test_a_table_for_the_light_of_the_scene_stands_above_look_and_curve() -> None:
    blue, green, red = np.meshgrid(*[np.linspace(0, 1, 5)] * 3, indexing="ij")
    lut = of_nodes(np.stack([red, green**1.5, blue], -1))
    chosen = Settings(camera_profile=NAMED, lut="0" * 24 + " a.cube", lut_space="vlog", lut_amount=50)

    def shown(one: CameraProfile) -> Floats:
        scene = Pipeline(bayer(colourful()), profiles=lambda named: one, tables=lambda named: lut)
        return np.asarray(scene.render(chosen, 0.5, output=OUT).pixels, np.float64)

    plain, full = profile(**SAME), profile(**SAME, look=bent(36, 8, 16), curve=CURVE)
    assert np.array_equal(shown(full), shown(plain))
    assert np.abs(rendered(full) - rendered(plain)).max() > 0.05


def test_a_spline_goes_through_its_points_and_is_smooth() -> None:
    points = np.array(CURVE)
    curve = spline(points)
    assert np.allclose(curve(points[:, 0]), points[:, 1])
    at = np.linspace(0, 1, 20_001)
    assert np.abs(np.diff(curve(at), 2)).max() < 1e-6
    straight = spline(np.array([[0, 0], [1, 1]]))
    assert np.allclose(straight(at), at)
    many = np.stack([np.linspace(0, 1, 3000), np.linspace(0, 1, 3000) ** 2], -1)
    assert np.abs(spline(many)(at) - at**2).max() < 1e-6


def test_a_region_is_that_part_of_the_whole() -> None:
    one = profile(**SAME, tables=(bent(90, 30, 1),), look=bent(36, 8, 16), curve=CURVE)
    scene = pipeline(bayer(colourful()), one)
    chosen = Settings(camera_profile=NAMED)
    whole = scene.render(chosen).pixels
    part = scene.render(chosen, region=Rect(70, 50, 101, 77)).pixels
    assert np.array_equal(part, whole[50:127, 70:171])


def test_what_is_not_there_leaves_the_picture_as_it_is() -> None:
    scene = pipeline(bayer(colourful(96, 128)), None)
    with_name = scene.render(Settings(camera_profile="Nowhere"), output=OUT).pixels
    without = scene.render(Settings(), output=OUT).pixels
    assert np.array_equal(with_name, without)


def test_finite_for_any_light_and_table() -> None:
    wild = table(lambda h, s, v: (180 * np.sin(h), 3 * s, 2 - v), 7, 5, 4)
    one = profile(**SAME, tables=(wild,), look=wild, encoded=(1, 1), curve=CURVE)
    for exposure in (-5.0, 0.0, 5.0):
        found = rendered(one, exposure=exposure)
        assert np.isfinite(found).all() and found.min() >= 0 and found.max() <= 1


def test_a_map_without_tables_and_weights_of_one_table() -> None:
    assert Profiled(profile(**SAME), (1.0,)).map is None
    alone = profile(matrices=(MATRIX_A, MATRIX_D65), lights=(17, 21), tables=(turning(9),))
    baked = Profiled(alone, (0.3, 0.7)).map
    assert baked is not None
    low = baked.uniforms["low"]
    assert isinstance(low, np.ndarray) and low[0] == pytest.approx(9 / 60)


def test_srgb_of_the_reference() -> None:
    assert srgb(np.array([0.0, 0.18, 1.0])) == pytest.approx([0, 0.4613561, 1], abs=1e-6)
