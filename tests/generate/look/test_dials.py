"""Dials, the solver that turns them, and a look in part."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from stillbytes.core.errors import InvalidSetting
from stillbytes.develop import parameters
from stillbytes.develop.camera import WhitePoint
from stillbytes.develop.settings import Settings
from stillbytes.generate.look import blended, dials
from stillbytes.generate.look.dials import LOOK, Board, Dial
from stillbytes.generate.look.solve import Solver, spared

AS_SHOT = WhitePoint(5200.0, 8.0)
ALL = [
    *dials.light(), *dials.white(), *dials.regions(), *dials.colour(), *dials.mixer(), *dials.greys(), *dials.curve(),
    *dials.grading(), *dials.grading_light(), *dials.channel_curves(),
]  # fmt: skip
BOARD = Board(ALL, AS_SHOT)
POSITIONS = st.lists(st.floats(0, 1), min_size=len(ALL), max_size=len(ALL)).map(
    lambda share: BOARD.low + np.array(share) * (BOARD.high - BOARD.low)
)


def test_every_dial_is_of_a_parameter_that_belongs_to_a_look() -> None:
    assert set(parameters()) >= LOOK
    assert {name.partition("@")[0].partition(".")[0] for name in (dial.name for dial in ALL)} <= LOOK


def test_dials_at_rest_leave_the_photo_alone() -> None:
    assert Settings(BOARD.values(np.zeros(len(ALL)))) == Settings()


@settings(max_examples=60, deadline=None)
@given(POSITIONS, st.sampled_from([0.0, 1.0, 5.0]))
def test_every_position_is_settings_with_curves_that_never_fall(at: NDArray[np.float64], step: float) -> None:
    found = Settings(BOARD.values(at, step))  # raises for a value out of range
    for name in dials.CURVES:
        points: Any = found.value(name)
        assert all(a[1] <= b[1] for a, b in pairwise(points))
    if step == 5:
        assert found.number("contrast") % 5 == 0
        assert (found.number("exposure") * 20) == pytest.approx(round(found.number("exposure") * 20))


def test_white_balance_turns_from_the_light_of_the_photo() -> None:
    board = Board(dials.white(), AS_SHOT)
    names = [dial.name for dial in board.dials]
    warmer = np.zeros(len(names))
    warmer[names.index("temperature")] = -1.0
    found = board.values(warmer)
    assert list(found) == ["temperature"]
    assert 1e6 / float(found["temperature"]) == pytest.approx(1e6 / 5200 - 20)  # type: ignore[arg-type]


# The solver


def problem(seed: int, dials_count: int = 5, rows: int = 40) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    chance = np.random.default_rng(seed)
    return chance.normal(size=(rows, dials_count)), chance.normal(size=rows)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_a_linear_problem_is_solved_exactly(seed: int) -> None:
    matrix, wanted = problem(seed)
    prior = np.full(5, 0.01)
    solver = Solver(lambda at: (matrix @ at - wanted).astype(np.float32), np.full(5, -9.0), np.full(5, 9.0), prior)
    exact = np.linalg.solve(matrix.T @ matrix + np.diag(prior), matrix.T @ wanted)
    assert np.allclose(solver.solve(np.zeros(5), 10, gain=1e-9).at, exact, atol=2e-3)


def test_bounds_are_kept_and_the_rest_makes_up_for_them() -> None:
    """Of x + y = 4 with x at most 1: y becomes 3."""
    solver = Solver(
        lambda at: np.array([at.sum() - 4, 0.1 * (at[0] - 9)], np.float32),
        np.array([-1.0, -9.0]), np.array([1.0, 9.0]), np.full(2, 1e-6),
    )  # fmt: skip
    assert solver.solve(np.zeros(2), 20, gain=1e-9).at == pytest.approx([1.0, 3.0], abs=1e-2)


def test_a_dial_that_others_replace_is_spared_and_one_that_is_needed_stays() -> None:
    columns = np.array([[1.0, 1.0, 0.0], [0.0, 1e-3, 0.0], [0.0, 0.0, 1.0]])
    solver = Solver(
        lambda at: (columns @ at - [2.0, 0.0, 3.0]).astype(np.float32),
        np.full(3, -9.0), np.full(3, 9.0), np.full(3, 1e-4),
    )  # fmt: skip
    named = [Dial(name, 1.0, -9.0, 9.0, name) for name in "abc"]
    kept = spared(solver.solve(np.array([1.0, 1.0, 0.0]), 10, gain=1e-9), named, 0.01)
    assert kept[2]
    assert kept[:2].sum() == 1


def test_dials_of_one_part_go_together() -> None:
    solver = Solver(
        lambda at: (at - [0.05, 0.05, 3.0]).astype(np.float32), np.full(3, -9.0), np.full(3, 9.0), np.full(3, 1e-4)
    )
    named = [Dial("a", 1.0, -9.0, 9.0, "one"), Dial("b", 1.0, -9.0, 9.0, "other"), Dial("c", 1.0, -9.0, 9.0, "other")]
    assert spared(solver.solve(np.zeros(3), 5), named, 0.01).tolist() == [False, True, True]


# In part

FULL = Settings(
    exposure=1.0, temperature=8000.0, tint=28.0, contrast=-60, grade_shadows_hue=200, grade_shadows_saturation=30,
    curve=[(0, 20), (128, 128), (255, 235)], crop_left=0.1, grade_balance=-40,
)  # fmt: skip


def test_none_all_and_half_of_a_look() -> None:
    assert blended(FULL, 0.0, AS_SHOT) == Settings(crop_left=0.1)
    assert blended(FULL, 1.0, AS_SHOT) == FULL
    half = blended(FULL, 0.5, AS_SHOT)
    assert (half["exposure"], half["contrast"], half["tint"], half["crop_left"]) == (0.5, -30, 18, 0.1)
    assert (half["grade_shadows_hue"], half["grade_shadows_saturation"]) == (200, 15)
    assert half["curve"] == ((0, 10), (128, 128), (255, 245))
    assert 1e6 / half.number("temperature") == pytest.approx((1e6 / 5200 + 1e6 / 8000) / 2, rel=0.01)


@given(st.floats(0, 1.5))
def test_any_part_is_within_the_ranges(amount: float) -> None:
    strong = FULL.changed(contrast=-95, exposure=4.9, temperature=50000.0, black_and_white=True, grey_red=90)
    blended(strong, amount, AS_SHOT)  # raises for a value out of range


def test_part_of_black_and_white_is_weak_colour() -> None:
    found = blended(Settings(black_and_white=True, grey_red=40), 0.5, AS_SHOT)
    assert found == Settings(saturation=-50, luminance_red=20)


@pytest.mark.parametrize("amount", [-0.1, 1.6, float("nan")])
def test_other_amounts_are_refused(amount: float) -> None:
    with pytest.raises(InvalidSetting):
        blended(FULL, amount, AS_SHOT)
