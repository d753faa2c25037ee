"""The elementary functions of the kernels are as exact as they say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import halide as hl
import numpy as np
import pytest
from numpy.typing import NDArray

from stillbytes.develop.kernels import functions
from stillbytes.develop.kernels.context import Context, Reader, Uniforms
from stillbytes.develop.tables import table

Array = NDArray[np.float64]


def evaluated(function: Callable[[Any], Any], at: Array) -> Array:
    source = hl.Buffer(np.ascontiguousarray(at, np.float32))
    x, f = hl.Var("x"), hl.Func("f")
    f[x] = function(source[x])
    f.vectorize(x, 16)
    return np.asarray(f.realize([len(at)]), np.float64)


def powers_of_two(low: float, high: float) -> Array:
    return np.exp2(np.linspace(low, high, 200_000)).astype(np.float32).astype(np.float64)


def test_log2() -> None:
    at = powers_of_two(-30, 16)
    assert np.abs(evaluated(functions.log2, at) - np.log2(at)).max() < 5e-5


@pytest.mark.parametrize(
    ("function", "exact", "at", "limit"),
    [
        (functions.exp2, np.exp2, np.linspace(-20, 20, 200_000).astype(np.float32).astype(np.float64), 2e-5),
        (functions.inverse, np.reciprocal, powers_of_two(-20, 20), 1e-6),
        (functions.inverse_sqrt, lambda v: v**-0.5, powers_of_two(-20, 20), 1e-6),
        (functions.sqrt, np.sqrt, powers_of_two(-20, 20), 1e-6),
        (functions.cube_root, np.cbrt, powers_of_two(-36, 16), 1e-5),
        (lambda v: functions.power(v, np.float32(1 / 2.4)), lambda v: v ** (1 / 2.4), powers_of_two(-30, 4), 4e-5),
        (lambda v: functions.power(v, np.float32(1.8)), lambda v: v**1.8, powers_of_two(-30, 4), 1e-4),
    ],
    ids=["exp2", "inverse", "inverse_sqrt", "sqrt", "cube_root", "power 1/2.4", "power 1.8"],
)
def test_relative_error(
    function: Callable[[Any], Any], exact: Callable[[Array], Array], at: Array, limit: float
) -> None:
    expected = exact(at)
    assert np.abs(evaluated(function, at) / expected - 1).max() < limit


@pytest.mark.parametrize(("part", "exact"), [(0, np.sin), (1, np.cos)], ids=["sine", "cosine"])
def test_sine_and_cosine_of_turns(part: int, exact: Callable[[Array], Array]) -> None:
    at = np.linspace(-2, 2, 200_001).astype(np.float32).astype(np.float64)
    found = evaluated(lambda v: functions.sine_cosine(v)[part], at)
    assert np.abs(found - exact(2 * np.pi * at)).max() < 5e-6


@pytest.mark.parametrize("exponent", [1 / 3, 0.5, 1.0, 1.5])
def test_table(exponent: float) -> None:
    """Within 1e-4 of the function or one step of 16 bits, which is more in the dark."""
    entries = table(lambda light: (light / 4) ** exponent)
    at = np.concatenate([[0.0], powers_of_two(-15.9, 2)])
    x, y = hl.Var("x"), hl.Var("y")
    words, lights = hl.Buffer(entries), hl.Buffer(at.astype(np.float32))
    frame = Uniforms(hl.Buffer(np.zeros(4, np.float32)), {"across": (0, 2), "down": (2, 2)})
    context = Context(x, y, frame)
    (light,) = context.stored([lights[x]])
    f = hl.Func("f")
    f[x, y] = context.table(Reader(words, 0), light)
    for inner in (*context.rows, *context.loads):
        inner.compute_root()
    found = np.asarray(f.realize([len(at), 1]), np.float64).ravel()
    expected = (at / 4) ** exponent
    assert np.all(np.abs(found - expected) <= 1e-4 * expected + 1.5 / 65535)
    assert found[0] == 0
