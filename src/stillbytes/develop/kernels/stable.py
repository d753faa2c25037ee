"""The planes that noise is taken out of, in which it has the same strength everywhere, and their halved levels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import halide as hl

from stillbytes.develop.kernels.layout import LANES

PLANES = 3
"""A grey one and two of colour differences."""


class Stable:
    """Variance-stabilised opponent planes of camera RGB, and the way back.

    uniforms: 0..2 slope and 3..5 offset of each channel's variance (variance = slope * x + offset). Generalised
    Anscombe transform (Starck, Murtagh, Bijaoui, "Image Processing and Data Analysis", 1998), T(x) = 2/S sqrt(S x +
    3/8 S^2 + O); the planes are orthonormal, so that each keeps unit variance.
    """

    def __init__(self, uniforms: Any) -> None:
        self._uniforms = uniforms

    def planes(self, light: Callable[[int], Any], p: Any) -> Any:
        """Plane p of a pixel. light: its channels."""

        def stabilised(ch: int) -> Any:
            slope, offset = self._of(ch)
            return 2.0 / slope * hl.sqrt(hl.max(slope * light(ch) + 0.375 * slope * slope + offset, 0.0))

        r, g, b = (stabilised(ch) for ch in range(PLANES))
        grey, u, v = (r + g + b) * 0.57735027, (r - b) * 0.70710678, (r - 2.0 * g + b) * 0.40824829
        return hl.select(p == 0, grey, p == 1, u, v)

    def light(self, grey: Any, u: Any, v: Any, c: Any) -> Any:
        """Channel c of a pixel with these planes."""

        def restored(ch: int, t: Any) -> Any:
            slope, offset = self._of(ch)
            half = 0.5 * slope * t
            return (half * hl.abs(half) - 0.375 * slope * slope - offset) / slope

        shared = grey * 0.57735027
        red = restored(0, shared + u * 0.70710678 + v * 0.40824829)
        green = restored(1, shared - v * 0.81649658)
        blue = restored(2, shared - u * 0.70710678 + v * 0.40824829)
        return hl.select(c == 0, red, c == 1, green, blue)

    def _of(self, channel: int) -> tuple[Any, Any]:
        return self._uniforms[channel], self._uniforms[PLANES + channel]


def halved(above: Any, level: int) -> tuple[Any, Any]:
    """(x, y, p) -> the same at half the size, kept whole, and its rows, halved in one direction: Burt and Adelson, "The
    Laplacian pyramid as a compact image code", 1983, with [1 3 3 1] / 8. No region is rounded up: at the coarsest level
    that would reach hundreds of pixels further."""
    x, y, p = above.args()
    across, smaller = hl.Func(f"across_{level}"), hl.Func(f"level_{level}")
    across[x, y, p] = 0.125 * (above[2 * x - 1, y, p] + above[2 * x + 2, y, p]) + 0.375 * (
        above[2 * x, y, p] + above[2 * x + 1, y, p]
    )
    smaller[x, y, p] = 0.125 * (across[x, 2 * y - 1, p] + across[x, 2 * y + 2, p]) + 0.375 * (
        across[x, 2 * y, p] + across[x, 2 * y + 1, p]
    )
    across.compute_at(smaller, y).vectorize(x, LANES, hl.TailStrategy.GuardWithIf)
    whole(smaller)
    return smaller, across


def whole(f: Any) -> None:
    """Kept whole, row after row of all planes."""
    x, y, p = f.args()
    f.compute_root().bound(p, 0, PLANES).reorder(x, p, y).parallel(y, 16)
    f.vectorize(x, LANES, hl.TailStrategy.GuardWithIf).unroll(p)
