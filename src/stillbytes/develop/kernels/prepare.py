"""What the look stage reads of a picture beside its pixels: edge-aware bases and details, which no slider of the
look moves. They are worked out once per view and kept."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import halide as hl

from stillbytes.develop.kernels.context import Uniforms
from stillbytes.develop.kernels.functions import log2
from stillbytes.develop.kernels.kernel import Kernel, clamped, image, integer
from stillbytes.develop.kernels.layout import (
    GRID_CELL,
    GRID_DEPTH,
    GRID_Z0,
    LANES,
    MIDDLE_GREY_BELOW_ONE,
    prepare_name,
    prepare_places,
    prepared_operations,
)
from stillbytes.develop.kernels.vocabulary import Vocabulary
from stillbytes.develop.operation import Operation

STRIP = 32
"""Rows that one task computes."""


class Picture(Vocabulary):
    """What an operation's `prepare` may use. x, y: the developed grid's coordinates."""

    def __init__(self, source: Any, luma: Any) -> None:
        self.x, self.y = hl.Var("x"), hl.Var("y")
        self._source, self._luma = source, luma
        self.stages: list[Any] = []

    def luminance_at(self, x: Any, y: Any) -> Any:
        """Of the picture before any operation, scene-linear."""
        return luminance(self._source, self._luma, x, y)

    def stage(self, name: str, define: Callable[[Any, Any], Any]) -> Any:
        """A named intermediate image over (x, y) that is stored, as its neighbours are read."""
        f = hl.Func(name)
        f[self.x, self.y] = define(self.x, self.y)
        self.stages.append(f)
        return f


def luminance(source: Any, luma: Any, x: Any, y: Any) -> Any:
    """Of white-balanced camera RGB."""
    return luma[0] * source[x, y, 0] + luma[1] * source[x, y, 1] + luma[2] * source[x, y, 2]


def own_ev(light: Any) -> Any:
    """log2 of luminance over middle grey."""
    return log2(hl.max(light, 1e-6)) + hl.f32(MIDDLE_GREY_BELOW_ONE)


def prepare(operation: Operation) -> Kernel:
    """(x, y) float32: what `operation` works out for each pixel, its width a multiple of LANES."""
    source = image(hl.Float(32), 3, "source")
    buffer = image(hl.Float(32), 1, "uniforms")
    width, height = integer("width"), integer("height")
    held, _ = prepare_places(operation)
    uniforms: Any = Uniforms(buffer, dict(held))
    base, x, y, c = hl.Func("base"), hl.Var("x"), hl.Var("y"), hl.Var("c")
    base[x, y, c] = clamped(source, width, height)(x, y, c)
    picture = Picture(base, uniforms.luma)
    name = prepare_name(operation)
    out = hl.Func(name)
    out[picture.x, picture.y] = hl.f32(operation.prepare(uniforms, picture))
    rows = _rows(out, picture.x, picture.y)
    for stage in picture.stages:
        stage.store_at(out, rows[0]).compute_at(out, rows[1])
        stage.vectorize(picture.x, LANES, hl.TailStrategy.RoundUp)
    # Copies of the source's rows: only these loops, which do no arithmetic, have parts of their own for the edges.
    base.in_().store_at(out, rows[0]).compute_at(out, rows[1]).vectorize(x, LANES, hl.TailStrategy.RoundUp)
    for f in (out, *picture.stages):
        f.never_partition_all()
    return Kernel(name, out, (source, buffer, width, height), fused=True)


def bases() -> Kernel:
    """(x, y) uint32: base and finer base at each pixel, by trilinear look-up in the bilateral grid.

    The grid's words hold both in 16 bits each (see `guide.packed`), and so do the results. The grid's rows are
    interpolated once per row of pixels, which leaves four loads per pixel.
    `uniforms`: 0..2 luminance weights, 3..4 column and 5..6 row -> position in the grid.
    """
    source = image(hl.Float(32), 3, "source")
    grid = image(hl.UInt(32), 3, "grid")
    uniforms = image(hl.Float(32), 1, "uniforms")
    width, height = integer("width"), integer("height")
    grid_width, grid_height = integer("grid_width"), integer("grid_height")
    x, y, cell, column = hl.Var("x"), hl.Var("y"), hl.Var("cell"), hl.Var("column")
    gy = hl.clamp(uniforms[5] * hl.f32(y) + uniforms[6], 0.0, hl.f32(grid_height) - 1.001)
    iy = hl.clamp(hl.i32(gy), 0, grid_height - 2)
    fy = gy - hl.f32(iy)
    here, below = (unpacked(grid[cell, column, iy + i]) for i in (0, 1))
    row = hl.Func("grid_row")
    row[cell, column, y] = packed([a + (b - a) * fy for a, b in zip(here, below, strict=True)])

    read = clamped(source, width, height)
    c = hl.Var("c")
    base = hl.Func("base")
    base[x, y, c] = read(x, y, c)
    own = own_ev(luminance(base, uniforms, x, y))
    gx = hl.clamp(uniforms[3] * hl.f32(x) + uniforms[4], 0.0, hl.f32(grid_width) - 1.001)
    gz = hl.clamp((own - GRID_Z0) * (1 / GRID_CELL), 0.0, GRID_DEPTH - 1.001)
    ix, iz = hl.clamp(hl.i32(gx), 0, grid_width - 2), hl.clamp(hl.i32(gz), 0, GRID_DEPTH - 2)
    place = hl.Func("place")
    place[x, y] = hl.Tuple([iz, ix, hl.f32(gx - hl.f32(ix)), hl.f32(gz - hl.f32(iz))])
    zi = hl.unsafe_promise_clamped(place[x, y][0], 0, GRID_DEPTH - 2)
    xi = hl.unsafe_promise_clamped(place[x, y][1], 0, grid_width - 2)
    corners = []
    loads = []
    for i in (0, 1):
        for k in (0, 1):
            load = hl.Func(f"corner_{i}{k}")
            load[x, y] = row[zi + k, xi + i, y]
            loads.append(load)
            corners.append(unpacked(load[x, y]))
    fx, fz = place[x, y][2], place[x, y][3]
    found = []
    for p in (0, 1):
        left, right = (a[p] + (b[p] - a[p]) * fz for a, b in (corners[:2], corners[2:]))
        found.append(left + (right - left) * fx)
    out = hl.Func("bases")
    out[x, y] = packed(found)
    outer, inner = _rows(out, x, y)
    place.compute_at(out, inner).hoist_storage(out, outer).vectorize(x, LANES, hl.TailStrategy.RoundUp)
    for load in loads:
        load.compute_at(out, inner).hoist_storage(out, outer).unroll(x, 8, hl.TailStrategy.RoundUp)
    base.compute_at(out, inner).hoist_storage(out, outer).vectorize(x, LANES, hl.TailStrategy.RoundUp)
    row.compute_at(out, inner).hoist_storage(out, outer).vectorize(cell, 8, hl.TailStrategy.RoundUp)
    for f in (out, place, *loads, row):
        f.never_partition_all()
    arguments = (source, grid, uniforms, width, height, grid_width, grid_height)
    return Kernel("bases", out, arguments, fused=True)


def _rows(out: Any, x: Any, y: Any) -> tuple[Any, Any]:
    """Strips of whole vectors in parallel; the loops over strips and over a strip's rows."""
    outer, inner = hl.Var("outer"), hl.Var("inner")
    buffer = out.output_buffer()
    buffer.dim(0).set_stride(1).set_extent(buffer.dim(0).extent() / LANES * LANES)
    out.split(y, outer, inner, STRIP, hl.TailStrategy.GuardWithIf).parallel(outer)
    out.vectorize(x, LANES, hl.TailStrategy.RoundUp)
    return outer, inner


def packed(pair: list[Any]) -> Any:
    low, high = (hl.u32(v + 0.5) for v in pair)
    return low | (high << 16)


def unpacked(word: Any) -> list[Any]:
    word = hl.u32(word)
    return [hl.f32(hl.i32(word & 0xFFFF)), hl.f32(hl.i32(word >> 16))]


KERNELS: tuple[Callable[[], Kernel], ...] = (bases, *(partial(prepare, o) for o in prepared_operations()))
