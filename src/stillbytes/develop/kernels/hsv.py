"""The table of a camera profile before exposure, applied to the picture that the look stage reads."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import halide as hl

from stillbytes.develop import hsv_tables
from stillbytes.develop.kernels.context import Rows
from stillbytes.develop.kernels.grid import Grid
from stillbytes.develop.kernels.kernel import Kernel, image, planar
from stillbytes.develop.kernels.layout import LANES, STRIP

INTO, BACK, LOW, SPAN, ENCODED = 0, 9, 18, 21, 24
"""Where in the uniforms: camera RGB to ProPhoto RGB, back, and those of the table."""


def hsv_map() -> Kernel:
    """White-balanced camera RGB in planes, through the table and back."""
    source, uniforms = image(hl.Float(32), 3, "source"), image(hl.Float(32), 1, "uniforms")
    grid = Grid("map")
    x, y, c = hl.Var("x"), hl.Var("y"), hl.Var("c")
    ctx = Rows(x, y)

    def part(start: int) -> list[object]:
        return [uniforms[start + i] for i in range(9)]

    u = SimpleNamespace(
        grid=grid,
        low=[uniforms[LOW + i] for i in range(3)],
        span=[uniforms[SPAN + i] for i in range(3)],
        encoded=uniforms[ENCODED],
    )
    rgb = ctx.stored(hsv_tables.turned([source[x, y, i] for i in range(3)], part(INTO)))
    found = ctx.stored(hsv_tables.turned(ctx.stored(hsv_tables.build(rgb, u, ctx)), part(BACK)))
    out = hl.Func("hsv_map")
    out[x, y, c] = hl.select(c == 0, found[0], c == 1, found[1], found[2])
    yo, yi = hl.Var("yo"), hl.Var("yi")
    out.bound(c, 0, 3).split(y, yo, yi, STRIP, hl.TailStrategy.GuardWithIf).reorder(x, c, yi, yo).unroll(c)
    out.parallel(yo).vectorize(x, LANES, hl.TailStrategy.GuardWithIf)
    # No more of a row than the source has.
    for f in ctx.rows:
        f.compute_at(out, yi).hoist_storage(out, yo).vectorize(x, LANES, hl.TailStrategy.GuardWithIf)
    for f in ctx.loads:
        f.compute_at(out, yi).hoist_storage(out, yo).unroll(x, 8, hl.TailStrategy.GuardWithIf)
    for f in (out, *ctx.rows, *ctx.loads):
        f.never_partition_all()
    planar(out)
    return Kernel("hsv_map", out, (source, uniforms, *grid.arguments), fused=True)


KERNELS: tuple[Callable[[], Kernel], ...] = (hsv_map,)
