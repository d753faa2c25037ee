"""What adjustments add to the look stage's uniforms at each pixel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import halide as hl

from stillbytes.develop.kernels.kernel import image, integer, place_in
from stillbytes.develop.kernels.layout import (
    BLOCK,
    BLOCKS,
    LANES,
    MASKS,
    MIXED_STEPS,
    NUMBERS,
    STRIP,
    TILE,
    TOGETHER,
    WHOLE,
    number_groups,
)

QUAD = 4
"""Masks whose weights are laid beside each other at once."""


class Adjusted:
    """The masks' weights and what they add as arguments of a kernel, see `develop.terms`; and sums over them.

    Every sum is over those terms only whose masks are at work in the tile that is being computed. So sums are functions
    of a tile and a pixel in it: (pixel, tile, y).
    """

    def __init__(self, y: Any) -> None:
        self.y = y
        self.pixel, self.tile = hl.Var("pixel"), hl.Var("tile")
        self.left, self.top = integer("left"), integer("top")
        self._masks = image(hl.UInt(16), 3, "weights")
        self._mixed = image(hl.Int(16), 3, "mixed")
        self._tiles = image(hl.Int(32), 2, "tiles")
        self._starts = image(hl.Int(32), 2, "starts")
        self._lengths = image(hl.Int(32), 2, "lengths")
        self._which = image(hl.Int(32), 1, "which")
        self._index = image(hl.Int(32), 1, "index")
        self._amounts = image(hl.Float(32), 2, "amounts")
        self._blocks = image(hl.Int(32), 2, "blocks")
        self._most = integer("most_terms")
        self._set = place_in(self._starts, 1, self._tiles[self.tile, (y - self.top) // STRIP])
        self.column = self.left + self.tile * TILE + self.pixel
        self._sums: list[tuple[Any, Any]] = []
        self._row: Any = None
        self._across: Any = None
        self._beside: list[tuple[Any, Any]] = []

    @property
    def arguments(self) -> tuple[Any, ...]:
        return (
            self.left, self.top, self._masks, self._mixed, self._tiles, self._starts, self._lengths, self._which,
            self._index, self._amounts, self._blocks, self._most,
        )  # fmt: skip

    def bounded(self, f: Any) -> Any:
        """A function of (pixel, tile, y, ...) that is computed for one tile and one row."""
        return f.bound(self.pixel, 0, TILE).bound_extent(self.tile, 1)

    @property
    def place(self) -> tuple[Any, Any, Any]:
        """The arguments of a function of (pixel, tile, y)."""
        return self.pixel, self.tile, self.y

    def place_of(self, x: Any) -> tuple[Any, Any, Any]:
        """The same at a column."""
        return (x - self.left) % TILE, (x - self.left) // TILE, self.y

    @property
    def mixed(self) -> list[Any]:
        """EV that red, green and blue get besides, and saturation, see `coverages.Coverages.mixed`."""
        return [hl.f32(self._mixed[self.column, self.y, i]) * hl.f32(1 / MIXED_STEPS) for i in range(4)]

    def terms(self, group: int, *inner: tuple[int, int]) -> tuple[Any, Any, Any]:
        """A reduction over the terms of a group that are at work here, and of each which mask of those at work it
        belongs to (-1: to none) and its index. inner: further dimensions of the reduction."""
        r = hl.RDom([(0, self._most), *inner])
        r.where(r[0] < self._lengths[group, self._set])
        term = place_in(self._which, 0, self._starts[group, self._set] + r[0])
        return r, self._which[term], self._index[term]

    def code(self, slot: Any) -> Any:
        """The weight as 0..WHOLE, of the mask whose weights are in that slot."""
        return hl.f32(self._masks[self.column, self.y, place_in(self._masks, 2, slot)])

    def sums(self, numbers: Sequence[int]) -> dict[int, Any]:
        """Number -> the sum over adjustments of the mask's weight times what it adds."""
        place = self.place
        rows = hl.Func("weight_rows")
        rows[(*place, hl.Var("k"))] = hl.undef(hl.Float(32))
        masks, which, slot = self.terms(MASKS)
        rows[(*place, place_in(self._masks, 2, which))] = self.code(slot) * hl.f32(1 / WHOLE)
        self._rows = rows, masks
        for group in range(number_groups()):
            entry, which, index = self.terms(NUMBERS + group)
            weight = rows[(*place, place_in(self._masks, 2, which))]
            added = [self._amounts[i, place_in(self._amounts, 1, index)] for i in range(TOGETHER)]
            total = hl.Func(f"adjusted_{group}")
            total[place] = hl.Tuple([hl.f32(0.0)] * TOGETHER)
            total[place] = hl.Tuple([total[place][i] + weight * one for i, one in enumerate(added)])
            self._sums.append((total, entry))
        self._row = hl.Func("adjusted_row")
        groups = [divmod(number, TOGETHER) for number in numbers]
        self._row[place] = hl.Tuple([self._sums[group][0][place][i] for group, i in groups])
        return {number: self._row[place][i] for i, number in enumerate(numbers)}

    @property
    def across(self) -> Any:
        """(mask % QUAD, mask // QUAD, pixel, tile, y, block) int16: the weights of the masks of a block."""
        if self._across is None:
            place = self.place
            inner, outer, k = hl.Var("inner"), hl.Var("outer"), hl.Var("block")

            def laid(name: str, before: Sequence[Any], after: Sequence[Any], weight: Callable[[Any], Any]) -> Any:
                """A function of these, the place between them and then the block: for the blocks at work."""
                terms, _, index = self.terms(BLOCKS)
                block = place_in(self._blocks, 1, index)
                found = hl.Func(name)
                found[(*before, *place, *after, k)] = hl.undef(hl.Int(16))
                found[(*before, *place, *after, block)] = weight(block)
                self._beside.append((found, terms))
                return found

            def own(block: Any) -> Any:
                slot = place_in(self._masks, 2, self._blocks[outer, block])
                return hl.i16(self._masks[self.column, self.y, slot] >> 1)

            kept = laid("kept", (), (outer,), own)
            quads = laid("quads", (inner,), (outer,), lambda block: kept[(*place, outer * QUAD + inner, block)])
            across = laid("weights_across", (inner, outer), (), lambda block: quads[(inner, *place, outer, block)])
            self._across = across
        return self._across

    def beside(self, mask: Any, block: Any) -> Any:
        """The weight of a mask of a block as 0..FULL, int16; those of one pixel lie beside each other."""
        return self.across[(mask % QUAD, mask // QUAD, self.pixel, self.tile, self.y, block)]

    def schedule(self, out: Any, outer: Any, inner: Any) -> list[Any]:
        """Per tile of a row of `out`. Returns the stages.

        What depends on the number of masks has memory of its own per strip. That of the rest is known when compiling:
        each more whose memory is hoisted makes compiling slower.
        """
        stages = [self._row, *(total for total, _ in self._sums)]
        xo, xi = hl.Var("xo"), hl.Var("xi")
        self.bounded(self._row.compute_at(out, inner))
        self._row.split(self.pixel, xo, xi, LANES).vectorize(xi)
        for total, entry in self._sums:
            total.compute_at(self._row, xo).store_in(hl.MemoryType.Register).bound_extent(self.pixel, LANES)
            total.vectorize(self.pixel)
            total.update().reorder(self.pixel, entry.x).vectorize(self.pixel)
        rows, masks = self._rows
        self.bounded(rows.compute_at(self._row, self.tile).hoist_storage(out, outer))
        rows.update().reorder(self.pixel, masks.x).vectorize(self.pixel)
        stages.append(rows)
        if self._across is not None:
            stages += self._schedule_across(out, outer, inner)
        return stages

    def _schedule_across(self, out: Any, outer: Any, inner: Any) -> list[Any]:
        """Four masks at a time, as wide vectors are laid side by side only so far without many more shuffles."""
        (kept, kept_terms), (quads, quads_terms), (across, terms) = self._beside
        within, quad, *_ = across.args()
        self.bounded(across.compute_at(out, inner).hoist_storage(out, outer))
        across.bound_extent(within, QUAD).bound_extent(quad, BLOCK // QUAD)
        across.update().reorder(within, quad, self.pixel, terms.x, self.tile).vectorize(within).unroll(quad)
        self.bounded(quads.compute_at(across, self.tile).hoist_storage(out, outer))
        quads.bound_extent(within, QUAD).bound_extent(quad, BLOCK // QUAD)
        update = quads.update().reorder(within, self.pixel, quad, quads_terms.x)
        update.unroll(within).vectorize(self.pixel, LANES // 2)
        self.bounded(kept.compute_at(across, self.tile).hoist_storage(out, outer))
        kept.bound_extent(quad, BLOCK)
        kept.update().reorder(self.pixel, quad, kept_terms.x).vectorize(self.pixel, LANES)
        return [across, quads, kept]
