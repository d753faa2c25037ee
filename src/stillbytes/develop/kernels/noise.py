"""Noise reduction in a Laplacian pyramid of variance-stabilised opponent planes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import halide as hl

from stillbytes.develop.kernels.kernel import Kernel, clamped, image, integer, planar
from stillbytes.develop.kernels.layout import LANES
from stillbytes.develop.kernels.stable import PLANES, Stable, halved, whole

LEVELS = 4


def noise() -> Kernel:
    """White-balanced camera RGB planes in, the same with noise shrunk out.

    `uniforms` (float32): 0..2 slope and 3..5 offset of each channel's variance (variance = slope * x + offset),
    6..9 luminance and 10..13 colour thresholds per pyramid level, in standard deviations of the stabilised signal.
    Soft thresholds after Donoho, "De-noising by soft-thresholding", 1995.
    """
    source = image(hl.Float(32), 3, "source")
    uniforms = image(hl.Float(32), 1, "uniforms")
    width, height, grey = integer("width"), integer("height"), integer("grey")
    read = clamped(source, width, height)
    x, y, c, p = hl.Var("x"), hl.Var("y"), hl.Var("c"), hl.Var("p")

    stable = Stable(uniforms)
    planes = stable.planes(lambda ch: read(x, y, ch), p)
    # The same twice: worked out per row for the pyramid, and again, which costs less than memory, for the finest band.
    top, top_rows = hl.Func("planes"), hl.Func("plane_rows")
    top[x, y, p] = planes
    top_rows[x, y, p] = planes
    pyramid = [top]
    for level in range(1, LEVELS + 1):
        smaller, _ = halved(pyramid[-1] if level > 1 else top_rows, level)
        pyramid.append(smaller)

    widened = []

    def enlarged(f: Any) -> Any:
        """f at twice its size, linearly; the rows are widened first and kept, so that the rest is dense."""
        wide = hl.Func(f"{f.name()}_wide")
        odd = x % 2
        wide[x, y, p] = 0.75 * f[x / 2, y, p] + 0.25 * f[x / 2 - 1 + 2 * odd, y, p]
        widened.append(wide)
        return 0.75 * wide[x, y / 2, p] + 0.25 * wide[x, y / 2 - 1 + 2 * (y % 2), p]

    result = pyramid[-1]
    steps = []
    for level in reversed(range(LEVELS)):
        threshold = hl.select(p == 0, uniforms[6 + level], uniforms[10 + level])
        band = pyramid[level][x, y, p] - enlarged(pyramid[level + 1])
        # Soft threshold, rounded: what is far above the noise stays whole.
        kept = band * band * band / (band * band + threshold * threshold + 1e-12)
        cleaned = hl.Func(f"cleaned_{level}")
        cleaned[x, y, p] = enlarged(result) + kept
        steps.append(cleaned)
        result = cleaned
    finest = widened[-2:]
    out = hl.Func("noise")
    luma = hl.select(grey != 0, hl.Expr(result[x, y, 0]), hl.Expr(top[x, y, 0]))
    out[x, y, c] = stable.light(luma, hl.Expr(result[x, y, 1]), hl.Expr(result[x, y, 2]), c)
    yo, yi = hl.Var("yo"), hl.Var("yi")
    out.bound(c, 0, 3).split(y, yo, yi, 16, hl.TailStrategy.GuardWithIf).reorder(c, x, yi, yo)
    out.unroll(c).vectorize(x, LANES, hl.TailStrategy.GuardWithIf).parallel(yo)
    out.specialize(grey == 0)
    top_rows.compute_at(pyramid[1], y).bound(p, 0, PLANES).reorder(p, x, y).unroll(p)
    top_rows.vectorize(x, LANES, hl.TailStrategy.GuardWithIf)
    for f in (*steps[:-1], *(f for f in widened if f not in finest)):
        whole(f)
    for f in finest:
        f.compute_at(out, yo).vectorize(x, LANES, hl.TailStrategy.GuardWithIf)
    planar(out)
    return Kernel("noise", out, (source, uniforms, width, height, grey))


KERNELS: tuple[Callable[[], Kernel], ...] = (noise,)
