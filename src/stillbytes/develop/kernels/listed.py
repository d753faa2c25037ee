"""Things of which settings and adjustments have any number: sums over them at each pixel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import halide as hl

from stillbytes.develop.kernels.adjusted import Adjusted
from stillbytes.develop.kernels.kernel import image, integer, place_in
from stillbytes.develop.kernels.layout import BLOCK, FULL, LANES, TILE, WHOLE, list_group
from stillbytes.develop.tables import ENTRIES

PAIR, AT_ONCE = 2, 4
"""Masks whose products are added up by one instruction; pixels that are worked out in a row."""
ROUND_UP = hl.TailStrategy.RoundUp


class Listed:
    """One list of things as arguments of a kernel, see `layout.pack_lists` and `develop.terms`: the numbers of each.

    at: the variables of a pixel. adjusted: the masks' weights, in a kernel with adjustments. place: of the list among
    all of them.
    """

    def __init__(self, name: str, at: tuple[Any, ...], adjusted: Adjusted | None, place: int) -> None:
        self.name, self._at, self._adjusted, self._place = name, at, adjusted, place
        self.numbers = image(hl.Float(32), 2, f"{name}_numbers")
        self._count = integer(f"{name}_count")
        self._made: list[tuple[Any, Any, Any]] = []

    @property
    def arguments(self) -> tuple[Any, ...]:
        return (self.numbers, self._count)

    def sums(self, says: Callable[[Any], tuple[Any, Sequence[Any]]]) -> list[Any]:
        """The sums of what `says` gives for a thing, where the mask that it belongs to is.

        says: gets the thing's place in the list, to read its `numbers`; gives how much of it is here, and of what.
        """
        adjusted = self._adjusted
        one = hl.Var("one")
        said = hl.Func(f"{self.name}_said")
        much, values = says(place_in(self.numbers, 1, one))
        said[(*self._at, one)] = hl.Tuple([much, *values])
        count = len(values)
        total, row = hl.Func(f"{self.name}_sums"), hl.Func(f"{self.name}_row")
        place = self._at
        if adjusted is None:
            thing = hl.RDom([(0, self._count)])
            much, *values = (said[(*place, thing.x)][i] for i in range(count + 1))
        else:
            thing, which, index = adjusted.terms(list_group(self._place))
            weight = hl.select(which < 0, hl.f32(WHOLE), adjusted.code(hl.max(which, 0)))
            much, *values = (said[(*place, index)][i] for i in range(count + 1))
            much = weight * much
        total[place] = hl.Tuple([hl.f32(0.0)] * count)
        total[place] = hl.Tuple([total[place][i] + much * one for i, one in enumerate(values)])
        whole = hl.f32(1.0 if adjusted is None else 1 / WHOLE)
        row[place] = hl.Tuple([total[place][i] * whole for i in range(count)])
        self._made.append((total, row, thing))
        return [hl.Expr(row[place][i]) for i in range(count)]

    def schedule(self, out: Any, inner: Any) -> list[Any]:
        """Per tile of a row of `out`. Returns the stages."""
        found = []
        for total, row, thing in self._made:
            xo, xi = hl.Var("xo"), hl.Var("xi")
            pixel = self._at[0]
            row.compute_at(out, inner)
            if self._adjusted is not None:
                self._adjusted.bounded(row)
            else:
                row.bound_extent(pixel, TILE)
            row.split(pixel, xo, xi, LANES, hl.TailStrategy.RoundUp).vectorize(xi)
            total.compute_at(row, xo).bound_extent(pixel, LANES).vectorize(pixel)
            total.update().reorder(pixel, thing.x).vectorize(pixel)
            found += [total, row]
        return found


class Tabled:
    """What adjustments add to one table: those of BLOCK masks side by side, so that one load finds them all."""

    def __init__(self, name: str, adjusted: Adjusted, place: int) -> None:
        self.name, self._adjusted, self._place = name, adjusted, place
        self._codes = image(hl.Int(16), 3, f"{name}_codes")
        self._codes.dim(0).set_bounds(0, BLOCK)
        self._codes.dim(1).set_min(0).set_stride(BLOCK)
        self._codes.dim(2).set_min(0)
        self._step = hl.Param(hl.Float(32), f"{name}_step")
        self._times = integer(f"{name}_times")
        self._made: list[tuple[Any, ...]] = []

    @property
    def arguments(self) -> tuple[Any, ...]:
        return (self._codes, self._step, self._times)

    def sum(self, index: Any, part: Any) -> Any:
        """index, part: the entry, and the part of the way to the next, 0..FULL."""
        adjusted = self._adjusted
        place = adjusted.place
        entry, way = hl.Func(f"{self.name}_entry"), hl.Func(f"{self.name}_way")
        entry[place] = hl.unsafe_promise_clamped(index, 0, ENTRIES - 1)
        way[place] = hl.i16(part)
        # Products of pairs of masks are what processors add up at once.
        r, _, block = adjusted.terms(list_group(self._place), (0, PAIR))
        block = place_in(self._codes, 2, block)
        pair = hl.Var("pair")
        first, far = entry[place], hl.unsafe_promise_clamped(way[place], 0, FULL)
        mask = PAIR * pair + r[1]
        low, high = self._codes[mask, first, block], self._codes[mask, first + 1, block]
        code = low + hl.i16_sat((hl.i32(high - low) * hl.i32(far) + (1 << 14)) >> 15)
        pairs, dot = hl.Func(f"{self.name}_pairs"), hl.Func(f"{self.name}_dot")
        pairs[(pair, *place)] = hl.i32(0)
        pairs[(pair, *place)] += hl.i32(adjusted.beside(mask, block)) * hl.i32(code)
        every = hl.RDom([(0, BLOCK // PAIR), (0, self._times)])  # no time at all where nothing is added to the table
        dot[place] = hl.i32(0)
        dot[place] += pairs[(every.x, *place)]
        self._made.append((dot, every, pairs, r, way))
        return hl.f32(dot[place]) * self._step

    def schedule(self, out: Any, inner: Any) -> list[Any]:
        """Per tile of a row of `out`. Returns the stages."""
        found: list[Any] = []
        pixel, tile = self._adjusted.pixel, self._adjusted.tile
        for dot, every, pairs, r, way in self._made:
            self._adjusted.bounded(way.compute_at(out, inner)).vectorize(pixel, LANES, ROUND_UP)
            self._adjusted.bounded(dot.compute_at(out, inner)).vectorize(pixel, LANES)
            added = dot.update().reorder(every.x, pixel, tile, every.y).vectorize(pixel, LANES)
            added.atomic().vectorize(every.x)
            pair = pairs.args()[0]
            self._adjusted.bounded(pairs.compute_at(dot, every.y))
            pairs.bound_extent(pair, BLOCK // PAIR).vectorize(pair).unroll(pixel, AT_ONCE)
            summed = pairs.update().reorder(r[1], pair, pixel, r[0]).atomic()
            summed.vectorize(r[1]).vectorize(pair).unroll(pixel, AT_ONCE)
            found += [way, dot, pairs]
        return found
