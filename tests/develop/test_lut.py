"""Look-up tables in the pipeline: exact where they should be, and nothing where there is none."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from develop.scenes import bayer, chart, colourful
from numpy.typing import NDArray

from stillbytes.core.geometry import Rect
from stillbytes.develop.lut_spaces import LUT_SPACES
from stillbytes.develop.pipeline import Output, Pipeline
from stillbytes.develop.settings import Settings
from stillbytes.photo.lut import Lut
from stillbytes.photo.lut.cube import of_nodes

NAMED = "0" * 24 + " a.cube"
Floats = NDArray[np.float64]


def identity(edge: int) -> Floats:
    """(blue, green, red, 3)"""
    blue, green, red = np.meshgrid(*[np.linspace(0, 1, edge)] * 3, indexing="ij")
    return np.stack([red, green, blue], -1)


def random_table(edge: int, seed: int = 1) -> Lut:
    noise = np.random.default_rng(seed).uniform(-0.25, 0.25, (edge,) * 3 + (3,))
    return of_nodes(np.clip(identity(edge) + noise, 0, 1))


def tetrahedral(lut: Lut, codes: Floats) -> Floats:
    """(n, 3) by walking from the lowest corner of the cell along the axes in the order of the fractions."""
    assert lut.nodes is not None
    last = lut.edge - 1
    found = []
    for place in np.clip(codes, 0, 1) * last:
        cell = np.minimum(place.astype(int), last - 1)
        parts = place - cell
        order = np.argsort(-parts, kind="stable")
        corner, steps = cell.copy(), [cell.copy()]
        for axis in order:
            corner[axis] += 1
            steps.append(corner.copy())
        levels = [1.0, *parts[order], 0.0]
        weights = [a - b for a, b in pairwise(levels)]
        found.append(sum(w * lut.nodes[step[2], step[1], step[0]] for w, step in zip(weights, steps, strict=True)))
    return np.array(found)


def pipeline(lut: Lut | None) -> Pipeline:
    return Pipeline(bayer(colourful()), tables=lambda named: lut)


def rendered(table: Lut | None, space: str = "srgb", **settings: object) -> Floats:
    output = Output(space, "float32")
    return np.asarray(pipeline(table).render(Settings(settings), 0.5, output=output).pixels, np.float64)


@pytest.fixture(scope="module")
def plain() -> Floats:
    return rendered(None)


@pytest.mark.parametrize("name", [name for name, space in LUT_SPACES.items() if not space.scene])
def test_a_table_that_changes_nothing_changes_nothing(name: str) -> None:
    """Also at the gamut's edge, and at any amount."""
    output = "srgb" if LUT_SPACES[name].space.primaries == LUT_SPACES["srgb"].space.primaries else name
    plain = rendered(None, output)
    for amount in (100, 0, 200):
        found = rendered(of_nodes(identity(5)), output, lut=NAMED, lut_space=name, lut_amount=amount)
        assert np.abs(found - plain).max() < 1.2e-3
        assert np.median(np.abs(found - plain)) < 1e-4


def test_wide_colours_of_a_table_are_brought_into_a_smaller_gamut_as_those_of_the_view_are(plain: Floats) -> None:
    """ProPhoto RGB holds all that the view gives: a table that changes nothing leaves the gamut mapping as it is."""
    found = rendered(of_nodes(identity(33)), lut=NAMED, lut_space="prophoto")
    assert np.quantile(np.abs(found - plain), 0.999) < 5e-3


def test_a_table_is_interpolated_in_tetrahedra(plain: Floats) -> None:
    lut = random_table(9)
    found = rendered(lut, lut=NAMED)
    chosen = np.arange(0, plain[..., 0].size, 80)
    wanted = tetrahedral(lut, plain.reshape(-1, 3)[chosen])
    assert np.abs(found.reshape(-1, 3)[chosen] - wanted).max() < 4e-3
    assert np.median(np.abs(found.reshape(-1, 3)[chosen] - wanted)) < 1e-4


@pytest.mark.parametrize("edge", [2, 3, 33])
def test_red_green_and_blue_keep_their_axes(edge: int, plain: Floats) -> None:
    found = rendered(of_nodes(identity(edge) * np.array([1.0, 0.5, 0.25])), lut=NAMED)
    assert np.abs(found - plain * np.array([1.0, 0.5, 0.25])).max() < 1.2e-3


def test_curves_alone_and_a_shaper_with_a_range(plain: Floats) -> None:
    halved = Lut(curves=np.array([[0.0] * 3, [0.5] * 3]))
    assert np.abs(rendered(halved, lut=NAMED) - plain / 2).max() < 1.2e-3
    wide = Lut(curves=np.array([[0.0] * 3, [2.0] * 3]), node_range=((0.0,) * 3, (2.0,) * 3), nodes=identity(3))
    assert np.abs(rendered(wide, lut=NAMED) - plain).max() < 1.2e-3


def test_the_amount_goes_from_nothing_through_all_of_it_to_twice_as_much(plain: Floats) -> None:
    lut = of_nodes(identity(9) ** 1.3)
    none, half, whole, twice = (rendered(lut, lut=NAMED, lut_amount=a).mean() for a in (0, 50, 100, 200))
    assert abs(none - plain.mean()) < 1e-4
    assert twice < whole < half < none
    assert abs((half - none) / (whole - none) - 0.5) < 0.1


@pytest.mark.parametrize("name", ["vlog", "slog3-cine", "logc3", "acescct"])
def test_a_table_of_a_cameras_encoding_gets_the_light_of_the_scene(name: str) -> None:
    """A table that is the encoding's inverse shows greys as they are in the scene, without a view transform."""
    space = LUT_SPACES[name]
    light = np.concatenate([[0], np.geomspace(1e-4, 50, 20_000)])
    codes = np.linspace(0, 1, 16384)
    shown = LUT_SPACES["srgb"].encode(np.clip(np.interp(codes, space.encode(light), light), 0, 1))
    table = Lut(curves=np.repeat(shown[:, None], 3, 1))
    photo = Pipeline(bayer(chart()[0]), tables=lambda named: table)
    output = Output("srgb", "float32")
    exposed = {"sharpen_amount": 0.0, "exposure": -0.5}
    found = photo.render(Settings(exposed, lut=NAMED, lut_space=name), output=output).pixels
    linear = photo.render(Settings(profile="linear", sharpen_amount=0.0), output=output).pixels
    greys = np.s_[84, 12::24]  # the last row of patches
    assert np.abs(found[greys] - linear[greys]).max() < 0.004
    assert np.ptp(linear[greys][:, 1]) > 0.5


@pytest.mark.parametrize("name", list(LUT_SPACES))
def test_encodings_rise_without_a_jump(name: str) -> None:
    space = LUT_SPACES[name]
    light = np.concatenate(
        [np.linspace(0, 0.05, 20_000, endpoint=False), np.geomspace(0.05, 32 if space.scene else 1, 20_000)]
    )
    codes = space.encode(light)
    assert (np.diff(codes) > -2e-4).all()  # F-Log as published has a small step down
    assert np.diff(codes).max() < 0.006
    greys = {"logc3": 0.391, "slog3": 0.4106, "vlog": 0.423, "flog2": 0.391, "flog": 0.459, "acescct": 0.4136,
             "log3g10": 1 / 3, "nlog": 0.3637, "davinci": 0.336, "apple-log": 0.4883}  # fmt: skip
    if name in greys:
        assert abs(float(space.encode(np.array(0.18))) - greys[name]) < 6e-4


@pytest.mark.parametrize("name", list(LUT_SPACES))
def test_white_stays_white_between_gamuts(name: str) -> None:
    space = LUT_SPACES[name]
    assert np.abs(space.from_rec2020 @ np.ones(3) - 1).max() < 1e-4
    assert np.abs(space.to_rec2020 @ np.ones(3) - 1).max() < 1e-4


def test_what_is_not_there_leaves_the_picture_as_it_is(plain: Floats) -> None:
    assert np.array_equal(rendered(None, lut=NAMED), rendered(None, black_and_white=False, curve=[[0, 0], [255, 255]]))


@pytest.mark.parametrize("space", ["srgb", "slog3"])
def test_a_region_is_that_part_of_the_whole_also_where_masks_are(space: str) -> None:
    one = pipeline(random_table(17))
    settings = Settings(lut=NAMED, lut_space=space, lut_amount=80, curve=[[0, 0], [100, 120], [255, 255]])
    whole = one.render(settings).pixels
    part = one.render(settings, region=Rect(70, 50, 101, 77)).pixels
    assert np.array_equal(part, whole[50:127, 70:171])


def test_settings_refuse_what_names_no_file() -> None:
    for value in ("x", "../../etc/passwd", "0" * 24 + " a/b.cube", "0" * 24, 3, "0" * 24 + " \n"):
        with pytest.raises(Exception, match="cannot be"):
            Settings(lut=value)
