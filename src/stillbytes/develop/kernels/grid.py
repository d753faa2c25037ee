"""A look-up table's nodes as an argument of a kernel, and interpolation between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import halide as hl

from stillbytes.develop.kernels.kernel import image, integer, place_in


class Grid:
    """nodes: words of four times 16 bits, of which the numbers take the lowest three and 0 the last; the first axis
    runs fastest.

    edges: nodes along each axis; 0 where there is no table. on: 1 where there is one, else 0.
    """

    def __init__(self, name: str) -> None:
        self._nodes = image(hl.UInt(64), 1, f"{name}_nodes")
        self._edges = [integer(f"{name}_edge_{axis}") for axis in range(3)]

    @property
    def arguments(self) -> tuple[Any, ...]:
        return (self._nodes, *self._edges)

    @property
    def on(self) -> Any:
        return hl.min(self._edges[0], 1)

    def between(self, at: Sequence[Any], ctx: Any) -> list[Any]:
        """The three numbers, 0..1, at a place 0..1 along each axis, interpolated in the tetrahedron of nodes around it.

        Of the cell's six tetrahedra the one whose corners are passed on the way from the lowest node to the highest
        along the axes in the order of the place's fractions (J. Kasson, S. Nin, W. Plouffe, J. Hafner, "Performing
        color space conversions with three-dimensional linear interpolation", Journal of Electronic Imaging 4(3), 1995).
        """
        places = [hl.clamp(v, 0.0, 1.0) * hl.f32(edge - 1) for v, edge in zip(at, self._edges, strict=True)]
        # Along an axis of one node there is no next one to go to.
        cells = [hl.min(hl.i32(v), hl.max(edge - 2, 0)) for v, edge in zip(places, self._edges, strict=True)]
        parts = [v - hl.f32(cell) for v, cell in zip(places, cells, strict=True)]
        r, g, b = parts
        x, y, _ = self._edges
        strides = (hl.i32(1), x, x * y)
        first = sum((cell * stride for cell, stride in zip(cells, strides, strict=True)), hl.i32(0))
        steps = [hl.select(edge > 1, stride, 0) for stride, edge in zip(strides, self._edges, strict=True)]
        whole = steps[0] + steps[1] + steps[2]
        most, least = hl.max(r, hl.max(g, b)), hl.min(r, hl.min(g, b))
        middle = hl.max(hl.min(r, g), hl.min(hl.max(r, g), b))
        up = hl.select(r >= most, steps[0], g >= most, steps[1], steps[2])
        # Of equal parts the last step is along the axis that `up` did not take; their weight is 0 either way.
        down = hl.select(b <= least, steps[2], g <= least, steps[1], steps[0])
        corners = ctx.indices([first, first + up, first + whole - down, first + whole])
        words = [ctx.loaded(self._nodes[place_in(self._nodes, 0, corner)]) for corner in corners]
        # Narrowed to 32 bits first: shifts and masks of wide words are several times slower.
        pairs = [(hl.u32(word), hl.u32(word >> 32)) for word in words]
        codes = [(low & 0xFFFF, low >> 16, high) for low, high in pairs]
        most, middle, least = ctx.stored([most, middle, least])
        weights = (1.0 - most, most - middle, middle - least, least)
        found = []
        for channel in range(3):
            here = [hl.f32(hl.i32(three[channel])) for three in codes]
            found.append(sum((w * v for w, v in zip(weights, here, strict=True)), hl.f32(0.0)) * hl.f32(1 / 65535))
        return found
