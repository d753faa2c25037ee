"""Noise reduction in a Laplacian pyramid of variance-stabilised opponent planes."""

from __future__ import annotations

from typing import Any

import halide as hl

from stillbytes.develop.kernels.kernel import LANES, Kernel, clamped, image, integer, planar

PLANES = 3
LEVELS = 4


def noise() -> Kernel:
    """White-balanced camera RGB planes in, the same with noise shrunk out.

    `uniforms` (float32): 0..2 slope and 3..5 offset of each channel's variance (variance = slope * x + offset),
    6..9 luminance and 10..13 colour thresholds per pyramid level, in standard deviations of the stabilised signal.
    Stabilisation: generalised Anscombe transform (Starck, Murtagh, Bijaoui, "Image Processing and Data Analysis",
    1998). Pyramid: Burt and Adelson, "The Laplacian pyramid as a compact image code", 1983, soft thresholds after
    Donoho, "De-noising by soft-thresholding", 1995.
    """
    source = image(hl.Float(32), 3, "source")
    uniforms = image(hl.Float(32), 1, "uniforms")
    width, height, grey = integer("width"), integer("height"), integer("grey")
    read = clamped(source, width, height)
    x, y, c, p = hl.Var("x"), hl.Var("y"), hl.Var("c"), hl.Var("p")

    def stabilised(ch: int) -> Any:
        slope, offset = uniforms[ch], uniforms[3 + ch]
        # T(x) = 2/S sqrt(S x + 3/8 S^2 + O)
        return 2.0 / slope * hl.sqrt(hl.max(slope * read(x, y, ch) + 0.375 * slope * slope + offset, 0.0))

    r, g, b = (stabilised(ch) for ch in range(3))
    # Orthonormal, so that each plane keeps unit variance.
    top = hl.Func("planes")
    top[x, y, p] = hl.select(
        p == 0, (r + g + b) * 0.57735027, p == 1, (r - b) * 0.70710678, (r - 2.0 * g + b) * 0.40824829
    )
    pyramid = [top]
    for level in range(1, LEVELS + 1):
        above = pyramid[-1]
        across = hl.Func(f"across_{level}")
        across[x, y, p] = 0.125 * (above[2 * x - 1, y, p] + above[2 * x + 2, y, p]) + 0.375 * (
            above[2 * x, y, p] + above[2 * x + 1, y, p]
        )
        smaller = hl.Func(f"level_{level}")
        smaller[x, y, p] = 0.125 * (across[x, 2 * y - 1, p] + across[x, 2 * y + 2, p]) + 0.375 * (
            across[x, 2 * y, p] + across[x, 2 * y + 1, p]
        )
        across.compute_at(smaller, y).vectorize(x, LANES, hl.TailStrategy.RoundUp)
        pyramid.append(smaller)

    def enlarged(f: Any) -> Any:
        near_x, far_x = x >> 1, (x >> 1) - 1 + 2 * (x & 1)
        near_y, far_y = y >> 1, (y >> 1) - 1 + 2 * (y & 1)
        return (
            0.5625 * f[near_x, near_y, p] + 0.1875 * (f[far_x, near_y, p] + f[near_x, far_y, p])
            + 0.0625 * f[far_x, far_y, p]
        )  # fmt: skip

    result = pyramid[-1]
    for level in reversed(range(LEVELS)):
        threshold = hl.select(p == 0, uniforms[6 + level], uniforms[10 + level])
        band = pyramid[level][x, y, p] - enlarged(pyramid[level + 1])
        # Soft threshold, rounded: what is far above the noise stays whole.
        kept = band * band * band / (band * band + threshold * threshold + 1e-12)
        cleaned = hl.Func(f"cleaned_{level}")
        cleaned[x, y, p] = enlarged(result) + kept
        result = cleaned
    out = hl.Func("noise")
    luma = hl.select(grey != 0, hl.Expr(result[x, y, 0]), hl.Expr(top[x, y, 0]))
    u, v = hl.Expr(result[x, y, 1]), hl.Expr(result[x, y, 2])

    def restored(ch: int, t: Any) -> Any:
        slope, offset = uniforms[ch], uniforms[3 + ch]
        half = 0.5 * slope * t
        return (half * hl.abs(half) - 0.375 * slope * slope - offset) / slope

    shared = luma * 0.57735027
    out[x, y, c] = hl.select(
        c == 0,
        restored(0, shared + u * 0.70710678 + v * 0.40824829),
        c == 1,
        restored(1, shared - v * 0.81649658),
        restored(2, shared - u * 0.70710678 + v * 0.40824829),
    )
    out.bound(c, 0, 3).reorder(c, x, y).unroll(c).vectorize(x, LANES, hl.TailStrategy.GuardWithIf).parallel(y, 16)
    for f in (*pyramid, result):
        f.compute_root().reorder(p, x, y).unroll(p, 3).vectorize(x, LANES, hl.TailStrategy.RoundUp).parallel(y, 16)
        f.bound(p, 0, PLANES)
    planar(out)
    return Kernel("noise", out, (source, uniforms, width, height, grey))


KERNELS = (noise,)
