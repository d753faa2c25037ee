"""The pipeline's one resampling: frame to developed grid, with a Lanczos kernel."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
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


CELL = 16
"""Pixels between two nodes of a bent map: a vector."""
BESIDE = 2 * CELL
"""Columns beyond both sides of the source that a bent row may read; its edge pixels are repeated there."""
_LANCZOS = (0.012343851, -0.019789541, 0.0092158122, -0.0019989524, 0.00024265649, -1.6430826e-05, 4.8694028e-07)
"""Of the square of the distance: Lanczos's kernel of three lobes over (9 - square)^2, largest error 1.5e-4."""


def resample_bent(*, apart: bool) -> Kernel:
    """Any smooth map that keeps left and right: down the source's columns, then across (Catmull and Smith, "3-D
    transformations of images in scanline order", SIGGRAPH 1980). The map is given at nodes, CELL pixels apart, and
    bilinear between them.

    `down` (node of the source's columns, node of the output's rows, channel) is the source row that an output row
    reads in a column. `across` (node of the output's columns, node of its rows, channel) is the source column of an
    output pixel, `gain` of the same shape what its light is multiplied by. All are pixel centres of the whole source,
    of which `source` begins at `left`, `top`; both its width and that of the output are whole cells, and both begin at
    one. `taps_down`, `taps_across`: numbers of taps, even, and enough for the steepest cell.

    apart: whether red, green and blue have maps of their own; else `down` and `across` have one channel.
    """
    source = image(hl.Float(32), 3, "source")
    left, top, width, height = (integer(name) for name in ("left", "top", "width", "height"))
    down, across, gain = (image(hl.Float(32), 3, name) for name in ("down", "across", "gain"))
    taps_down, taps_across = integer("taps_down"), integer("taps_across")
    x, y, c, cell, ch = (hl.Var(name) for name in ("x", "y", "c", "cell", "ch"))
    j = y / CELL
    part = hl.f32(y - j * CELL) * (1 / CELL)

    def between(nodes: Any, column: Any, channel: Any) -> Any:
        above, below = nodes[column, j, channel], nodes[column, j + 1, channel]
        return above + (below - above) * part

    def places(name: str, nodes: Any, *, along: bool) -> Any:
        """(whole, rest, step, shrink) of each cell of a row: its pixel i reads at whole + rest + step * i, counted
        from the pixel itself if `along`, through a kernel that is 1 / shrink as wide."""
        first, last = between(nodes, cell, ch), between(nodes, cell + 1, ch)
        slope = (last - first) * (1 / CELL)
        step = slope - 1.0 if along else slope
        whole = hl.floor(first + step * ((CELL - 1) / 2))
        if along:
            wide = hl.abs(slope)
        else:
            steps = [nodes[cell + i, j + 1, ch] - nodes[cell + i, j, ch] for i in (0, 1)]
            wide = hl.abs(steps[0] + steps[1]) * (0.5 / CELL)
        f = hl.Func(name)
        f[cell, y, ch] = hl.Tuple([hl.i32(whole), first - whole, step, 1.0 / hl.max(wide, 1.0)])
        return f

    def lanczos(distance: Any) -> Any:
        square = distance * distance
        rest = hl.max(9.0 - square, 0.0)
        total: Any = hl.f32(_LANCZOS[-1])
        for factor in reversed(_LANCZOS[:-1]):
            total = total * square + hl.f32(factor)
        return total * rest * rest

    def summed(name: str, at: Any, places: Any, taps: Any, read: Callable[[Any, Any], Any]) -> tuple[Any, Any]:
        """The stage over (column, row, channel) and its sums. at: the column. read: (what `whole` is, channel)."""
        k = hl.RDom([(0, taps)], f"{name}_k")
        i = at % CELL

        def terms(channel: Any) -> tuple[Any, Any]:
            found = places[at / CELL, y, channel]
            tap = k.x - (taps / 2 - 1)
            weight = lanczos((found[1] + found[2] * hl.f32(i) - hl.f32(tap)) * found[3])
            return found[0] + tap, weight

        sums, out = hl.Func(f"{name}_sums"), hl.Func(name)
        if apart:
            sums[at, y, ch] = hl.Tuple([hl.f32(0), hl.f32(0)])
            place, weight = terms(ch)
            before = sums[at, y, ch]
            sums[at, y, ch] = hl.Tuple([before[0] + weight * read(place, ch), before[1] + weight])
            out[at, y, ch] = sums[at, y, ch][0] / sums[at, y, ch][1]
            return out, sums
        sums[at, y] = hl.Tuple([hl.f32(0)] * 4)
        place, weight = terms(0)
        before = sums[at, y]
        sums[at, y] = hl.Tuple([before[i] + weight * read(place, i) for i in range(3)] + [before[3] + weight])
        total = sums[at, y]
        out[at, y, ch] = hl.select(ch == 0, total[0], ch == 1, total[1], total[2]) / total[3]
        return out, sums

    rows, columns = places("rows", down, along=False), places("columns", across, along=True)
    lines, line_sums = summed(
        "lines", c, rows, taps_down, lambda row, channel: source[c, hl.clamp(row - top, 0, height - 1), channel]
    )
    padded = hl.Func("padded")
    padded[c, y, ch] = lines[hl.clamp(hl.likely(c), 0, width - 1), y, ch]

    def read_line(column: Any, channel: Any) -> Any:
        # The first column of a cell stays within what is padded, so that the loads are dense.
        first = hl.clamp(column - left, -BESIDE, width + BESIDE - CELL)
        return padded[hl.unsafe_promise_clamped(first + x % CELL, -BESIDE, width + BESIDE - 1), y, channel]

    found, sums = summed("found", x, columns, taps_across, read_line)
    name = "resample_bent_apart" if apart else "resample_bent"
    out = hl.Func(name)
    above, below = ([gain[x / CELL + i, j + n, ch] for i in (0, 1)] for n in (0, 1))
    ends = [a + (b - a) * part for a, b in zip(above, below, strict=True)]
    light = ends[0] + (ends[1] - ends[0]) * (hl.f32(x % CELL) * (1 / CELL))
    out[x, y, ch] = found[x, y, ch] * light
    yo, yi = hl.Var("yo"), hl.Var("yi")
    buffer = out.output_buffer()
    buffer.dim(0).set_stride(1).set_min(0).set_extent(buffer.dim(0).extent() / CELL * CELL)
    buffer.dim(2).set_bounds(0, 3)
    out.bound(ch, 0, 3).split(y, yo, yi, 8, hl.TailStrategy.GuardWithIf).parallel(yo)
    for stage, total, at, loop in ((out, sums, x, "x"), (lines, line_sums, c, "c")):
        outer, inner = hl.Var(f"{loop}o"), hl.Var(f"{loop}i")
        stage.split(at, outer, inner, CELL, hl.TailStrategy.RoundUp).vectorize(inner)
        if apart:
            stage.reorder(inner, outer, ch, *([yi, yo] if stage is out else [y]))
        else:
            stage.reorder(inner, ch, outer, *([yi, yo] if stage is out else [y])).unroll(ch)
        total.compute_at(stage, outer).vectorize(at, CELL, hl.TailStrategy.RoundUp)
        total.update().vectorize(at, CELL, hl.TailStrategy.RoundUp)
    if not apart:
        lines.bound(ch, 0, 3)
    lines.compute_at(out, yi)
    padded.compute_at(out, yi).vectorize(c, CELL, hl.TailStrategy.RoundUp)
    for stage in (rows, columns):
        stage.compute_at(out, yi)
    for stage in (out, lines, sums, line_sums, rows, columns):
        stage.never_partition_all()
    arguments = (source, left, top, width, height, down, across, gain, taps_down, taps_across)
    return Kernel(name, out, arguments, fused=True)


KERNELS: tuple[Callable[[], Kernel], ...] = (
    resample_straight,
    resample_turned,
    partial(resample_bent, apart=False),
    partial(resample_bent, apart=True),
)
