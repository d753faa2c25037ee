"""The pipeline's one resampling: frame to developed grid, with a Lanczos kernel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import halide as hl

from stillbytes.develop.kernels.kernel import Kernel, clamped, image, integer, planar
from stillbytes.develop.kernels.layout import LANES

TABLE = 512
"""Entries of the Lanczos table per pixel of distance."""


def resample_straight() -> Kernel:
    """Scale and shift without rotation, as two passes.

    `start_x`, `start_y` (int32) first source column / row of each output column / row; `weights_x`, `weights_y`
    (float32, (tap, position)) the kernel at its taps, normalised. Positions are absolute output coordinates.
    """
    source = image(hl.Float(32), 3, "source")
    width, height = integer("width"), integer("height")
    start_x, weights_x = image(hl.Int(32), 1, "start_x"), image(hl.Float(32), 2, "weights_x")
    start_y, weights_y = image(hl.Int(32), 1, "start_y"), image(hl.Float(32), 2, "weights_y")
    taps = integer("taps")
    read = clamped(source, width, height)
    x, y, c = hl.Var("x"), hl.Var("y"), hl.Var("c")
    ky, kx = hl.RDom([(0, taps)], "ky"), hl.RDom([(0, taps)], "kx")
    down = hl.Func("down")
    down[x, y, c] = 0.0
    down[x, y, c] += weights_y[ky.x, y] * read(x, hl.unsafe_promise_clamped(start_y[y], -64, height + 64) + ky.x, c)
    out = hl.Func("resample_straight")
    out[x, y, c] = 0.0
    out[x, y, c] += weights_x[kx.x, x] * down[hl.clamp(start_x[x] + kx.x, 0, width - 1), y, c]
    yo, yi = hl.Var("yo"), hl.Var("yi")
    planar(out)
    whole = hl.Func("resample_straight_out")
    whole[x, y, c] = out[x, y, c]
    whole.reorder(x, c, y).split(y, yo, yi, 8, hl.TailStrategy.GuardWithIf).parallel(yo)
    whole.vectorize(x, LANES, hl.TailStrategy.GuardWithIf)
    down.compute_at(whole, yi).vectorize(x, LANES, hl.TailStrategy.RoundUp)
    down.update().reorder(x, ky.x).vectorize(x, LANES, hl.TailStrategy.RoundUp)
    out.compute_at(whole, yi).vectorize(x, LANES, hl.TailStrategy.GuardWithIf)
    out.update().reorder(kx.x, x).vectorize(x, LANES, hl.TailStrategy.GuardWithIf)
    planar(whole)
    return Kernel("resample_straight", whole, (source, width, height, start_x, weights_x, start_y, weights_y, taps))


def resample_turned() -> Kernel:
    """Any affine map. `uniforms` (float32): 0..5 the map (a, b, tx, c, d, ty) from output to source pixel centres,
    6 the kernel's stretch (1 when enlarging, else source pixels per output pixel); `lanczos` (float32) the kernel
    at distances 0..3 in steps of 1 / TABLE. `reach` taps on each side. The edges of `left`, `top`, `width`, `height`
    are repeated.
    """
    source = image(hl.Float(32), 3, "source")
    left, top, width, height = (integer(name) for name in ("left", "top", "width", "height"))
    uniforms, lanczos = image(hl.Float(32), 1, "uniforms"), image(hl.Float(32), 1, "lanczos")
    reach = integer("reach")
    read = clamped(source, width, height, left, top)
    x, y, c = hl.Var("x"), hl.Var("y"), hl.Var("c")
    sx = uniforms[0] * hl.f32(x) + uniforms[1] * hl.f32(y) + uniforms[2]
    sy = uniforms[3] * hl.f32(x) + uniforms[4] * hl.f32(y) + uniforms[5]
    k = hl.RDom([(0, 2 * reach), (0, 2 * reach)], "k")

    def weight(position: Any, i: Any) -> Any:
        distance = hl.abs(position - hl.f32(i)) / uniforms[6]
        return lanczos[hl.clamp(hl.i32(distance * TABLE + 0.5), 0, 3 * TABLE)]

    column, row = hl.i32(hl.floor(sx)) - reach + 1 + k.x, hl.i32(hl.floor(sy)) - reach + 1 + k.y
    w = weight(sx, column) * weight(sy, row)
    total = hl.Func("total")
    total[x, y] = hl.Tuple([hl.f32(0), hl.f32(0), hl.f32(0), hl.f32(0)])
    before = total[x, y]
    total[x, y] = hl.Tuple([before[ch] + w * read(column, row, ch) for ch in range(3)] + [before[3] + w])
    out = hl.Func("resample_turned")
    t = total[x, y]
    out[x, y, c] = hl.select(c == 0, t[0], c == 1, t[1], t[2]) / t[3]
    xi, yi, xo, yo = hl.Var("xi"), hl.Var("yi"), hl.Var("xo"), hl.Var("yo")
    out.bound(c, 0, 3).tile(x, y, xo, yo, xi, yi, 64, 16, hl.TailStrategy.GuardWithIf)
    out.reorder(c, xi, yi, xo, yo).unroll(c).vectorize(xi, LANES).parallel(yo)
    total.compute_at(out, xo).vectorize(x, LANES, hl.TailStrategy.GuardWithIf)
    total.update().reorder(k.x, k.y, x, y).vectorize(x, LANES, hl.TailStrategy.GuardWithIf)
    planar(out)
    return Kernel("resample_turned", out, (source, left, top, width, height, uniforms, lanczos, reach))


KERNELS: tuple[Callable[[], Kernel], ...] = (resample_straight, resample_turned)
