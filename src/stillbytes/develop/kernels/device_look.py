"""The look stage on a graphics device: the pixels of `kernels.look`, each worked out by one thread of the device."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import halide as hl

from stillbytes.develop.kernels.kernel import Kernel, interleaved
from stillbytes.develop.kernels.layout import ON_DEVICES, look_name
from stillbytes.develop.kernels.look import Look

GROUP = 16, 8
"""Columns and rows of pixels that a group of threads works out: 128, a whole number of every maker's vectors."""


def device_look(kind: str, *, whole: bool) -> Kernel:
    """As `kernels.look.look` without adjustments, by the same name and with the same arguments."""
    look = Look(whole, local=False)
    name = look_name(kind, whole=whole)
    x, y, c = look.x, look.y, hl.Var("c")
    out, encoded, ctx = look.picture(kind, name, c)
    xo, yo, xi, yi = hl.Var("xo"), hl.Var("yo"), hl.Var("xi"), hl.Var("yi")
    out.bound(c, 0, 3).reorder(c, x, y).unroll(c)
    out.gpu_tile(x, y, xo, yo, xi, yi, *GROUP, hl.TailStrategy.GuardWithIf)
    # A thread keeps what several read in its registers; everything else is part of what reads it.
    for f in (encoded, *ctx.rows, *ctx.loads):
        f.compute_at(out, xi)
    for one in ctx.sometimes:
        one.row.compute_at(out, xi)
        for f in (*one.rows, *one.loads):
            f.compute_at(one.row, one.times.x)
    interleaved(out, 3)
    return Kernel(name, out, look.arguments, fused=True)


KERNELS: tuple[Callable[[], Kernel], ...] = tuple(partial(device_look, kind, whole=whole) for kind, whole in ON_DEVICES)
