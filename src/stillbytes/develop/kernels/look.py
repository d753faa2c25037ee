"""The look stage: every slider, in one pass from white-balanced camera RGB to encoded pixels."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import halide as hl

from stillbytes.develop.kernels.colour import Colour
from stillbytes.develop.kernels.context import Context, Range, Uniforms
from stillbytes.develop.kernels.functions import inverse, log2, power
from stillbytes.develop.kernels.kernel import Kernel, clamped, image, integer, interleaved
from stillbytes.develop.kernels.layout import (
    AT_ONCE,
    GRID_CELL,
    GRID_DEPTH,
    GRID_FLOOR,
    GRID_SPAN,
    GRID_Z0,
    LANES,
    local_places,
    look_name,
    look_operations,
    places,
)

KNEE = 0.88
"""Part of the way from grey to the gamut's boundary that is left as it is."""
MIDDLE_GREY_BELOW_ONE = 2.4739312
"""log2(1 / 0.18)"""
STRIP = 32
"""Rows that one task computes."""


class Look:
    """Builds the look kernel from the operations of the catalogue.

    whole: with those that are seldom needed. local: with adjustments, whose masks' weights and numbers are two more
    images, so that uniforms may differ from pixel to pixel.
    """

    def __init__(self, whole: bool, local: bool) -> None:
        self._whole, self._local = whole, local
        self.weights = image(hl.UInt(16), 3, "weights")
        self.deltas = image(hl.Float(32), 2, "deltas")
        self.adjustments = integer("adjustments")
        self.source = image(hl.Float(32), 3, "source")
        self.grid = image(hl.UInt(32), 3, "grid")
        self.uniforms = image(hl.Float(32), 1, "uniforms")
        self.width, self.height = integer("width"), integer("height")
        self.grid_width, self.grid_height = integer("grid_width"), integer("grid_height")
        self.x, self.y = hl.Var("x"), hl.Var("y")
        frame_places, self._places, _ = places()
        self.frame: Any = Uniforms(self.uniforms, dict(frame_places))

    @property
    def arguments(self) -> tuple[Any, ...]:
        usual = (self.source, self.grid, self.uniforms, self.width, self.height, self.grid_width, self.grid_height)
        return (*usual, self.weights, self.deltas, self.adjustments) if self._local else usual

    def bases(self, own: Any, ctx: Context) -> tuple[Any, Any]:
        """The two edge-aware bases at this pixel: trilinear look-up in the bilateral grid.

        The grid's word holds both bases in 16 bits each (see `guide.packed`). Its rows are interpolated once per row
        of pixels, which leaves four loads per pixel.
        """
        x, y, frame = hl.f32(self.x), hl.f32(self.y), self.frame
        cell, column = hl.Var("cell"), hl.Var("column")
        gy = hl.clamp(frame.grid_y[0] * y + frame.grid_y[1], 0.0, hl.f32(self.grid_height) - 1.001)
        iy = hl.clamp(hl.i32(gy), 0, self.grid_height - 2)
        fy = gy - hl.f32(iy)
        here, below = (_unpacked(self.grid[cell, column, iy + i]) for i in (0, 1))
        row = hl.Func("grid_row")
        row[cell, column, self.y] = _packed([a + (b - a) * fy for a, b in zip(here, below, strict=True)])
        self.row = row

        gx = hl.clamp(frame.grid_x[0] * x + frame.grid_x[1], 0.0, hl.f32(self.grid_width) - 1.001)
        gz = hl.clamp((own - GRID_Z0) * (1 / GRID_CELL), 0.0, GRID_DEPTH - 1.001)
        ix = hl.clamp(hl.i32(gx), 0, self.grid_width - 2)
        iz = hl.clamp(hl.i32(gz), 0, GRID_DEPTH - 2)
        fx, fz = gx - hl.f32(ix), gz - hl.f32(iz)
        place = ctx.indices([iz, ix])
        zi = hl.unsafe_promise_clamped(place[0], 0, GRID_DEPTH - 2)
        xi = hl.unsafe_promise_clamped(place[1], 0, self.grid_width - 2)
        corners = [[_unpacked(ctx.loaded(row[zi + k, xi + i, self.y])) for k in (0, 1)] for i in (0, 1)]
        found = []
        for c in (0, 1):
            left, right = (a[c] + (b[c] - a[c]) * fz for a, b in corners)
            found.append((left + (right - left) * fx) * hl.f32(GRID_SPAN / 65535) + hl.f32(GRID_FLOOR))
        return found[0], found[1]

    def added(self) -> list[dict[str, tuple[Any, Range]]]:
        """What adjustments add to the uniforms of each operation at this pixel; zeros in a kernel without them."""
        held, count = local_places()
        total: Any = [hl.f32(0.0)] * count
        if self._local:
            sums = hl.Func("adjusted")
            which = hl.RDom([(0, (self.adjustments + AT_ONCE - 1) / AT_ONCE)])
            held_by = [hl.min(which.x * AT_ONCE + k, self.adjustments - 1) for k in range(AT_ONCE)]
            weights = [hl.f32(self.weights[self.x, self.y, k]) * hl.f32(1 / 65535) for k in held_by]
            sums[self.x, self.y] = hl.Tuple([hl.f32(0.0)] * count)
            before = sums[self.x, self.y]
            added = [[w * self.deltas[i, which.x * AT_ONCE + k] for k, w in enumerate(weights)] for i in range(count)]
            sums[self.x, self.y] = hl.Tuple([sum(own, before[i]) for i, own in enumerate(added)])
            held_row = hl.Func("adjusted_row")
            held_row[self.x, self.y] = sums[self.x, self.y]
            self.sums, self.sums_row, self.which = sums, held_row, which
            total = held_row[self.x, self.y]
        found = []
        for operation, own, (_, shared) in zip(look_operations(), held, self._places, strict=True):
            ranges: dict[str, Range] = {p.name: (p.minimum, p.maximum) for p in operation.parameters}
            found.append(
                {
                    name: (total[start] if not length else [total[start + i] for i in range(length)], ranges.get(name))
                    for name, (start, length) in own.items()
                    if self._local or name not in shared
                }
            )
        return found

    def pixel(self) -> tuple[list[Any], Context]:
        """Encoded output channels (0..1), and the context with the intermediate images that they read."""
        x, y, frame = self.x, self.y, self.frame
        self.base = source = hl.Func("base")
        c = hl.Var("c")
        source[x, y, c] = clamped(self.source, self.width, self.height)(x, y, c)
        ctx = Context(x, y, frame, frame.luma)
        luminance = ctx.luminance_at(source, x, y)
        (own,) = ctx.stored([log2(hl.max(luminance, 1e-6)) + hl.f32(MIDDLE_GREY_BELOW_ONE)])
        ctx.bases(*self.bases(own, ctx), own)
        rgb = [source[x, y, i] for i in range(3)]
        colour: Any = Colour(rgb, ev=own)
        for operation, (_, held), added in zip(look_operations(), self._places, self.added(), strict=True):
            if (operation.seldom and not self._whole) or (operation.local and not self._local):
                continue
            uniforms = Uniforms(self.uniforms, dict(held), added)
            if operation.stage == "detail":
                colour = colour.brightened(operation.build(source, uniforms, ctx))
            else:
                colour = operation.build(colour, uniforms, ctx)
        return self.encoded(colour), ctx

    def encoded(self, colour: Any) -> list[Any]:
        """Linear Rec.2020 display light to encoded values of the output space, brought into its gamut."""
        frame = self.frame
        rgb = colour.transformed(frame.matrix).rgb
        grey = hl.clamp(
            frame.luminance[0] * rgb[0] + frame.luminance[1] * rgb[1] + frame.luminance[2] * rgb[2], 1e-5, 1.0
        )
        # Below zero: towards grey, behind a soft knee that keeps differences which clipping would flatten.
        # Of the way from grey to zero, the part up to KNEE stays; what lies beyond approaches 1: for a distance d it
        # becomes g (d + KNEE q) / (g + q) with q as far beyond the knee as d, in units of what is left there.
        distance = grey - hl.min(rgb[0], hl.min(rgb[1], rgb[2]))
        beyond = hl.max(distance - KNEE * grey, 0.0) * (1 / (1 - KNEE))
        kept = grey * (distance + KNEE * beyond) * inverse(hl.max((grey + beyond) * distance, 1e-12))
        keep = hl.select(beyond > 0.0, kept, 1.0)
        rgb = [grey + (v - grey) * keep for v in rgb]
        # Above one: mostly clipped, which keeps a sunset saturated, and a little towards white.
        excess = hl.max(hl.max(rgb[0], hl.max(rgb[1], rgb[2])) - 1.0, 0.0)
        white = hl.min(excess * 0.35, 1.0)
        rgb = [hl.clamp(v + (1.0 - v) * white, 0.0, 1.0) for v in rgb]
        t = frame.transfer  # 1 / gamma, 1 / a, -b / a, slope and end of the straight part
        out = []
        for v in rgb:
            bent = power(hl.max(v, 1e-9), t[0]) * t[1] + t[2]
            out.append(hl.select(v < t[4], v * t[3], bent))
        return out


def _packed(pair: list[Any]) -> Any:
    low, high = (hl.u32(v + 0.5) for v in pair)
    return low | (high << 16)


def _unpacked(word: Any) -> list[Any]:
    word = hl.u32(word)
    return [hl.f32(hl.i32(word & 0xFFFF)), hl.f32(hl.i32(word >> 16))]


def look(kind: str, *, whole: bool, local: bool = False) -> Kernel:
    """`kind` "byte": interleaved uint8 with dither; "float": interleaved float32, 0..1."""
    look = Look(whole, local)
    name = look_name(kind, whole=whole, local=local)
    x, y, c = look.x, look.y, hl.Var("c")
    channels, ctx = look.pixel()
    encoded = hl.Func("encoded")
    out = hl.Func(name)
    if kind == "byte":
        # Interleaved gradient noise (J. Jimenez, "Next generation post processing in Call of Duty", SIGGRAPH 2014).
        inner = 0.06711056 * hl.f32(x) + 0.00583715 * hl.f32(y)
        inner = 52.9829189 * (inner - hl.floor(inner))
        noise = (inner - hl.floor(inner) - 0.5) * look.frame.dither
        encoded[x, y] = hl.Tuple(
            [hl.u8(hl.clamp(v * look.frame.steps + noise + 0.5, 0.0, look.frame.steps)) for v in channels]
        )
    else:
        encoded[x, y] = hl.Tuple([hl.clamp(v, 0.0, 1.0) for v in channels])
    value = encoded[x, y]
    out[x, y, c] = hl.select(c == 0, value[0], c == 1, value[1], value[2])
    yo, yi = hl.Var("yo"), hl.Var("yi")
    out.bound(c, 0, 3).split(y, yo, yi, STRIP, hl.TailStrategy.GuardWithIf).reorder(c, x, yi, yo).unroll(c)
    out.parallel(yo)
    out.vectorize(x, LANES, hl.TailStrategy.GuardWithIf)
    encoded.compute_at(out, yi).hoist_storage(out, yo).vectorize(x, LANES, hl.TailStrategy.RoundUp)
    for f in ctx.rows:
        f.compute_at(out, yi).hoist_storage(out, yo).vectorize(x, LANES, hl.TailStrategy.RoundUp)
    for f in ctx.loads:
        f.compute_at(out, yi).hoist_storage(out, yo).unroll(x, 8, hl.TailStrategy.RoundUp)
    for stage in ctx.stages:
        sx, sy = stage.args()
        stage.compute_at(out, yo).store_at(out, yo).vectorize(sx, LANES, hl.TailStrategy.RoundUp)
        if stage in ctx.readers:
            look.base.in_(stage).compute_at(stage, sy).vectorize(x, LANES, hl.TailStrategy.RoundUp)
    # Copies of the source's rows: only these loops, which do no arithmetic, have parts of their own for the edges.
    look.base.in_().compute_at(out, yi).hoist_storage(out, yo).vectorize(x, LANES, hl.TailStrategy.RoundUp)
    look.row.compute_at(out, yi).hoist_storage(out, yo).vectorize(look.row.args()[0], 8, hl.TailStrategy.RoundUp)
    sums = []
    if local:
        # A vector's sums stay in registers while its adjustments are gone through.
        sums = [look.sums, look.sums_row]
        xo, xi = hl.Var("xo"), hl.Var("xi")
        look.sums_row.compute_at(out, yi).hoist_storage(out, yo)
        look.sums_row.split(x, xo, xi, LANES, hl.TailStrategy.RoundUp).vectorize(xi)
        look.sums.compute_at(look.sums_row, xo).bound_extent(x, LANES).store_in(hl.MemoryType.Register).vectorize(x)
        look.sums.update().reorder(x, look.which.x).vectorize(x)
    for f in (out, encoded, *ctx.rows, *ctx.loads, *ctx.stages, *sums, look.row):
        f.never_partition_all()
    interleaved(out, 3)
    return Kernel(name, out, look.arguments, fused=True)


KERNELS: tuple[Callable[[], Kernel], ...] = tuple(
    partial(look, kind, whole=whole, local=local)
    for kind, whole in (("byte", True), ("byte", False), ("float", True))
    for local in (False, True)
)
