"""Things of which settings and adjustments have any number: sums over them at each pixel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import halide as hl

from stillbytes.develop.kernels.adjusted import Adjusted
from stillbytes.develop.kernels.kernel import image, integer
from stillbytes.develop.kernels.layout import LANES


class Listed:
    """One list of things as arguments of a kernel, see `layout.pack_list`: the numbers of each and whose it is.

    adjusted: the masks' weights, in a kernel with adjustments.
    """

    def __init__(self, name: str, x: Any, y: Any, adjusted: Adjusted | None) -> None:
        self.name, self.x, self.y, self._adjusted = name, x, y, adjusted
        self.numbers = image(hl.Float(32), 2, f"{name}_numbers")
        self._whose = image(hl.Int(32), 1, f"{name}_whose")
        self._count = integer(f"{name}_count")
        self._made: list[tuple[Any, Any, Any, list[Any]]] = []

    @property
    def arguments(self) -> tuple[Any, ...]:
        return (self.numbers, self._whose, self._count)

    def sums(self, says: Callable[[Any], Sequence[Any]], loads: Sequence[Any] = ()) -> list[Any]:
        """The sums of what `says` gives for a thing, where the mask that it belongs to is.

        says: gets the thing's place in the list, to read its `numbers`. loads: functions (x, y, place) that it reads,
        made as loops of their own.
        """
        thing = hl.RDom([(0, self._count)])
        weight: Any = 1.0
        if self._adjusted is not None:
            whose = self._whose[thing.x]
            weight = hl.select(whose < 0, 1.0, self._adjusted.weight(hl.max(whose, 0)))
        found = [weight * one for one in says(thing.x)]
        total, row = hl.Func(f"{self.name}_sums"), hl.Func(f"{self.name}_row")
        zeros = [hl.f32(0.0)] * len(found)
        before = total[self.x, self.y]
        if len(found) == 1:
            total[self.x, self.y] = zeros[0]
            total[self.x, self.y] += found[0]
            row[self.x, self.y] = before
            self._made.append((total, row, thing, list(loads)))
            return [hl.Expr(row[self.x, self.y])]
        total[self.x, self.y] = hl.Tuple(zeros)
        total[self.x, self.y] = hl.Tuple([before[i] + one for i, one in enumerate(found)])
        row[self.x, self.y] = total[self.x, self.y]
        self._made.append((total, row, thing, list(loads)))
        return [hl.Expr(row[self.x, self.y][i]) for i in range(len(found))]

    def schedule(self, out: Any, outer: Any, inner: Any) -> list[Any]:
        """Per row of `out`. Returns the stages."""
        found = []
        for total, row, thing, loads in self._made:
            xo, xi = hl.Var("xo"), hl.Var("xi")
            row.compute_at(out, inner).hoist_storage(out, outer)
            row.split(self.x, xo, xi, LANES, hl.TailStrategy.RoundUp).vectorize(xi)
            total.compute_at(row, xo).bound_extent(self.x, LANES).vectorize(self.x)
            total.update().reorder(self.x, thing.x).vectorize(self.x)
            for load in loads:
                load.compute_at(total, thing.x).bound_extent(self.x, LANES).unroll(self.x, 8)
            found += [total, row, *loads]
        return found
