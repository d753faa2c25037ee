"""A small picture as an argument of a kernel, read between its pixels."""

from __future__ import annotations

from typing import Any

import halide as hl

from stillbytes.develop.kernels.kernel import image, integer, place_in


class Texture:
    """words: row by row, each 16 bits of a value and 16 of its right neighbour. on: 1 where there is one, else 0.

    It begins anew beyond its edges; its sides are powers of two.
    """

    def __init__(self, name: str) -> None:
        self._words = image(hl.UInt(32), 1, f"{name}_texture")
        self._width, self._height = integer(f"{name}_texture_width"), integer(f"{name}_texture_height")

    @property
    def arguments(self) -> tuple[Any, ...]:
        return (self._words, self._width, self._height)

    @property
    def on(self) -> Any:
        return hl.min(self._width, 1)

    def at(self, place: Any, ctx: Any) -> Any:
        """The value 0..1 at this pixel. place: six numbers, (x, y) -> (p0 x + p1 y + p2, p3 x + p4 y + p5) in pixels of
        the texture, whole numbers being centres."""
        x, y = hl.f32(ctx.x), hl.f32(ctx.y)
        across = place[0] * x + place[1] * y + place[2]
        down = place[3] * x + place[4] * y + place[5]
        left, top = hl.floor(across), hl.floor(down)
        right, low = across - left, down - top
        column, row = hl.i32(left) & (self._width - 1), hl.i32(top)
        places = [((row + i) & (self._height - 1)) * self._width + column for i in (0, 1)]
        words = [ctx.loaded(self._words[place_in(self._words, 0, place)]) for place in ctx.indices(places)]
        lines = []
        for word in words:
            first, second = hl.f32(hl.i32(word & 0xFFFF)), hl.f32(hl.i32(word >> 16))
            lines.append(first + (second - first) * right)
        return (lines[0] + (lines[1] - lines[0]) * low) * hl.f32(1 / 65535)
