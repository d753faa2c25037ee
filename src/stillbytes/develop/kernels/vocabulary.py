"""The functions that operations are written in."""

from __future__ import annotations

from functools import reduce
from typing import Any

import halide as hl

from stillbytes.develop.kernels import functions


class Vocabulary:
    """On expressions of float32; see `kernels.functions` for how exact they are."""

    log2 = staticmethod(functions.log2)
    exp2 = staticmethod(functions.exp2)
    sqrt = staticmethod(functions.sqrt)
    inverse = staticmethod(functions.inverse)
    sine_cosine = staticmethod(functions.sine_cosine)
    power = staticmethod(functions.power)

    def ramp(self, v: Any) -> Any:
        """A smooth max(v, 0): 0 up to -1, a parabola to 1, then v."""
        v = hl.max(v, -1.0)
        bend = hl.min(v, 1.0)
        return (bend * 0.25 + 0.5) * bend + (v - bend) + 0.25

    def smoothstep(self, t: Any) -> Any:
        """0 below 0, 1 above 1, smooth between."""
        t = hl.clamp(t, 0.0, 1.0)
        return t * t * (3.0 - 2.0 * t)

    def mix(self, a: Any, b: Any, t: Any) -> Any:
        return a + (b - a) * t

    def floor(self, v: Any) -> Any:
        return hl.floor(v)

    def absolute(self, v: Any) -> Any:
        return hl.abs(v)

    def larger(self, *values: Any) -> Any:
        return reduce(hl.max, values)

    def smaller(self, *values: Any) -> Any:
        return reduce(hl.min, values)

    def clamp(self, v: Any, low: Any, high: Any) -> Any:
        return hl.clamp(v, low, high)

    def select(self, condition: Any, then: Any, otherwise: Any) -> Any:
        return hl.select(condition, then, otherwise)

    def rotation(self, radians: Any) -> tuple[Any, Any]:
        """Cosine and sine of a small angle (|angle| < 1): Taylor series, error below 2e-4."""
        square = radians * radians
        return (
            1.0 + square * (-0.5 + square * 0.0416666),
            radians * (1.0 + square * (-0.1666666 + square * 0.0083333)),
        )
