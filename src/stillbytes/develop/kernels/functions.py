"""Elementary functions on vectors of float32, as exact as pixels need and without division or square root units.

Errors are relative and were measured over the stated ranges; `tests/develop/test_functions.py` holds them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import halide as hl
import numpy as np


def polynomial(x: Any, coefficients: Sequence[float]) -> Any:
    """Horner's scheme, lowest coefficient first."""
    result = hl.f32(coefficients[-1])
    for coefficient in reversed(coefficients[:-1]):
        result = result * x + hl.f32(coefficient)
    return result


def _fitted(function: Any, low: float, high: float, degree: int) -> list[float]:
    """Coefficients of the Chebyshev interpolant, close to the minimax polynomial."""
    fit = np.polynomial.chebyshev.Chebyshev.interpolate(function, degree, domain=[low, high])
    return [float(c) for c in fit.convert(kind=np.polynomial.Polynomial).coef]


_LOG2 = _fitted(lambda m: np.log2(m) / (m - 1), 0.75, 1.5, 4)
_EXP2 = _fitted(np.exp2, 0.0, 1.0, 4)
_CUBE_ROOT = _fitted(lambda e: (1 - e) ** (-2 / 3), -0.1028, 0.1016, 3)

_SINE = _fitted(lambda q: np.sin(2 * np.pi * np.sqrt(q)) / np.sqrt(q), 1e-9, 0.25, 5)
_COSINE = _fitted(lambda q: np.cos(2 * np.pi * np.sqrt(q)), 1e-9, 0.25, 5)


def log2(v: Any) -> Any:
    """For v > 0, normal. Absolute error below 5e-5."""
    bits = hl.reinterpret(hl.Int(32), hl.f32(v))
    # The mantissa from 3/4 on, so that the polynomial is short and 1 gives 0.
    exponent = (bits - 0x3F400000) & -0x800000
    mantissa = hl.reinterpret(hl.Float(32), bits - exponent)
    return hl.f32(exponent) * hl.f32(2.0**-23) + (mantissa - 1.0) * polynomial(mantissa, _LOG2)


def exp2(v: Any) -> Any:
    """For -126 <= v <= 127, clamped beyond. Relative error below 2e-5."""
    return _exp2(hl.clamp(hl.f32(v), hl.f32(-126.0), hl.f32(127.0)))


def power(v: Any, exponent: Any) -> Any:
    """v ** exponent for v > 0, normal, and a result between 1e-37 and 1e38.

    Relative error below 2e-5 + 4e-5 * |exponent|.
    """
    return _exp2(log2(v) * exponent)


def _exp2(v: Any) -> Any:
    whole = hl.floor(v)
    part = hl.reinterpret(hl.Int(32), polynomial(v - whole, _EXP2))
    return hl.reinterpret(hl.Float(32), part + (hl.i32(whole) << 23))


def inverse(v: Any) -> Any:
    """1 / v for v != 0, normal: the processor's estimate and one step of Newton. Relative error below 1e-6."""
    guess = hl.fast_inverse(hl.f32(v))
    return guess * (2.0 - v * guess)


def inverse_sqrt(v: Any) -> Any:
    """v ** -0.5 for v > 0, normal. Relative error below 1e-6."""
    guess = hl.fast_inverse_sqrt(hl.f32(v))
    return guess * (1.5 - 0.5 * v * guess * guess)


def sqrt(v: Any) -> Any:
    """For v >= 0; exact to 1e-6 from 1e-12 on, smaller values become smaller than 1e-6."""
    return v * inverse_sqrt(hl.max(v, hl.f32(1e-12)))


def cube_root(v: Any) -> Any:
    """For v >= 0. Relative error below 1e-5 from 1e-12 on: a guess g of v ** (-1/3) made of the exponent's bits, and
    v g^2 (1 - e) ** (-2/3) with its error e = 1 - v g^3 by a polynomial, which needs no division."""
    v = hl.max(hl.f32(v), hl.f32(1e-12))
    bits = hl.reinterpret(hl.Int(32), v)
    guess = hl.reinterpret(hl.Float(32), 0x54A20000 - hl.i32(hl.f32(bits) * hl.f32(1 / 3)))
    near = v * guess * guess
    return near * polynomial(1.0 - near * guess, _CUBE_ROOT)


def sine_cosine(turns: Any) -> tuple[Any, Any]:
    """Sine and cosine of an angle in whole turns, |turns| < 1000. Absolute error below 5e-6 within one turn."""
    t = turns - hl.floor(turns + 0.5)
    square = t * t
    return t * polynomial(square, _SINE), polynomial(square, _COSINE)
