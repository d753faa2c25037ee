"""A small picture as an argument of a kernel, read between its pixels."""

from __future__ import annotations

from typing import Any

import halide as hl

from stillbytes.develop.kernels.kernel import image, integer, place_in


class Texture:
    """words: (columns, rows), each 16 bits of a value and 16 of its right neighbour. on: 1 where there is one, else 0.

    It begins anew beyond its edges; its sides are powers of two.
    """

    def __init__(self, name: str) -> None:
        self._words = image(hl.UInt(32), 2, f"{name}_texture")
        self._on = integer(f"{name}_textured")

    @property
    def arguments(self) -> tuple[Any, ...]:
        return (self._words, self._on)

    @property
    def on(self) -> Any:
        return hl.min(self._on, 1)

    def at(self, place: Any, ctx: Any) -> Any:
        """The value 0..1 at this pixel. place: six numbers, (x, y) -> (p0 x + p1 y + p2, p3 x + p4 y + p5) in pixels of
        the texture, whole numbers being centres."""
        x, y = hl.f32(ctx.x), hl.f32(ctx.y)
        across = place[0] * x + place[1] * y + place[2]
        down = place[3] * x + place[4] * y + place[5]
        width, height = self._words.width(), self._words.height()
        column, row = hl.i32(hl.floor(across)), hl.i32(hl.floor(down))
        right, low = across - hl.f32(column), down - hl.f32(row)
        columns, rows = column & (width - 1), [(row + i) & (height - 1) for i in (0, 1)]
        kept, upper, lower = ctx.indices([columns, *rows])
        words = [
            ctx.loaded(self._words[place_in(self._words, 0, kept), place_in(self._words, 1, which)])
            for which in (upper, lower)
        ]
        lines = []
        for word in words:
            first, second = hl.f32(hl.i32(word & 0xFFFF)), hl.f32(hl.i32(word >> 16))
            lines.append(first + (second - first) * right)
        return (lines[0] + (lines[1] - lines[0]) * low) * hl.f32(1 / 65535)
