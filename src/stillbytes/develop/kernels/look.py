"""The look stage: every slider, in one pass from white-balanced camera RGB to encoded pixels."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import halide as hl

from stillbytes.develop.kernels.adjusted import Adjusted
from stillbytes.develop.kernels.colour import Colour
from stillbytes.develop.kernels.context import Context, Range, Switches, Uniforms
from stillbytes.develop.kernels.functions import power
from stillbytes.develop.kernels.gamut import at_constant_hue, into_gamut
from stillbytes.develop.kernels.grid import Grid
from stillbytes.develop.kernels.kernel import Kernel, clamped, image, integer, interleaved
from stillbytes.develop.kernels.lanes import together
from stillbytes.develop.kernels.layout import (
    GRID_FLOOR,
    GRID_SPAN,
    STRIP,
    TILE,
    List,
    drawing_operations,
    gridded_operations,
    listed,
    local_places,
    look_name,
    look_operations,
    places,
    prepared_operations,
    switch_places,
)
from stillbytes.develop.kernels.listed import Listed, Tabled
from stillbytes.develop.kernels.prepare import luminance, own_ev, unpacked
from stillbytes.develop.kernels.texture import Texture
from stillbytes.develop.operation import Operation


class Look:
    """Builds the look kernel from the operations of the catalogue.

    whole: with those that are seldom needed. local: with adjustments, so that uniforms may differ from pixel to pixel.
    """

    def __init__(self, whole: bool, local: bool) -> None:
        self._whole, self._local = whole, local
        self.source = image(hl.Float(32), 3, "source")
        self.bases = image(hl.UInt(32), 2, "bases")
        self.prepared = {
            operation: image(hl.Float(32), 2, f"prepared_{operation.name}")
            for operation in prepared_operations()
            if whole or not operation.seldom
        }
        self.uniforms = image(hl.Float(32), 1, "uniforms")
        self.uniforms.dim(0).set_min(0)
        self.width, self.height = integer("width"), integer("height")
        self.switches = integer("switches")
        self.x, self.y = hl.Var("x"), hl.Var("y")
        self.adjusted = Adjusted(self.y)
        self.place = self.adjusted.place if local else (self.x, self.y)
        self.lists = [(one.operation, one.name, self._list(one, place)) for place, one in
                      enumerate(listed(whole=whole, local=local))]  # fmt: skip
        self.grids = {o: Grid(o.name) for o in gridded_operations(whole=whole)}
        self.textures = {o: Texture(o.name) for o in drawing_operations(whole=whole)}
        frame_places, self._places, _ = places()
        self.frame: Any = Uniforms(self.uniforms, dict(frame_places))

    def _list(self, one: List, place: int) -> Listed | Tabled:
        name = f"{one.operation.name}_{one.name}"
        if one.table:
            return Tabled(name, self.adjusted, place)
        return Listed(name, self.place, self.adjusted if self._local else None, place)

    @property
    def arguments(self) -> tuple[Any, ...]:
        usual = (
            self.source,
            self.bases,
            *self.prepared.values(),
            self.uniforms,
            self.width,
            self.height,
            self.switches,
        )
        lists = [argument for _, _, things in self.lists for argument in things.arguments]
        drawn: list[Grid | Texture] = [*self.grids.values(), *self.textures.values()]
        grids = [argument for one in drawn for argument in one.arguments]
        return (*usual, *(self.adjusted.arguments if self._local else ()), *lists, *grids)

    def added(self) -> list[dict[str, tuple[Any, Range]]]:
        """What adjustments add to the uniforms of each operation at this pixel; zeros in a kernel without them."""
        held, _ = local_places()
        total: dict[int, Any] = {}
        if self._local:
            used = [start + i for operation, own in zip(look_operations(), held, strict=True) if self._has(operation)
                    for start, length in own.values() for i in range(max(length, 1))]  # fmt: skip
            total = self.adjusted.sums(used)
        nothing = hl.f32(0.0)
        found = []
        for operation, own, (_, shared) in zip(look_operations(), held, self._places, strict=True):
            ranges: dict[str, Range] = {p.name: (p.minimum, p.maximum) for p in operation.parameters}
            here = {
                name: [total.get(start + i, nothing) for i in range(length)] if length else total.get(start, nothing)
                for name, (start, length) in own.items()
            }
            found.append({name: (v, ranges.get(name)) for name, v in here.items() if self._local or name not in shared})
        return found

    def _has(self, operation: Operation) -> bool:
        return (self._whole or not operation.seldom) and (self._local or not operation.local)

    def pixel(self) -> tuple[list[Any], Context]:
        """Encoded output channels (0..1), and the context with the intermediate images that they read."""
        x, y, frame = self.x, self.y, self.frame
        self.base = source = hl.Func("base")
        c = hl.Var("c")
        source[x, y, c] = clamped(self.source, self.width, self.height)(x, y, c)
        x = self.adjusted.column if self._local else x
        ctx = Context(x, y, frame, self.place)
        own = own_ev(luminance(source, frame.luma, x, y))
        base, fine = (code * hl.f32(GRID_SPAN / 65535) + hl.f32(GRID_FLOOR) for code in unpacked(self.bases[x, y]))
        ctx.bases(base, fine, own)
        if self._local:
            ctx.mixed = self.adjusted.mixed
        rgb = [source[x, y, i] for i in range(3)]
        colour: Any = Colour(rgb, ev=own)
        for operation, (_, held), added in zip(look_operations(), self._places, self.added(), strict=True):
            if not self._has(operation):
                continue
            lists = {name: things for own, name, things in self.lists if own is operation}
            uniforms = Uniforms(self.uniforms, dict(held), added, lists)
            uniforms.grid, uniforms.drawing = self.grids.get(operation), self.textures.get(operation)
            uniforms.switches = Switches(self.switches, switch_places().get(operation.name, 0))
            ctx.prepared = self.prepared[operation][x, y] if operation in self.prepared else None
            colour = operation.build(colour, uniforms, ctx)
        return self.encoded(colour, ctx), ctx

    def held(self, colour: Any, ctx: Context) -> list[Any]:
        """Linear Rec.2020 display light in the light of the output space, brought into its gamut."""
        frame = self.frame
        lab = ctx.stored(colour.lab)

        def turned() -> list[Any]:
            rgb = colour.transformed(frame.matrix).rgb
            return into_gamut(rgb, [frame.luminance[i] for i in range(3)], frame.knee)

        def kept() -> list[Any]:
            return at_constant_hue(lab, frame.roots, frame.knee)

        return kept() if ctx.hue_turns is None else ctx.one_of(ctx.hue_turns, turned, kept)

    def encoded(self, colour: Any, ctx: Context) -> list[Any]:
        """Linear Rec.2020 display light to encoded values of the output space."""
        rgb = self.held(colour, ctx)
        t = self.frame.transfer  # 1 / gamma, 1 / a, -b / a, slope and end of the straight part
        out = []
        for v in rgb:
            bent = power(hl.max(v, 1e-9), t[0]) * t[1] + t[2]
            out.append(hl.select(v < t[4], v * t[3], bent))
        return out

    def picture(self, kind: str, name: str, c: Any) -> tuple[Any, Any, Context]:
        """(x, y, c) of that name as it is written, its channels as they are worked out together, and the context.

        `kind` "byte": uint8 with dither; "float": float32, 0..1.
        """
        x, y = self.x, self.y
        channels, ctx = self.pixel()
        encoded, out = hl.Func("encoded"), hl.Func(name)
        if kind == "byte":
            # Interleaved gradient noise (J. Jimenez, "Next generation post processing in Call of Duty", SIGGRAPH 2014).
            inner = 0.06711056 * hl.f32(ctx.x) + 0.00583715 * hl.f32(y)
            inner = 52.9829189 * (inner - hl.floor(inner))
            noise = (inner - hl.floor(inner) - 0.5) * self.frame.dither
            encoded[self.place] = hl.Tuple(
                [hl.u8(hl.clamp(v * self.frame.steps + noise + 0.5, 0.0, self.frame.steps)) for v in channels]
            )
        else:
            encoded[self.place] = hl.Tuple([hl.clamp(v, 0.0, 1.0) for v in channels])
        value = encoded[self.adjusted.place_of(x) if self._local else self.place]
        out[x, y, c] = hl.select(c == 0, value[0], c == 1, value[1], value[2])
        return out, encoded, ctx


def look(kind: str, *, whole: bool, local: bool = False) -> Kernel:
    """Interleaved pixels of that kind."""
    look = Look(whole, local)
    name = look_name(kind, whole=whole, local=local)
    x, y, c = look.x, look.y, hl.Var("c")
    out, encoded, ctx = look.picture(kind, name, c)
    yo, yi, xo, xi = hl.Var("yo"), hl.Var("yi"), hl.Var("xo"), hl.Var("xi")
    out.bound(c, 0, 3).split(y, yo, yi, STRIP, hl.TailStrategy.GuardWithIf).reorder(c, x, yi, yo).unroll(c)
    out.split(x, xo, xi, TILE, hl.TailStrategy.GuardWithIf)
    out.parallel(yo).vectorize(xi, together(), hl.TailStrategy.GuardWithIf)

    def keep(f: Any, consumer: Any = out, loop: Any = xo) -> Any:
        """A row of a tile at a time, whole, so that what the stages hand on stays in the nearest cache and needs no
        memory of its own."""
        f.compute_at(consumer, loop)
        return look.adjusted.bounded(f) if local else f.bound_extent(x, TILE)

    for f in (encoded, *ctx.rows):
        keep(f).vectorize(look.place[0], together(), hl.TailStrategy.RoundUp)
    for f in ctx.loads:
        keep(f).unroll(look.place[0], 8, hl.TailStrategy.RoundUp)
    # Copies of the source's rows: only these loops, which do no arithmetic, have parts of their own for the edges.
    look.base.in_().compute_at(out, yi).hoist_storage(out, yo).vectorize(x, together(), hl.TailStrategy.RoundUp)
    sums = look.adjusted.schedule(out, yo, xo) if local else []
    sums += [stage for _, _, things in look.lists for stage in things.schedule(out, xo)]
    sums += [stage for one in ctx.sometimes for stage in one.schedule(keep)]
    for f in (out, encoded, *ctx.rows, *ctx.loads, *sums):
        f.never_partition_all()
    if local:
        # The masks' tiles begin where the picture does, and so these.
        out.output_buffer().dim(0).set_min(look.adjusted.left)
        out.output_buffer().dim(1).set_min(look.adjusted.top)
    interleaved(out, 3)
    return Kernel(name, out, look.arguments, fused=True)


KERNELS: tuple[Callable[[], Kernel], ...] = tuple(
    partial(look, kind, whole=whole, local=local)
    for kind, whole in (("byte", True), ("byte", False), ("float", True))
    for local in (False, True)
)
