"""What adjustments add to the look stage's uniforms at each pixel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import halide as hl

from stillbytes.develop.kernels.kernel import image, integer
from stillbytes.develop.kernels.layout import LANES, MIXED_STEPS, local_places


class Adjusted:
    """The masks' weights and numbers as arguments of a kernel, see `layout.pack_local`; and sums over them.

    Each number has a list of the adjustments that change it: most change few.
    """

    def __init__(self, x: Any, y: Any) -> None:
        self.x, self.y = x, y
        self._masks = image(hl.UInt(16), 3, "weights")
        self._mixed = image(hl.Int(16), 3, "mixed")
        self._starts = [integer(f"start_{i}") for i in range(local_places()[1] + 1)]
        self._which = image(hl.Int(32), 1, "which")
        self._amounts = image(hl.Float(32), 1, "amounts")
        self._count = integer("adjustments")
        k = hl.Var("k")
        self._weights = hl.Func("weight_rows")
        self._weights[x, y, k] = hl.f32(self._masks[x, y, k]) * hl.f32(1 / 65535)
        self._sums: list[tuple[Any, Any]] = []
        self._row: Any = None

    @property
    def arguments(self) -> tuple[Any, ...]:
        return (self._masks, self._mixed, self._which, self._amounts, self._count, *self._starts)

    @property
    def mixed(self) -> list[Any]:
        """EV that red, green and blue get besides, see `local.Coverages.mixed`."""
        return [hl.f32(self._mixed[self.x, self.y, i]) * hl.f32(1 / MIXED_STEPS) for i in range(3)]

    def sums(self, numbers: Sequence[int]) -> dict[int, Any]:
        """Number -> the sum over adjustments of the mask's weight times what it adds."""
        for number in numbers:
            start = self._starts[number]
            entry = hl.RDom([(start, self._starts[number + 1] - start)])
            total = hl.Func(f"adjusted_{number}")
            total[self.x, self.y] = hl.f32(0.0)
            total[self.x, self.y] += self.weight(self._which[entry.x]) * self._amounts[entry.x]
            self._sums.append((total, entry))
        self._row = hl.Func("adjusted_row")
        self._row[self.x, self.y] = hl.Tuple([total[self.x, self.y] for total, _ in self._sums])
        return {number: self._row[self.x, self.y][i] for i, number in enumerate(numbers)}

    def weight(self, mask: Any) -> Any:
        """Of a mask by its number, 0..1."""
        return self._weights[self.x, self.y, hl.unsafe_promise_clamped(mask, 0, self._count - 1)]

    def schedule(self, out: Any, outer: Any, inner: Any) -> list[Any]:
        """Per row of `out`. Returns the stages."""
        xo, xi = hl.Var("xo"), hl.Var("xi")
        self._weights.compute_at(out, inner).hoist_storage(out, outer)
        self._weights.vectorize(self.x, LANES, hl.TailStrategy.RoundUp)
        self._row.compute_at(out, inner).hoist_storage(out, outer)
        self._row.split(self.x, xo, xi, LANES, hl.TailStrategy.RoundUp).vectorize(xi)
        for total, entry in self._sums:
            total.compute_at(self._row, xo).bound_extent(self.x, LANES).store_in(hl.MemoryType.Register)
            total.vectorize(self.x)
            total.update().reorder(self.x, entry.x).vectorize(self.x)
        return [self._weights, self._row, *(total for total, _ in self._sums)]
