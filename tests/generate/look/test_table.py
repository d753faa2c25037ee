"""The look-up table of a look follows the target where there are colours, and stays even where there are none."""

from __future__ import annotations

import numpy as np
import pytest
from generate.look.conftest import shown
from hypothesis import given, settings
from hypothesis import strategies as st

from stillbytes.develop.difference import Floats
from stillbytes.develop.pipeline import Pipeline
from stillbytes.develop.settings import Settings
from stillbytes.generate.look import fit
from stillbytes.generate.look.dials import without_look
from stillbytes.generate.look.table import EDGE, applied, fitted, unchanged


def colours(count: int = 4000, seed: int = 0) -> Floats:
    return np.random.default_rng(seed).random((count, 3)).astype(np.float32)


def turned(codes: Floats) -> Floats:
    """A change that no slider makes: channels run into each other."""
    mixed = codes @ np.array([[0.8, 0.3, -0.1], [0.05, 0.75, 0.2], [-0.15, 0.25, 0.9]], np.float32).T
    return np.asarray(np.clip(mixed, 0, 1) ** np.array([0.85, 1.1, 1.2], np.float32), np.float32)


def even(codes: Floats) -> Floats:
    return np.ones(len(codes), np.float32)


def test_the_unchanged_table_changes_nothing() -> None:
    codes = colours()
    assert np.abs(applied(unchanged(), codes) - codes).max() < 1e-6


def test_a_smooth_change_is_found_again() -> None:
    nodes = fitted(colours(), turned(colours()), even(colours()))
    assert nodes is not None
    fresh = colours(seed=1)
    assert np.abs(applied(nodes, fresh) - turned(fresh)).mean() < 0.004


def test_without_a_difference_nothing_changes() -> None:
    nodes = fitted(colours(), colours(), even(colours()))
    assert nodes is not None
    assert np.abs(nodes - unchanged()).max() < 1e-9


@settings(max_examples=8, deadline=None, derandomize=True)
@given(st.integers(0, 10_000), st.floats(0, 0.3), st.floats(0.02, 0.4))
def test_colours_keep_their_order_whatever_the_target(seed: int, noise: float, spread: float) -> None:
    """No node passes its neighbour, and nothing leaves 0..1, even for a target that contradicts itself."""
    chance = np.random.default_rng(seed)
    codes = np.clip(chance.normal(chance.random(3), spread, (500, 3)), 0, 1).astype(np.float32)
    wanted = np.clip(turned(codes) + chance.normal(0, noise, codes.shape), 0, 1).astype(np.float32)
    nodes = fitted(codes, wanted, even(codes), edge=9)
    if nodes is None:
        return
    assert 0 <= nodes.min() <= nodes.max() <= 1
    for channel in range(3):
        assert np.diff(nodes[..., channel], axis=2 - channel).min() >= -1e-12


def test_far_from_all_colours_of_the_picture_little_changes() -> None:
    """Of dark blues shifted by a tenth, the table moves bright orange by less than half of that."""
    codes = (colours() * 0.2 + np.array([0.05, 0.1, 0.3])).astype(np.float32)
    nodes = fitted(codes, codes + np.float32(0.1), even(codes))
    assert nodes is not None
    near = applied(nodes, codes) - codes
    assert near.mean() == pytest.approx(0.1, abs=0.01)
    orange = np.array([[1.0, 0.7, 0.1]], np.float32)
    assert np.abs(applied(nodes, orange) - orange).max() < 0.05


def test_greys_stay_grey_where_the_target_leaves_them() -> None:
    grey = np.repeat(np.linspace(0, 1, 500, dtype=np.float32)[:, None], 3, axis=1)
    codes = np.concatenate([grey, colours(500)])
    wanted = np.concatenate([grey, turned(colours(500))])
    nodes = fitted(codes, wanted, np.concatenate([np.full(500, 8, np.float32), even(grey)]))
    assert nodes is not None
    assert np.abs(applied(nodes, grey) - grey).mean() < 0.01


# In the fit


def test_a_look_that_no_slider_makes_comes_nearer_with_a_table(photo: Pipeline) -> None:
    target = turned(shown(photo, Settings(exposure=0.3)))
    found = fit(photo, Settings(), target, with_table=True)
    assert found.table is not None
    assert found.table.nodes.shape == (EDGE, EDGE, EDGE, 3)
    assert found.after.mean < 0.6 * found.sliders.mean < 0.6 * found.before.mean


def test_sliders_that_do_it_all_get_no_table(photo: Pipeline) -> None:
    found = fit(photo, Settings(), shown(photo, Settings(exposure=0.7)), with_table=True)
    assert found.table is None
    assert found.after == found.sliders
    assert found.settings == Settings(exposure=0.7)


def test_what_the_target_changed_in_a_place_does_not_go_into_the_table(photo: Pipeline) -> None:
    target = turned(shown(photo, Settings())).copy()
    target[60:130, 300:420] = [0.9, 0.1, 0.6]
    found = fit(photo, Settings(), target, with_table=True)
    assert found.table is not None
    rendered = applied(found.table.nodes, shown(photo, found.settings))
    outside = np.abs(rendered - target)
    outside[60:130, 300:420] = 0
    assert outside.mean() < 0.01


def test_a_table_of_the_photos_own_gives_way_only_where_looks_have_tables(photo: Pipeline) -> None:
    own = Settings(lut="0" * 24 + " own.cube", lut_amount=50.0)
    target = shown(photo, Settings(exposure=0.5))
    assert "lut" in without_look(own.changed(exposure=1))
    assert fit(photo, own, target, with_table=True).settings == Settings(exposure=0.5)
